/*
 * A query: parameters (path, query string), its SQL block, tags, times to live. Its order, page and
 * wrapped statements are in page.c.
 */
#include "conf/build/query.h"

#include "conf/build/form.h"
#include "conf/plan/route.h"
#include "conf/plan/template.h"
#include "conf/study/label.h"
#include "conf/study/reads.h"
#include "conf/text/suggest.h"
#include "conf/text/unit.h"

/* ------------------------------------------------------------------ parameters */

static struct plan_param *find_param(const struct query *query, struct slice name)
{
    for (size_t i = 0; i < query->out->param_count; i++) {
        if (slice_eq(query->params[i].name, name)) {
            return &query->params[i];
        }
    }
    return NULL;
}

static void type_param(struct plan_param *param, const struct json_source *source,
                       const struct value *at)
{
    if (param->schema && !build_scalar(param->schema, &param->type)) {
        source_complain(source, at, SLICE_EMPTY,
                        "the parameter '%.*s' must have one type: integer, number, boolean or "
                        "string",
                        SLICE_ARG(param->name));
    }
}

/* From "params", or of the aggregate's id. */
static void add_path_param(struct query *query, struct slice name)
{
    const struct plan_aggregate *aggregate = &query->build->out->aggregate;
    const struct value *declared = value_get(query->written.params, name);
    struct plan_param *param = &query->params[query->out->param_count];

    *param = (struct plan_param){.name = name, .from = PARAM_PATH};
    param->capture = (int)query->out->param_count++;
    if (!declared && slice_eq(name, aggregate->id_name)) {
        param->type = aggregate->id_type;
        param->schema = aggregate->id_schema;
    } else if (!declared) {
        source_complain(&query->source, query->written.route,
                        SLICE_LITERAL("give it a schema in \"params\""),
                        "nothing says what the path parameter '%.*s' is", SLICE_ARG(name));
    }
}

static void read_default(struct query *query, struct plan_param *param,
                         const struct json_source *source, const struct value *declared)
{
    struct schema_errors errors;

    param->fallback = value_get(declared, SLICE_LITERAL("default"));
    if (!param->fallback || !param->schema || param->fallback->type == VALUE_NULL) {
        return;
    }
    if (schema_validate(param->schema, param->fallback, query->build->arena, &errors) !=
        STATUS_OK) {
        source_complain(source, param->fallback, SLICE_EMPTY, "the default %.*s",
                        SLICE_ARG(errors.items[0].detail));
    }
}

static void add_declared_param(struct query *query, const struct json_source *params,
                               const struct value *declared)
{
    struct json_source source = source_child(query->build->arena, params, declared->name);
    struct plan_param *param = find_param(query, declared->name);

    if (slice_is(declared->name, "limit") || slice_is(declared->name, "cursor")) {
        source_complain(&source, declared, SLICE_EMPTY, "this name is reserved for pages");
        return;
    }
    if (!member_is_name(declared->name)) {
        source_complain(&source, declared, SLICE_EMPTY,
                        "a name is a letter, then letters, digits and _");
    }
    if (!param) {
        param = &query->params[query->out->param_count++];
        *param = (struct plan_param){.name = declared->name, .from = PARAM_QUERY, .capture = -1};
        param->schema = schema_compile(query->build->arena, declared, &source);
        read_default(query, param, &source, declared);
    } else {
        param->schema = schema_compile(query->build->arena, declared, &source);
    }
    type_param(param, &source, declared);
    param->fallback = scalar_value(query->build->arena, param->type, param->fallback);
}

static void build_params(struct query *query)
{
    const struct plan_route *route = query->out->route;
    const struct value *declared = query->written.params ? query->written.params->first : NULL;
    struct json_source params =
        source_child(query->build->arena, &query->source, SLICE_LITERAL("params"));
    size_t room = ROUTE_PARAMS_MAX;

    room += query->written.params ? query->written.params->count : 0;
    query->params = ARENA_ARRAY(query->build->arena, struct plan_param, room);
    query->used = ARENA_ARRAY(query->build->arena, bool, room);
    query->out->params = query->params;
    for (size_t i = 0; i < route->segment_count; i++) {
        if (route->segments[i].param.len > 0) {
            add_path_param(query, route->segments[i].param);
        }
    }
    for (; declared; declared = declared->next) {
        add_declared_param(query, &params, declared);
    }
}

