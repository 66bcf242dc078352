/*
 * Fingerprints: two plans that answer, or touch, differently have two; what does not matter to
 * answers and tags leaves them as they are.
 */
#include "conf/plan/fingerprint.h"
#include "lib/data/value.h"
#include "tests/unit/unit.h"

/* ------------------------------------------------------------------ a plan, to be changed */

/* All that a plan points at, in one piece, so that a change of a copy changes nothing else. */
struct sample {
    struct plan_bind first[2], after[3], tags_sql_binds[1];
    struct plan_sql tags_sql;
    struct plan_param params[2];
    struct value fallback;
    struct plan_key_column columns[1];
    struct plan_template_part tag_parts[1], touch_parts[1];
    struct plan_template tags[1], touches[1];
    struct plan_route route;
    struct plan_query query;
    struct plan_projection projection;
    struct plan_model model;
};

static struct slice text(const char *text)
{
    return slice_str(text);
}

static void fill_query(struct sample *sample)
{
    static const char sql[] = "SELECT a, b FROM t WHERE a >= ? AND a <= ?";
    struct plan_query *query = &sample->query;

    sample->first[0] = (struct plan_bind){.source = SOURCE_PARAM, .name = text("low")};
    sample->first[1] = (struct plan_bind){.source = SOURCE_PARAM, .name = text("high"), .index = 1};
    memcpy(sample->after, sample->first, sizeof(sample->first));
    sample->after[2] = (struct plan_bind){.source = SOURCE_CURSOR, .name = text("a")};
    sample->params[0] = (struct plan_param){
        .name = text("low"), .type = SCALAR_INTEGER, .from = PARAM_PATH, .capture = 0};
    sample->params[1] = (struct plan_param){
        .name = text("high"), .type = SCALAR_INTEGER, .from = PARAM_QUERY, .capture = -1};
    sample->columns[0] = (struct plan_key_column){text("a"), SCALAR_INTEGER, false};
    sample->tag_parts[0] = (struct plan_template_part){
        .literal = text("t:"), .name = text("low"), .type = SCALAR_INTEGER, .param = 0};
    sample->tags[0] = (struct plan_template){text("t:{low}"), sample->tag_parts, 1};
    sample->route.text = text("GET /t/{low}");
    *query = (struct plan_query){
        .name = text("GetT"),
        .route = &sample->route,
        .params = sample->params,
        .param_count = 2,
        .tags = sample->tags,
        .tag_count = 1,
        .ttl_ms = 1000,
        .paged = true,
        .page = {sample->columns, 1,             50, 200      },
        .first = {text(sql),       sample->first, 2,  .line = 1},
        .after = {text(sql),       sample->after, 3,  .line = 1},
        .before = {text(sql),       sample->after, 3,  .line = 1}
    };
}

static void fill(struct sample *sample)
{
    *sample = (struct sample){0};
    fill_query(sample);
    sample->tags_sql_binds[0] =
        (struct plan_bind){.source = SOURCE_AGGREGATE_ID, .name = text("aggregateId")};
    sample->tags_sql = (struct plan_sql){text("SELECT x FROM t WHERE y = ?"),
                                         sample->tags_sql_binds, 1, .line = 1};
    sample->touch_parts[0] = (struct plan_template_part){
        .literal = text("t:"), .name = text("a"), .type = SCALAR_INTEGER, .param = -1};
    sample->touches[0] = (struct plan_template){text("t:{a}"), sample->touch_parts, 1};
    sample->projection = (struct plan_projection){.name = text("Made"),
                                                  .touches = sample->touches,
                                                  .touch_count = 1,
                                                  .touches_sql = &sample->tags_sql};
    sample->model.aggregate.id_name = text("id");
    sample->model.queries = &sample->query;
    sample->model.query_count = 1;
    sample->model.projections = &sample->projection;
    sample->model.projection_count = 1;
    fingerprint_model(&sample->model);
}

/* ------------------------------------------------------------------ changes */

static void swap_binds(struct sample *sample)
{
    struct plan_bind low = sample->first[0];

    sample->first[0] = sample->first[1];
    sample->first[1] = low;
}

static void index_bind(struct sample *sample)
{
    sample->first[1].index = 0;
}

static void form_of_bind(struct sample *sample)
{
    sample->first[0].form = FORM_TIME;
}

static void digits_of_bind(struct sample *sample)
{
    sample->first[0].digits = 3;
}

static void name_bind_of_after(struct sample *sample)
{
    sample->after[1].name = text("low");
}

static void source_of_bind(struct sample *sample)
{
    sample->after[2].source = SOURCE_LIMIT;
}

static void bind_of_before(struct sample *sample)
{
    static const struct plan_bind other[] = {
        {.source = SOURCE_PARAM,  .name = {"high", 4}, .index = 1},
        {.source = SOURCE_PARAM,  .name = {"low", 3},  .index = 0},
        {.source = SOURCE_CURSOR, .name = {"a", 1},    .index = 0},
    };

    sample->query.before.binds = other;
}

