/*
 * Loading models: a good one, what is derived from it, and a table of broken ones with the
 * complaint that each must get.
 */
#include "tests/unit/conf/build/model_text.h"
#include "tests/unit/unit.h"

static struct plan *load(enum model_file file, const char *old, const char *new, struct diag *diag)
{
    struct model_folder folder;
    struct plan *plan;

    model_folder_make(&folder);
    model_folder_fill(&folder, file, old, new);
    plan = plan_load(slice_str(folder.root), diag);
    model_folder_remove(&folder);
    return plan;
}

static struct plan *load_good(void)
{
    struct diag diag = {0};
    struct plan *plan = load(MODEL_JSON, NULL, NULL, &diag);

    if (!plan) {
        diag_print(&diag, stderr);
    }
    diag_fini(&diag);
    assert_non_null(plan);
    return plan;
}

static void test_commands_say_what_their_one_request_demands(void **state)
{
    struct plan *plan = load_good();
    const struct plan_command *create = plan_command_find(plan, slice_str("CreateBox"));
    const struct plan_command *drop = plan_command_find(plan, slice_str("DropBox"));

    (void)state;
    assert_true(create->demands_absent && !create->demands_exists && !create->reads_state);
    assert_int_equal(create->id_from, ID_FROM_PAYLOAD);
    assert_ptr_equal(create->location, plan_query_find(plan, slice_str("GetBox")));
    assert_int_equal(drop->write, WRITE_DELETE);
    assert_int_equal(drop->id_from, ID_FROM_PATH);
    assert_false(drop->demands_exists);
    plan_put(plan);
}

static void test_touched_tags_have_the_types_of_the_queries(void **state)
{
    struct plan *plan = load_good();
    const struct plan_projection *put = plan_projection_find(&plan->models[0], slice_str("put"));

    (void)state;
    assert_int_equal(put->touches[0].parts[0].type, SCALAR_INTEGER);
    assert_slice(put->touches[0].parts[0].name, "BoxId");
    plan_put(plan);
}

/* The same plan but for what is declared. */
static void test_declared_tags_are_optional(void **state)
{
    static const char *const declared[][2] = {
        {"\"put\": { \"touches\": [\"box:{BoxId}\", \"boxes\"] }",  "\"put\": {}" },
        {"\"put\": { \"touches\": [\"box:{BoxId}\", \"boxes\"] },", ""            },
        {"\"tags\": [\"box:{BoxId}\"]",                             "\"tags\": []"},
        {"\"tags\": [\"box:{BoxId}\"], ",                           ""            },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(declared); i++) {
        struct diag diag = {0};
        struct plan *plan = load(MODEL_JSON, declared[i][0], declared[i][1], &diag);
        const struct plan_query *query;

        diag_print(&diag, stderr);
        assert_non_null(plan);
        query = plan_query_find(plan, slice_str("GetBox"));
        assert_int_equal(query->declared_count, i < 2);
        assert_int_equal(query->tag_count, 1 + query->declared_count);
        assert_slice(query->tags[0].text, "boxes(BoxId)={BoxId}");
        assert_int_equal(plan->models[0].projections[0].touch_count, i < 2 ? 0 : 2);
        assert_int_equal(plan->models[0].projections[0].changes[0].touch_count, 2);
        plan_put(plan);
        diag_fini(&diag);
    }
}

static void test_an_insert_of_one_row_can_be_sent_for_many(void **state)
{
    struct plan *plan = load_good();
    const struct plan_sql *sql =
        &plan_projection_find(&plan->models[0], slice_str("put"))->statements[0];

    (void)state;
    assert_slice(sql->head, "INSERT INTO boxes (BoxId, Label) VALUES ");
    assert_slice(sql->row, "(?, ?)");
    assert_slice(sql->tail, "\nON DUPLICATE KEY UPDATE Label = VALUES(Label)");
    sql = &plan_projection_find(&plan->models[0], slice_str("delete"))->statements[0];
    assert_int_equal(sql->row.len, 0);
    assert_int_equal(sql->binds[0].source, SOURCE_OLD_FIELD);
    plan_put(plan);
}

static void test_a_projection_that_computes_with_stored_values_is_known(void **state)
{
    struct diag diag = {0};
    struct plan *plan = load_good();
    struct slice put = slice_str("put");

    (void)state;
    assert_false(plan_projection_find(&plan->models[0], put)->recalls);
    plan_put(plan);
    plan = load(PROJECTIONS_SQL, "Label = VALUES(Label)", "Label = CONCAT(BoxId, VALUES(Label))",
                &diag);
    assert_non_null(plan);
    assert_true(plan_projection_find(&plan->models[0], put)->recalls);
    assert_false(plan_projection_find(&plan->models[0], put)->reads);
    diag_fini(&diag);
    plan_put(plan);
}

/* Sent together, they would all see the rows of before. */
static void test_an_insert_that_asks_is_sent_alone(void **state)
{
    static const char *const asking[][2] = {
        {":Label)",
         "(SELECT COALESCE(MAX(b.Label), '') FROM boxes b WHERE b.BoxId = :aggregateId))"},
        {"= VALUES(Label)", "= (SELECT MAX(b.Note) FROM boxes b)"                        },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(asking); i++) {
        struct diag diag = {0};
        struct plan *plan = load(PROJECTIONS_SQL, asking[i][0], asking[i][1], &diag);

        diag_print(&diag, stderr);
        diag_fini(&diag);
        assert_non_null(plan);
        assert_int_equal(
            plan_projection_find(&plan->models[0], slice_str("put"))->statements[0].row.len, 0);
        plan_put(plan);
    }
}

static void test_keys_that_restrict_and_innodb_are_fine(void **state)
{
    struct diag diag = {0};
    struct plan *plan =
        load(SCHEMA_SQL, "Note VARCHAR(50)\n)",
             "Note VARCHAR(50) REFERENCES boxes (Label) ON DELETE NO ACTION,\n"
             "At TIMESTAMP NOT NULL ON UPDATE CURRENT_TIMESTAMP,\n"
             "FOREIGN KEY (Note) REFERENCES boxes (Label) ON DELETE RESTRICT\n) ENGINE='innodb'",
             &diag);

    (void)state;
    diag_print(&diag, stderr);
    diag_fini(&diag);
    assert_non_null(plan);
    plan_put(plan);
}

