/*
 * Two small good models, a state store and an event store, as four texts each, written into a
 * folder of its own; each test of a broken one changes a piece of a text.
 */
#ifndef TESTS_UNIT_CONF_BUILD_MODEL_TEXT_H
#define TESTS_UNIT_CONF_BUILD_MODEL_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/build/load.h"
#include "lib/base/buf.h"

enum model_file {
    MODEL_JSON,
    SCHEMA_SQL,
    PROJECTIONS_SQL,
    QUERIES_SQL,
    MODEL_FILES
};

static const char *const model_names[MODEL_FILES] = {"model.json", "schema.sql", "projections.sql",
                                                     "queries.sql"};

// clang-format off
static const char *const model_texts[MODEL_FILES] = {
    "{ \"model\": \"boxes\",\n"
    "  \"aggregate\": { \"name\": \"Box\", \"store\": \"state\", \"table\": \"Boxes\",\n"
    "                 \"id\": { \"name\": \"BoxId\", \"type\": \"integer\", \"minimum\": 1 } },\n"
    "  \"commands\": {\n"
    "    \"CreateBox\": { \"route\": \"POST /boxes\", \"location\": \"GetBox\",\n"
    "      \"payload\": { \"type\": \"object\", \"required\": [\"BoxId\", \"Label\"], \"additionalProperties\": false,\n"
    "                   \"properties\": { \"BoxId\": { \"type\": \"integer\" }, \"Label\": { \"type\": \"string\" } } },\n"
    "      \"require\": [ { \"that\": \"!exists\", \"else\": { \"status\": 409, \"title\": \"Box exists\" } } ],\n"
    "      \"put\": { \"Label\": \"payload.Label\" } },\n"
    "    \"DropBox\": { \"route\": \"DELETE /boxes/{BoxId}\", \"delete\": true } },\n"
    "  \"projections\": {\n"
    "    \"put\": { \"touches\": [\"box:{BoxId}\", \"boxes\"] },\n"
    "    \"delete\": { \"touches\": [\"box:{BoxId}\", \"boxes\"] } },\n"
    "  \"queries\": {\n"
    "    \"GetBox\": { \"route\": \"GET /boxes/{BoxId}\", \"tags\": [\"box:{BoxId}\"], \"ttl\": \"1h\" },\n"
    "    \"GetBoxes\": { \"route\": \"GET /boxes\", \"tags\": [\"boxes\"], \"ttl\": \"1h\",\n"
    "                  \"page\": { \"by\": [\"BoxId\"], \"limit\": 50, \"max\": 200 } } } }\n",

    "CREATE TABLE IF NOT EXISTS boxes (\n"
    "    BoxId BIGINT NOT NULL PRIMARY KEY,\n"
    "    Label VARCHAR(50) NOT NULL,\n"
    "    Note VARCHAR(50)\n"
    ");\n",

    "-- name: put\n"
    "INSERT INTO boxes (BoxId, Label) VALUES (:BoxId, :Label)\n"
    "ON DUPLICATE KEY UPDATE Label = VALUES(Label);\n"
    "-- name: delete\n"
    "DELETE FROM boxes WHERE BoxId = :old.BoxId;\n",

    "-- name: GetBox :one\n"
    "SELECT BoxId, Label FROM boxes\n"
    "WHERE BoxId = :BoxId;\n"
    "-- name: GetBoxes :many\n"
    "SELECT * FROM boxes;\n",
};

