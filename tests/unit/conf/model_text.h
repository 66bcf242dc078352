/*
 * A small good model as four texts, written into a folder of its own; each test of a broken one changes a piece of a text.
 */
#ifndef TESTS_UNIT_CONF_MODEL_TEXT_H
#define TESTS_UNIT_CONF_MODEL_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/plan.h"
#include "lib/buf.h"

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

/* All four files, with the one place where OLD stands in FILE changed to NEW. */
static inline void model_folder_fill(const struct model_folder *folder, enum model_file changed,
                                     const char *old, const char *new)
{
    enum model_file file;

    for (file = 0; file < MODEL_FILES; file++) {
        const char *text = model_texts[file];
        const char *place = old && file == changed ? strstr(text, old) : NULL;
        struct buf buf = {0};

        if (old && file == changed && !place) {
            fprintf(stderr, "the good model has no: %s\n", old);
            abort();
        }
        if (place) {
            buf_append(&buf, slice_of(text, (size_t)(place - text)));
            buf_append_str(&buf, new);
            text = place + strlen(old);
        }
        buf_append_str(&buf, text);
        model_folder_write(folder, file, buf_slice(&buf));
        buf_fini(&buf);
    }
}

static inline void model_folder_remove(const struct model_folder *folder)
{
    char path[160];
    enum model_file file;

    for (file = 0; file < MODEL_FILES; file++) {
        snprintf(path, sizeof(path), "%s/%s", folder->models, model_names[file]);
        unlink(path);
    }
    rmdir(folder->models);
    rmdir(folder->root);
}

#endif
