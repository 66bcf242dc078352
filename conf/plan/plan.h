/*
 * A plan is what the models say, compiled: read-only, shared by all threads, counted by plan_get /
 * plan_put. Nothing is parsed on the hot path. Everything lives in the plan's arena.
 *
 *     model.json, schema.sql, projections.sql, queries.sql --conf/build--> struct plan
 *
 *     struct plan                models, routes
 *       struct plan_model          one folder: aggregate, read model's database, what follows
 *         struct plan_command        route, payload's schema, conditions, what it writes
 *         struct plan_projection     "put" and "delete" (state store) or one for each event:
 *                                    statements, tags that it touches
 *         struct plan_query          route, parameters, the wrapped SQL, its tags, times to live
 */
#ifndef CONF_PLAN_PLAN_H
#define CONF_PLAN_PLAN_H

#include "conf/expr/expr.h"
#include "conf/schema/schema.h"
#include "conf/text/diag.h"
#include "conf/text/scalar.h"
#include "lib/data/decimal.h"
#include "lib/httpd/parse.h"

/*
 * What a column holds, as far as the text of its values in tags goes (conf/plan/kind.h). OTHER: of
 * declared tags, whose places have a scalar type.
 */
struct plan_kind {
    enum {
        KIND_OTHER,
        KIND_INTEGER,
        KIND_DECIMAL,
        KIND_TEXT
    } of;
    bool is_unsigned;    /* INTEGER, DECIMAL */
    unsigned int size;   /* INTEGER: bytes; DECIMAL: digits in all; 0: of any size */
    unsigned int places; /* DECIMAL */
};

/* "thing:{thingId}": literals and places in turn. */
struct plan_template {
    struct slice text; /* as written */
    struct plan_template_part {
        struct slice literal; /* before the place; of the last part: after the last place */
        struct slice name;    /* of the place; empty: none follows */
        enum scalar type;
        bool old;              /* {old.Name}: of the image before the change */
        int param;             /* of a query's template: index in plan_query.params; else -1 */
        bool strict;           /* of a derived tag: a parameter that is NULL finds no row by it */
        struct plan_kind kind; /* of a derived tag: the column that the parameter equals */
    } * parts;
    size_t part_count;
};

/* Where a statement's ? comes from. */
enum plan_source {
    SOURCE_FIELD,        /* :Name      new image (put), old image (delete), event payload */
    SOURCE_OLD_FIELD,    /* :old.Name  old image; NULL when there is none */
    SOURCE_AGGREGATE_ID, /* :aggregateId */
    SOURCE_VERSION,      /* :version */
    SOURCE_TIMESTAMP,    /* :timestamp  DATETIME(3) UTC */
    SOURCE_EVENT_ID,     /* :eventId */
    SOURCE_PARAM,        /* a query's parameter: index */
    SOURCE_CLAIM,        /* :claims.sub */
    SOURCE_CURSOR,       /* a keyset column of the cursor: index */
    SOURCE_LIMIT,        /* rows wanted, one more than the page's */
};

/* What its value becomes for the column beside it (conf/plan/bind.h). */
enum plan_form {
    FORM_PLAIN, /* as it is */
    FORM_TEXT,  /* a number or boolean as text, for a text column: SQL would compare numbers */
    FORM_UUID,  /* these three: the canonical text of what is of the format, in a text column */
    FORM_IPV6,
    FORM_DATE_TIME,
    FORM_UUID_ONLY, /* and these refuse anything else: of columns that take more than one text */
    FORM_IPV6_ONLY,
    FORM_DATE_ONLY,
    FORM_TIME, /* a date-time as DATETIME has it, UTC, cut to digits */
    FORM_JSON, /* JSON text */
};

struct plan_bind {
    enum plan_source source;
    struct slice name;
    unsigned int index;
    enum plan_form form;
    unsigned int digits; /* TIME: of the second's fraction, 0 to 3 */
};

