/*
 * Probes of everything that a gateway needs.
 *
 * A round starts all probes; each writes its own flag when it ends. A round that has not ended when
 * the next is due is waited for.
 *
 *     redis      own of each model: is there a server, and a page that may be trusted
 *     sql nodes  SELECT 1; the primary: is it read-only, and so none any more
 *     projector  an unexpired lease in the model's twofold_checkpoint
 *     dynamodb   DescribeTable of each model's table, and of the table of answers
 */
#include "gateway/health.h"

#include "cache/page.h"
#include "command/idempotency.h"
#include "conf/settings/clients.h"
#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/data/json_add.h"

#define ROUND_US    1000000
#define DEADLINE_US 2000000

struct table_health {
    struct health *health;
    struct slice name;
    struct arena arena; /* of the answer at hand */
    struct buf body;    /* of DescribeTable */
    bool up, absent;
};

struct model_health {
    struct health *health;
    const struct plan_model *model;
    struct arena arena; /* of the statement at hand */
    struct slice own;   /* key of own */
    bool page, projector;
    struct table_health table;
};

struct node_health {
    struct health *health;
    unsigned int node;
    bool up;
};

struct health {
    struct loop *loop;
    const struct gateway *gateway;
    struct redis *redis;
    struct dynamodb *dynamodb;
    struct arena arena;
    struct loop_timer timer;
    struct model_health *models;
    struct table_health answers[IDEMPOTENCY_ACTIONS]; /* of commands with a key */
    size_t answers_count;
    struct node_health *nodes;
    unsigned int node_count, pending;
};

static void start_round(void *ctx);

static void probe_ended(struct health *health)
{
    if (--health->pending == 0) {
        loop_timer_start(health->loop, &health->timer, clock_us() + ROUND_US, start_round, health);
    }
}

/* ------------------------------------------------------------------ the probes */

static void on_own(void *ctx, enum status status, const struct redis_reply *replies, size_t count)
{
    struct model_health *model = ctx;

    model->page = status == STATUS_OK && count == 1 && replies[0].type == REDIS_STRING;
    probe_ended(model->health);
}

static void probe_page(struct model_health *model)
{
    const struct slice args[] = {SLICE_LITERAL("GET"), model->own};
    const struct redis_command command = {args, ARRAY_COUNT(args)};

    model->health->pending++;
    redis_send(model->health->redis, &command, 1, clock_deadline(DEADLINE_US), NULL, on_own, model);
}

static void on_node(void *ctx, enum status status, struct sql_result *result)
{
    struct node_health *node = ctx;
    bool demoted =
        status == STATUS_OK && node->node == SQL_PRIMARY && sql_says_read_only(result->rows.cells);

    if (demoted) {
        sql_node_leave(node->health->gateway->sql, SQL_PRIMARY,
                       "the server is read-only: it is no primary");
    }
    node->up = status == STATUS_OK && !demoted;
    sql_result_free(result);
    probe_ended(node->health);
}

static void probe_node(struct node_health *node)
{
    static const struct sql_statement select = {
        .text = {"SELECT 1", 8}
    };
    static const struct sql_statement look = {
        .text = {"SELECT " SQL_READ_ONLY, sizeof("SELECT " SQL_READ_ONLY) - 1}
    };

    node->health->pending++;
    sql_query(node->health->gateway->sql, node->health->loop, node->node,
              node->node == SQL_PRIMARY ? &look : &select, clock_deadline(DEADLINE_US), on_node,
              node);
}

static void on_projector(void *ctx, enum status status, struct sql_result *result)
{
    struct model_health *model = ctx;

    model->projector = status == STATUS_OK && result->rows.row_count == 1;
    sql_result_free(result);
    probe_ended(model->health);
}

/* One statement a model, each with its own default database; they live as long as the health. */
static void probe_projector(struct model_health *model)
{
    struct sql_statement *leases = ARENA_NEW(&model->arena, struct sql_statement);

    leases->text = SLICE_LITERAL(
        "SELECT 1 FROM twofold_checkpoint WHERE lease_until > UTC_TIMESTAMP(3) LIMIT 1");
    leases->database = model->model->database;
    model->health->pending++;
    sql_query(model->health->gateway->sql, model->health->loop, SQL_PRIMARY, leases,
              clock_deadline(DEADLINE_US), on_projector, model);
}

static void on_table(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct table_health *table = ctx;

    (void)answer;
    /* No right to describe the table is an answer too: the commands' own rights show when they are
     * used. */
    table->up = status == STATUS_OK || status == STATUS_DENIED;
    table->absent = status == STATUS_NOT_FOUND;
    probe_ended(table->health);
}

static void probe_table(struct table_health *table)
{
    arena_reset(&table->arena);
    buf_clear(&table->body);
    json_add_object(&table->body, NULL);
    json_add_string(&table->body, "TableName", table->name);
    json_add_end(&table->body, '}');
    table->health->pending++;
    dynamodb_start(table->health->dynamodb, DYNAMODB_DESCRIBE_TABLE, buf_slice(&table->body),
                   &table->arena, clock_deadline(DEADLINE_US), on_table, table);
}