static void sql(struct sample *sample)
{
    sample->query.before.text = text("SELECT 1");
}

static void type_of_param(struct sample *sample)
{
    sample->params[1].type = SCALAR_STRING;
}

static void capture_of_param(struct sample *sample)
{
    sample->params[0].capture = 1;
}

static void default_of_param(struct sample *sample)
{
    sample->fallback = (struct value){.type = VALUE_STRING, .text = text("x")};
    sample->params[1].fallback = &sample->fallback;
}

static void column_of_page(struct sample *sample)
{
    sample->columns[0].name = text("b");
}

static void way_of_page(struct sample *sample)
{
    sample->columns[0].descending = true;
}

static void limit_of_page(struct sample *sample)
{
    sample->query.page.limit = 10;
}

static void not_paged(struct sample *sample)
{
    sample->query.paged = false;
}

static void rows_max(struct sample *sample)
{
    sample->query.rows_max = 7;
}

static void cuts(struct sample *sample)
{
    sample->query.cuts = true;
}

static void one(struct sample *sample)
{
    sample->query.one = true;
}

static void version_column(struct sample *sample)
{
    sample->query.version_column = text("b");
}

static void place_of_tag(struct sample *sample)
{
    sample->tag_parts[0].name = text("high");
}

static void type_of_tag(struct sample *sample)
{
    sample->tag_parts[0].type = SCALAR_STRING;
}

static void literal_of_tag(struct sample *sample)
{
    sample->tag_parts[0].literal = text("u:");
}

static void place_of_touch(struct sample *sample)
{
    sample->touch_parts[0].name = text("aggregateId"); /* the text as written stays */
}

static void image_of_touch(struct sample *sample)
{
    sample->touch_parts[0].old = true;
}

static void bind_of_touches_sql(struct sample *sample)
{
    sample->tags_sql_binds[0] = (struct plan_bind){.source = SOURCE_FIELD, .name = text("other")};
}

static void ignored(struct sample *sample)
{
    sample->projection.ignored = true;
}

static void what_does_not_matter(struct sample *sample)
{
    sample->query.ttl_ms = 5;
    sample->query.near = true;
    sample->query.first.line = 9;
    sample->params[0].column = text("a");
    sample->tag_parts[0].param = 1;
}

static const struct {
    const char *name;
    void (*change)(struct sample *sample);
    bool query, touches; /* which of the two differ then */
} changes[] = {
    {"two parameters swapped",                swap_binds,           true,  false},
    {"another index of a parameter",          index_bind,           true,  false},
    {"another form of a parameter",           form_of_bind,         true,  false},
    {"other digits of a time",                digits_of_bind,       true,  false},
    {"another parameter after a cursor",      name_bind_of_after,   true,  false},
    {"a parameter from elsewhere",            source_of_bind,       true,  false},
    {"parameters swapped before a cursor",    bind_of_before,       true,  false},
    {"another statement",                     sql,                  true,  false},
    {"a parameter of another type",           type_of_param,        true,  false},
    {"another place in the route",            capture_of_param,     true,  false},
    {"a default",                             default_of_param,     true,  false},
    {"a page by another column",              column_of_page,       true,  false},
    {"a page the other way round",            way_of_page,          true,  false},
    {"another size of pages",                 limit_of_page,        true,  false},
    {"no pages",                              not_paged,            true,  false},
    {"another number of rows",                rows_max,             true,  false},
    {"rows that are cut",                     cuts,                 true,  false},
    {"one row",                               one,                  true,  false},
    {"a version",                             version_column,       true,  false},
    {"another place of a query's tag",        place_of_tag,         true,  true },
    {"another type of a query's tag",         type_of_tag,          true,  true },
    {"another query's tag",                   literal_of_tag,       true,  true },
    {"another value of a touched tag",        place_of_touch,       false, true },
    {"the old image in a touched tag",        image_of_touch,       false, true },
    {"another parameter of touches_sql",      bind_of_touches_sql,  false, true },
    {"an ignored projection",                 ignored,              false, true },
    {"times, lines, the order of parameters", what_does_not_matter, false, false},
};

static void test_what_decides_an_answer_or_a_tag_is_in_the_fingerprints(void **state)
{
    struct sample good, changed;

    (void)state;
    fill(&good);
    for (size_t i = 0; i < ARRAY_COUNT(changes); i++) {
        fill(&changed);
        changes[i].change(&changed);
        fingerprint_model(&changed.model);
        if ((strcmp(good.query.fingerprint, changed.query.fingerprint) != 0) != changes[i].query ||
            (strcmp(good.model.touches, changed.model.touches) != 0) != changes[i].touches) {
            fail_msg("%s", changes[i].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_decides_an_answer_or_a_tag_is_in_the_fingerprints),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
