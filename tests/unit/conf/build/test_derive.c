/*
 * What follows from a model's SQL, as --plan prints it: the tags of its queries, and what its
 * statements touch. The models say no tag themselves.
 */
#include "tests/unit/conf/build/model_text.h"
#include "tests/unit/unit.h"

// clang-format off
static const char *const jars[MODEL_FILES] = {
    "{ \"model\": \"jars\",\n"
    "  \"aggregate\": { \"name\": \"Jar\", \"store\": \"events\", \"table\": \"Jars\",\n"
    "                 \"id\": { \"name\": \"jarId\", \"type\": \"string\", \"generate\": \"uuid\" } },\n"
    "  \"events\": { \"JarFilled\": {}, \"JarMoved\": {}, \"JarBroken\": { \"deletes\": true } },\n"
    "  \"commands\": {\n"
    "    \"FillJar\": { \"route\": \"POST /jars\",\n"
    "      \"payload\": { \"type\": \"object\", \"required\": [\"shelf\", \"label\", \"grams\"],\n"
    "        \"properties\": { \"shelf\": { \"type\": \"integer\" }, \"label\": { \"type\": \"string\" }, \"grams\": { \"type\": \"number\" } } },\n"
    "      \"emit\": [ { \"type\": \"JarFilled\", \"payload\": { \"label\": \"payload.label\", \"shelf\": \"payload.shelf\", \"grams\": \"payload.grams\" } } ] },\n"
    "    \"MoveJar\": { \"route\": \"PUT /jars/{jarId}/shelf\",\n"
    "      \"payload\": { \"type\": \"object\", \"required\": [\"shelf\", \"oldShelf\"], \"properties\": { \"shelf\": { \"type\": \"integer\" }, \"oldShelf\": { \"type\": \"integer\" } } },\n"
    "      \"emit\": [ { \"type\": \"JarMoved\", \"payload\": { \"shelf\": \"payload.shelf\", \"oldShelf\": \"payload.oldShelf\" } } ] },\n"
    "    \"DropJar\": { \"route\": \"DELETE /jars/{jarId}\", \"emit\": [ { \"type\": \"JarBroken\" } ] } },\n"
    "  \"queries\": {\n"
    "    \"GetJar\": { \"route\": \"GET /jars/{jarId}\", \"ttl\": \"1h\" },\n"
    "    \"GetShelf\": { \"route\": \"GET /shelves/{shelf}/jars\", \"ttl\": \"1h\",\n"
    "      \"params\": { \"shelf\": { \"type\": \"integer\" } }, \"order\": [\"jarId\"], \"max\": 50 } } }\n",

    "CREATE TABLE IF NOT EXISTS jars (\n"
    "    jarId VARCHAR(64) NOT NULL PRIMARY KEY,\n"
    "    shelf BIGINT NOT NULL,\n"
    "    label VARCHAR(50) NOT NULL DEFAULT ''\n"
    ");\n"
    "CREATE TABLE IF NOT EXISTS labels (jarId VARCHAR(64) NOT NULL PRIMARY KEY, label VARCHAR(50) NOT NULL);\n",

    "-- name: JarFilled\n"
    "INSERT INTO jars (jarId, shelf, label) VALUES (:jarId, :shelf, :label);\n"
    "-- name: JarMoved\n"
    "UPDATE jars SET shelf = :shelf WHERE jarId = :jarId;\n"
    "-- name: JarBroken\n"
    "DELETE FROM jars WHERE jarId = :jarId;\n",

    "-- name: GetJar :one\n"
    "SELECT jarId, label FROM jars WHERE jarId = :jarId;\n"
    "-- name: GetShelf :many\n"
    "SELECT jarId, label FROM jars WHERE shelf = :shelf;\n",
};

static const char *const boxes[MODEL_FILES] = {
    "{ \"model\": \"boxes\",\n"
    "  \"aggregate\": { \"name\": \"Box\", \"store\": \"state\", \"table\": \"Boxes\", \"id\": { \"name\": \"BoxId\", \"type\": \"integer\" } },\n"
    "  \"commands\": { \"DropBox\": { \"route\": \"DELETE /boxes/{BoxId}\", \"delete\": true } },\n"
    "  \"queries\": { \"GetN\": { \"route\": \"GET /n/{n}\", \"params\": { \"n\": { \"type\": \"string\" } }, \"ttl\": \"1h\" } } }\n",

    "CREATE TABLE IF NOT EXISTS boxes (BoxId BIGINT NOT NULL PRIMARY KEY, Label VARCHAR(50) NOT NULL, Note VARCHAR(50));\n",

    ("-- name: put\n"
     "REPLACE INTO boxes (BoxId, Label, Note) VALUES (:BoxId, :Label, :Note);\n"
     "-- name: delete\n"
     "DELETE FROM boxes WHERE BoxId = :old.BoxId;\n"),

    ("-- name: GetN :one\n"
     "SELECT * FROM boxes WHERE Note = :n;\n"),
};
// clang-format on

