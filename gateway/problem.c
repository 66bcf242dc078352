/*
 * The table of problems, and their text.
 */
#include "gateway/problem.h"

#include <string.h>

#include "lib/data/json.h"

static const struct problem_row {
    int code;
    const char *slug, *title;
} rows[] = {
#define PROBLEM_ROW(name, code, slug, title) {code, slug, title},
    PROBLEMS(PROBLEM_ROW)
#undef PROBLEM_ROW
};

int problem_code(enum problem problem)
{
    return rows[problem].code;
}

enum problem problem_by_slug(const char *slug)
{
    for (size_t i = 0; i < PROBLEM_COUNT; i++) {
        if (strcmp(rows[i].slug, slug) == 0) {
            return (enum problem)i;
        }
    }
    return PROBLEM_COUNT;
}

enum problem problem_by_code(int code)
{
    for (size_t i = 0; i < PROBLEM_COUNT; i++) {
        if (rows[i].code == code) {
            return (enum problem)i;
        }
    }
    return PROBLEM_INTERNAL;
}

enum problem problem_of_status(enum status status)
{
    switch (status) {
    case STATUS_NOT_FOUND:
        return PROBLEM_NOT_FOUND;
    case STATUS_INVALID:
        return PROBLEM_MALFORMED;
    case STATUS_SCHEMA:
        return PROBLEM_SCHEMA;
    case STATUS_REFUSED:
        return PROBLEM_REFUSED;
    case STATUS_CONFLICT:
        return PROBLEM_CONFLICT;
    case STATUS_PRECONDITION:
        return PROBLEM_PRECONDITION;
    case STATUS_TOO_LARGE:
        return PROBLEM_ITEM_TOO_LARGE;
    case STATUS_UNAVAILABLE:
        return PROBLEM_UNAVAILABLE;
    case STATUS_THROTTLED:
        return PROBLEM_THROTTLED;
    case STATUS_BUSY:
        return PROBLEM_BUSY;
    case STATUS_TIMEOUT:
        return PROBLEM_TIMEOUT;
    case STATUS_UNCERTAIN:
        return PROBLEM_OUTCOME_UNKNOWN;
    case STATUS_OK:
    case STATUS_DENIED:
    case STATUS_CORRUPT:
    case STATUS_FENCED:
    case STATUS_TRIMMED:
    case STATUS_INTERNAL:
    case STATUS_COUNT:
        break;
    }
    return PROBLEM_INTERNAL;
}

static void write_errors(struct buf *body, const struct schema_errors *errors)
{
    buf_append_str(body, ",\"errors\":[");
    for (unsigned int i = 0; i < errors->count; i++) {
        buf_append_str(body, i == 0 ? "{\"pointer\":" : ",{\"pointer\":");
        json_write_string(body, errors->items[i].pointer);
        buf_append_str(body, ",\"detail\":");
        json_write_string(body, errors->items[i].detail);
        buf_append_char(body, '}');
    }
    buf_append_char(body, ']');
}

void problem_write(struct buf *body, const struct problem_details *details)
{
    const struct problem_row *row = &rows[details->problem];

    buf_printf(body, "{\"type\":\"urn:twofold:%s\",\"title\":", row->slug);
    json_write_string(body, details->title.len > 0 ? details->title : slice_str(row->title));
    buf_printf(body, ",\"status\":%d", details->code != 0 ? details->code : row->code);
    if (details->detail) {
        buf_append_str(body, ",\"detail\":");
        json_write_string(body, slice_str(details->detail));
    }
    if (details->version > 0) {
        buf_append_str(body, ",\"version\":");
        buf_append_u64(body, details->version);
    }
    if (details->errors && details->errors->count > 0) {
        write_errors(body, details->errors);
    }
    buf_append_char(body, '}');
}
