/*
 * A model's four files, and the tables of model.json's members.
 */
#include "conf/build/model.h"

#include "conf/text/file.h"
#include "lib/base/utf8.h"
#include "lib/data/json.h"

#define STRING MEMBER_TYPE(VALUE_STRING)
#define NUMBER MEMBER_TYPE(VALUE_NUMBER)
#define FLAG   MEMBER_TYPE(VALUE_BOOL)
#define LIST   MEMBER_TYPE(VALUE_LIST)
#define MAP    MEMBER_TYPE(VALUE_MAP)

static bool read_object(struct arena *arena, const struct json_source *source,
                        const struct value *value, const struct member *table, size_t count,
                        void *out)
{
    if (value->type != VALUE_MAP) {
        source_complain(source, value, SLICE_EMPTY, "must be object, not %s",
                        value_type_name(value->type));
        return false;
    }
    return members_read(arena, source, value, table, count, out);
}

#define READER(noun, ...)                                                         \
    bool noun##_read(struct arena *arena, const struct json_source *source,       \
                     const struct value *value, struct noun *out)                 \
    {                                                                             \
        static const struct member table[] = {__VA_ARGS__};                       \
                                                                                  \
        *out = (struct noun){0};                                                  \
        return read_object(arena, source, value, table, ARRAY_COUNT(table), out); \
    }
#define ROW(noun, json, member, types, need)                      \
    {                                                             \
        json, types, MEMBER_##need, offsetof(struct noun, member) \
    }

// clang-format off
static const struct member model_members[] = {
    ROW(model, "model",       name,        STRING, REQUIRED),
    ROW(model, "aggregate",   aggregate,   MAP,    REQUIRED),
    ROW(model, "events",      events,      MAP,    OPTIONAL),
    ROW(model, "commands",    commands,    MAP,    OPTIONAL),
    ROW(model, "projections", projections, MAP,    OPTIONAL),
    ROW(model, "queries",     queries,     MAP,    OPTIONAL),
};

READER(model_aggregate,
    ROW(model_aggregate, "name",           name,           STRING, REQUIRED),
    ROW(model_aggregate, "store",          store,          STRING, REQUIRED),
    ROW(model_aggregate, "table",          table,          STRING, REQUIRED),
    ROW(model_aggregate, "id",             id,             MAP,    REQUIRED),
    ROW(model_aggregate, "snapshot_every", snapshot_every, NUMBER, OPTIONAL))

READER(model_event,
    ROW(model_event, "set",     set,     MAP,  OPTIONAL),
    ROW(model_event, "deletes", deletes, FLAG, OPTIONAL))

READER(model_emit,
    ROW(model_emit, "type",    type,      STRING, REQUIRED),
    ROW(model_emit, "payload", payload,   MAP,    OPTIONAL),
    ROW(model_emit, "if",      condition, STRING, OPTIONAL))

READER(model_command,
    ROW(model_command, "route",    route,    STRING, REQUIRED),
    ROW(model_command, "location", location, STRING, OPTIONAL),
    ROW(model_command, "payload",  payload,  MAP | FLAG, OPTIONAL),
    ROW(model_command, "require",  require,  LIST,   OPTIONAL),
    ROW(model_command, "skip_if",  skip_if,  STRING, OPTIONAL),
    ROW(model_command, "emit",     emit,     LIST,   OPTIONAL),
    ROW(model_command, "put",      put,      MAP,    OPTIONAL),
    ROW(model_command, "update",   update,   MAP,    OPTIONAL),
    ROW(model_command, "delete",   delete_,  FLAG,   OPTIONAL))

READER(model_require,
    ROW(model_require, "that", that,      STRING, REQUIRED),
    ROW(model_require, "else", otherwise, MAP,    REQUIRED))

READER(model_refusal,
    ROW(model_refusal, "status", status, NUMBER, REQUIRED),
    ROW(model_refusal, "title",  title,  STRING, REQUIRED))

READER(model_projection,
    ROW(model_projection, "touches",     touches,     LIST,   OPTIONAL),
    ROW(model_projection, "touches_sql", touches_sql, STRING, OPTIONAL))

READER(model_query,
    ROW(model_query, "route",        route,        STRING, REQUIRED),
    ROW(model_query, "tags",         tags,         LIST,   OPTIONAL),
    ROW(model_query, "ttl",          ttl,          STRING, REQUIRED),
    ROW(model_query, "negative_ttl", negative_ttl, STRING, OPTIONAL),
    ROW(model_query, "near",         near,         FLAG,   OPTIONAL),
    ROW(model_query, "params",       params,       MAP,    OPTIONAL),
    ROW(model_query, "page",         page,         MAP,    OPTIONAL),
    ROW(model_query, "order",        order,        LIST,   OPTIONAL),
    ROW(model_query, "limit",        limit,        NUMBER, OPTIONAL),
    ROW(model_query, "max",          max,          NUMBER, OPTIONAL),
    ROW(model_query, "version",      version,      STRING, OPTIONAL))