/* A change of SQL, and what the plan then says of SECTION. */
struct derived {
    enum model_file file;
    const char *old, *new;
    const char *section;
    const char *lines; /* joined by "; " */
};

static struct plan *load(const char *const *texts, const struct derived *derived)
{
    struct model_folder folder;
    struct diag diag = {0};
    struct plan *plan;

    model_folder_make(&folder);
    model_folder_fill_from(&folder, texts, derived->file, derived->old, derived->new);
    plan = plan_load(slice_str(folder.root), &diag);
    model_folder_remove(&folder);
    diag_print(&diag, stderr);
    diag_fini(&diag);
    if (!plan) {
        fail_msg("'%s' -> '%s' is refused", derived->old, derived->new);
    }
    return plan;
}

static bool is_of_tags(struct slice line)
{
    static const char *const begins[] = {
        "      touches ", "        by way of: ", "      before: ", "      after: ", "    tag: "};

    for (size_t i = 0; i < ARRAY_COUNT(begins); i++) {
        if (slice_starts(line, begins[i])) {
            return true;
        }
    }
    return false;
}

/* Lines of the plan's SECTION ("projection put", "query GetN") that are about tags and touches. */
static void lines_of(const struct plan *plan, const char *section, struct buf *out)
{
    struct slice rest, line;
    bool inside = false;
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    plan_print(plan, file);
    fclose(file);
    for (rest = slice_str(text); rest.len > 0;) {
        slice_cut(rest, '\n', &line, &rest);
        if (!slice_starts(line, "    ")) {
            inside = slice_starts(line, "  ") && slice_starts(slice_from(line, 2), section);
        } else if (inside && is_of_tags(line)) {
            while (slice_starts(line, " ")) {
                line = slice_from(line, 1);
            }
            buf_append_str(out, out->len > 0 ? "; " : "");
            buf_append(out, line);
        }
    }
    free(text);
}

static void check(const char *const *texts, const struct derived *rows, size_t count)
{
    bool ok = true;

    for (size_t i = 0; i < count; i++) {
        struct plan *plan = load(texts, &rows[i]);
        struct buf lines = {0};

        lines_of(plan, rows[i].section, &lines);
        if (!slice_is(buf_slice(&lines), rows[i].lines)) {
            print_error("'%s': %s:\n wants '%s'\n    is '%.*s'\n", rows[i].new, rows[i].section,
                        rows[i].lines, SLICE_ARG(buf_slice(&lines)));
            ok = false;
        }
        buf_fini(&lines);
        plan_put(plan);
    }
    assert_true(ok);
}

#define FILL   "INSERT INTO jars (jarId, shelf, label) VALUES (:jarId, :shelf, :label)"
#define MOVE   "UPDATE jars SET shelf = :shelf WHERE jarId = :jarId"
#define BREAK  "DELETE FROM jars WHERE jarId = :jarId"
#define FOUND  "jarId = :jarId"
#define LISTED "jarId, label FROM jars WHERE shelf = :shelf"
#define JOINED \
    "l.jarId, l.label FROM jars j JOIN labels l ON l.jarId = j.jarId WHERE j.shelf = :shelf"
#define PUT  "REPLACE INTO boxes (BoxId, Label, Note) VALUES (:BoxId, :Label, :Note)"
#define KEY  "BoxId BIGINT NOT NULL PRIMARY KEY, Label VARCHAR(50) NOT NULL, Note VARCHAR(50)"
#define NOTE "Note VARCHAR(50)"

