/*
 * One model: its aggregate, then queries, events, commands and projections in this order (a
 * projection's templates take their types from the queries').
 */
#include "conf/build/build.h"

#include <ctype.h>

#include "conf/build/derive.h"
#include "conf/plan/fingerprint.h"
#include "conf/plan/template.h"
#include "conf/text/table.h"
#include "lib/data/decimal.h"

#define SNAPSHOT_EVERY 50 /* events, when the model does not say; 0 in the model: none */

struct json_source build_source(struct build *build, const char *section,
                                const struct value *written)
{
    struct json_source parent =
        source_child(build->arena, &build->model.source, slice_str(section));

    return source_child(build->arena, &parent, written->name);
}

bool build_scalar(const struct schema *schema, enum scalar *out)
{
    bool integer;

    switch (schema_type(schema, &integer)) {
    case VALUE_NUMBER:
        *out = integer ? SCALAR_INTEGER : SCALAR_NUMBER;
        return true;
    case VALUE_BOOL:
        *out = SCALAR_BOOLEAN;
        return true;
    case VALUE_STRING:
        *out = scalar_of_format(schema_format(schema));
        return true;
    case VALUE_NULL:
    case VALUE_BYTES:
    case VALUE_LIST:
    case VALUE_MAP:
        break;
    }
    return false;
}

enum value_type build_id_type(const struct plan_aggregate *aggregate)
{
    return aggregate->id_type == SCALAR_INTEGER ? VALUE_NUMBER : VALUE_STRING;
}

unsigned int build_count(const struct json_source *source, const struct value *value,
                         unsigned int minimum, unsigned int maximum)
{
    struct decimal number;
    int64_t count;

    if (value->type != VALUE_NUMBER || decimal_parse(value->text, &number) != STATUS_OK ||
        decimal_to_i64(&number, &count) != STATUS_OK || count < minimum || count > maximum) {
        source_complain(source, value, SLICE_EMPTY, "'%.*s' must be a whole number from %u to %u",
                        SLICE_ARG(value->name), minimum, maximum);
        return minimum;
    }
    return (unsigned int)count;
}

struct plan_sql build_sql(struct build *build, const struct sqltree *tree,
                          build_resolve_fn *resolve, void *ctx)
{
    const struct sqlstatement *statement = tree->statement;
    struct plan_sql sql = {.text = statement->text, .line = statement->line};
    struct plan_bind *binds = ARENA_ARRAY(build->arena, struct plan_bind, statement->token_count);

    sql.binds = binds;
    for (size_t i = 0; i < statement->token_count; i++) {
        if (statement->tokens[i].kind == SQLTOKEN_PARAM) {
            struct beside beside = beside_find(tree, &statement->tokens[i]);

            binds[sql.bind_count++] = resolve(ctx, &statement->tokens[i], &beside);
        }
    }
    return sql;
}

size_t build_templates(struct build *build, const struct json_source *source,
                       const struct value *list, struct plan_template **out)
{
    size_t count = 0, index = 0;

    *out = ARENA_ARRAY(build->arena, struct plan_template, list->count);
    for (const struct value *item = list->first; item; item = item->next, index++) {
        struct json_source at = source_element(build->arena, source, index);

        if (item->type != VALUE_STRING) {
            source_complain(&at, item, SLICE_EMPTY, "must be a string");
        } else if (template_parse(build->arena, item->text, &at, item, &(*out)[count])) {
            count++;
        }
    }
    return count;
}

/* ------------------------------------------------------------------ aggregate */

static struct slice key_prefix(struct arena *arena, struct slice name)
{
    struct slice prefix = arena_printf(arena, "%.*s#", SLICE_ARG(name));
    char *bytes = arena_cstr(arena, prefix);

    for (size_t i = 0; i < prefix.len; i++) {
        bytes[i] = (char)toupper((unsigned char)bytes[i]);
    }
    return slice_of(bytes, prefix.len);
}

static void build_generate(struct build *build, const struct json_source *source,
                           const struct value *generate)
{
    struct plan_aggregate *aggregate = &build->out->aggregate;
    struct value *sample =
        value_string(build->arena, SLICE_LITERAL("01920000-0000-7000-8000-0123456789ab"));
    struct schema_errors errors;

    aggregate->id_generated = true;
    if (generate->type != VALUE_STRING || !slice_is(generate->text, "uuid")) {
        source_complain(source, generate, SLICE_LITERAL("\"generate\": \"uuid\""),
                        "an id can be generated as \"uuid\" only");
    } else if (aggregate->id_schema &&
               schema_validate(aggregate->id_schema, sample, build->arena, &errors) != STATUS_OK) {
        source_complain(source, generate, SLICE_EMPTY,
                        "a uuid would be no id of this model: it %.*s",
                        SLICE_ARG(errors.items[0].detail));
    }
}

static void build_id(struct build *build, const struct json_source *parent,
                     const struct value *written)
{
    struct json_source source = source_child(build->arena, parent, SLICE_LITERAL("id"));
    struct plan_aggregate *aggregate = &build->out->aggregate;
    struct model_id id;

    if (!model_id_read(build->arena, &source, written, &id)) {
        return;
    }
    aggregate->id_name = id.name->text;
    if (!member_is_name(aggregate->id_name)) {
        source_complain(&source, id.name, SLICE_EMPTY,
                        "a name is a letter, then letters, digits and _");
    }
    aggregate->id_schema = schema_compile(build->arena, id.schema, &source);
    if (aggregate->id_schema &&
        (!build_scalar(aggregate->id_schema, &aggregate->id_type) ||
         (aggregate->id_type != SCALAR_INTEGER && !scalar_is_text(aggregate->id_type)))) {
        source_complain(&source, written, SLICE_EMPTY, "the id's type must be integer or string");
    } else if (id.generate) {
        build_generate(build, &source, id.generate);
    }
}

