/*
 * Loading an event store: what follows from its declaration, and a table of broken ones with the
 * complaint that each must get.
 */
#include "tests/unit/conf/build/model_text.h"
#include "tests/unit/unit.h"

static struct plan *load(enum model_file file, const char *old, const char *new, struct diag *diag)
{
    struct model_folder folder;
    struct plan *plan;

    model_folder_make(&folder);
    model_folder_fill_from(&folder, event_model_texts, file, old, new);
    plan = plan_load(slice_str(folder.root), diag);
    model_folder_remove(&folder);
    return plan;
}

/* With a piece of model.json changed, or as it is. */
static struct plan *load_good(const char *old, const char *new)
{
    struct diag diag = {0};
    struct plan *plan = load(MODEL_JSON, old, new, &diag);

    diag_print(&diag, stderr);
    diag_fini(&diag);
    assert_non_null(plan);
    return plan;
}

static void test_the_aggregate_is_an_event_store(void **state)
{
    struct plan *plan = load_good(NULL, NULL);
    const struct plan_aggregate *aggregate = &plan->models[0].aggregate;

    (void)state;
    assert_int_equal(aggregate->store, STORE_EVENTS);
    assert_int_equal(aggregate->snapshot_every, 7);
    assert_true(aggregate->id_generated);
    assert_slice(aggregate->key_prefix, "JAR#");
    assert_int_equal(plan->models[0].event_count, 3);
    assert_true(plan->models[0].events[2].deletes);
    plan_put(plan);
}

static void test_commands_emit_declared_events(void **state)
{
    struct plan *plan = load_good(NULL, NULL);
    const struct plan_command *move = plan_command_find(plan, slice_str("MoveJar"));
    const struct plan_command *drop = plan_command_find(plan, slice_str("DropJar"));

    (void)state;
    assert_int_equal(move->write, WRITE_EMIT);
    assert_ptr_equal(move->emits[0].event, &plan->models[0].events[1]);
    assert_int_equal(move->emits[0].payload_count, 2);
    assert_non_null(move->skip_if);
    assert_null(move->emits[0].condition);
    assert_true(move->reads_state && drop->reads_state);
    assert_non_null(drop->emits[0].condition);
    plan_put(plan);
}

static void test_a_path_parameter_that_is_not_the_id_is_a_member_of_the_payload(void **state)
{
    struct plan *plan = load_good(NULL, NULL);
    const struct plan_command *fill = plan_command_find(plan, slice_str("FillJar"));

    (void)state;
    assert_int_equal(fill->id_from, ID_GENERATED);
    assert_int_equal(fill->path_param_count, 1);
    assert_slice(fill->path_params[0].name, "shelf");
    assert_int_equal(fill->path_params[0].capture, 0);
    assert_int_equal(fill->path_params[0].type, SCALAR_INTEGER);
    assert_int_equal(plan_command_find(plan, slice_str("MoveJar"))->path_param_count, 0);
    plan_put(plan);
}

static void test_an_id_comes_from_the_path_else_the_payload_else_is_made(void **state)
{
    struct plan *plan =
        load_good("\"shelf\": { \"type\": \"integer\" }, \"label\"",
                  "\"shelf\": { \"type\": \"integer\" }, \"jarId\": { \"type\": \"string\" }, "
                  "\"label\"");

    (void)state;
    assert_int_equal(plan_command_find(plan, slice_str("FillJar"))->id_from, ID_GENERATED);
    assert_int_equal(plan_command_find(plan, slice_str("MoveJar"))->id_from, ID_FROM_PATH);
    plan_put(plan);
}