static void test_star_gives_the_page_its_column_types(void **state)
{
    struct plan *plan = load_good();
    const struct plan_query *query = plan_query_find(plan, slice_str("GetBoxes"));

    (void)state;
    assert_true(query->paged && !query->one);
    assert_int_equal(query->page.columns[0].type, SCALAR_INTEGER);
    plan_put(plan);
}

static void test_rows_without_pages_are_cut_or_counted(void **state)
{
    static const struct {
        const char *written, *printed;
        bool cuts;
        const char *limit;
    } cases[] = {
        {"\"order\": [\"-Label\", \"BoxId\"], \"limit\": 3",
         "    order: -Label string BoxId integer, limit 3\n",                                    true,
         " u ORDER BY u.`Label` DESC, u.`BoxId` LIMIT 3)"},
        {"\"order\": [\"Label\"], \"max\": 3",               "    order: Label string, max 3\n", false,
         " u ORDER BY u.`Label` LIMIT 4)"                },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct diag diag = {0};
        struct plan *plan =
            load(MODEL_JSON, "\"page\": { \"by\": [\"BoxId\"], \"limit\": 50, \"max\": 200 }",
                 cases[i].written, &diag);
        const struct plan_query *query;
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);

        diag_print(&diag, stderr);
        assert_non_null(plan);
        plan_print(plan, out);
        fclose(out);
        query = plan_query_find(plan, slice_str("GetBoxes"));
        assert_int_equal(query->rows_max, 3);
        assert_int_equal(query->cuts, cases[i].cuts);
        assert_non_null(strstr(text, cases[i].printed));
        assert_non_null(strstr(text, cases[i].limit));
        free(text);
        plan_put(plan);
        diag_fini(&diag);
    }
}

static void fingerprints(enum model_file file, const char *old, const char *new, char touches[17],
                         char query[17])
{
    struct diag diag = {0};
    struct plan *plan = load(file, old, new, &diag);

    assert_non_null(plan);
    memcpy(touches, plan->models[0].touches, 17);
    memcpy(query, plan_query_find(plan, slice_str("GetBox"))->fingerprint, 17);
    plan_put(plan);
    diag_fini(&diag);
}

static void test_fingerprints_change_with_what_they_stand_for(void **state)
{
    char touches[17], query[17], touches_now[17], query_now[17];

    (void)state;
    fingerprints(MODEL_JSON, NULL, NULL, touches, query);
    fingerprints(MODEL_JSON, NULL, NULL, touches_now, query_now);
    assert_string_equal(touches, touches_now);
    assert_string_equal(query, query_now);

    /* the SQL: the query's only */
    fingerprints(QUERIES_SQL, "SELECT BoxId, Label", "SELECT Label, BoxId", touches_now, query_now);
    assert_string_equal(touches, touches_now);
    assert_string_not_equal(query, query_now);

    /* a tag of the projection: the touches' only */
    fingerprints(MODEL_JSON, "\"delete\": { \"touches\": [\"box:{BoxId}\", ",
                 "\"delete\": { \"touches\": [\"gone\", \"box:{BoxId}\", ", touches_now, query_now);
    assert_string_not_equal(touches, touches_now);
    assert_string_equal(query, query_now);

    /* what an id must satisfy: none of them */
    fingerprints(MODEL_JSON, "\"type\": \"integer\", \"minimum\": 1 }", "\"type\": \"integer\" }",
                 touches_now, query_now);
    assert_string_equal(touches, touches_now);
    assert_string_equal(query, query_now);
}

/* ------------------------------------------------------------------ broken models */

#define PAGE "\"page\": { \"by\": [\"BoxId\"], \"limit\": 50, \"max\": 200 }"

struct broken {
    enum model_file file;
    const char *old, *new;
    const char *place; /* "file:line" of the complaint */
    const char *text;  /* part of it */
};