static void build_store(struct build *build, const struct json_source *source,
                        const struct model_aggregate *written)
{
    struct plan_aggregate *aggregate = &build->out->aggregate;

    if (written->store && slice_is(written->store->text, "events")) {
        aggregate->store = STORE_EVENTS;
        aggregate->snapshot_every = SNAPSHOT_EVERY;
    } else if (written->store && !slice_is(written->store->text, "state")) {
        source_complain(source, written->store, SLICE_EMPTY, "must be \"state\" or \"events\"");
        return;
    }
    if (written->snapshot_every && aggregate->store == STORE_STATE) {
        source_complain(source, written->snapshot_every, SLICE_EMPTY,
                        "only an event store has snapshots");
    } else if (written->snapshot_every) {
        aggregate->snapshot_every = build_count(source, written->snapshot_every, 0, 1000000);
    }
}

static void build_aggregate(struct build *build)
{
    struct json_source source =
        source_child(build->arena, &build->model.source, SLICE_LITERAL("aggregate"));
    struct plan_aggregate *aggregate = &build->out->aggregate;
    struct model_aggregate written;

    model_aggregate_read(build->arena, &source, build->model.aggregate, &written);
    aggregate->line = source_line(&source, build->model.aggregate);
    if (written.name) {
        aggregate->name = written.name->text;
        aggregate->key_prefix = key_prefix(build->arena, aggregate->name);
        if (!member_is_name(aggregate->name)) {
            source_complain(&source, written.name, SLICE_EMPTY,
                            "a name is a letter, then letters, digits and _");
        }
    }
    build_store(build, &source, &written);
    if (written.table) {
        aggregate->table = written.table->text;
        if (!table_name_is(aggregate->table)) {
            source_complain(&source, written.table, SLICE_EMPTY,
                            "a DynamoDB table's name is " TABLE_NAME_RULE);
        } else if (slice_is(aggregate->table, COMMANDS_TABLE)) {
            source_complain(&source, written.table, SLICE_EMPTY,
                            "this table is the one of idempotency keys");
        }
    }
    if (written.id) {
        build_id(build, &source, written.id);
    }
}

/* ------------------------------------------------------------------ the model */

static size_t count_of(const struct value *map)
{
    return map ? map->count : 0;
}

static void check_name(struct build *build, const char *section, const struct value *written)
{
    struct json_source source = build_source(build, section, written);

    if (!member_is_name(written->name)) {
        source_complain(&source, written, SLICE_EMPTY,
                        "a name is a letter, then letters, digits and _");
    }
}

static void build_queries(struct build *build)
{
    struct plan_model *out = build->out;

    out->queries = ARENA_ARRAY(build->arena, struct plan_query, count_of(build->model.queries));
    for (const struct value *written = build->model.queries ? build->model.queries->first : NULL;
         written; written = written->next) {
        struct plan_query *query = &out->queries[out->query_count++];

        check_name(build, "queries", written);
        query->model = out;
        query->name = written->name;
        query->line = source_line(&build->model.source, written);
        build_query(build, written, query);
    }
}

static void build_commands(struct build *build)
{
    struct plan_model *out = build->out;

    out->commands = ARENA_ARRAY(build->arena, struct plan_command, count_of(build->model.commands));
    for (const struct value *written = build->model.commands ? build->model.commands->first : NULL;
         written; written = written->next) {
        struct plan_command *command = &out->commands[out->command_count++];

        check_name(build, "commands", written);
        command->model = out;
        command->name = written->name;
        command->line = source_line(&build->model.source, written);
        build_command(build, written, command);
    }
}

static void complain_unused(struct build *build, const struct sqlfile *file, const char *what)
{
    for (size_t i = 0; i < file->block_count; i++) {
        if (!file->blocks[i].used && file->blocks[i].name.len > 0) {
            diag_add(build->diag, file->path, file->blocks[i].line, file->blocks[i].name,
                     SLICE_EMPTY, "model.json has no %s of this name", what);
        }
    }
}

bool build_model(struct arena *arena, struct slice folder, struct diag *diag,
                 struct plan_model *out)
{
    struct build build = {.arena = arena, .diag = diag, .out = out};

    if (!model_read(arena, folder, diag, &build.model)) {
        return false;
    }
    out->name = build.model.name->text;
    out->line = source_line(&build.model.source, build.model.name);
    out->folder = folder;
    out->database = arena_printf(arena, "twofold_%.*s", SLICE_ARG(out->name));
    out->schema_sql = build.model.schema_text;
    if (!member_is_name(out->name) || out->database.len > 64) {
        source_complain(&build.model.source, build.model.name, SLICE_EMPTY,
                        "a model's name is a letter, then letters, digits and _, at most 56");
    }
    build_trees(&build);
    build_aggregate(&build);
    build_queries(&build);
    build_events(&build);
    build_commands(&build);
    build_projections(&build);
    build_derived(&build);
    complain_unused(&build, &build.model.queries_sql, "query");
    complain_unused(&build, &build.model.projections_sql, "projection and no \"touches_sql\"");
    if (diag->count == 0) {
        fingerprint_model(out);
    }
    arena_fini(&build.scratch);
    return true;
}