static void test_an_event_binds_its_payload_and_what_every_event_has(void **state)
{
    struct plan *plan = load_good(NULL, NULL);
    const struct plan_projection *filled =
        plan_projection_find(&plan->models[0], slice_str("JarFilled"));
    const struct plan_bind *binds = filled->statements[0].binds;

    (void)state;
    assert_int_equal(binds[0].source, SOURCE_AGGREGATE_ID); /* :jarId, though no payload holds it */
    assert_int_equal(binds[1].source, SOURCE_FIELD);
    assert_int_equal(binds[3].source, SOURCE_TIMESTAMP);
    assert_slice(filled->touches[0].parts[0].name, "aggregateId");
    assert_int_equal(filled->touches[1].parts[0].type, SCALAR_INTEGER);
    plan_put(plan);
}

static void test_touches_sql_is_a_statement_of_its_own(void **state)
{
    struct plan *plan = load_good(NULL, NULL);
    const struct plan_projection *broken =
        plan_projection_find(&plan->models[0], slice_str("JarBroken"));

    (void)state;
    assert_non_null(broken->touches_sql);
    assert_slice(broken->touches_sql->text,
                 "SELECT CONCAT('shelf:', shelf) FROM jars WHERE jarId = ?");
    assert_int_equal(broken->touches_sql->bind_count, 1);
    assert_null(plan_projection_find(&plan->models[0], slice_str("JarMoved"))->touches_sql);
    plan_put(plan);
}

/* The place of an emit that is refused is the next one's. */
static void test_an_emit_after_a_refused_one_has_its_own_fields_only(void **state)
{
    struct buf emits = {0};
    struct diag diag = {0};

    (void)state;
    buf_append_str(&emits,
                   "{ \"type\": \"Nothing\", \"if\": \"exists\", \"payload\": { \"a0\": \"1\"");
    for (int i = 1; i < 2000; i++) {
        buf_printf(&emits, ", \"a%d\": \"1\"", i);
    }
    buf_printf(&emits, " } }, { \"type\": \"JarBroken\", \"payload\": { \"b\": \"1\" } }%c", '\0');
    assert_null(
        load(MODEL_JSON, "{ \"type\": \"JarBroken\", \"if\": \"exists\" }", emits.ptr, &diag));
    assert_int_equal(diag.count, 1);
    assert_slice(diag.first->text, "\"events\" declares no 'Nothing'");
    diag_fini(&diag);
    buf_fini(&emits);
}

static void test_near_is_kept(void **state)
{
    struct plan *plan = load_good(NULL, NULL);

    (void)state;
    assert_true(plan_query_find(plan, slice_str("GetJar"))->near);
    assert_false(plan_query_find(plan, slice_str("GetShelf"))->near);
    plan_put(plan);
}

static void test_snapshots_have_a_default(void **state)
{
    struct plan *plan = load_good(", \"snapshot_every\": 7", "");

    (void)state;
    assert_int_equal(plan->models[0].aggregate.snapshot_every, 50);
    plan_put(plan);
}

static void test_an_event_may_be_ignored_on_purpose(void **state)
{
    struct diag diag = {0};

    (void)state;
    assert_null(load(MODEL_JSON,
                     "\"JarMoved\": { \"touches\": [\"jar:{aggregateId}\", \"shelf:{shelf}\", "
                     "\"shelf:{oldShelf}\"] }",
                     "\"JarMoved\": null", &diag));
    assert_int_equal(diag.count, 1); /* its block of projections.sql is left over */
    diag_fini(&diag);
}

/* ------------------------------------------------------------------ fields that may be absent */

struct change {
    const char *old, *new;
};

/* What is said of model.json with two changes; empty: nothing. The caller frees it. */
static char *complaints(const struct change *first, const struct change *second)
{
    const char *texts[MODEL_FILES] = {NULL, event_model_texts[SCHEMA_SQL],
                                      event_model_texts[PROJECTIONS_SQL],
                                      event_model_texts[QUERIES_SQL]};
    struct model_folder folder;
    struct diag diag = {0};
    struct buf changed = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct plan *plan;

    model_text_change(event_model_texts[MODEL_JSON], first->old, first->new, &changed);
    buf_append_char(&changed, '\0');
    texts[MODEL_JSON] = changed.ptr;
    model_folder_make(&folder);
    model_folder_fill_from(&folder, texts, MODEL_JSON, second->old, second->new);
    plan = plan_load(slice_str(folder.root), &diag);
    model_folder_remove(&folder);
    diag_print(&diag, out);
    fclose(out);
    assert_true(!plan == (diag.count > 0));
    assert_true(diag.count <= 1);
    plan_put(plan);
    diag_fini(&diag);
    buf_fini(&changed);
    return text;
}