// clang-format off
static const struct broken table[] = {
    {MODEL_JSON, "\"model\": \"boxes\",", "\"model\": \"boxes\"", "model.json:2", "not JSON"},
    {MODEL_JSON, "\"model\"", "\"modle\"", "model.json:1", "unknown member 'modle' (hint: did you mean 'model'?)"},
    {MODEL_JSON, "\"model\": \"boxes\"", "\"model\": \"my boxes\"", "model.json:1", "a model's name"},
    {MODEL_JSON, "\"state\"", "\"events\"", "model.json:1", "an event store declares its events"},
    {MODEL_JSON, "\"state\"", "\"events\"", "model.json:5", "a command of an event store has 'emit'"},
    {MODEL_JSON, "\"table\": \"Boxes\",", "\"table\": \"Boxes\", \"snapshot_every\": 5,", "model.json:2", "only an event store has snapshots"},
    {MODEL_JSON, "\"state\"", "\"stat\"", "model.json:2", "must be \"state\" or \"events\""},
    {MODEL_JSON, "\"Boxes\"", "\"my boxes\"", "model.json:2", "DynamoDB"},
    {MODEL_JSON, "\"minimum\": 1 }", "\"minimun\": 1 }", "model.json:3", "unsupported keyword 'minimun' (hint: did you mean 'minimum'?)"},
    {MODEL_JSON, "\"minimum\": 1 }", "\"generate\": \"uuid\" }", "model.json:3", "a uuid would be no id of this model"},
    {MODEL_JSON, "\"type\": \"integer\", \"minimum\": 1 }", "\"type\": \"boolean\" }", "model.json:3", "must be integer or string"},
    {MODEL_JSON, "  \"commands\"", "  \"events\": {},\n  \"commands\"", "model.json:4", "only an event store has events"},
    {MODEL_JSON, "POST /boxes", "POST boxes", "model.json:5", "a route is a method and a path"},
    {MODEL_JSON, "POST /boxes", "POST /commands", "model.json:5", "the gateway's own"},
    {MODEL_JSON, "POST /boxes", "POST /boxes/{Other}", "model.json:5", "the path's {Other} is not the id, so it is a member of the payload"},
    {MODEL_JSON, "DELETE /boxes/{BoxId}", "DELETE /boxes/{BoxId}/{Label}", "model.json:10", "(hint: declare 'Label' in the payload's \"properties\")"},
    {MODEL_JSON, "\"delete\": true", "\"emit\": []", "model.json:10", "only an event store's commands emit events"},
    {MODEL_JSON, "\"delete\": true", "\"delete\": true, \"skip_if\": \"version\"", "model.json:10", "a condition is true or false, not number"},
    {MODEL_JSON, "POST /boxes", "GET /boxes/new", "model.json:5", "a command's method"},
    {MODEL_JSON, "\"location\": \"GetBox\"", "\"location\": \"GetBoxes\"", "model.json:5", "no :one query"},
    {MODEL_JSON, "\"location\"", "\"skip_if\"", "model.json:5", "unknown name 'GetBox'"},
    {MODEL_JSON, "[\"BoxId\", \"Label\"]", "[\"Label\"]", "model.json:5", "neither the path nor the payload surely holds the id"},
    {MODEL_JSON, "[\"BoxId\", \"Label\"]", "[\"BoxId\"]", "model.json:9", "/commands/CreateBox/put/Label: 'Label' may be absent (the schema does not require it) at column 9 of 'payload.Label' (hint: ask first, such as has(payload.Label) ? payload.Label : null, or require it in the schema)"},
    {MODEL_JSON, "[\"BoxId\", \"Label\"]", "[\"BoxId\", \"Lable\"]", "model.json:6", "additionalProperties forbids"},
    {MODEL_JSON, "\"BoxId\": { \"type\": \"integer\" }", "\"BoxId\": { \"type\": \"string\" }", "model.json:6", "must be of the id's type, integer; it is string"},
    {MODEL_JSON, "\"BoxId\": { \"type\": \"integer\" }", "\"BoxId\": { \"type\": \"string\", \"format\": \"uuid\" }", "model.json:6", "must be of the id's type, integer; it is uuid"},
    {MODEL_JSON, "\"Label\": { \"type\": \"string\" }", "\"Label\": { \"type\": \"text\" }", "model.json:7", "not a type"},
    {MODEL_JSON, "\"Label\": { \"type\": \"string\" }", "\"Label\": { \"contentEncoding\": \"a\" }", "model.json:7", "unsupported keyword 'contentEncoding'"},
    {MODEL_JSON, "!exists", "!exist", "model.json:8", "unknown name 'exist' at column 2 of '!exist' (hint: did you mean 'exists'?)"},
    {MODEL_JSON, "!exists", "payload.Label", "model.json:8", "a condition is true or false, not string"},
    {MODEL_JSON, "!exists", "payload.Label > 3", "model.json:8", "an order between string and number"},
    {MODEL_JSON, "!exists", "payload.Label == ", "model.json:8", "the expression ends"},
    {MODEL_JSON, "409", "200", "model.json:8", "a whole number from 400 to 499"},
    {MODEL_JSON, "\"payload.Label\"", "\"payload.Lable\"", "model.json:9", "unknown field 'Lable' at column 9 of 'payload.Lable' (hint: did you mean 'Label'?)"},
    {MODEL_JSON, "\"put\": { \"Label\"", "\"put\": { \"BoxId\"", "model.json:9", "the id cannot be assigned"},
    {MODEL_JSON, "\"put\": { \"Label\"", "\"put\": { \"_version\"", "model.json:9", "reserved"},
    {MODEL_JSON, "\"delete\": true", "\"delete\": false", "model.json:10", "a command has one of"},
    {MODEL_JSON, "\"put\": { \"touches\"", "\"putt\": { \"touches\"", "model.json:12", "not 'putt'"},
    {MODEL_JSON, "\"put\": { \"touches\": [\"box:{BoxId}\", \"boxes\"] }", "\"put\": { \"touches\": [\"box:{BoxId\", \"boxes\"] }", "model.json:12", "is not a tag template"},
    {MODEL_JSON, "\"put\": { \"touches\": [", "\"put\": { \"touches\": [\"label:{Label}\", ", "model.json:12", "touch {old.Label} too"},
    {MODEL_JSON, "\"put\": { \"touches\": [", "\"put\": { \"touches\": [\"label:{old.Label}\", ", "model.json:12", "'label:{old.Label}' would not touch what holds the new value (hint: touch {Label} too)"},
    {MODEL_JSON, "\"put\": { \"touches\": [", "\"put\": { \"touches\": [\"label:{Lable}\", ", "model.json:12", "did you mean 'Label'?"},
    {MODEL_JSON, "\"put\": { \"touches\": [", "\"put\": { \"touches_sql\": \"x\", \"touches\": [", "model.json:12", "projections.sql has no other block '-- name: x'"},
    {MODEL_JSON, "\"tags\": [\"box:{BoxId}\"]", "\"tags\": [\"box:{Id}\"]", "model.json:15", "no parameter fills the place {Id}"},
    {MODEL_JSON, "GET /boxes/{BoxId}", "GET /boxes/{Id}", "model.json:15", "nothing says what the path parameter 'Id' is"},
    {MODEL_JSON, "GET /boxes/{BoxId}", "POST /boxes/{BoxId}", "model.json:15", "a query's method is GET"},
    {MODEL_JSON, "\"ttl\": \"1h\" }", "\"ttl\": \"1x\" }", "model.json:15", "not a time to live"},
    {MODEL_JSON, "\"ttl\": \"1h\" }", "\"ttl\": \"1h\", \"max\": 3 }", "model.json:15", "a :one query has no"},
    {MODEL_JSON, "\"ttl\": \"1h\" }", "\"ttl\": \"1h\", \"version\": \"Labl\" }", "model.json:15", "did you mean 'Label'?"},
    {MODEL_JSON, "\"ttl\": \"1h\" }", "\"ttl\": \"1h\", \"near\": 1 }", "model.json:15", "must be boolean, not number"},
    {MODEL_JSON, "\"ttl\": \"1h\" }", "\"ttl\": \"1h\", \"params\": { \"x\": { \"type\": \"string\" } } }", "model.json:15", "is nowhere in the query's SQL"},
    {MODEL_JSON, "\"ttl\": \"1h\" }", "\"ttl\": \"1h\", \"params\": { \"limit\": { \"type\": \"string\" } } }", "model.json:15", "reserved for pages"},
    {MODEL_JSON, "GET /boxes\"", "GET /boxes/{x}\"", "model.json:16", "nothing says what"},
    {MODEL_JSON, "[\"BoxId\"]", "[\"BoxID\"]", "model.json:17", "did you mean 'BoxId'?"},
    {MODEL_JSON, "[\"BoxId\"]", "[\"Note\"]", "model.json:17", "may be NULL"},
    {MODEL_JSON, "[\"BoxId\"]", "[\"Label\"]", "model.json:17", "rows are not unique"},
    {MODEL_JSON, "[\"BoxId\"]", "[]", "model.json:17", "1 to 8 columns"},
    {MODEL_JSON, "[\"BoxId\"]", "[\"BoxId\", \"-boxid\"]", "model.json:17", "the column 'boxid' is named twice"},
    {MODEL_JSON, "\"Boxes\"", "\"TwofoldCommands\"", "model.json:2", "this table is the one of idempotency keys"},
    {MODEL_JSON, "\"delete\": true", "\"delete\": true, \"emits\": 1, \"zzzzzz\": 1", "model.json:10", "unknown member 'zzzzzz' (hint: there is route, location, payload,"},
    {MODEL_JSON, "{ \"model\"", "{ \"model\": \"x\", \"model\"", "model.json:1", "not JSON: duplicate member name (hint: an object has each name once at most)"},
    {MODEL_JSON, "{ \"model\"", "\xEF\xBB\xBF{ \"model\"", "model.json:1", "begins with a byte order mark (hint: save it as UTF-8 without BOM)"},
    {QUERIES_SQL, "FROM boxes;", "FROM boxes -- \xE4\n;", "queries.sql:5", "a character that is not UTF-8"},
    {QUERIES_SQL, "SELECT * FROM", "SELECT UPPER(Label) AS BoxId, Label FROM", "model.json:17", "an expression cannot order rows: name the table's column in the SELECT list, or let projections keep the number"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId AND `UUID`() > 0", "queries.sql:3:26", "the function 'UUID' is not known"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId AND VERSION() > 0", "queries.sql:3", "'VERSION' is not allowed"},
    {QUERIES_SQL, "SELECT BoxId, Label FROM boxes\n", "SELECT b.BoxId, x.Label FROM boxes b, boxes x\n", "queries.sql:3:7", "GetBox: 'BoxId' is a column of 'b' and of 'x' (hint: write table.column)"},
    {QUERIES_SQL, "WHERE BoxId = :BoxId", "WHERE BoxId = :BoxId UNION TABLE boxes", "queries.sql:3:28", "SELECT should be here, not 'TABLE'"},
    {QUERIES_SQL, "SELECT BoxId, Label FROM", "WITH Boxes AS (SELECT * FROM boxes) SELECT Boxes.* FROM Boxes JOIN", "queries.sql:2:57", "GetBox: WITH 'Boxes': a table has this name (hint: give it another name)"},
    {SCHEMA_SQL, "BoxId BIGINT NOT NULL PRIMARY KEY,", "BoxId BIGINT AS (CRC32(Label)) PRIMARY KEY,", "model.json:15", "the tag's {BoxId} is integer, and 'BoxId' is BIGINT: SQL takes several texts for one value, tags do not (hint: a column that is computed from others has no text of its own: compare those)"},
    {MODEL_JSON, "\"put\": { \"Label\":", "\"put\": { \"Label.Text\":", "model.json:9", "'Label.Text' is no name: parts of an attribute cannot be set (hint: set all of 'Label': \"Label\": \"{'...': ...}\")"},
    {MODEL_JSON, "\"put\": { \"Label\":", "\"update\": { \"Label[0]\":", "model.json:9", "'Label[0]' is no name: parts of an attribute cannot be set (hint: set all of 'Label'"},
    {MODEL_JSON, "\"put\": { \"Label\":", "\"put\": { \".x\":", "model.json:9", "'.x' is no name"},
    {MODEL_JSON, PAGE, "\"order\": [\"BoxId\"]", "model.json:16", "a :many query needs 'page', or 'order' with one of 'limit' and 'max' (hint: \"limit\" gives the first rows"},
    {MODEL_JSON, PAGE, "\"order\": [\"BoxId\"], \"limit\": 5, \"max\": 5", "model.json:16", "with one of 'limit' and 'max'"},
    {MODEL_JSON, PAGE, "\"limit\": 5", "model.json:16", "with one of 'limit' and 'max'"},
    {MODEL_JSON, PAGE, "\"order\": [\"BoxId\"], \"limit\": 10001", "model.json:17", "from 1 to 10000"},
    {MODEL_JSON, PAGE, "\"order\": [\"Label\"], \"limit\": 5", "model.json:17", "rows are not unique by these columns: which ones are cut would be chance"},
    {MODEL_JSON, PAGE, PAGE ", \"limit\": 5", "model.json:16", "'order', 'limit' and 'max' are for queries without 'page' (hint: a page has its own"},
    {MODEL_JSON, "\"tags\": [\"box:{BoxId}\"]", "\"limit\": 1, \"tags\": [\"box:{BoxId}\"]", "model.json:15", "a :one query has no 'page', 'order', 'limit' or 'max'"},
    {MODEL_JSON, "\"limit\": 50, \"max\": 200", "\"limit\": 50, \"max\": 20", "model.json:17", "from 1 to 20"},
    {SCHEMA_SQL, "Note VARCHAR(50)", "Note VARCHAR(50), CONSTRAINT f FOREIGN KEY (Note) REFERENCES boxes (Label) ON UPDATE RESTRICT ON DELETE CASCADE", "schema.sql:4", "boxes: a foreign key that cascades changes rows that no projection writes (hint: write RESTRICT"},
    {SCHEMA_SQL, "Note VARCHAR(50)", "Note VARCHAR(50), FOREIGN KEY (Note) REFERENCES boxes (Label) ON DELETE SET NULL", "schema.sql:4", "a foreign key that cascades"},
    {SCHEMA_SQL, "Note VARCHAR(50)", "Note VARCHAR(50) REFERENCES boxes (Label) ON UPDATE SET DEFAULT", "schema.sql:4", "a foreign key that cascades"},
    {SCHEMA_SQL, ");", ") ENGINE = MyISAM;", "schema.sql:5", "the engine must be InnoDB: others have no transactions (hint: write ENGINE = InnoDB"},
    {SCHEMA_SQL, ");", ") COMMENT = 'x' engine 'Aria';", "schema.sql:5", "the engine must be InnoDB"},
    {SCHEMA_SQL, "Note VARCHAR(50)", "Note VARCHAR(50) INVISIBLE", "schema.sql:4", "an INVISIBLE column is in no *"},
    {SCHEMA_SQL, "IF NOT EXISTS ", "", "schema.sql:1", "only CREATE TABLE IF NOT EXISTS"},
    {SCHEMA_SQL, "Label VARCHAR(50) NOT NULL", "BoxId INT", "schema.sql:3", "this column is declared twice"},
    {SCHEMA_SQL, "Note VARCHAR(50)", "Note VARCHAR(50), Born DATE, Age INT AS (TIMESTAMPDIFF(YEAR, Born, CURDATE())) VIRTUAL", "schema.sql:4", "boxes: the generated column 'Age': 'CURDATE' is not allowed: its answer changes with time (hint: compute"},
    {SCHEMA_SQL, "Note VARCHAR(50)", "Note VARCHAR(50), Opens TIME, Day DATE AS (DATE(Opens)) STORED", "schema.sql:4", "the generated column 'Day': 'DATE' is not allowed: a TIME becomes one of today there"},
    {SCHEMA_SQL, "Note VARCHAR(50)", "Note VARCHAR(50), Opens TIME, Day DATETIME AS (Opens) VIRTUAL", "schema.sql:4", "the generated column 'Day': a TIME becomes one of today there"},
    {SCHEMA_SQL, "Note VARCHAR(50)", "Note VARCHAR(50), Odd INT AS (own_function(Note))", "schema.sql:4", "the generated column 'Odd': the function 'own_function' is not known"},
    {SCHEMA_SQL, "Note VARCHAR(50)", "Note VARCHAR(50), Size INT(6) ZEROFILL", "schema.sql:4", "ZEROFILL makes another text"},
    {SCHEMA_SQL, "Note VARCHAR(50)", "Note VARCHAR(50), rs BIGINT UNSIGNED GENERATED ALWAYS AS ROW START", "schema.sql:4", "SYSTEM VERSIONING"},
    {SCHEMA_SQL, "Note VARCHAR(50)\n)", "Note VARCHAR(50)\n) WITH SYSTEM VERSIONING", "schema.sql:", "SYSTEM VERSIONING"},
    {QUERIES_SQL, "SELECT BoxId, Label", "SELECT ST_SUMOFA(1) AS x, BoxId, Label", "queries.sql:", "the function 'ST_SUMOFA' is not known"},
    {SCHEMA_SQL, "boxes (", "twofold_boxes (", "schema.sql:1", "reserved"},
    {SCHEMA_SQL, ");", "", "schema.sql", "a '(' without its ')'"},
    {PROJECTIONS_SQL, "-- name: put", "-- name: write", "projections.sql:1", "no projection and no \"touches_sql\" of this name"},
    {PROJECTIONS_SQL, "-- name: delete", "-- name: put", "projections.sql:4", "this name is in the file twice"},
    {PROJECTIONS_SQL, "INSERT INTO boxes", "INSERT INTO boxen", "projections.sql:2", "the table 'boxen' is not in schema.sql"},
    {PROJECTIONS_SQL, ":Label)", ":Labell)", "projections.sql:2", "no command writes the attribute 'Labell' (hint: did you mean 'Label'?)"},
    {PROJECTIONS_SQL, ":Label)", ":eventId)", "projections.sql:2", "nothing that a state store's projection knows"},
    {PROJECTIONS_SQL, ":Label)", "NOW())", "projections.sql:2", "use :timestamp"},
    {PROJECTIONS_SQL, ":Label)", "@x)", "projections.sql:2", "variables (@x)"},
    {PROJECTIONS_SQL, "= VALUES(Label)", "= CONCAT(Label, 'x')", "projections.sql:3", "computed from itself"},
    {PROJECTIONS_SQL, "INSERT INTO boxes", "INSERT IGNORE INTO boxes", "projections.sql:2", "INSERT IGNORE is not allowed: it changes values and leaves out rows, of which the server only warns: a record that is warned of becomes a dead letter (hint: leave it out; ON DUPLICATE KEY UPDATE c = c keeps"},
    {PROJECTIONS_SQL, "INSERT INTO boxes", "INSERT LOW_PRIORITY IGNORE boxes", "projections.sql:2:8", "INSERT LOW_PRIORITY is not allowed: InnoDB does not know it (hint: leave it out)"},
    {PROJECTIONS_SQL, "INSERT INTO boxes", "insert high_priority into boxes", "projections.sql:2", "insert high_priority is not allowed"},
    {PROJECTIONS_SQL, "DELETE FROM boxes", "REPLACE DELAYED INTO boxes (BoxId) VALUES (1);\nDELETE FROM boxes", "projections.sql:5", "REPLACE DELAYED is not allowed: InnoDB does not know it (hint: leave it out"},
    {PROJECTIONS_SQL, "DELETE FROM boxes", "DELETE QUICK IGNORE FROM boxes", "projections.sql:5", "DELETE QUICK is not allowed"},
    {PROJECTIONS_SQL, "DELETE FROM boxes", "UPDATE IGNORE boxes SET Note = 'x' WHERE BoxId = :old.BoxId;\nDELETE FROM boxes", "projections.sql:5", "UPDATE IGNORE is not allowed"},
    {PROJECTIONS_SQL, "DELETE FROM boxes WHERE BoxId", "TRUNCATE TABLE boxes; DELETE FROM boxes WHERE BoxId", "projections.sql:5:1", "UPDATE or DELETE should be here, not 'TRUNCATE'"},
    {PROJECTIONS_SQL, "DELETE FROM boxes WHERE BoxId", "SELECT 1 FROM boxes; DELETE FROM boxes WHERE BoxId", "projections.sql:5", "a projection's statement begins with INSERT"},
    {QUERIES_SQL, "SELECT * FROM boxes", "DELETE FROM boxes", "queries.sql:5", "a query begins with SELECT or WITH"},
    {QUERIES_SQL, ":one", "", "queries.sql:1", "followed by :one or :many"},
    {QUERIES_SQL, ":one", ":two", "queries.sql:1", "after the name comes :one, :many or nothing"},
    {QUERIES_SQL, "GetBox :one", "GetBix :one", "model.json:15", "queries.sql has no '-- name: GetBox :one'"},
    {QUERIES_SQL, "WHERE BoxId = :BoxId;", "WHERE BoxId = :BoxId; SELECT 1;", "queries.sql:1", "one statement, not 2"},
    {QUERIES_SQL, ":BoxId", ":Box", "queries.sql:3", "unknown parameter ':Box' (hint: did you mean 'BoxId'?)"},
    {QUERIES_SQL, ":BoxId", ":claims.sub", "queries.sql:3", "claims are not supported yet"},
    {QUERIES_SQL, "= :BoxId", "= ?", "queries.sql:3", "'?' is not allowed"},
    {QUERIES_SQL, "= :BoxId", "= x::int", "queries.sql:3", "'::' and ':=' are not allowed"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId /* open", "queries.sql:3", "a comment without its end"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId AND Label = 'open", "queries.sql:3", "without its closing quote"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId AND NOW() > 0", "queries.sql:3", "'NOW' is not allowed"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId AND Lable > ''", "queries.sql:3:26", "GetBox: no column 'Lable' (hint: did you mean 'Label'?)"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId AND my_own(Label) > 0", "queries.sql:3:26", "GetBox: the function 'my_own' is not known: a stored function reads what is not seen"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId AND", "queries.sql:3:26", "GetBox: the statement ends where a value should be"},
    {PROJECTIONS_SQL, ":Label)", ":Label, 1)", "projections.sql:2:13", "put: 3 values for 2 columns"},
    {PROJECTIONS_SQL, "(BoxId, Label)", "(BoxId, Lable)", "projections.sql:2:13", "put: 'boxes' has no column 'Lable'"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId FOR UPDATE", "queries.sql:3", "must not lock rows"},
    {QUERIES_SQL, "BoxId, Label FROM", "BoxId, Label INTO OUTFILE 'x' FROM", "queries.sql:2:21", "INTO is not allowed: a query only reads"},
    {QUERIES_SQL, "BoxId, Label FROM", "BoxId, Label AS boxid FROM", "queries.sql:2", "two columns are called 'boxid'"},
    {QUERIES_SQL, "BoxId, Label FROM", "BoxId AS _row FROM", "queries.sql:2", "_row"},
    {QUERIES_SQL, "BoxId, Label FROM", "BoxId AS `_ROW` FROM", "queries.sql:2:8", "the name _row is reserved"},
    {QUERIES_SQL, "SELECT BoxId, Label FROM boxes\n", "SELECT x._row FROM (SELECT BoxId AS _row FROM boxes) x JOIN boxes\n", "queries.sql:2:8", "the name _row is reserved"},
    {QUERIES_SQL, "SELECT * FROM boxes", "SELECT * FROM boxes JOIN boxes b ON b.BoxId = boxes.BoxId", "queries.sql:5:8", "two columns are called 'BoxId' (hint: give it an alias)"},
    {QUERIES_SQL, "SELECT * FROM boxes", "(SELECT * FROM boxes LIMIT 5)", "queries.sql:5:28", "LIMIT is not allowed in a query with pages"},
    {QUERIES_SQL, "SELECT * FROM boxes", "((SELECT * FROM boxes ORDER BY Note))", "queries.sql:5", "ORDER BY without LIMIT has no effect"},
    {PROJECTIONS_SQL, "= VALUES(Label)", "= (SELECT b.Label FROM boxes b WHERE b.BoxId = 1)", "projections.sql:3", "the column 'Label' is computed from itself"},
    {PROJECTIONS_SQL, "DELETE FROM boxes WHERE", "UPDATE boxes b JOIN boxes d ON d.BoxId = b.BoxId SET b.Note = d.note;\nDELETE FROM boxes WHERE", "projections.sql:5", "the column 'Note' is computed from itself"},
    {QUERIES_SQL, "FROM boxes\n", "FROM boxes JOIN mysql.user\n", "queries.sql:2", "tables of other databases"},
    {QUERIES_SQL, "FROM boxes\n", "FROM boxes, twofold_revision\n", "queries.sql:2", "'twofold_revision' is not in schema.sql"},
    {QUERIES_SQL, "FROM boxes\n", "FROM boxes b JOIN boxes m ON m.value = b.value LEFT JOIN notes n ON TRUE\n", "queries.sql:2", "the table 'notes' is not in schema.sql"},
    {PROJECTIONS_SQL, "DELETE FROM boxes WHERE", "UPDATE boxes b JOIN boxes d ON d.order = b.order JOIN parts SET d.Note = 'x';\nDELETE FROM boxes WHERE", "projections.sql:5", "the table 'parts' is not in schema.sql"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId AND IS_USED_LOCK('x') > 0", "queries.sql:3", "'IS_USED_LOCK' is not allowed"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId AND `nextval`(s) > 0", "queries.sql:3", "the function 'nextval' is not known"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId AND NEXT VALUE FOR s > 0", "queries.sql:3", "NEXT VALUE FOR is not allowed: a sequence counts for everybody"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId LIMIT ROWS EXAMINED 5", "queries.sql:3", "ROWS EXAMINED is not allowed"},
    {QUERIES_SQL, "FROM boxes\n", "FROM boxes FOR SYSTEM_TIME ALL\n", "queries.sql:2", "FOR SYSTEM_TIME is not allowed"},
    {QUERIES_SQL, "= :BoxId", "= :BoxId AND d.count(1) > 0", "queries.sql:3", "'d.count' is not allowed: a stored function"},
    {PROJECTIONS_SQL, "DELETE FROM boxes WHERE", "INSERT INTO boxes TABLE notes;\nDELETE FROM boxes WHERE", "projections.sql:5:19", "VALUES, SET or SELECT should be here, not 'TABLE'"},
    {QUERIES_SQL, "FROM boxes;", "FROM boxes LIMIT 5;", "queries.sql:5", "LIMIT is not allowed"},
    {QUERIES_SQL, "FROM boxes;", "FROM boxes ORDER BY Label;", "queries.sql:5", "ORDER BY without LIMIT"},
    {QUERIES_SQL, "SELECT * FROM", "UPDATE boxes SET Label = 'x'; SELECT * FROM", "queries.sql:4", "one statement"},
    {QUERIES_SQL, "-- name: GetBox :one", "SELECT 1;\n-- name: GetBox :one", "queries.sql:1", "before the first"},
};
// clang-format on

static bool check_broken(const struct broken *broken)
{
    struct diag diag = {0};
    struct plan *plan = load(broken->file, broken->old, broken->new, &diag);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool refused = true;

    diag_print(&diag, out);
    fclose(out);
    if (plan || !strstr(text, broken->place) || !strstr(text, broken->text)) {
        print_error("'%s' -> '%s' wants %s ... %s; there is:\n%s", broken->old, broken->new,
                    broken->place, broken->text, text);
        refused = false;
    }
    free(text);
    plan_put(plan);
    diag_fini(&diag);
    return refused;
}

static void test_broken_models_are_refused_with_place_and_reason(void **state)
{
    bool refused = true;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        refused &= check_broken(&table[i]);
    }
    assert_true(refused);
}

/* ------------------------------------------------------------------ fields that may be absent */

/* CreateBox with a Note and a Part that may be left out, and these expressions. */
struct asking {
    const char *require, *skip_if, *write;
    const char *place; /* of the only complaint: "line: path"; NULL: there is none */
    const char *text;  /* the complaint's beginning */
};

// clang-format off
#define PUT_LABEL "\"put\": { \"Label\": \"payload.Label\" }"
#define PUT(note) "\"put\": { \"Label\": \"payload.Label\", \"Note\": \"" note "\" }"
#define UPDATE(note) "\"update\": { \"Note\": \"" note "\" }"

static const struct asking askings[] = {
    {"!exists", "false", PUT_LABEL, NULL, NULL},
    {"!exists", "false", PUT("has(payload.Note) ? payload.Note : null"), NULL, NULL},
    {"!exists", "false", PUT("has(payload.Part) ? payload.Part.Grams : 0"), NULL, NULL},
    {"!exists", "false",
     PUT("has(payload.Part) && has(payload.Part.Note) ? payload.Part.Note : ''"), NULL, NULL},
    {"!exists", "false", PUT("'free-text' in payload ? payload['free-text'] : null"), NULL, NULL},
    {"exists", "false",
     UPDATE("has(payload.Note) ? payload.Note : has(state.Note) ? state.Note : null"), NULL, NULL},
    {"exists", "has(payload.Note) && payload.Note == state.Note", PUT_LABEL, NULL, NULL},
    {"exists || has(payload.Note) && payload.Note != ''", "false", PUT_LABEL, NULL, NULL},
    /* a requirement has held, and skip_if has not, where the next expression is evaluated */
    {"has(payload.Note) && payload.Note != ''", "payload.Note == 'x'", PUT("payload.Note"),
     NULL, NULL},
    {"!exists", "!has(payload.Note)", PUT("payload.Note"), NULL, NULL},
    {"!exists", "!has(payload.Note) || payload.Note == ''", PUT("payload.Note"), NULL, NULL},

    {"!exists", "false", PUT("payload.Note"), "model.json:10: /commands/CreateBox/put/Note: ",
     "'Note' may be absent (the schema does not require it) at column 9 of 'payload.Note'"},
    {"exists", "false", UPDATE("payload.Note"), "model.json:10: /commands/CreateBox/update/Note: ",
     "'Note' may be absent"},
    {"payload.Note != ''", "false", PUT_LABEL,
     "model.json:8: /commands/CreateBox/require/0/that: ", "'Note' may be absent"},
    {"!exists || payload.Note != ''", "false", PUT_LABEL, "model.json:8: ", "'Note' may be absent"},
    {"!exists", "payload.Note == ''", PUT_LABEL, "model.json:9: /commands/CreateBox/skip_if: ",
     "'Note' may be absent"},
    {"!exists", "has(payload.Note)", PUT("payload.Note"), "model.json:10: ",
     "'Note' may be absent"},
    {"has(payload.Note) || !exists", "false", PUT("payload.Note"), "model.json:10: ",
     "'Note' may be absent"},
    {"has(payload.Label)", "has(payload.Part)", PUT("payload.Note"), "model.json:10: ",
     "'Note' may be absent"},
    {"!exists", "false", PUT("has(payload.Label) ? payload.Note : ''"), "model.json:10: ",
     "'Note' may be absent"},
    {"!exists", "false", PUT("has(payload.Note) ? '' : payload.Note"), "model.json:10: ",
     "'Note' may be absent"},
    {"!exists", "false", PUT("payload.Part.Grams"), "model.json:10: ", "'Part' may be absent"},
    {"!exists", "false", PUT("has(payload.Part.Note) ? payload.Part.Note : ''"),
     "model.json:10: ", "'Part' may be absent"},
    {"!exists", "false", PUT("has(payload.Part) ? payload.Part.Note : ''"), "model.json:10: ",
     "'Note' may be absent"},
    {"!exists", "false", PUT("payload['free-text']"), "model.json:10: ",
     "'free-text' may be absent"},
    /* what is asked there is not known: nothing is said of the others */
    {"has(payload.Note) && payload.Lable == ''", "false", PUT("payload.Note"), "model.json:8: ",
     "unknown field 'Lable'"},
};
// clang-format on

static struct plan *load_asking(const struct asking *asking, struct diag *diag)
{
    static const char old_schema[] = "\"Label\": { \"type\": \"string\" } } },\n";
    static const char schema[] =
        "\"Label\": { \"type\": \"string\" },"
        " \"Note\": { \"type\": \"string\", \"default\": \"\" },"
        " \"free-text\": {}, \"Part\": { \"type\": \"object\", \"required\": [\"Grams\"],"
        " \"properties\": { \"Grams\": { \"type\": \"number\" }, \"Note\": {} } } } },\n";
    static const char old_write[] = "\n      \"put\": { \"Label\": \"payload.Label\" } },";
    const char *texts[MODEL_FILES] = {NULL, model_texts[SCHEMA_SQL], model_texts[PROJECTIONS_SQL],
                                      model_texts[QUERIES_SQL]};
    struct buf with_schema = {0}, with_write = {0}, write = {0};
    struct model_folder folder;
    struct plan *plan;

    model_text_change(model_texts[MODEL_JSON], old_schema, schema, &with_schema);
    buf_append_char(&with_schema, '\0');
    buf_printf(&write, "\n      \"skip_if\": \"%s\",\n      %s },%c", asking->skip_if,
               asking->write, '\0');
    model_text_change(with_schema.ptr, old_write, write.ptr, &with_write);
    buf_append_char(&with_write, '\0');
    texts[MODEL_JSON] = with_write.ptr;
    model_folder_make(&folder);
    model_folder_fill_from(&folder, texts, MODEL_JSON, "!exists", asking->require);
    plan = plan_load(slice_str(folder.root), diag);
    model_folder_remove(&folder);
    buf_fini(&with_schema);
    buf_fini(&with_write);
    buf_fini(&write);
    return plan;
}

static void test_fields_that_may_be_absent_are_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(askings); i++) {
        const struct asking *asking = &askings[i];
        struct diag diag = {0};
        struct plan *plan = load_asking(asking, &diag);
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        const char *found;

        diag_print(&diag, out);
        fclose(out);
        found = asking->place ? strstr(text, asking->place) : NULL;
        if (!plan != !!asking->place || diag.count != (asking->place ? 1 : 0) ||
            (asking->place && (!found || !strstr(found, asking->text)))) {
            fail_msg("%s; %s; %s: there is: %s", asking->require, asking->skip_if, asking->write,
                     text);
        }
        free(text);
        plan_put(plan);
        diag_fini(&diag);
    }
}