// clang-format off
static const struct derived of_queries[] = {
    {QUERIES_SQL, NULL, NULL, "query GetJar", "tag: jars(jarId)={jarId} string"},
    {QUERIES_SQL, NULL, NULL, "query GetShelf", "tag: jars(shelf)={shelf} integer"},
    {QUERIES_SQL, "shelf = :shelf", "shelf <=> :shelf", "query GetShelf", "tag: jars(shelf)={shelf} integer"},
    {QUERIES_SQL, "shelf = :shelf", "shelf IN (:shelf)", "query GetShelf", "tag: jars(shelf)={shelf} integer"},
    {QUERIES_SQL, "shelf = :shelf", "shelf IN (:shelf, 7)", "query GetShelf", "tag: jars(shelf)={shelf} integer; tag: jars(shelf)=7"},
    {QUERIES_SQL, "shelf = :shelf", "(shelf = :shelf AND label > 'a')", "query GetShelf", "tag: jars(shelf)={shelf} integer"},
    {QUERIES_SQL, "shelf = :shelf", "shelf = :shelf AND label LIKE CONCAT(:shelf, '%')", "query GetShelf", "tag: jars(shelf)={shelf} integer"},
    {QUERIES_SQL, "shelf = :shelf", "shelf = :shelf OR shelf = 7", "query GetShelf", "tag: jars"},
    {QUERIES_SQL, "jarId = :jarId", "jarId = :jarId AND EXISTS (SELECT 1 FROM jars j WHERE j.jarId = jars.jarId AND j.label <> '')", "query GetJar", "tag: jars(jarId)={jarId} string"},
    {QUERIES_SQL, "jarId = :jarId", "jarId = :jarId AND EXISTS (SELECT 1 FROM jars j WHERE j.shelf = jars.shelf)", "query GetJar", "tag: jars(jarId)={jarId} string; tag: jars(shelf>jars.shelf:jarId)={jarId} string"},
    {QUERIES_SQL, "jarId, label FROM jars WHERE shelf = :shelf", "s.jarId, j.label FROM jars s JOIN jars j ON j.shelf = s.shelf WHERE s.shelf = :shelf", "query GetShelf", "tag: jars(shelf)={shelf} integer"},
    /* no equality: all rows of the table */
    {QUERIES_SQL, "shelf = :shelf", "shelf > :shelf", "query GetShelf", "tag: jars"},
    {QUERIES_SQL, "shelf = :shelf", "shelf <= :shelf", "query GetShelf", "tag: jars"},
    {QUERIES_SQL, "shelf = :shelf", "label LIKE CONCAT('%', :shelf)", "query GetShelf", "tag: jars"},
    {QUERIES_SQL, "shelf = :shelf", "label COLLATE utf8mb4_general_ci = :shelf", "query GetShelf", "tag: jars"},
    {QUERIES_SQL, "shelf = :shelf", "label = LOWER(TRIM(:shelf))", "query GetShelf", "tag: jars"},
    {QUERIES_SQL, "shelf = :shelf", "NOT (shelf = :shelf)", "query GetShelf", "tag: jars"},
    {QUERIES_SQL, "shelf = :shelf", "shelf = :shelf OR 1 = 1", "query GetShelf", "tag: jars"},
    {QUERIES_SQL, "jarId, label FROM jars WHERE shelf", "jarId, (SELECT COUNT(*) FROM jars) n FROM jars WHERE shelf", "query GetShelf", "tag: jars; tag: jars(shelf)={shelf} integer"},
    {QUERIES_SQL, "jarId, label FROM jars WHERE jarId = :jarId", "a.jarId, b.label FROM jars a, jars b WHERE a.jarId = :jarId", "query GetJar", "tag: jars(jarId)={jarId} string; tag: jars"},
    {QUERIES_SQL, "WHERE jarId = :jarId", "WHERE jarId = :jarId UNION (SELECT jarId, label FROM labels)", "query GetJar", "tag: jars(jarId)={jarId} string; tag: labels"},
    /* other types and collations than those of a tag */
    {SCHEMA_SQL, "shelf BIGINT NOT NULL,", "shelf DOUBLE NOT NULL,", "query GetShelf", "tag: jars"},
    /* a statement whose value the server alone knows voids them too */
    {PROJECTIONS_SQL, "(:jarId, :shelf,", "(:jarId, :grams + 0,", "query GetShelf", "tag: jars(shelf)={shelf} integer; tag: jars(shelf)=*"},
    {PROJECTIONS_SQL, "(:jarId, :shelf,", "(:jarId, :grams + 0,", "query GetJar", "tag: jars(jarId)={jarId} string"},
};