static void start_round(void *ctx)
{
    struct health *health = ctx;
    const struct gateway *gateway = health->gateway;

    health->pending = 1; /* the round itself */
    for (unsigned int i = 0; i < health->node_count; i++) {
        probe_node(&health->nodes[i]);
    }
    for (size_t i = 0; i < gateway->edition->plan->model_count; i++) {
        arena_reset(&health->models[i].arena);
        probe_page(&health->models[i]);
        probe_projector(&health->models[i]);
        probe_table(&health->models[i].table);
    }
    for (size_t i = 0; i < health->answers_count; i++) {
        probe_table(&health->answers[i]);
    }
    probe_ended(health);
}

/* ------------------------------------------------------------------ what they found */

static void add_missing(struct buf *missing, const char *what, struct slice of)
{
    struct buf text = {0};

    buf_append_str(&text, what);
    buf_append(&text, of);
    json_add_string(missing, NULL, buf_slice(&text));
    buf_fini(&text);
}

static bool report_nodes(const struct health *health, struct buf *missing)
{
    bool any = false;

    for (unsigned int i = 0; i < health->node_count; i++) {
        any |= health->nodes[i].up;
        if (!health->nodes[i].up) {
            add_missing(missing, "sql ", sql_node_name(health->gateway->sql, i));
        }
    }
    return any;
}

static bool report_table(const struct table_health *table, struct buf *missing)
{
    struct buf text = {0};

    if (table->up) {
        return true;
    }
    buf_append(&text, table->name);
    if (table->absent) {
        buf_append_str(&text, " (`twofold-projector setup` makes it)");
    }
    add_missing(missing, "dynamodb table ", buf_slice(&text));
    buf_fini(&text);
    return false;
}

static bool report_models(const struct health *health, struct buf *missing)
{
    const struct plan *plan = health->gateway->edition->plan;
    bool tables = true;

    for (size_t i = 0; i < plan->model_count; i++) {
        const struct model_health *model = &health->models[i];

        if (health->gateway->role != ROLE_QUERY) {
            tables &= report_table(&model->table, missing);
        }
        if (!model->projector) {
            add_missing(missing, "projector of ", model->model->name);
        }
        if (redis_up(health->redis) && !model->page) {
            add_missing(missing, "cache page of ", model->model->name);
        }
    }
    return tables;
}

bool health_report(const struct health *health, struct buf *missing)
{
    bool nodes, tables;

    json_add_array(missing, NULL);
    nodes = report_nodes(health, missing) || health->gateway->role == ROLE_COMMAND;
    if (!redis_up(health->redis)) {
        add_missing(missing, "redis", SLICE_EMPTY);
    }
    tables = report_models(health, missing);
    for (size_t i = 0; i < health->answers_count && health->gateway->role != ROLE_QUERY; i++) {
        (void)report_table(&health->answers[i], missing); /* only commands with a key need it */
    }
    json_add_end(missing, ']');
    return nodes && tables;
}

static void add_answers(struct health *health, struct slice table)
{
    health->answers[health->answers_count++] =
        (struct table_health){.health = health, .name = table};
}

enum status health_create(struct loop *loop, const struct gateway *gateway, struct health **out)
{
    struct health *health = XNEW(struct health);
    const struct settings *settings = gateway->settings;
    const struct redis_config redis = clients_redis(settings);
    const struct dynamodb_config dynamodb = clients_dynamodb(settings);
    enum status status = dynamodb_create(loop, &dynamodb, gateway->credentials, &health->dynamodb);

    if (status != STATUS_OK) {
        xfree(health);
        return status;
    }
    health->loop = loop;
    health->gateway = gateway;
    health->redis = redis_create(loop, &redis);
    health->node_count = sql_node_count(gateway->sql);
    health->nodes = XARRAY(struct node_health, health->node_count);
    for (unsigned int i = 0; i < health->node_count; i++) {
        health->nodes[i] = (struct node_health){health, i, false};
    }
    health->models = XARRAY(struct model_health, gateway->edition->plan->model_count);
    add_answers(health, settings->commands_table);
    if (settings->commands_old_keys && !slice_is(settings->commands_table, COMMANDS_TABLE)) {
        add_answers(health, SLICE_LITERAL(COMMANDS_TABLE));
    }
    for (size_t i = 0; i < gateway->edition->plan->model_count; i++) {
        const struct plan_model *model = &gateway->edition->plan->models[i];

        health->models[i] = (struct model_health){
            .health = health,
            .model = model,
            .own = key_own(&health->arena, model->database),
            .table = {.health = health, .name = model->aggregate.table},
        };
    }
    loop_timer_start(loop, &health->timer, clock_us(), start_round, health);
    *out = health;
    return STATUS_OK;
}
