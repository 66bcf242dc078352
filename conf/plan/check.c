/*
 * `gateway --check`, and of queries also a reload: what only the server knows.
 *
 *     each query        the user's SQL and the wrapped statements are prepared; columns that pages
 *                       go by are NOT NULL; :version is there
 *     each projection   every statement is prepared, also as a row of many
 *     each database     it and our tables in it compare texts by bytes
 *     each table        InnoDB, without triggers and keys that cascade
 *     each tag          text columns must compare by bytes, as tags do: utf8mb4_bin; a SELECT
 *                       that finds tags by way of other tables has indexes for it
 *
 * One connection per model's database. A server that does not answer ends the check; what it
 * refuses is a complaint.
 */
#include "conf/plan/check.h"

#include "conf/plan/collation.h"
#include "conf/plan/index.h"
#include "conf/plan/storage.h"

struct checker {
    struct sql_conn *conn;
    enum check_scope scope;
    const struct plan_model *model;
    struct diag *diag;
    struct arena *arena;
    struct slice queries, projections, schema; /* paths */
};

static void complain(struct checker *checker, struct slice file, unsigned int line,
                     struct slice block, struct slice hint, struct slice text)
{
    diag_add(checker->diag, file, line, block, hint, "%.*s", SLICE_ARG(text));
}

/* ------------------------------------------------------------------ statements */

static struct slice hint_of(enum status status)
{
    return status == STATUS_NOT_FOUND ? SLICE_LITERAL("has `projector setup` run?") : SLICE_EMPTY;
}

/* False: the connection is gone. columns_out may be NULL. */
static bool describe(struct checker *checker, struct slice file, unsigned int line,
                     struct slice block, struct slice text, size_t binds,
                     struct sql_rows *columns_out)
{
    struct sql_rows columns = {0};
    size_t params = 0;
    enum status status = sql_describe(checker->conn, checker->model->database, text, checker->arena,
                                      &columns, &params);

    if (sql_lost(checker->conn)) {
        return false;
    }
    if (status != STATUS_OK) {
        complain(checker, file, line, block, hint_of(status),
                 arena_printf(checker->arena, "the server refuses this statement: %s",
                              sql_error(checker->conn)->text));
    } else if (params != binds) {
        complain(checker, file, line, block, SLICE_EMPTY,
                 arena_printf(checker->arena, "the server sees %zu parameters, the plan %zu",
                              params, binds));
    }
    if (columns_out) {
        *columns_out = status == STATUS_OK ? columns : (struct sql_rows){0};
    }
    return true;
}

static const struct sql_column *find_column(const struct sql_rows *columns, struct slice name)
{
    for (size_t i = 0; i < columns->column_count; i++) {
        if (slice_eq(columns->columns[i].name, name)) {
            return &columns->columns[i];
        }
    }
    return NULL;
}

static bool kind_fits(enum sql_kind kind, enum scalar type)
{
    switch (type) {
    case SCALAR_INTEGER:
        return kind == SQL_INTEGER;
    case SCALAR_NUMBER:
        return kind == SQL_DECIMAL || kind == SQL_INTEGER;
    case SCALAR_BOOLEAN:
        return kind == SQL_BOOLEAN || kind == SQL_INTEGER;
    case SCALAR_STRING:
    case SCALAR_UUID: /* MariaDB's types are texts to a client */
    case SCALAR_IPV6:
        return kind == SQL_TEXT || kind == SQL_DATE;
    case SCALAR_DATE_TIME:
        return kind == SQL_DATETIME;
    }
    return false;
}

static void check_order(struct checker *checker, const struct plan_query *query,
                        const struct sql_rows *columns)
{
    for (size_t i = 0; i < query->page.column_count; i++) {
        const struct plan_key_column *key = &query->page.columns[i];
        const struct sql_column *column = find_column(columns, key->name);
        const char *fault = NULL;

        if (!column) {
            fault = "is no column of the result";
        } else if (column->nullable) {
            fault = "may be NULL in the result: rows with NULL would be in no page";
        } else if (!kind_fits(column->kind, key->type)) {
            fault = "has another type in the database than in schema.sql";
        }
        if (fault) {
            complain(checker, checker->queries, query->first.line, query->name, SLICE_EMPTY,
                     arena_printf(checker->arena, "'%.*s' %s", SLICE_ARG(key->name), fault));
        }
    }
}