/* One SQL statement with ? in place of the names. */
struct plan_sql {
    struct slice text;
    const struct plan_bind *binds;
    size_t bind_count;
    unsigned int line; /* in its file */
    /*
     * One statement for many records: head, row, between, row, ..., tail. An INSERT ... VALUES
     * (one row of ?) [ON DUPLICATE KEY ...] with every ? inside the row; a SELECT beside a
     * statement, whose row is its condition. row is empty when it cannot.
     */
    struct slice head, row, between, tail;
};

/* ------------------------------------------------------------------ routes */

#define ROUTE_PARAMS_MAX 8

struct plan_segment {
    struct slice literal; /* decoded; empty when it is a parameter */
    struct slice param;   /* its name */
};

struct plan_route {
    enum http_method method;
    struct slice text; /* "PUT /things/{thingId}" */
    const struct plan_segment *segments;
    size_t segment_count, param_count;
    const struct plan_query *query; /* one of the two */
    const struct plan_command *command;
    unsigned int index; /* 0.. over the plan, for metrics */
    unsigned int line;  /* in its model.json; so in those below */
};

/* ------------------------------------------------------------------ write side */

enum plan_store {
    STORE_STATE,
    STORE_EVENTS
};

/*
 * The setting commands_table, when nobody sets it, and where keys of the old form are
 * (command/idempotency.h): no model's table.
 */
#define COMMANDS_TABLE "TwofoldCommands"

struct plan_aggregate {
    struct slice name, table;
    enum plan_store store;
    struct slice id_name;
    enum scalar id_type; /* INTEGER, STRING or one of its formats */
    const struct schema *id_schema;
    bool id_generated;
    unsigned int snapshot_every; /* events; 0: none */
    struct slice key_prefix;     /* "CUSTOMER#" */
    unsigned int line;
};

struct plan_require {
    const struct expr *that;
    int code; /* 4xx */
    struct slice title;
};

struct plan_assignment {
    struct slice name;
    const struct expr *value;
};

/*
 * Of an event store: what an event does to the state. SETS are expressions over `event` (its
 * payload), `state` (as it was before the event) and `id`, and nothing else, so that a fold comes
 * to the same whenever it is done. DELETES: `exists` is false after it.
 */
struct plan_event {
    struct slice name;
    const struct plan_assignment *sets;
    size_t set_count;
    bool deletes;
    unsigned int line;
};

/*
 * CONDITION and PAYLOAD see the state as it was before the command, also when another event comes
 * before this one.
 */
struct plan_emit {
    const struct plan_event *event;
    const struct expr *condition; /* NULL: always */
    const struct plan_assignment *payload;
    size_t payload_count;
};

/*
 * A parameter of a command's path that is not the id: a member of the payload (gateway/param.h
 * params_of_command puts it there before anything is validated).
 */
struct plan_path_param {
    struct slice name;
    int capture; /* its place among the route's */
    enum scalar type;
    const struct schema *schema; /* the payload's property of that name */
};

/*
 * Bytes of "<Aggregate>:<id, percent-encoded>": VARCHAR(512) of twofold_aggregate
 * (projector/store/tables.sql). DynamoDB's keys may be longer.
 */
#define PLAN_AGGREGATE_MAX 512

/* DynamoDB takes 100 items in a transaction; one may be the Idempotency-Key's. */
#define PLAN_EMITS_MAX 99

enum plan_write {
    WRITE_PUT,
    WRITE_UPDATE,
    WRITE_DELETE,
    WRITE_EMIT
};

struct plan_command {
    const struct plan_model *model;
    struct slice name;
    const struct plan_route *route;
    const struct schema *payload; /* NULL: no payload allowed */
    const struct plan_require *requires;
    size_t require_count;
    const struct expr *skip_if; /* NULL: never */
    enum plan_write write;
    const struct plan_assignment *assignments; /* PUT, UPDATE */
    size_t assignment_count;
    const struct plan_emit *emits;
    size_t emit_count;
    /* GENERATED: the payload's member of the id's name if it is there, else a new uuid */
    enum {
        ID_FROM_PATH,
        ID_FROM_PAYLOAD,
        ID_GENERATED
    } id_from;
    const struct plan_path_param *path_params;
    size_t path_param_count;
    const struct plan_query *location; /* NULL: 200; else 201 with Location */
    /*
     * Derived: event stores always read their state. Of state stores: whether an item must be read
     * before it can be decided; else what the one conditional request demands.
     */
    bool reads_state;
    bool demands_exists, demands_absent;
    const struct slice *condition_fields; /* the attributes that any expression reads */
    size_t condition_field_count;
    unsigned int index; /* 0.. over the plan */
    unsigned int line;
};