/* ------------------------------------------------------------------ SQL */

static struct slice suggest_param(const struct query *query, struct slice name)
{
    struct suggest suggest;

    suggest_init(&suggest, name);
    for (size_t i = 0; i < query->out->param_count; i++) {
        suggest_offer(&suggest, query->params[i].name);
    }
    return suggest_hint(&suggest, query->build->arena);
}

static struct plan_bind resolve(void *ctx, const struct sqltoken *token,
                                const struct beside *beside)
{
    struct query *query = ctx;
    struct plan_param *param = find_param(query, token->text);
    struct plan_bind bind = {.source = SOURCE_PARAM, .name = token->text};

    if (slice_starts(token->text, "claims.")) {
        block_complain(&query->place, token, SLICE_EMPTY, "claims are not supported yet");
    } else if (!param) {
        block_complain(&query->place, token, suggest_param(query, token->text),
                       "unknown parameter ':%.*s'", SLICE_ARG(token->text));
    } else {
        bind.index = (unsigned int)(param - query->params);
        query->used[bind.index] = true;
        form_of_query(&bind, param->type, beside);
        form_note(param, beside);
        if (beside->how == BESIDE_EQUAL && beside->column && !beside->binary &&
            param->column.len == 0) {
            param->column = beside->column->name;
        }
    }
    return bind;
}

static void complain_unused(struct query *query)
{
    for (size_t i = 0; i < query->out->param_count; i++) {
        if (!query->used[i]) {
            source_complain(&query->source, query->value, SLICE_EMPTY,
                            "the parameter '%.*s' is nowhere in the query's SQL",
                            SLICE_ARG(query->params[i].name));
        }
    }
}

/* NULL after a complaint. */
static const struct sqlstatement *find_statement(struct query *query)
{
    struct sqlblock *block = sqlfile_find(&query->build->model.queries_sql, query->out->name);

    if (!block) {
        source_complain(&query->source, query->value, SLICE_EMPTY,
                        "queries.sql has no '-- name: %.*s :one' or ':many'",
                        SLICE_ARG(query->out->name));
        return NULL;
    }
    block->used = true;
    query->place = (struct block_place){query->build->diag, query->build->model.queries_sql.path,
                                        block->name, block->line};
    query->out->one = block->rows == SQLBLOCK_ONE;
    if (block->rows == SQLBLOCK_PLAIN) {
        block_complain(&query->place, NULL, SLICE_EMPTY,
                       "a query's name is followed by :one or :many");
    }
    if (block->statement_count != 1) {
        block_complain(&query->place, NULL, SLICE_EMPTY, "a query is one statement, not %zu",
                       block->statement_count);
        return NULL;
    }
    return &block->statements[0];
}

/* ------------------------------------------------------------------ the statement */

static void analyse(struct query *query)
{
    size_t count = query->out->param_count;
    struct tag_param *params = ARENA_ARRAY(&query->build->scratch, struct tag_param, count);

    for (size_t i = 0; i < count; i++) {
        params[i] = (struct tag_param){query->params[i].name, query->params[i].type,
                                       plan_param_nullable(&query->params[i])};
    }
    analysis_init(&query->analysis, &query->build->scratch, query->tree, params, count);
}

static void build_version(struct query *query)
{
    const struct value *version = query->written.version;

    query->out->version_column = version->text;
    if (label_find(query->tree->query, version->text) == LABEL_NONE) {
        source_complain(&query->source, version,
                        label_suggest(query->build->arena, query->tree->query, version->text),
                        "'%.*s' is no column of the query's result", SLICE_ARG(version->text));
    }
}