static const struct derived of_statements[] = {
    {PROJECTIONS_SQL, NULL, NULL, "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = :shelf"},
    {PROJECTIONS_SQL, NULL, NULL, "projection JarMoved", "touches jars(shelf) = before.1; touches jars(shelf) = :shelf; before: SELECT DISTINCT `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537"},
    {PROJECTIONS_SQL, NULL, NULL, "projection JarBroken", "touches jars(jarId) = before.1; touches jars(shelf) = before.2; before: SELECT DISTINCT `jars`.`jarId`, `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537"},
    /* what is stored */
    {PROJECTIONS_SQL, "(:jarId, :shelf,", "(:aggregateId, (:shelf),", "projection JarFilled", "touches jars(jarId) = :aggregateId; touches jars(shelf) = :shelf"},
    {PROJECTIONS_SQL, "(:jarId, :shelf,", "(:label, :shelf,", "projection JarFilled", "touches jars(jarId) = :label; touches jars(shelf) = :shelf"},
    {PROJECTIONS_SQL, "(:jarId, :shelf,", "(:jarId, :grams,", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = :grams"},
    {PROJECTIONS_SQL, "(:jarId, :shelf,", "(:jarId, :grams + 0,", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = ?"},
    {PROJECTIONS_SQL, "(:jarId, :shelf,", "(:jarId, 1,", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = '1'"},
    {PROJECTIONS_SQL, "(:jarId, :shelf,", "(:jarId, COALESCE(:shelf, 0),", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = ?"},
    {PROJECTIONS_SQL, "(jarId, shelf, label) VALUES (:jarId, :shelf,", "(jarId, label) VALUES (:jarId,", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = ?"},
    {PROJECTIONS_SQL, "SET shelf = :shelf", "SET shelf = :version", "projection JarMoved", "touches jars(shelf) = before.1; touches jars(shelf) = :version; before: SELECT DISTINCT `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537"},
    {PROJECTIONS_SQL, "SET shelf = :shelf", "SET shelf = shelf + 1", "projection JarMoved", "touches jars(shelf) = before.1; touches jars(shelf) = after.1; before: SELECT DISTINCT `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537; after: SELECT DISTINCT `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537"},
    {PROJECTIONS_SQL, "SET shelf = :shelf", "SET jars.shelf = CASE WHEN label = 'a' THEN 1 ELSE 2 END", "projection JarMoved", "touches jars(shelf) = before.1; touches jars(shelf) = after.1; before: SELECT DISTINCT `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537; after: SELECT DISTINCT `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537"},
    {PROJECTIONS_SQL, "SET shelf = :shelf", "SET label = CONCAT(label, :shelf)", "projection JarMoved", "touches jars(jarId) = before.1; touches jars(shelf) = before.2; before: SELECT DISTINCT `jars`.`jarId`, `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537"},
    {PROJECTIONS_SQL, "SET shelf = :shelf", "SET shelf = :shelf, label = (SELECT MAX(label) FROM labels WHERE jarId = :jarId)", "projection JarMoved", "touches jars(jarId) = before.1; touches jars(shelf) = before.2; touches jars(shelf) = :shelf; before: SELECT DISTINCT `jars`.`jarId`, `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537"},
    /* rows that move */
    {PROJECTIONS_SQL, FILL, FILL " ON DUPLICATE KEY UPDATE shelf = VALUES(shelf)", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = :shelf; touches jars(shelf) = before.1; touches jars(shelf) = :shelf; before: SELECT DISTINCT `shelf` FROM `jars` WHERE (`jarId` = (?)) LIMIT 65537"},
    {PROJECTIONS_SQL, FILL, FILL " ON DUPLICATE KEY UPDATE label = 'x', shelf = :shelf", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = :shelf; touches jars(shelf) = before.1; touches jars(shelf) = :shelf; before: SELECT DISTINCT `shelf` FROM `jars` WHERE (`jarId` = (?)) LIMIT 65537"},
    {PROJECTIONS_SQL, FILL, "REPLACE INTO jars (jarId, shelf, label) VALUES (:jarId, :shelf, :label)", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = :shelf; touches jars(shelf) = before.1; before: SELECT DISTINCT `shelf` FROM `jars` WHERE (`jarId` = (?)) LIMIT 65537"},
    {PROJECTIONS_SQL, MOVE, BREAK ";\nINSERT INTO jars (jarId, shelf) VALUES (:jarId, :shelf)", "projection JarMoved", "touches jars(jarId) = before.1; touches jars(shelf) = before.2; before: SELECT DISTINCT `jars`.`jarId`, `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537; touches jars(jarId) = :jarId; touches jars(shelf) = :shelf"},
    {PROJECTIONS_SQL, MOVE, BREAK " AND shelf = :oldShelf;\nINSERT INTO jars (jarId, shelf) VALUES (:jarId, :shelf)", "projection JarMoved", "touches jars(jarId) = :jarId; touches jars(shelf) = :oldShelf; touches jars(jarId) = :jarId; touches jars(shelf) = :shelf"},
    {PROJECTIONS_SQL, MOVE, BREAK " AND (shelf = :oldShelf OR shelf > 1);\nINSERT INTO jars (jarId, shelf) VALUES (:jarId, :shelf)", "projection JarMoved", "touches jars(jarId) = before.1; touches jars(shelf) = before.2; before: SELECT DISTINCT `jars`.`jarId`, `jars`.`shelf` FROM jars WHERE jarId = ? AND (shelf = ? OR shelf > 1) LIMIT 65537; touches jars(jarId) = :jarId; touches jars(shelf) = :shelf"},
    {PROJECTIONS_SQL, MOVE, MOVE " AND shelf = :oldShelf", "projection JarMoved", "touches jars(shelf) = :oldShelf; touches jars(shelf) = :shelf"},
    /* the row that is met keeps its shelf */
    {PROJECTIONS_SQL, FILL, FILL " ON DUPLICATE KEY UPDATE label = 'x'", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = :shelf; touches jars(shelf) = before.1; before: SELECT DISTINCT `shelf` FROM `jars` WHERE (`jarId` = (?)) LIMIT 65537"},
    {PROJECTIONS_SQL, FILL, FILL " ON DUPLICATE KEY UPDATE shelf = shelf", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = :shelf"},
    {PROJECTIONS_SQL, FILL, FILL " ON DUPLICATE KEY UPDATE shelf = (`jars`.shelf)", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = :shelf"},
    {PROJECTIONS_SQL, FILL, FILL " ON DUPLICATE KEY UPDATE label = CASE WHEN shelf = 3 THEN 'a' ELSE 'b' END", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf) = :shelf; touches jars(shelf) = before.1; before: SELECT DISTINCT `shelf` FROM `jars` WHERE (`jarId` = (?)) LIMIT 65537"},
    /* several rows, or another item's */
    {PROJECTIONS_SQL, MOVE, "UPDATE jars SET label = 'x' WHERE shelf = :shelf", "projection JarMoved", "touches jars(jarId) = before.1; touches jars(shelf) = before.2; before: SELECT DISTINCT `jars`.`jarId`, `jars`.`shelf` FROM jars WHERE shelf = ? LIMIT 65537"},
    {PROJECTIONS_SQL, MOVE, "UPDATE jars SET label = 'x' WHERE jarId = :jarId OR shelf = :shelf", "projection JarMoved", "touches jars(jarId) = before.1; touches jars(shelf) = before.2; before: SELECT DISTINCT `jars`.`jarId`, `jars`.`shelf` FROM jars WHERE jarId = ? OR shelf = ? LIMIT 65537"},
    {PROJECTIONS_SQL, MOVE, "UPDATE jars SET label = 'x' WHERE jarId >= :jarId", "projection JarMoved", "touches jars(jarId) = before.1; touches jars(shelf) = before.2; before: SELECT DISTINCT `jars`.`jarId`, `jars`.`shelf` FROM jars WHERE jarId >= ? LIMIT 65537"},
    {PROJECTIONS_SQL, MOVE, "UPDATE jars SET label = 'x'", "projection JarMoved", "touches jars(jarId) = before.1; touches jars(shelf) = before.2; before: SELECT DISTINCT `jars`.`jarId`, `jars`.`shelf` FROM jars LIMIT 65537"},
    {PROJECTIONS_SQL, MOVE, "UPDATE jars SET label = 'x' WHERE jarId = :jarId AND shelf = :oldShelf", "projection JarMoved", "touches jars(jarId) = :jarId; touches jars(shelf) = :oldShelf"},
    {PROJECTIONS_SQL, BREAK, "DELETE FROM jars WHERE shelf = 1", "projection JarBroken", "touches jars(jarId) = before.1; touches jars(shelf) = before.2; before: SELECT DISTINCT `jars`.`jarId`, `jars`.`shelf` FROM jars WHERE shelf = 1 LIMIT 65537"},
    {PROJECTIONS_SQL, MOVE, "DELETE FROM jars WHERE shelf = :shelf AND jarId = 'a'", "projection JarMoved", "touches jars(jarId) = 'a'; touches jars(shelf) = :shelf"},
    {PROJECTIONS_SQL, MOVE, "UPDATE jars SET shelf = :shelf WHERE label IN (SELECT label FROM labels WHERE jarId = :jarId)", "projection JarMoved", "touches jars(shelf) = before.1; touches jars(shelf) = :shelf; before: SELECT DISTINCT `jars`.`shelf` FROM jars WHERE label IN (SELECT label FROM labels WHERE jarId = ?) LIMIT 65537"},
    {PROJECTIONS_SQL, MOVE, "UPDATE jars, (SELECT jarId AS j FROM labels) l SET shelf = :shelf WHERE jarId = :jarId", "projection JarMoved", "touches jars(shelf) = before.1; touches jars(shelf) = :shelf; before: SELECT DISTINCT `jars`.`shelf` FROM jars, (SELECT jarId AS j FROM labels) l WHERE jarId = ? LIMIT 65537"},
    {PROJECTIONS_SQL, MOVE, "UPDATE jars JOIN labels l ON l.label = jars.label SET jars.shelf = :shelf WHERE l.jarId = :jarId", "projection JarMoved", "touches jars(shelf) = before.1; touches jars(shelf) = :shelf; before: SELECT DISTINCT `jars`.`shelf` FROM jars JOIN labels l ON l.label = jars.label WHERE l.jarId = ? LIMIT 65537"},
    {PROJECTIONS_SQL, BREAK, BREAK " AND label NOT IN (SELECT label FROM labels WHERE label > 'a' OR jarId = 'x')", "projection JarBroken", "touches jars(jarId) = before.1; touches jars(shelf) = before.2; before: SELECT DISTINCT `jars`.`jarId`, `jars`.`shelf` FROM jars WHERE jarId = ? AND label NOT IN (SELECT label FROM labels WHERE label > 'a' OR jarId = 'x') LIMIT 65537"},
    {SCHEMA_SQL, "jarId VARCHAR(64) NOT NULL PRIMARY KEY,", "jarId VARCHAR(64) NOT NULL, PRIMARY KEY (shelf, jarId),", "projection JarMoved", "touches jars(shelf) = before.1; touches jars(shelf) = :shelf; before: SELECT DISTINCT `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537"},
    /* a path: the other table's rows say whose answers alter */
    {QUERIES_SQL, LISTED, JOINED, "query GetShelf", "tag: jars(shelf)={shelf} integer; tag: labels(jarId>jars.jarId:shelf)={shelf} integer"},
    {QUERIES_SQL, LISTED, JOINED, "projection JarMoved", "touches jars(shelf) = before.1; touches jars(shelf) = :shelf; before: SELECT DISTINCT `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537"},
    {QUERIES_SQL, FOUND, FOUND " AND EXISTS (SELECT 1 FROM jars j WHERE j.shelf = jars.shelf)", "projection JarMoved", "touches jars(jarId) = before.1; touches jars(shelf>jars.shelf:jarId) = before.2; by way of: SELECT DISTINCT `h1`.`jarId` FROM `jars` `h1` WHERE `h1`.`shelf` = ? LIMIT 65537; touches jars(shelf) = before.2; touches jars(shelf>jars.shelf:jarId) = :shelf; by way of: SELECT DISTINCT `h1`.`jarId` FROM `jars` `h1` WHERE `h1`.`shelf` = ? LIMIT 65537; touches jars(shelf) = :shelf; before: SELECT DISTINCT `jars`.`jarId`, `jars`.`shelf` FROM jars WHERE jarId = ? LIMIT 65537"},
    {QUERIES_SQL, FOUND, FOUND " AND EXISTS (SELECT 1 FROM jars j WHERE j.shelf = jars.shelf)", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars(shelf>jars.shelf:jarId) = :shelf; by way of: SELECT DISTINCT `h1`.`jarId` FROM `jars` `h1` WHERE `h1`.`shelf` = ? LIMIT 65537; touches jars(shelf) = :shelf"},
    /* no query reads what they change */
    {PROJECTIONS_SQL, MOVE, "INSERT INTO labels (jarId, label) VALUES (:jarId, 'x')", "projection JarMoved", ""},
    {QUERIES_SQL, LISTED, "jarId FROM jars WHERE label = :shelf", "projection JarMoved", ""},
};

/* Rows of other items: GetN finds them by their Note. */
static const struct derived of_items[] = {
    {SCHEMA_SQL, NOTE, NOTE " COLLATE utf8mb4_general_ci", "query GetN", "tag: boxes"},
    {SCHEMA_SQL, NOTE, NOTE " COLLATE utf8mb4_general_ci", "projection put", "touches boxes"},
    {QUERIES_SQL, NULL, NULL, "query GetN", "tag: boxes(Note)={n} string"},
    {PROJECTIONS_SQL, NULL, NULL, "projection put", "touches boxes(Note) = :Note; touches boxes(Note) = before.1; before: SELECT DISTINCT `Note` FROM `boxes` WHERE (`BoxId` = (?)) LIMIT 65537"},
    {PROJECTIONS_SQL, NULL, NULL, "projection delete", "touches boxes(Note) = before.1; before: SELECT DISTINCT `boxes`.`Note` FROM boxes WHERE BoxId = ? LIMIT 65537"},
    {PROJECTIONS_SQL, PUT, "INSERT INTO boxes (BoxId, Label, Note) VALUES (:BoxId, :Label, :Note)", "projection put", "touches boxes(Note) = :Note"},
    {PROJECTIONS_SQL, PUT, "INSERT INTO boxes (BoxId, Label) VALUES (:BoxId, :Label)", "projection put", "touches boxes(Note) = '\\N'"},
    {PROJECTIONS_SQL, PUT, "INSERT INTO boxes (BoxId, Label, Note) VALUES (:BoxId, :Label, :Note) ON DUPLICATE KEY UPDATE Note = VALUES(Note)", "projection put", "touches boxes(Note) = :Note; touches boxes(Note) = before.1; touches boxes(Note) = :Note; before: SELECT DISTINCT `Note` FROM `boxes` WHERE (`BoxId` = (?)) LIMIT 65537"},
    {PROJECTIONS_SQL, PUT, "INSERT INTO boxes (BoxId, Label, Note) VALUES (:BoxId, :Label, :Note) ON DUPLICATE KEY UPDATE Label = VALUES(Label)", "projection put", "touches boxes(Note) = :Note; touches boxes(Note) = before.1; before: SELECT DISTINCT `Note` FROM `boxes` WHERE (`BoxId` = (?)) LIMIT 65537"},
    {PROJECTIONS_SQL, PUT, "UPDATE boxes SET Note = :Note WHERE Label = :Label", "projection put", "touches boxes(Note) = before.1; touches boxes(Note) = :Note; before: SELECT DISTINCT `boxes`.`Note` FROM boxes WHERE Label = ? LIMIT 65537"},
    {PROJECTIONS_SQL, PUT, "UPDATE boxes SET Note = :Note WHERE BoxId = :aggregateId; " PUT, "projection put", "touches boxes(Note) = before.1; touches boxes(Note) = :Note; before: SELECT DISTINCT `boxes`.`Note` FROM boxes WHERE BoxId = ? LIMIT 65537; touches boxes(Note) = :Note; touches boxes(Note) = before.1; before: SELECT DISTINCT `Note` FROM `boxes` WHERE (`BoxId` = (?)) LIMIT 65537"},
    {PROJECTIONS_SQL, "BoxId = :old.BoxId", "Label = :Label", "projection delete", "touches boxes(Note) = before.1; before: SELECT DISTINCT `boxes`.`Note` FROM boxes WHERE Label = ? LIMIT 65537"},
    {PROJECTIONS_SQL, "BoxId = :old.BoxId", "BoxId = :old.BoxId AND Note = :Note", "projection delete", "touches boxes(Note) = :Note"},
    {SCHEMA_SQL, KEY, "BoxId BIGINT, Label VARCHAR(50) NOT NULL PRIMARY KEY, Note VARCHAR(50)", "projection put", "touches boxes(Note) = :Note; touches boxes(Note) = before.1; before: SELECT DISTINCT `Note` FROM `boxes` WHERE (`Label` = (?)) LIMIT 65537"},
    {SCHEMA_SQL, KEY, "BoxId BIGINT, Label VARCHAR(50), Note VARCHAR(50), PRIMARY KEY (Label, BoxId)", "projection put", "touches boxes(Note) = :Note; touches boxes(Note) = before.1; before: SELECT DISTINCT `Note` FROM `boxes` WHERE (`Label` = (?) AND `BoxId` = (?)) LIMIT 65537"},
    {SCHEMA_SQL, KEY, "BoxId BIGINT NOT NULL PRIMARY KEY, Label VARCHAR(50) UNIQUE, Note VARCHAR(50)", "projection put", "touches boxes(Note) = :Note; touches boxes(Note) = before.1; before: SELECT DISTINCT `Note` FROM `boxes` WHERE (`BoxId` = (?)) OR (`Label` = (?)) LIMIT 65537"},
    {SCHEMA_SQL, KEY, "Id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, BoxId BIGINT, Label VARCHAR(50), Note VARCHAR(50), UNIQUE (BoxId, Note)", "projection put", "touches boxes(Note) = :Note; touches boxes(Note) = before.1; before: SELECT DISTINCT `Note` FROM `boxes` WHERE (`Id` = 9223372036854775807) OR (`BoxId` = (?) AND `Note` = (?)) LIMIT 65537"},
};

/* What the server computes of the columns that are written. */
static const struct derived of_generated[] = {
    {SCHEMA_SQL, NULL, NULL, "projection JarMoved", ""},
    {SCHEMA_SQL, "shelf BIGINT NOT NULL,", "shelf BIGINT AS (CRC32(label)) STORED,", "query GetShelf", "tag: jars"},
    {SCHEMA_SQL, "shelf BIGINT NOT NULL,", "shelf BIGINT AS (CRC32(label)) STORED,", "projection JarFilled", "touches jars(jarId) = :jarId; touches jars"},
    {SCHEMA_SQL, "shelf BIGINT NOT NULL,", "shelf BIGINT AS (CRC32(label)) STORED,", "projection JarMoved", "touches jars"},
    {SCHEMA_SQL, "shelf BIGINT NOT NULL,", "shelf TIMESTAMP NOT NULL ON UPDATE CURRENT_TIMESTAMP,", "projection JarMoved", "touches jars"},
};

/* What an INSERT does not say is the default. */
static const struct derived of_defaults[] = {
    {SCHEMA_SQL, NULL, NULL, "projection put", "touches boxes(Note) = '\\N'"},
    {SCHEMA_SQL, NOTE, NOTE " DEFAULT NULL", "projection put", "touches boxes(Note) = '\\N'"},
    {SCHEMA_SQL, NOTE, NOTE " DEFAULT 'none'", "projection put", "touches boxes(Note) = ?"},
};
// clang-format on

static void test_tags_follow_from_a_query(void **state)
{
    (void)state;
    check(jars, of_queries, ARRAY_COUNT(of_queries));
}

static void test_touches_follow_from_a_statement(void **state)
{
    (void)state;
    check(jars, of_statements, ARRAY_COUNT(of_statements));
}

static void test_an_item_that_changes_rows_of_others_touches_what_they_leave(void **state)
{
    (void)state;
    check(boxes, of_items, ARRAY_COUNT(of_items));
}

static void test_columns_that_the_server_sets_change_too(void **state)
{
    const char *texts[MODEL_FILES] = {jars[MODEL_JSON], jars[SCHEMA_SQL], NULL, NULL};

    (void)state;
    texts[PROJECTIONS_SQL] = "-- name: JarFilled\n"
                             "INSERT INTO jars (jarId, label) VALUES (:jarId, :label);\n"
                             "-- name: JarMoved\n"
                             "UPDATE jars SET label = 'x' WHERE jarId = :jarId;\n"
                             "-- name: JarBroken\n" BREAK ";\n";
    texts[QUERIES_SQL] = "-- name: GetJar :one\nSELECT jarId FROM jars WHERE jarId = :jarId;\n"
                         "-- name: GetShelf :many\nSELECT jarId FROM jars WHERE shelf = :shelf;\n";
    check(texts, of_generated, ARRAY_COUNT(of_generated));
}

static void test_a_row_holds_the_defaults_of_what_is_left_out(void **state)
{
    const char *texts[MODEL_FILES] = {boxes[MODEL_JSON], boxes[SCHEMA_SQL], NULL,
                                      boxes[QUERIES_SQL]};

    (void)state;
    texts[PROJECTIONS_SQL] = "-- name: put\n"
                             "INSERT INTO boxes (BoxId, Label) VALUES (:BoxId, :Label);\n"
                             "-- name: delete\n"
                             "DELETE FROM boxes WHERE BoxId = :old.BoxId;\n";
    check(texts, of_defaults, ARRAY_COUNT(of_defaults));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags_follow_from_a_query),
        cmocka_unit_test(test_touches_follow_from_a_statement),
        cmocka_unit_test(test_an_item_that_changes_rows_of_others_touches_what_they_leave),
        cmocka_unit_test(test_columns_that_the_server_sets_change_too),
        cmocka_unit_test(test_a_row_holds_the_defaults_of_what_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