/* ------------------------------------------------------------------ projections */

/* Some columns of a table. */
struct plan_columns {
    struct slice table, columns; /* joined by commas */
};

/*
 * Tags of one text but for their values: "products", "comments(pictureId)",
 * "posts(author>follows.followee:follower)" (conf/tags/README.md).
 */
struct plan_class {
    struct slice name;
    const struct plan_kind *links; /* of the values that a change has for it */
    size_t link_count;
    /*
     * Of a path: SELECT that finds the values of its tags, with a ? for each link (it has no
     * binds); text empty: the links' values are the tag's
     */
    struct plan_sql ask;
    const struct plan_kind *asked; /* of its columns */
    size_t asked_count;
    const struct plan_columns *asked_tables; /* of the SELECT, and the columns that it compares */
    size_t asked_table_count;
};

/* Where a value of a touched tag comes from. */
struct plan_cell {
    enum {
        CELL_BIND,
        CELL_LITERAL, /* its text in a tag */
        CELL_ROW,     /* a column of the SELECT's row */
        CELL_SERVER   /* only the server knows it: the tag is the class' "=*" */
    } from;
    struct plan_bind bind;
    struct slice literal;
    const struct value *value; /* LITERAL: what a path's SELECT asks with */
    size_t column;
};

/* One tag, or one for each row of the SELECT before, or after. */
struct plan_touch {
    const struct plan_class *class;
    const struct plan_cell *cells; /* link_count of them */
    enum plan_rows {
        ROWS_NONE,
        ROWS_BEFORE,
        ROWS_AFTER
    } rows;
};

/* What one statement touches. */
struct plan_change {
    const struct plan_touch *touches;
    size_t touch_count;
    struct plan_sql before, after; /* SELECTs beside it; text empty: none */
    const struct plan_exact {      /* values that BEFORE finds rows by: exactly of the kind */
        struct plan_kind kind;
        struct plan_bind bind;
    } * exact;
    size_t exact_count;
    bool asks;  /* before, after or a path's SELECT */
    bool joins; /* many records may run it with one SELECT before all of them */
};

struct plan_projection {
    struct slice name; /* "put", "delete", an event's name */
    bool ignored;      /* "X": null */
    const struct plan_sql *statements;
    size_t statement_count;
    const struct plan_change *changes; /* beside the statements: what they touch by their SQL */
    const struct plan_template *touches;
    size_t touch_count;
    const struct slice *tables; /* that the statements write */
    size_t table_count;
    const struct plan_sql *touches_sql; /* NULL: none. A SELECT of one column: each row is a tag */
    /* it reads rows that other transactions may be about to change (conf/study/own.h, touches_sql):
     * cache/PROTOCOL.md "Lock of the revision's row" */
    bool reads;
    /* what its own rows hold may be the fault when SQL refuses it: conf/study/recall.h */
    bool recalls;
    /* put and delete, both: they leave rows as the image alone says, and supersede dead letters */
    bool whole;
};

/* ------------------------------------------------------------------ read side */

/* What can equal the columns that a parameter is compared with. */
struct plan_limits {
    bool set; /* numbers: of a text, one that is a number */
    struct decimal lowest, highest;
    int places;
    enum plan_form form; /* PLAIN: any; else what has this form */
};

struct plan_param {
    struct slice name;
    enum scalar type;
    /* NULL for path parameters that the aggregate's id does not describe */
    const struct schema *schema;
    enum {
        PARAM_PATH,
        PARAM_QUERY,
        PARAM_CLAIM
    } from;
    int capture;                  /* of a path parameter: its place among the route's */
    const struct value *fallback; /* "default"; NULL: required. A null: it may be left out */
    struct slice column;          /* that the SQL compares it with; empty: not seen */
    struct plan_limits limits;    /* of the columns that it is compared with by equality */
};