READER(model_page,
    ROW(model_page, "by",    by,    LIST,   REQUIRED),
    ROW(model_page, "limit", limit, NUMBER, REQUIRED),
    ROW(model_page, "max",   max,   NUMBER, REQUIRED))
// clang-format on

/* The id's members but "name" and "generate" are its schema. */
bool model_id_read(struct arena *arena, const struct json_source *source, const struct value *value,
                   struct model_id *out)
{
    struct value *schema;

    *out = (struct model_id){0};
    schema = value_map(arena);
    schema->offset = value->offset;
    for (const struct value *member = value->first; member; member = member->next) {
        if (slice_is(member->name, "name") && member->type == VALUE_STRING) {
            out->name = member;
        } else if (slice_is(member->name, "generate")) {
            out->generate = member;
        } else {
            value_set(schema, member->name, value_copy(arena, member));
        }
    }
    if (!out->name) {
        source_complain(source, value, SLICE_EMPTY, "lacks the member 'name'");
    }
    out->schema = schema;
    return out->name != NULL;
}

/* ------------------------------------------------------------------ files */

/* Where TEXT stops being UTF-8. */
static size_t utf8_end(struct slice text)
{
    size_t at = 0, length = 1;

    while (at < text.len && length > 0) {
        length = utf8_length(slice_from(text, at));
        at += length;
    }
    return at;
}

static bool is_clean(struct diag *diag, struct slice path, struct slice text)
{
    if (slice_starts(text, "\xEF\xBB\xBF")) {
        diag_add(diag, path, 1, SLICE_EMPTY, SLICE_LITERAL("save it as UTF-8 without BOM"),
                 "the file begins with a byte order mark");
        return false;
    }
    if (!utf8_valid(text)) {
        diag_add(diag, path, diag_line_of(text, utf8_end(text)), SLICE_EMPTY,
                 SLICE_LITERAL("save it as UTF-8"), "a character that is not UTF-8");
        return false;
    }
    return true;
}

static bool read_text(struct arena *arena, struct diag *diag, struct slice path, struct slice *out)
{
    enum status status = file_read(arena, path, out);

    if (status != STATUS_OK) {
        diag_add(diag, path, 0, SLICE_EMPTY,
                 SLICE_LITERAL("a model has model.json, schema.sql, projections.sql, queries.sql"),
                 "cannot read this file: %s",
                 status == STATUS_INVALID ? "it is no plain file" : status_text(status));
        return false;
    }
    return is_clean(diag, path, *out);
}

/* What helps against an error of the JSON reader. */
static struct slice json_hint(const char *error)
{
    if (strcmp(error, "unexpected character") == 0 || strcmp(error, "unexpected end") == 0) {
        return SLICE_LITERAL("a comma or bracket too many, or too few, before it?");
    }
    if (strcmp(error, "duplicate member name") == 0) {
        return SLICE_LITERAL("an object has each name once at most");
    }
    return SLICE_EMPTY;
}

static bool read_json(struct arena *arena, struct diag *diag, struct model *model)
{
    struct json_error error;

    if (json_parse(arena, model->source.text, &model->root, &error) != STATUS_OK) {
        diag_add(diag, model->source.file, diag_line_of(model->source.text, error.offset),
                 SLICE_EMPTY, json_hint(error.text), "not JSON: %s", error.text);
        return false;
    }
    return read_object(arena, &model->source, model->root, model_members,
                       ARRAY_COUNT(model_members), model);
}

bool model_read(struct arena *arena, struct slice folder, struct diag *diag, struct model *out)
{
    struct slice projections, queries, text;
    bool ok;

    *out = (struct model){
        .folder = folder, .source = {.diag = diag, .path = SLICE_EMPTY}
    };
    out->source.file = arena_printf(arena, "%.*s/model.json", SLICE_ARG(folder));
    out->schema_path = arena_printf(arena, "%.*s/schema.sql", SLICE_ARG(folder));
    projections = arena_printf(arena, "%.*s/projections.sql", SLICE_ARG(folder));
    queries = arena_printf(arena, "%.*s/queries.sql", SLICE_ARG(folder));

    ok = read_text(arena, diag, out->source.file, &out->source.text) && read_json(arena, diag, out);
    if (read_text(arena, diag, out->schema_path, &out->schema_text)) {
        schema_sql_parse(arena, out->schema_path, out->schema_text, diag, &out->tables);
    }
    if (read_text(arena, diag, projections, &text)) {
        sqlfile_parse(arena, projections, text, diag, &out->projections_sql);
    }
    if (read_text(arena, diag, queries, &text)) {
        sqlfile_parse(arena, queries, text, diag, &out->queries_sql);
    }
    return ok || (out->name && out->aggregate);
}