static void assert_complaint(const struct change *first, const struct change *second,
                             const char *expected)
{
    char *text = complaints(first, second);

    if (expected ? !strstr(text, expected) : text[0] != '\0') {
        fail_msg("%s and %s: there is '%s'", first->new, second->new, text);
    }
    free(text);
}

/* JarFilled comes from two commands, and only one of them gives it the grams. */
static void test_events_ask_for_what_not_every_command_gives(void **state)
{
    static const struct change second_writer = {
        "{ \"type\": \"JarBroken\", \"if\": \"exists\" }",
        "{ \"type\": \"JarBroken\" }, { \"type\": \"JarFilled\", \"payload\": { \"label\": "
        "\"'x'\", \"shelf\": \"1\" } }"};
    static const struct {
        const char *set, *complaint;
    } cases[] = {
        {"event.shelf",                                       NULL                   },
        {"has(event.shelf) ? event.shelf : 0",                NULL                   },
        {"has(event.grams) ? event.grams : 0",                NULL                   },
        {"!has(event.grams) ? 0 : event.grams + event.shelf", NULL                   },
        {"has(event.grams) && event.grams > 1",               NULL                   },
        {"event.grams > 1 && has(event.grams)",               NULL                   },
        {"has(event.grams) ? event.grams : state.grams",      NULL                   },
        {"event.grams",
         "model.json:5: /events/JarFilled/set/grams: 'grams' may be absent (not every command that "
         "emits the event gives it) at column 7 of 'event.grams' (hint: ask first, such as "
         "has(event.grams) ? event.grams : null)"                                    },
        {"has(event.label) ? event.grams : 0",                "'grams' may be absent"},
        {"has(event.shelf) || event.grams > 1",               "'grams' may be absent"},
        {"has(event.grams) ? 0 : event.grams",                "'grams' may be absent"},
        {"[has(event.grams), event.grams > 1]",               "'grams' may be absent"},
        {"has(event.grams) ? event.gram : 0",                 "unknown field 'gram'" },
        {"'has(' + event.label == '' ? 0 : event.grams",      "'grams' may be absent"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf set = {0};
        struct change change = {"\"grams\": \"event.grams\"", NULL};

        buf_printf(&set, "\"grams\": \"%s\"%c", cases[i].set, '\0');
        change.new = set.ptr;
        assert_complaint(&second_writer, &change, cases[i].complaint);
        buf_fini(&set);
    }
}

/* MoveJar may say why. */
static void test_emits_ask_for_what_the_payload_may_lack(void **state)
{
    static const struct change why = {
        "\"required\": [\"shelf\"], \"properties\": { ",
        "\"required\": [\"shelf\"], \"properties\": { \"why\": { \"type\": \"string\" }, "};
    static const char old[] =
        "{ \"type\": \"JarMoved\", \"payload\": { \"shelf\": \"payload.shelf\", ";
    static const struct {
        const char *emit, *complaint;
    } cases[] = {
        {"\"why\": \"has(payload.why) ? payload.why : null\" }, \"if\": \"true\"",        NULL                 },
        {"\"why\": \"payload.why\" }, \"if\": \"has(payload.why)\"",                      NULL                 },
        {"\"why\": \"payload.why\" }, \"if\": \"payload.why != '' && has(payload.why)\"", NULL                 },
        {"\"why\": \"payload.other\" }, \"if\": \"true\"",                                NULL                 },
        {"\"why\": \"payload.why\" }, \"if\": \"true\"",
         "model.json:18: /commands/MoveJar/emit/1/payload/why: 'why' may be absent"                            },
        {"\"why\": \"payload.why\" }, \"if\": \"!has(payload.why)\"",                     "'why' may be absent"},
        {"\"why\": \"payload.shelf\" }, \"if\": \"payload.why != ''\"",
         "model.json:18: /commands/MoveJar/emit/1/if: 'why' may be absent"                                     },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf emit = {0};
        struct change change = {old, NULL};

        /* of another event beside it, whose condition says nothing of this one */
        buf_printf(&emit,
                   "{ \"type\": \"JarBroken\", \"if\": \"has(payload.why)\" }, { \"type\": "
                   "\"JarMoved\", \"payload\": { \"shelf\": \"payload.shelf\", \"oldShelf\": "
                   "\"state.shelf\", %s }, { \"type\": \"JarMoved\", \"payload\": { \"shelf\": "
                   "\"payload.shelf\", %c",
                   cases[i].emit, '\0');
        change.new = emit.ptr;
        assert_complaint(&why, &change, cases[i].complaint);
        buf_fini(&emit);
    }
}

/* ------------------------------------------------------------------ broken models */

struct broken {
    enum model_file file;
    const char *old, *new;
    const char *place; /* "file:line" of the complaint; empty: it is a good one */
    const char *text;  /* part of it */
};

// clang-format off
static const struct broken table[] = {
    {MODEL_JSON, "\"snapshot_every\": 7", "\"snapshot_every\": -1", "model.json:2", "a whole number from 0"},
    {MODEL_JSON, "\"generate\": \"uuid\"", "\"generate\": \"serial\"", "model.json:3", "an id can be generated as \"uuid\" only"},
    {MODEL_JSON, "\"pattern\": \"^[a-z0-9-]+$\"", "\"maxLength\": 20", "model.json:3", "a uuid would be no id of this model: it must"},
    {MODEL_JSON, ", \"generate\": \"uuid\"", "", "model.json:9", "let the aggregate's id \"generate\": \"uuid\""},
    {MODEL_JSON, "\"grams\": \"event.grams\"", "\"grams\": \"event.gram\"", "model.json:5", "unknown field 'gram' at column 7 of 'event.gram' (hint: did you mean 'grams'?)"},
    {MODEL_JSON, "\"grams\": \"event.grams\"", "\"grams\": \"event.label * 2\"", "model.json:5", "string"},
    {MODEL_JSON, "\"grams\": \"event.grams\"", "\"grams\": \"payload.grams\"", "model.json:5", "payload"},
    {MODEL_JSON, "\"grams\": \"event.grams\"", "\"grams\": \"now\"", "model.json:5", "unknown name 'now'"},
    {MODEL_JSON, "\"grams\": \"event.grams\"", "\"grams\": 1", "model.json:5", "must be a string that holds an expression"},
    {MODEL_JSON, "\"set\": { \"shelf\": \"event.shelf\" }", "\"sets\": { \"shelf\": \"event.shelf\" }", "model.json:6", "unknown member 'sets' (hint: did you mean 'set'?)"},
    {MODEL_JSON, "\"deletes\": true", "\"deletes\": 1", "model.json:7", "must be boolean"},
    {MODEL_JSON, "\"JarBroken\": { \"deletes\"", "\"Jar Broken\": { \"deletes\"", "model.json:7", "a name is a letter"},
    {MODEL_JSON, "/shelves/{shelf}/jars\", \"location\"", "/shelves/{shlef}/jars\", \"location\"", "model.json:9", "the path's {shlef} is not the id"},
    {MODEL_JSON, "\"shelf\": { \"type\": \"integer\" }, \"label\"", "\"shelf\": { \"type\": [\"integer\", \"string\"] }, \"label\"", "model.json:10", "it must have one type"},
    {MODEL_JSON, "\"type\": \"JarFilled\", \"payload\"", "\"type\": \"JarFiled\", \"payload\"", "model.json:13", "\"events\" declares no 'JarFiled' (hint: did you mean 'JarFilled'?)"},
    {MODEL_JSON, "\"label\": \"payload.label\"", "\"label\": \"payload.lable\"", "model.json:13", "unknown field 'lable'"},
    {MODEL_JSON, "\"that\": \"exists\"", "\"that\": \"state.shelve == 1\"", "model.json:16", "unknown field 'shelve'"},
    {MODEL_JSON, "\"that\": \"exists\"", "\"that\": \"state.shelf == 'one'\"", "model.json:16", "a comparison between number and string"},
    {MODEL_JSON, "payload.shelf == state.shelf", "payload.shelf == state.label", "model.json:17", "a comparison between number and string"},
    {MODEL_JSON, "\"oldShelf\": \"state.shelf\"", "\"oldShelf\": \"state.label\"", "model.json:23", "the field {oldShelf} of JarMoved is string, the query's parameter in its place integer"},
    {MODEL_JSON, "\"if\": \"exists\"", "\"if\": \"version\"", "model.json:20", "a condition is true or false, not number"},
    {MODEL_JSON, "\"emit\": [ { \"type\": \"JarBroken\", \"if\": \"exists\" } ]", "\"emit\": []", "model.json:20", "a command emits 1 to 99 events"},
    {MODEL_JSON, "\"emit\": [ { \"type\": \"JarBroken\", \"if\": \"exists\" } ]", "\"delete\": true", "model.json:19", "a command of an event store has 'emit'"},
    {MODEL_JSON, "DELETE /jars/{jarId}\",", "DELETE /jars\", \"require\": [ { \"that\": \"exists\", \"else\": { \"status\": 404, \"title\": \"x\" } } ],", "model.json:19", "what has a generated id never exists before"},
    {MODEL_JSON, "\"JarFilled\": { \"touches\"", "\"JarFiled\": { \"touches\"", "model.json:22", "\"events\" declares no 'JarFiled' (hint: did you mean 'JarFilled'?)"},
    {MODEL_JSON, "    \"JarFilled\": { \"touches\": [\"jar:{jarId}\", \"shelf:{shelf}\"] },\n", "", "", ""}, /* its block is enough */
    {PROJECTIONS_SQL, "-- name: JarFilled", "-- name: JarFiled", "model.json:22", "projections.sql has no '-- name: JarFilled' (hint: null ignores it on purpose)"},
    {MODEL_JSON, "[\"jar:{jarId}\", \"shelf:{shelf}\"]", "[\"jar:{jarId}\"]", "", ""}, /* what is declared comes on top */
    {MODEL_JSON, "[\"jar:{jarId}\", \"shelf:{shelf}\"]", "[\"jar:{jarId}\", \"shelf:{shlef}\"]", "model.json:22", "nothing fills the place {shlef}: no command emits JarFilled with it (hint: did you mean 'shelf'?)"},
    {MODEL_JSON, "\"shelf:{oldShelf}\"", "\"shelf:{old.shelf}\"", "model.json:23", "an event has no old image"},
    {MODEL_JSON, ", \"shelf:{oldShelf}\"", "", "", ""},
    {MODEL_JSON, "{ \"type\": \"JarBroken\", \"if\": \"exists\" }", "{ \"type\": \"JarBroken\" }, { \"type\": \"JarMoved\", \"payload\": { \"shelf\": \"1\" } }", "model.json:23", "not every command that emits JarMoved gives it the {oldShelf}"},
    {MODEL_JSON, "{ \"type\": \"JarBroken\", \"if\": \"exists\" }", "{ \"type\": \"JarMoved\", \"payload\": { \"oldShelf\": \"1\" } }", "model.json:6", "'shelf' may be absent (not every command that emits the event gives it) at column 7 of 'event.shelf'"},
    {MODEL_JSON, ", \"touches_sql\": \"ShelfOfJar\"", "", "projections.sql:7", "ShelfOfJar: model.json has no projection and no \"touches_sql\" of this name"},
    {MODEL_JSON, "\"touches_sql\": \"ShelfOfJar\"", "\"touches_sql\": \"ShelfOfJars\"", "model.json:24", "projections.sql has no other block '-- name: ShelfOfJars'"},
    {SCHEMA_SQL, "NOT NULL PRIMARY KEY", "NOT NULL", "model.json:28", "rows are not unique by these columns"},
    {SCHEMA_SQL, "jarId VARCHAR(64) NOT NULL PRIMARY KEY,", "jarId VARCHAR(64) NOT NULL, PRIMARY KEY (label, jarId),", "model.json:28", "rows are not unique by these columns"},
    {SCHEMA_SQL, "jarId VARCHAR(64) NOT NULL PRIMARY KEY,", "jarId VARCHAR(64) NOT NULL UNIQUE, PRIMARY KEY (shelf, jarId),", "", ""},
    {QUERIES_SQL, "* FROM jars WHERE shelf", "a.jarId, b.label FROM jars a JOIN jars b ON b.shelf = a.shelf WHERE a.shelf", "model.json:28", "rows are not unique by these columns: pages could miss some: 'b' may have several rows for one of them (hint: add the columns of its primary key"},
    {QUERIES_SQL, "* FROM jars WHERE shelf", "a.jarId, b.label FROM jars a JOIN jars b ON b.shelf = a.shelf AND b.jarId = a.jarId WHERE a.shelf", "", ""},
    {QUERIES_SQL, "* FROM jars WHERE shelf", "a.jarId FROM jars a JOIN (SELECT MAX(label) l FROM jars WHERE shelf = :shelf) b WHERE a.shelf", "model.json:28", "'b' may have several rows for one of them"},
    {QUERIES_SQL, "* FROM jars WHERE shelf", "b.jarId FROM jars a LEFT JOIN jars b ON b.shelf = a.shelf WHERE a.shelf", "model.json:28", "the column 'jarId' is NULL where its LEFT JOIN finds no row"},
    {QUERIES_SQL, "WHERE shelf = :shelf", "WHERE shelf = :shelf UNION SELECT * FROM jars WHERE shelf = :shelf", "model.json:28", "only all columns of a UNION tell its rows apart"},
    {QUERIES_SQL, "* FROM jars WHERE shelf = :shelf", "jarId FROM jars WHERE shelf = :shelf UNION SELECT jarId FROM jars WHERE label = ''", "", ""},
    {QUERIES_SQL, "* FROM jars WHERE shelf = :shelf", "jarId FROM jars WHERE shelf = :shelf UNION ALL SELECT jarId FROM jars WHERE label = ''", "model.json:28", "UNION ALL may have a row twice"},
    {QUERIES_SQL, "* FROM jars WHERE shelf = :shelf", "jarId FROM jars WHERE shelf = :shelf UNION SELECT shelf FROM jars", "model.json:28", "no column of the query's result that comes straight from a table"},
    {QUERIES_SQL, "* FROM jars WHERE shelf", "x.jarId FROM (SELECT jarId FROM jars WHERE shelf = :shelf) x JOIN jars j ON j.jarId = x.jarId WHERE j.shelf", "", ""},
    {QUERIES_SQL, "SELECT * FROM jars WHERE shelf = :shelf", "(SELECT * FROM jars WHERE shelf = :shelf)", "", ""},
    {QUERIES_SQL, "* FROM jars WHERE shelf = :shelf", "* FROM jars WHERE jarId IN (WITH d AS (SELECT jarId FROM jars WHERE shelf = :shelf) SELECT jarId FROM d)", "", ""},
    {QUERIES_SQL, "* FROM jars WHERE shelf", "x.jarId FROM (SELECT CONCAT(jarId) AS jarId FROM jars WHERE shelf = :shelf) x JOIN jars j ON j.jarId = x.jarId WHERE j.shelf", "model.json:28", "no column of the query's result that comes straight from a table"},
    {MODEL_JSON, "\"shelf\": { \"type\": \"integer\" } }, \"page\"", "\"shelf\": { \"type\": \"string\" } }, \"page\"", "model.json:22", "is number, the query's parameter in its place string"},
    {MODEL_JSON, "\"shelf\": { \"type\": \"integer\" } }, \"page\"", "\"shelf\": { \"type\": \"integer\" } }, \"version\": 1, \"page\"", "model.json:28", "must be string"},
    {SCHEMA_SQL, "jarId VARCHAR(64) NOT NULL PRIMARY KEY,", "jarId VARCHAR(64) COLLATE utf8mb4_general_ci NOT NULL PRIMARY KEY,", "projections.sql:2", "two ids could be one row (hint: COLLATE utf8mb4_bin)"},
    {SCHEMA_SQL, "jarId VARCHAR(64) NOT NULL PRIMARY KEY,", "jarId BIGINT NOT NULL PRIMARY KEY,", "model.json:26", "the tag's {jarId} is string, and 'jarId' is BIGINT: SQL takes several texts for one value, tags do not (hint: \"type\": \"integer\")"},
    {SCHEMA_SQL, "jarId VARCHAR(64) NOT NULL PRIMARY KEY,", "jarId BIGINT NOT NULL PRIMARY KEY,", "projections.sql:2", "the id ':jarId' is string, and 'jarId' is BIGINT: two ids could be one row"},
    {SCHEMA_SQL, ");\n", ") DEFAULT CHARSET = utf8mb4;\n", "model.json:26", "the tag's {jarId} is compared with 'jarId' of the collation that is the default of utf8mb4"},
    {SCHEMA_SQL, ");\n", ") CHARSET utf8mb4 COLLATE utf8mb4_bin;\n", "", ""},
    {SCHEMA_SQL, ");\n", ") COLLATE = utf8mb4_general_ci;\n", "model.json:26", "of the collation utf8mb4_general_ci"},
    {SCHEMA_SQL, "jarId VARCHAR(64)", "jarId VARCHAR(64) CHARACTER SET utf8mb4", "model.json:26", "that is the default of utf8mb4"},
    {MODEL_JSON, "\"JarMoved\": { \"set\": { \"shelf\"", "\"JarMoved\": { \"set\": { \"shelf.name\"", "model.json:6", "'shelf.name' is no name: parts of an attribute cannot be set"},
    {MODEL_JSON, "\"oldShelf\": \"state", "\"old.shelf\": \"state", "model.json:18", "'old.shelf' is no name: parts of an attribute cannot be set"},
    {QUERIES_SQL, "WHERE shelf = :shelf", "WHERE shelf <=> :shelf", "", ""},
    {QUERIES_SQL, "WHERE shelf = :shelf", "WHERE shelf IN (:shelf)", "", ""},
    {QUERIES_SQL, "WHERE jarId = :jarId", "WHERE jarId = :jarId AND EXISTS (SELECT 1 FROM jars j WHERE j.jarId = jars.jarId AND j.label <> '')", "", ""},
    {QUERIES_SQL, "WHERE shelf = :shelf", "WHERE (shelf = :shelf AND label > 'a')", "", ""},
    {QUERIES_SQL, "WHERE shelf = :shelf", "WHERE shelf = :shelf AND label LIKE CONCAT(:shelf, '%')", "", ""},
    {PROJECTIONS_SQL, "(:jarId, :shelf,", "(:jarId, (:shelf),", "", ""},
    {PROJECTIONS_SQL, "(jarId, shelf, label, filled) VALUES (:jarId, :shelf,", "(jarId, label, filled) VALUES (:jarId,", "", ""}, /* the row would be refused by SQL */
    {PROJECTIONS_SQL, "SET shelf = :shelf", "SET label = CONCAT(label, :shelf)", "", ""},
    {PROJECTIONS_SQL, "(:jarId, :shelf,", "(:aggregateId, :shelf,", "", ""},
    {PROJECTIONS_SQL, "VALUES (:jarId, :shelf, :label, :timestamp)", "VALUES (:jarId, :shelf, :label, :timestamp);\nUPDATE jars SET label = CASE WHEN shelf = 3 THEN 'a' ELSE 'b' END WHERE jarId = :jarId", "", ""},
    {PROJECTIONS_SQL, "SET shelf = :shelf WHERE", "SET shelf = :shelf, label = (SELECT MAX(label) FROM labels WHERE jarId = :jarId) WHERE", "", ""},
    {PROJECTIONS_SQL, "SET shelf = :shelf WHERE", "SET shelf = :shelf, label = CASE WHEN label IN ('a', 'b') OR EXISTS (SELECT 1 FROM labels WHERE label > 'a' OR jarId = 'x') THEN 'c' ELSE 'd' END WHERE", "", ""},
    {PROJECTIONS_SQL, "DELETE FROM jars WHERE jarId = :aggregateId", "DELETE FROM jars WHERE jarId = :aggregateId AND label NOT IN (SELECT label FROM labels WHERE label > 'a' OR jarId = 'x')", "", ""},
    {PROJECTIONS_SQL, ":label", ":lable", "projections.sql:2", "no command emits JarFilled with a 'lable' (hint: did you mean 'label'?)"},
    {PROJECTIONS_SQL, ":label", ":old.label", "projections.sql:2", "nothing that an event store's projection knows"},
    {PROJECTIONS_SQL, "SET shelf = :shelf", "SET shelf = NOW()", "projections.sql:4", "'NOW' is not allowed"},
    {PROJECTIONS_SQL, "CONCAT('shelf:', shelf)", "CONCAT('shelf:', shelf), jarId", "projections.sql:8", "one column, not 2"},
    {PROJECTIONS_SQL, "CONCAT('shelf:', shelf)", "*", "projections.sql:8", "one column"},
    {PROJECTIONS_SQL, "SELECT CONCAT('shelf:', shelf) FROM jars", "DELETE FROM jars", "projections.sql:8", "a query begins with SELECT"},
    {PROJECTIONS_SQL, "FROM jars WHERE jarId = :aggregateId;\n-- name: Shelf", "FROM jar WHERE jarId = :aggregateId;\n-- name: Shelf", "projections.sql:6", "the table 'jar' is not in schema.sql"},
};
// clang-format on

static bool check_broken(const struct broken *broken)
{
    struct diag diag = {0};
    struct plan *plan = load(broken->file, broken->old, broken->new, &diag);
    bool wanted = broken->place[0] != '\0';
    bool refused = !plan == wanted;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    diag_print(&diag, out);
    fclose(out);
    if (!refused || !strstr(text, broken->place) || !strstr(text, broken->text)) {
        print_error("'%s' -> '%s' wants %s ... %s; there is:\n%s", broken->old, broken->new,
                    broken->place, broken->text, text);
        refused = false;
    }
    free(text);
    plan_put(plan);
    diag_fini(&diag);
    return refused;
}

static void test_broken_event_stores_are_refused_with_place_and_reason(void **state)
{
    bool refused = true;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        refused &= check_broken(&table[i]);
    }
    assert_true(refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_aggregate_is_an_event_store),
        cmocka_unit_test(test_commands_emit_declared_events),
        cmocka_unit_test(test_a_path_parameter_that_is_not_the_id_is_a_member_of_the_payload),
        cmocka_unit_test(test_an_id_comes_from_the_path_else_the_payload_else_is_made),
        cmocka_unit_test(test_an_event_binds_its_payload_and_what_every_event_has),
        cmocka_unit_test(test_touches_sql_is_a_statement_of_its_own),
        cmocka_unit_test(test_an_emit_after_a_refused_one_has_its_own_fields_only),
        cmocka_unit_test(test_near_is_kept),
        cmocka_unit_test(test_snapshots_have_a_default),
        cmocka_unit_test(test_an_event_may_be_ignored_on_purpose),
        cmocka_unit_test(test_events_ask_for_what_not_every_command_gives),
        cmocka_unit_test(test_emits_ask_for_what_the_payload_may_lack),
        cmocka_unit_test(test_broken_event_stores_are_refused_with_place_and_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