static void check_labels(struct checker *checker, const struct plan_query *query,
                         const struct sql_rows *columns)
{
    for (size_t i = 0; i < columns->column_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (slice_eq_nocase(columns->columns[i].name, columns->columns[j].name)) {
                complain(checker, checker->queries, query->first.line, query->name,
                         SLICE_LITERAL("give it an alias"),
                         arena_printf(checker->arena, "two columns are called '%.*s'",
                                      SLICE_ARG(columns->columns[i].name)));
            }
        }
    }
}

static bool check_wrapped(struct checker *checker, const struct plan_query *query,
                          const struct plan_sql *sql)
{
    return sql->text.len == 0 || describe(checker, checker->queries, sql->line, query->name,
                                          sql->text, sql->bind_count, NULL);
}

static size_t user_binds(const struct plan_query *query)
{
    size_t count = 0;

    for (size_t i = 0; i < query->first.bind_count; i++) {
        count += query->first.binds[i].source != SOURCE_LIMIT;
    }
    return count;
}

static bool check_query(struct checker *checker, const struct plan_query *query)
{
    unsigned int complaints = checker->diag->count;
    struct sql_rows columns;

    if (!describe(checker, checker->queries, query->first.line, query->name, query->user_sql,
                  user_binds(query), &columns)) {
        return false;
    }
    if (checker->diag->count != complaints) {
        return true;
    }
    check_order(checker, query, &columns);
    check_labels(checker, query, &columns);
    return check_wrapped(checker, query, &query->first) &&
           check_wrapped(checker, query, &query->after) &&
           check_wrapped(checker, query, &query->before);
}

static bool check_touches_sql(struct checker *checker, const struct plan_projection *projection)
{
    const struct plan_sql *sql = projection->touches_sql;
    struct sql_rows columns;

    if (!describe(checker, checker->projections, sql->line, projection->name, sql->text,
                  sql->bind_count, &columns)) {
        return false;
    }
    if (columns.column_count > 1) {
        complain(checker, checker->projections, sql->line, projection->name, SLICE_EMPTY,
                 arena_printf(checker->arena, "touches_sql yields tags: one column, not %zu",
                              columns.column_count));
    }
    return true;
}

/* The SELECTs beside a statement. */
static bool check_change(struct checker *checker, const struct plan_projection *projection,
                         const struct plan_change *change, unsigned int line)
{
    const struct plan_sql *beside[] = {&change->before, &change->after};
    bool fine = true;

    for (size_t i = 0; i < ARRAY_COUNT(beside) && fine; i++) {
        fine = beside[i]->text.len == 0 ||
               describe(checker, checker->projections, line, projection->name, beside[i]->text,
                        beside[i]->bind_count, NULL);
    }
    for (size_t i = 0; i < change->touch_count && fine; i++) {
        const struct plan_class *class = change->touches[i].class;

        fine = class->ask.text.len == 0 ||
               describe(checker, checker->projections, line, projection->name, class->ask.text,
                        class->link_count, NULL);
    }
    return fine;
}

static bool check_projection(struct checker *checker, const struct plan_projection *projection)
{
    for (size_t i = 0; i < projection->statement_count; i++) {
        const struct plan_sql *sql = &projection->statements[i];

        if (!describe(checker, checker->projections, sql->line, projection->name, sql->text,
                      sql->bind_count, NULL) ||
            !check_change(checker, projection, &projection->changes[i], sql->line)) {
            return false;
        }
    }
    return !projection->touches_sql || check_touches_sql(checker, projection);
}

/* ------------------------------------------------------------------ collations */

static bool is_tag_param(const struct plan_query *query, unsigned int param)
{
    for (size_t i = 0; i < query->tag_count; i++) {
        for (size_t j = 0; j < query->tags[i].part_count; j++) {
            if (query->tags[i].parts[j].param == (int)param &&
                query->tags[i].parts[j].name.len > 0) {
                return true;
            }
        }
    }
    return false;
}