struct plan_key_column {
    struct slice name;
    enum scalar type; /* as declared in schema.sql: cursors are typed */
    bool descending;
};

struct plan_page {
    const struct plan_key_column *columns;
    size_t column_count;
    unsigned int limit, max;
};

struct plan_query {
    const struct plan_model *model;
    struct slice name;
    unsigned int line;
    const struct plan_route *route;
    bool one;  /* :one: an object or 404; else :many */
    bool near; /* opt-in to the near cache */
    const struct plan_param *params;
    size_t param_count;
    const struct plan_template *tags;
    size_t tag_count;
    size_t declared_count; /* the last of them: by the model; the others follow from the SQL */
    /*
     * Of parameters that may be NULL and that the SQL asks ":p IS NULL" of: bit I of the index says
     * that guard I, an index in params, is NULL. [0] are the tags above. No guards: not used
     */
    const struct plan_variant {
        const struct plan_template *tags;
        size_t tag_count;
    } * variants;
    const size_t *guards;
    size_t guard_count;
    uint64_t ttl_ms, negative_ttl_ms;
    bool paged;
    struct plan_page page;
    /*
     * Of an unpaged :many, in the order of page.columns: CUTS: "limit", the first of them are the
     * answer. Else "max": more are a fault, and the statement's LIMIT is one more to see it.
     */
    unsigned int rows_max;
    bool cuts;
    struct slice version_column; /* ETag "<version>-<hash>"; empty: none */
    const struct slice *tables;  /* of schema.sql that it reads */
    size_t table_count;
    /* for people: each mention of a table and what its rows are bound to (conf/tags/query.h) */
    const struct slice *rows;
    size_t row_count;
    struct slice user_sql; /* as written, with ?: describes the columns */
    /*
     * The wrapped statements (conf/plan/wrap.c): first columns epoch, revision, _row, then the
     * user's. first: from the start; after, before: with a cursor, of a query with pages
     */
    struct plan_sql first, after, before;
    /* hex of SQL, binds, parameters, columns, tags, format: part of the entry's key */
    char fingerprint[17];
    unsigned int index; /* 0.. over the plan */
};

/* ------------------------------------------------------------------ the whole */

struct plan_model {
    struct slice name, folder;
    struct slice database; /* "twofold_<model>" */
    unsigned int index, line;
    struct plan_aggregate aggregate;
    struct plan_event *events; /* of a state store: none */
    size_t event_count;
    struct plan_command *commands;
    size_t command_count;
    struct plan_projection *projections;
    size_t projection_count;
    struct plan_query *queries;
    size_t query_count;
    const struct plan_class *classes; /* of the derived tags */
    size_t class_count;
    /* text columns whose values are in tags: the server must compare them by bytes */
    const struct plan_columns *texts;
    size_t text_count;
    struct slice schema_sql;
    char touches[17]; /* cache/PROTOCOL.md "Plans": hex of XXH64 */
};

struct plan {
    struct arena arena;
    _Atomic unsigned int references;
    struct plan_model *models;
    size_t model_count;
    const struct plan_route **routes; /* of all models */
    size_t route_count;
    unsigned int query_count, command_count;
};

struct plan *plan_get(struct plan *plan);
void plan_put(struct plan *plan);

const struct plan_projection *plan_projection_find(const struct plan_model *model,
                                                   struct slice name);
/* Do its records supersede dead letters? plan_projection.whole; of event stores never. */
bool plan_model_is_whole(const struct plan_model *model);
/* Where bit I of NUMBER says that guard I is NULL. */
struct plan_variant plan_variant_of(const struct plan_query *query, size_t number);
/* "default": null: who leaves it out asks with NULL. */
bool plan_param_nullable(const struct plan_param *param);
const struct plan_query *plan_query_find(const struct plan *plan, struct slice name);
const struct plan_command *plan_command_find(const struct plan *plan, struct slice name);

/* The plan as text, stable, for golden tests and `gateway --plan`. */
void plan_print(const struct plan *plan, FILE *out);

#endif