static void test_all_complaints_are_given_not_the_first_only(void **state)
{
    struct diag diag = {0};

    (void)state;
    assert_null(load(QUERIES_SQL, "SELECT BoxId, Label FROM boxes\n",
                     "SELECT NOW() AS a, RAND() AS a, VERSION() FROM boxes\n", &diag));
    assert_int_equal(diag.count, 4);
    diag_fini(&diag);
}

static void test_a_statement_that_is_not_read_has_one_complaint(void **state)
{
    static const struct {
        enum model_file file;
        const char *old, *new;
    } cases[] = {
        {QUERIES_SQL,     "SELECT BoxId, Label FROM boxes\n", "SELECT NOW(), @a FROM no FOR UPDATE\n"       },
        {QUERIES_SQL,     "WHERE BoxId = :BoxId",             "WHERE BoxId = ANY (SELECT RAND() FROM d.t)"  },
        {QUERIES_SQL,     "WHERE BoxId = :BoxId",             "WHERE (BoxId = :no AND NOW() > 0"            },
        {QUERIES_SQL,     "SELECT * FROM boxes",              "SELECT Labl, NOW() FROM boxes ORDER BY Label"},
        {QUERIES_SQL,     "SELECT * FROM boxes",              "CALL boxes()"                                },
        {PROJECTIONS_SQL, "VALUES (:BoxId, :Label)",          "VALUES (:BoxId, :Label, NOW(), :no)"         },
        {PROJECTIONS_SQL, "DELETE FROM boxes",                "DELETE IGNORE FROM no"                       },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct diag diag = {0};

        assert_null(load(cases[i].file, cases[i].old, cases[i].new, &diag));
        if (diag.count != 1) {
            diag_print(&diag, stderr);
            fail_msg("%s: %u complaints", cases[i].new, diag.count);
        }
        diag_fini(&diag);
    }
}