static const char *const event_model_texts[MODEL_FILES] = {
    "{ \"model\": \"jars\",\n"
    "  \"aggregate\": { \"name\": \"Jar\", \"store\": \"events\", \"table\": \"Jars\", \"snapshot_every\": 7,\n"
    "                 \"id\": { \"name\": \"jarId\", \"type\": \"string\", \"pattern\": \"^[a-z0-9-]+$\", \"generate\": \"uuid\" } },\n"
    "  \"events\": {\n"
    "    \"JarFilled\": { \"set\": { \"label\": \"event.label\", \"shelf\": \"event.shelf\", \"grams\": \"event.grams\" } },\n"
    "    \"JarMoved\": { \"set\": { \"shelf\": \"event.shelf\" } },\n"
    "    \"JarBroken\": { \"deletes\": true } },\n"
    "  \"commands\": {\n"
    "    \"FillJar\": { \"route\": \"POST /shelves/{shelf}/jars\", \"location\": \"GetJar\",\n"
    "      \"payload\": { \"type\": \"object\", \"required\": [\"shelf\", \"label\", \"grams\"], \"additionalProperties\": false,\n"
    "        \"properties\": { \"shelf\": { \"type\": \"integer\" }, \"label\": { \"type\": \"string\" }, \"grams\": { \"type\": \"number\" } } },\n"
    "      \"require\": [ { \"that\": \"!exists\", \"else\": { \"status\": 409, \"title\": \"Jar exists\" } } ],\n"
    "      \"emit\": [ { \"type\": \"JarFilled\", \"payload\": { \"label\": \"payload.label\", \"shelf\": \"payload.shelf\", \"grams\": \"payload.grams\" } } ] },\n"
    "    \"MoveJar\": { \"route\": \"PUT /jars/{jarId}/shelf\",\n"
    "      \"payload\": { \"type\": \"object\", \"required\": [\"shelf\"], \"properties\": { \"shelf\": { \"type\": \"integer\" } } },\n"
    "      \"require\": [ { \"that\": \"exists\", \"else\": { \"status\": 404, \"title\": \"No such jar\" } } ],\n"
    "      \"skip_if\": \"payload.shelf == state.shelf\",\n"
    "      \"emit\": [ { \"type\": \"JarMoved\", \"payload\": { \"shelf\": \"payload.shelf\", \"oldShelf\": \"state.shelf\" } } ] },\n"
    "    \"DropJar\": { \"route\": \"DELETE /jars/{jarId}\",\n"
    "      \"emit\": [ { \"type\": \"JarBroken\", \"if\": \"exists\" } ] } },\n"
    "  \"projections\": {\n"
    "    \"JarFilled\": { \"touches\": [\"jar:{jarId}\", \"shelf:{shelf}\"] },\n"
    "    \"JarMoved\": { \"touches\": [\"jar:{aggregateId}\", \"shelf:{shelf}\", \"shelf:{oldShelf}\"] },\n"
    "    \"JarBroken\": { \"touches\": [\"jar:{aggregateId}\"], \"touches_sql\": \"ShelfOfJar\" } },\n"
    "  \"queries\": {\n"
    "    \"GetJar\": { \"route\": \"GET /jars/{jarId}\", \"tags\": [\"jar:{jarId}\"], \"ttl\": \"1h\", \"near\": true },\n"
    "    \"GetShelf\": { \"route\": \"GET /shelves/{shelf}/jars\", \"tags\": [\"shelf:{shelf}\"], \"ttl\": \"1h\",\n"
    "      \"params\": { \"shelf\": { \"type\": \"integer\" } }, \"page\": { \"by\": [\"jarId\"], \"limit\": 50, \"max\": 200 } } } }\n",

    "CREATE TABLE IF NOT EXISTS jars (\n"
    "    jarId VARCHAR(64) NOT NULL PRIMARY KEY,\n"
    "    shelf BIGINT NOT NULL,\n"
    "    label VARCHAR(50) NOT NULL,\n"
    "    filled DATETIME(3) NOT NULL\n"
    ");\n"
    "CREATE TABLE IF NOT EXISTS labels (jarId VARCHAR(64) NOT NULL PRIMARY KEY, label VARCHAR(50) NOT NULL);\n",

    "-- name: JarFilled\n"
    "INSERT INTO jars (jarId, shelf, label, filled) VALUES (:jarId, :shelf, :label, :timestamp);\n"
    "-- name: JarMoved\n"
    "UPDATE jars SET shelf = :shelf WHERE jarId = :aggregateId;\n"
    "-- name: JarBroken\n"
    "DELETE FROM jars WHERE jarId = :aggregateId;\n"
    "-- name: ShelfOfJar :many\n"
    "SELECT CONCAT('shelf:', shelf) FROM jars WHERE jarId = :aggregateId;\n",

    "-- name: GetJar :one\n"
    "SELECT jarId, shelf, label FROM jars WHERE jarId = :jarId;\n"
    "-- name: GetShelf :many\n"
    "SELECT * FROM jars WHERE shelf = :shelf;\n",
};
// clang-format on

struct model_folder {
    char root[64], models[96];
};

static inline void model_folder_make(struct model_folder *folder)
{
    snprintf(folder->root, sizeof(folder->root), "/tmp/twofold-conf-XXXXXX");
    if (!mkdtemp(folder->root)) {
        abort();
    }
    snprintf(folder->models, sizeof(folder->models), "%s/boxes", folder->root);
    if (mkdir(folder->models, 0700) != 0) {
        abort();
    }
}

static inline void model_folder_write(const struct model_folder *folder, enum model_file file,
                                      struct slice text)
{
    char path[160];
    FILE *out;

    snprintf(path, sizeof(path), "%s/%s", folder->models, model_names[file]);
    out = fopen(path, "w");
    if (!out || fwrite(text.ptr, 1, text.len, out) != text.len || fclose(out) != 0) {
        abort();
    }
}

/* Appends TEXT with the one place where it holds OLD changed to NEW. */
static inline void model_text_change(const char *text, const char *old, const char *new,
                                     struct buf *out)
{
    const char *place = strstr(text, old);

    if (!place) {
        fprintf(stderr, "the good model has no: %s\n", old);
        abort();
    }
    buf_append(out, slice_of(text, (size_t)(place - text)));
    buf_append_str(out, new);
    buf_append_str(out, place + strlen(old));
}

/* All four files, with the one place of FILE that holds OLD changed to NEW. */
static inline void model_folder_fill_from(const struct model_folder *folder,
                                          const char *const *texts, enum model_file changed,
                                          const char *old, const char *new)
{
    for (enum model_file file = 0; file < MODEL_FILES; file++) {
        struct buf buf = {0};

        if (old && file == changed) {
            model_text_change(texts[file], old, new, &buf);
        } else {
            buf_append_str(&buf, texts[file]);
        }
        model_folder_write(folder, file, buf_slice(&buf));
        buf_fini(&buf);
    }
}

static inline void model_folder_fill(const struct model_folder *folder, enum model_file changed,
                                     const char *old, const char *new)
{
    model_folder_fill_from(folder, model_texts, changed, old, new);
}

static inline void model_folder_remove(const struct model_folder *folder)
{
    char path[160];

    for (enum model_file file = 0; file < MODEL_FILES; file++) {
        snprintf(path, sizeof(path), "%s/%s", folder->models, model_names[file]);
        unlink(path);
    }
    rmdir(folder->models);
    rmdir(folder->root);
}

#endif