static void build_statement(struct query *query)
{
    const struct sqlstatement *statement = find_statement(query);
    struct plan_sql user;

    query->tree = statement ? build_tree(query->build, statement) : NULL;
    if (!query->tree) {
        return;
    }
    query->out->paged = query->written.page != NULL;
    if (!refuse_query(query->build, &query->place, query->tree, query->out->paged)) {
        query->tree = NULL;
        return;
    }
    analyse(query);
    user = build_sql(query->build, query->tree, resolve, query);
    query->out->user_sql = user.text;
    complain_unused(query);
    build_page(query, &user);
    query->out->table_count = reads_tables(query->build->arena, query->tree, &query->out->tables);
    if (query->written.version) {
        build_version(query);
    }
}

/* ------------------------------------------------------------------ tags and times */

static void resolve_place(struct query *query, struct plan_template_part *part)
{
    const struct plan_param *param = find_param(query, part->name);

    if (part->old || !param) {
        source_complain(&query->source, query->written.tags, suggest_param(query, part->name),
                        "no parameter fills the place {%s%.*s} of a tag", part->old ? "old." : "",
                        SLICE_ARG(part->name));
        return;
    }
    if (plan_param_nullable(param)) {
        source_complain(&query->source, query->written.tags, SLICE_EMPTY,
                        "the place {%.*s} of a tag: a parameter that may be NULL has no text",
                        SLICE_ARG(part->name));
    }
    part->param = (int)(param - query->params);
    part->type = param->type;
    form_check(query, param); /* SQL must find one value by one text, as tags do */
}

static void build_tags(struct query *query)
{
    struct json_source source =
        source_child(query->build->arena, &query->source, SLICE_LITERAL("tags"));
    struct plan_template *tags;

    query->out->tag_count = build_templates(query->build, &source, query->written.tags, &tags);
    query->out->tags = tags;
    query->out->declared_count = query->out->tag_count;
    for (size_t i = 0; i < query->out->tag_count; i++) {
        for (size_t j = 0; j < tags[i].part_count; j++) {
            if (tags[i].parts[j].name.len > 0) {
                resolve_place(query, &tags[i].parts[j]);
            }
        }
    }
}

static uint64_t build_ttl(struct query *query, const struct value *value, uint64_t fallback_ms)
{
    uint64_t us;

    if (!value) {
        return fallback_ms;
    }
    if (unit_parse_time(value->text, &us) != STATUS_OK || us < 1000 || us > 366 * 86400000000u) {
        source_complain(&query->source, value, SLICE_LITERAL("1ms to 366d; " UNIT_OF_TIME),
                        "'%.*s' is not a time to live: '%.*s'", SLICE_ARG(value->name),
                        SLICE_ARG(value->text));
        return fallback_ms;
    }
    return us / 1000;
}

void build_query(struct build *build, const struct value *written, struct plan_query *out)
{
    struct query query = {.build = build, .out = out, .value = written};
    struct plan_route *route = ARENA_NEW(build->arena, struct plan_route);
    const uint64_t minute_ms = 60000;

    query.source = build_source(build, "queries", written);
    if (!model_query_read(build->arena, &query.source, written, &query.written) ||
        !route_parse(build->arena, query.written.route->text, &query.source, query.written.route,
                     route)) {
        if (sqlfile_find(&build->model.queries_sql, written->name)) {
            sqlfile_find(&build->model.queries_sql, written->name)->used = true;
        }
        return;
    }
    if (route->method != HTTP_GET) {
        source_complain(&query.source, query.written.route, SLICE_EMPTY, "a query's method is GET");
    }
    route->query = out;
    out->route = route;
    out->ttl_ms = build_ttl(&query, query.written.ttl, 0);
    out->negative_ttl_ms = build_ttl(&query, query.written.negative_ttl,
                                     out->ttl_ms < minute_ms ? out->ttl_ms : minute_ms);
    out->near = query.written.near && query.written.near->boolean;
    build_params(&query);
    build_statement(&query);
    if (query.written.tags) {
        build_tags(&query);
    }
}