static void test_names_and_routes_are_unique_over_all_models(void **state)
{
    struct model_folder first, second;
    struct diag diag = {0};
    unsigned int names = 0, routes = 0;

    (void)state;
    model_folder_make(&first);
    model_folder_fill(&first, MODEL_JSON, NULL, NULL);
    second = first;
    snprintf(second.models, sizeof(second.models), "%s/copy", first.root);
    assert_int_equal(mkdir(second.models, 0700), 0);
    model_folder_fill(&second, MODEL_JSON, NULL, NULL);
    assert_null(plan_load(slice_str(first.root), &diag));
    for (const struct diag_entry *entry = diag.first; entry; entry = entry->next) {
        routes += slice_starts(entry->text, "the route");
        names += !slice_starts(entry->text, "the route");
    }
    assert_int_equal(
        routes, 4); /* and 7 names: the model, its aggregate and table, 2 commands, 2 queries */
    assert_int_equal(names, 7);
    diag_fini(&diag);
    model_folder_remove(&second);
    model_folder_remove(&first);
}

static void test_what_is_no_plain_file_is_refused_and_never_waited_for(void **state)
{
    struct model_folder folder;
    struct diag diag = {0};
    char path[256];

    (void)state;
    model_folder_make(&folder);
    model_folder_fill(&folder, MODEL_JSON, NULL, NULL);
    snprintf(path, sizeof(path), "%s/queries.sql", folder.models);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_null(plan_load(slice_str(folder.root), &diag));
    assert_slice(diag.first->text, "cannot read this file: it is no plain file");
    diag_fini(&diag);
    model_folder_remove(&folder);
}