/* No row when the column compares by bytes, or is no text. Names are bound: they are data here. */
static enum status ask_collation(struct checker *checker, struct slice table, struct slice column,
                                 struct sql_rows *rows_out)
{
    const struct value *params[] = {value_string(checker->arena, table),
                                    value_string(checker->arena, column)};
    struct sql_statement statement = {
        .text = SLICE_LITERAL(
            "SELECT collation_name FROM information_schema.columns "
            "WHERE table_schema = DATABASE() AND table_name = ? AND "
            "column_name = ? AND collation_name IS NOT NULL AND collation_name <> 'utf8mb4_bin'"),
        .database = checker->model->database,
        .params = params,
        .param_count = 2,
        .max_rows = 1};

    return sql_run(checker->conn, &statement, checker->arena, rows_out);
}

static bool check_param(struct checker *checker, const struct plan_query *query,
                        const struct plan_param *param)
{
    struct sql_rows rows = {0};

    for (size_t i = 0; i < query->table_count; i++) {
        if (ask_collation(checker, query->tables[i], param->column, &rows) != STATUS_OK) {
            return false;
        }
        if (rows.row_count > 0) {
            complain(checker, checker->schema, 0, query->tables[i],
                     SLICE_LITERAL("tags compare by bytes: utf8mb4_bin"),
                     arena_printf(checker->arena,
                                  "'%.*s' has the collation %.*s; the query %.*s compares it with "
                                  ":%.*s, which is in its tags",
                                  SLICE_ARG(param->column), SLICE_ARG(rows.cells[0]),
                                  SLICE_ARG(query->name), SLICE_ARG(param->name)));
        }
    }
    return true;
}

/*
 * Could a parameter end with a blank? Tried with texts of several lengths, so that no minLength or
 * pattern hides it.
 */
static bool takes_blank(struct checker *checker, const struct schema *schema)
{
    static const char *const probes[] = {" ",
                                         "a ",
                                         "ab ",
                                         "abcde ",
                                         "1 ",
                                         "12 ",
                                         "12345 ",
                                         "a@b.cd ",
                                         "2026-01-01 ",
                                         "01234567-89ab-7def-8123-456789abcdef ",
                                         "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst "};
    struct schema_errors errors;

    for (size_t i = 0; i < ARRAY_COUNT(probes); i++) {
        const struct value *probe = value_string(checker->arena, slice_str(probes[i]));

        if (!schema || schema_validate(schema, probe, checker->arena, &errors) == STATUS_OK) {
            return true;
        }
    }
    return false;
}

/*
 * SQL takes 'a' and 'a ' for one text (PAD SPACE): two aggregates would share a row. Tags do not
 * mind (cache/page.c).
 */
static void check_blanks(struct checker *checker, const struct plan_query *query,
                         const struct plan_param *param)
{
    const struct value *json = param->schema ? schema_json(param->schema) : NULL;

    if (!slice_eq(param->name, checker->model->aggregate.id_name) ||
        value_get(json, SLICE_LITERAL("enum")) || value_get(json, SLICE_LITERAL("const")) ||
        !takes_blank(checker, param->schema)) {
        return;
    }
    complain(checker, checker->queries, query->first.line, query->name,
             SLICE_LITERAL("give it a \"pattern\" such as \"^[A-Za-z0-9-]{1,64}$\""),
             arena_printf(checker->arena,
                          "the id '%.*s' may end with a blank, which SQL ignores: two ids would "
                          "be one row",
                          SLICE_ARG(param->name)));
}

