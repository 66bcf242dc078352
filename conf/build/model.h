/*
 * A model as written: its four files read, model.json's objects taken apart by tables, each member
 * with its position. What it means is the builder's affair (build.h).
 */
#ifndef CONF_BUILD_MODEL_H
#define CONF_BUILD_MODEL_H

#include "conf/build/members.h"
#include "conf/sql/file.h"
#include "conf/sql/tables.h"

struct model {
    struct json_source source; /* model.json */
    const struct value *root;
    const struct value *name, *aggregate, *events, *commands, *projections, *queries;
    struct slice folder, schema_path, schema_text;
    struct tables tables;
    struct sqlfile projections_sql, queries_sql;
};

/* False after complaints that leave nothing to build; others leave what could be read. */
bool model_read(struct arena *arena, struct slice folder, struct diag *diag, struct model *out);

struct model_aggregate {
    const struct value *name, *store, *table, *id, *snapshot_every;
};
struct model_id {
    const struct value *name, *generate;
    const struct value *schema; /* the id's other members */
};
struct model_event {
    const struct value *set, *deletes;
};
struct model_emit {
    const struct value *type, *payload, *condition;
};
struct model_command {
    const struct value *route, *location, *payload, *require, *skip_if, *emit, *put, *update,
        *delete_;
};
struct model_require {
    const struct value *that, *otherwise;
};
struct model_refusal {
    const struct value *status, *title;
};
struct model_projection {
    const struct value *touches, *touches_sql;
};
struct model_query {
    const struct value *route, *tags, *ttl, *negative_ttl, *near, *params, *page, *order, *limit,
        *max, *version;
};
struct model_page {
    const struct value *by, *limit, *max;
};

/* Each reads VALUE, found at SOURCE. False after complaints. */
bool model_aggregate_read(struct arena *arena, const struct json_source *source,
                          const struct value *value, struct model_aggregate *out);
bool model_id_read(struct arena *arena, const struct json_source *source, const struct value *value,
                   struct model_id *out);
bool model_event_read(struct arena *arena, const struct json_source *source,
                      const struct value *value, struct model_event *out);
bool model_emit_read(struct arena *arena, const struct json_source *source,
                     const struct value *value, struct model_emit *out);
bool model_command_read(struct arena *arena, const struct json_source *source,
                        const struct value *value, struct model_command *out);
bool model_require_read(struct arena *arena, const struct json_source *source,
                        const struct value *value, struct model_require *out);
bool model_refusal_read(struct arena *arena, const struct json_source *source,
                        const struct value *value, struct model_refusal *out);
bool model_projection_read(struct arena *arena, const struct json_source *source,
                           const struct value *value, struct model_projection *out);
bool model_query_read(struct arena *arena, const struct json_source *source,
                      const struct value *value, struct model_query *out);
bool model_page_read(struct arena *arena, const struct json_source *source,
                     const struct value *value, struct model_page *out);

#endif
