/*
 * The table of problems, and their text.
 */
#include "gateway/problem.h"

#include "lib/data/json_add.h"

static const struct problem_row {
    int code;
    const char *type; /* as JSON */
    const char *title;
} rows[] = {
#define PROBLEM_ROW(name, code, slug, title) {code, "\"urn:twofold:" slug "\"", title},
    PROBLEMS(PROBLEM_ROW)
#undef PROBLEM_ROW
};

int problem_code(enum problem problem)
{
    return rows[problem].code;
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

#define FOREIGN_CURSOR "the cursor was not made by this query with these parameters"
#define NO_PRIMARY     "the primary, which knows how fresh answers are, cannot be asked"
#define NO_ROWS        "the read model cannot be asked"

// clang-format off
/* X(outcome of the lookup, problem, detail) */
#define LOOKUPS(X)                                                                                 \
    X(BAD_CURSOR,      BAD_CURSOR,         FOREIGN_CURSOR)                                         \
    X(BAD_TOKEN,       BAD_TOKEN,          "the Consistency-Token is malformed")                   \
    X(FUTURE_TOKEN,    FUTURE_TOKEN,       "the token is of a revision not yet made")              \
    X(NOT_CAUGHT_UP,   NOT_CAUGHT_UP,      "the change that the token names is not visible yet")   \
    X(BLOCKED,         PROJECTION_BLOCKED, "a change before the token's waits for repair")         \
    X(MANY_WAIT,       BUSY,               "too many requests wait for a Consistency-Token")       \
    X(SECRET_UNREAD,   UNAVAILABLE,        "the key of the cursors cannot be read")                \
    X(PRIMARY_BUSY,    BUSY,               NO_PRIMARY)                                             \
    X(PRIMARY_TIMEOUT, TIMEOUT,            NO_PRIMARY)                                             \
    X(PRIMARY_AWAY,    UNAVAILABLE,        NO_PRIMARY)                                             \
    X(SQL_BUSY,        BUSY,               "too many queries")                                     \
    X(SQL_TIMEOUT,     TIMEOUT,            NO_ROWS)                                                \
    X(SQL_AWAY,        UNAVAILABLE,        NO_ROWS)                                                \
    X(SQL_REFUSED,     INTERNAL,           NO_ROWS)                                                \
    X(SEVERAL_ROWS,    INTERNAL,           "the query gave more than one row")                     \
    X(TOO_MANY_ROWS,   INTERNAL,           "the answer has too many rows")                         \
    X(DEADLINE,        TIMEOUT,            "the deadline passed")
// clang-format on

enum problem problem_of_lookup(enum lookup_outcome outcome, const char **detail_out)
{
    switch (outcome) {
#define LOOKUP_CASE(name, problem, detail) \
    case LOOKUP_##name:                    \
        *detail_out = (detail);            \
        return PROBLEM_##problem;
        LOOKUPS(LOOKUP_CASE)
#undef LOOKUP_CASE
    case LOOKUP_ANSWERED:
        break;
    }
    *detail_out = NULL;
    return PROBLEM_INTERNAL;
}

static void add_errors(struct buf *body, const struct schema_errors *errors)
{
    json_add_array(body, "errors");
    for (unsigned int i = 0; i < errors->count; i++) {
        json_add_object(body, NULL);
        json_add_string(body, "pointer", errors->items[i].pointer);
        json_add_string(body, "detail", errors->items[i].detail);
        json_add_end(body, '}');
    }
    json_add_end(body, ']');
}

void problem_write(struct buf *body, const struct problem_details *details)
{
    const struct problem_row *row = &rows[details->problem];

    json_add_object(body, NULL);
    json_add_raw(body, "type", slice_str(row->type));
    json_add_string(body, "title", details->title.len > 0 ? details->title : slice_str(row->title));
    json_add_u64(body, "status", (uint64_t)(details->code != 0 ? details->code : row->code));
    if (details->detail) {
        json_add_string(body, "detail", slice_str(details->detail));
    }
    if (details->version > 0) {
        json_add_u64(body, "version", details->version);
    }
    if (details->errors && details->errors->count > 0) {
        add_errors(body, details->errors);
    }
    json_add_end(body, '}');
}