static bool check_collations(struct checker *checker, const struct plan_query *query)
{
    for (unsigned int i = 0; i < query->param_count; i++) {
        const struct plan_param *param = &query->params[i];

        if (!scalar_is_text(param->type) || !is_tag_param(query, i)) {
            continue;
        }
        check_blanks(checker, query, param);
        if (param->column.len > 0 && !check_param(checker, query, param)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------ all */

/* What our own tables and those without words of their own compare by. False: no answer. */
static bool check_database(struct checker *checker)
{
    struct collation_fault fault;
    enum status status =
        collation_check(checker->conn, checker->model->database, checker->arena, &fault);

    if (status == STATUS_OK && fault.place.len > 0) {
        complain(checker, checker->schema, 0, SLICE_EMPTY, SLICE_LITERAL(COLLATION_HINT),
                 arena_printf(checker->arena, "'%.*s' has the collation %.*s in %.*s",
                              SLICE_ARG(fault.place), SLICE_ARG(fault.collation),
                              SLICE_ARG(checker->model->database)));
    }
    return status == STATUS_OK;
}

static bool check_tables(struct checker *checker)
{
    struct storage_fault fault;
    enum status status = storage_check(checker->conn, checker->model, checker->arena, &fault);

    if (status == STATUS_OK && fault.what) {
        complain(checker, checker->schema, 0, fault.table, slice_str(fault.hint),
                 arena_printf(checker->arena, "the table has the %s %.*s in %.*s", fault.what,
                              SLICE_ARG(fault.name), SLICE_ARG(checker->model->database)));
    }
    return status == STATUS_OK;
}

static bool is_touched(const struct plan_model *model, const struct plan_class *class)
{
    for (size_t i = 0; i < model->projection_count; i++) {
        for (size_t j = 0; j < model->projections[i].statement_count; j++) {
            const struct plan_change *change = &model->projections[i].changes[j];

            for (size_t k = 0; k < change->touch_count; k++) {
                if (change->touches[k].class == class) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* The SELECTs of ours that nobody wrote, and so nobody made an index for. */
static bool check_indexes(struct checker *checker)
{
    const struct plan_model *model = checker->model;

    for (size_t i = 0; i < model->class_count; i++) {
        const struct plan_class *class = &model->classes[i];
        const struct plan_columns *table;

        if (!is_touched(model, class)) {
            continue;
        }
        if (index_check(checker->conn, model, class, checker->arena, &table) != STATUS_OK) {
            return false;
        }
        if (table) {
            complain(checker, checker->schema, 0, table->table,
                     arena_printf(checker->arena, "KEY (%.*s)", SLICE_ARG(table->columns)),
                     arena_printf(checker->arena,
                                  "each change of what '%.*s' depends on reads the whole table: "
                                  "%.*s",
                                  SLICE_ARG(class->name), SLICE_ARG(class->ask.text)));
        }
    }
    return true;
}

static bool check_model(struct checker *checker)
{
    const struct plan_model *model = checker->model;

    if (checker->scope == CHECK_ALL && (!check_database(checker) || !check_tables(checker))) {
        return false;
    }

    for (size_t i = 0; i < model->query_count; i++) {
        if (!check_query(checker, &model->queries[i]) ||
            !check_collations(checker, &model->queries[i])) {
            return false;
        }
    }
    for (size_t i = 0; checker->scope == CHECK_ALL && i < model->projection_count; i++) {
        if (!check_projection(checker, &model->projections[i])) {
            return false;
        }
    }
    return checker->scope != CHECK_ALL || check_indexes(checker);
}

static enum status check_on(struct checker *checker, const struct sql_address *primary,
                            const struct sql_login *login)
{
    struct sql_error error;
    enum status status;
    bool answered;

    status = sql_open(primary, login, checker->model->database, &checker->conn, &error);
    if (status == STATUS_NOT_FOUND || status == STATUS_DENIED) {
        complain(checker, checker->schema, 0, SLICE_EMPTY,
                 SLICE_LITERAL("has `projector setup` run?"),
                 arena_printf(checker->arena, "the database cannot be used: %s", error.text));
        return STATUS_OK;
    }
    if (status != STATUS_OK) {
        return STATUS_UNAVAILABLE;
    }
    answered = check_model(checker);
    sql_close(checker->conn);
    return answered ? STATUS_OK : STATUS_UNAVAILABLE;
}

enum status plan_check(const struct plan *plan, const struct sql_address *primary,
                       const struct sql_login *login, enum check_scope scope, struct diag *diag)
{
    enum status status = STATUS_OK;
    struct arena arena = {0};

    for (size_t i = 0; i < plan->model_count && status == STATUS_OK; i++) {
        struct slice folder = plan->models[i].folder;
        struct checker checker = {
            .scope = scope, .model = &plan->models[i], .diag = diag, .arena = &arena};

        checker.queries = arena_printf(&arena, "%.*s/queries.sql", SLICE_ARG(folder));
        checker.projections = arena_printf(&arena, "%.*s/projections.sql", SLICE_ARG(folder));
        checker.schema = arena_printf(&arena, "%.*s/schema.sql", SLICE_ARG(folder));
        status = check_on(&checker, primary, login);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return status;
}