static void test_a_folder_without_models_is_refused(void **state)
{
    struct diag diag = {0};

    (void)state;
    assert_null(plan_load(SLICE_LITERAL("/nowhere/at/all"), &diag));
    assert_int_equal(diag.count, 1);
    diag_fini(&diag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_say_what_their_one_request_demands),
        cmocka_unit_test(test_touched_tags_have_the_types_of_the_queries),
        cmocka_unit_test(test_declared_tags_are_optional),
        cmocka_unit_test(test_an_insert_of_one_row_can_be_sent_for_many),
        cmocka_unit_test(test_a_projection_that_computes_with_stored_values_is_known),
        cmocka_unit_test(test_an_insert_that_asks_is_sent_alone),
        cmocka_unit_test(test_keys_that_restrict_and_innodb_are_fine),
        cmocka_unit_test(test_star_gives_the_page_its_column_types),
        cmocka_unit_test(test_rows_without_pages_are_cut_or_counted),
        cmocka_unit_test(test_fingerprints_change_with_what_they_stand_for),
        cmocka_unit_test(test_broken_models_are_refused_with_place_and_reason),
        cmocka_unit_test(test_fields_that_may_be_absent_are_asked_for),
        cmocka_unit_test(test_all_complaints_are_given_not_the_first_only),
        cmocka_unit_test(test_a_statement_that_is_not_read_has_one_complaint),
        cmocka_unit_test(test_names_and_routes_are_unique_over_all_models),
        cmocka_unit_test(test_what_is_no_plain_file_is_refused_and_never_waited_for),
        cmocka_unit_test(test_a_folder_without_models_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
