/*
 * CREATE TABLE IF NOT EXISTS name ( definition, definition, ... ) options
 *
 * A definition is a column (name, type, attributes) or, by its first word, a key or constraint.
 * Definitions are cut at the commas of depth 1; everything that is not needed is passed over: the
 * server checks it at setup.
 */
#include "conf/sql/tables.h"

/* MariaDB's system-versioned tables. */
#define VERSIONED "the server changes columns of a table with SYSTEM VERSIONING by itself"

struct reader {
    struct arena *arena;
    struct diag *diag;
    struct slice path;
    const struct sqlstatement *statement;
    const struct sqltoken *token; /* at hand */
    struct table *table;
};

static void complain(struct reader *reader, struct slice hint, const char *text)
{
    diag_add(reader->diag, reader->path, reader->token->line,
             reader->table ? reader->table->name : SLICE_EMPTY, hint, "%s", text);
}

static bool take(struct reader *reader, const char *word)
{
    if (!sqltoken_is(reader->token, word)) {
        return false;
    }
    reader->token++;
    return true;
}

/* ------------------------------------------------------------------ definitions */

static void add_unique(struct reader *reader, const struct slice *columns, size_t count)
{
    struct table *table = reader->table;
    struct table_key *keys = ARENA_ARRAY(reader->arena, struct table_key, table->unique_count + 1);

    for (size_t i = 0; i < table->unique_count; i++) {
        keys[i] = table->unique[i];
    }
    keys[table->unique_count++] = (struct table_key){columns, count};
    table->unique = keys;
}

/* Once: PRIMARY KEY and UNIQUE of one column say the same. */
static void add_unique_of(struct reader *reader, struct slice column)
{
    struct slice *columns = ARENA_NEW(reader->arena, struct slice);

    if (table_is_unique_by(reader->table, &column, 1)) {
        return;
    }
    *columns = column;
    add_unique(reader, columns, 1);
}

/*
 * The names in the first parentheses from the token at hand. A key of a prefix, name(10), or of an
 * expression has none: no columns tell its rows apart, and still REPLACE removes what meets it.
 */
static void read_key(struct reader *reader, const struct sqltoken *end, bool primary)
{
    const struct sqltoken *token = reader->token;
    struct slice *columns = ARENA_ARRAY(reader->arena, struct slice, (size_t)(end - token) + 1);
    size_t count = 0;

    while (token < end && !sqltoken_is(token, "(")) {
        token++;
    }
    for (token++; token < end && !sqltoken_is(token, ")"); token++) {
        if (sqltoken_is(token, "(")) {
            add_unique(reader, NULL, 0);
            return;
        }
        if (sqltoken_is_name(token) && !sqltoken_is(token, "ASC") && !sqltoken_is(token, "DESC")) {
            columns[count++] = token->text;
        }
    }
    for (size_t i = 0; primary && i < count; i++) {
        struct table_column *column = table_column_find(reader->table, columns[i]);

        if (column) {
            column->not_null = true;
        }
    }
    add_unique(reader, columns, count);
}

/*
 * COLLATE x, COLLATE = x; CHARSET x alone brings that character set's default, which is never the
 * database's. Empty: neither.
 */
static struct slice read_collation(struct reader *reader, const struct sqltoken *token,
                                   const struct sqltoken *end)
{
    struct slice collation = SLICE_EMPTY;
    unsigned int depth = token->depth; /* deeper ones are of expressions: CHECK, DEFAULT */

    for (; token < end; token++) {
        const struct sqltoken *name = token + 1;
        bool set = SQLTOKEN_IS_ANY(token, "CHARACTER", "CHAR") && sqltoken_is(name, "SET");

        if (token->depth != depth || (!set && !SQLTOKEN_IS_ANY(token, "COLLATE", "CHARSET"))) {
            continue;
        }
        name += set;
        name += sqltoken_is(name, "=") ? 1 : 0;
        collation =
            sqltoken_is(token, "COLLATE")
                ? name->text
                : arena_printf(reader->arena, "that is the default of %.*s", SLICE_ARG(name->text));
    }
    return collation; /* the last one counts */
}

/* Types and attributes that bring a character set, whose default is never the database's. */
static struct slice read_character_set(const struct sqltoken *token, const struct sqltoken *end)
{
    if (sqltoken_is(token, "NATIONAL") || sqltoken_is(token, "NCHAR") ||
        sqltoken_is(token, "NVARCHAR")) {
        return SLICE_LITERAL("that is the default of utf8mb3");
    }
    for (; token < end; token++) {
        if (token->depth == 1 && sqltoken_is(token, "ASCII")) {
            return SLICE_LITERAL("that is the default of latin1");
        }
        if (token->depth == 1 && sqltoken_is(token, "UNICODE")) {
            return SLICE_LITERAL("that is the default of ucs2");
        }
    }
    return SLICE_EMPTY;
}

/* KEY alone is PRIMARY KEY; SERIAL is UNIQUE. */
static void read_column_key(struct reader *reader, struct table_column *column,
                            const struct sqltoken *token)
{
    bool primary =
        sqltoken_is(token, "PRIMARY") ||
        (token->depth == 1 && sqltoken_is(token, "KEY") && !sqltoken_is(token - 1, "UNIQUE"));

    column->not_null |= primary || sqltoken_is(token, "SERIAL");
    if (primary || sqltoken_is(token, "UNIQUE") || sqltoken_is(token, "SERIAL")) {
        add_unique_of(reader, column->name);
    }
}

/* SERIAL DEFAULT VALUE says AUTO_INCREMENT, too; SERIAL alone is a type. */
static bool is_counted(const struct sqltoken *token)
{
    return token->depth == 1 && SQLTOKEN_IS_ANY(token, "AUTO_INCREMENT", "SERIAL");
}

/* AS (...) */
static struct slice read_made(struct reader *reader, const struct sqltoken *token,
                              const struct sqltoken *end)
{
    size_t start;

    while (token < end &&
           !(token->depth == 1 && sqltoken_is(token, "AS") && sqltoken_is(token + 1, "("))) {
        token++;
    }
    if (token == end) {
        return SLICE_EMPTY;
    }
    start = (++token)->start;
    for (token++; token < end && token->depth > 1; token++) {
    }
    return slice_of(reader->statement->text.ptr + start, token->end - start);
}

/* TOKEN: behind the column's name. */
static void refuse_attribute(struct reader *reader, const struct sqltoken *token)
{
    if (token->depth != 1) {
        return;
    }
    if (sqltoken_is(token, "INVISIBLE")) {
        complain(reader, SLICE_EMPTY,
                 "an INVISIBLE column is in no *, and in no INSERT without a list");
    } else if (sqltoken_is(token, "ZEROFILL")) {
        complain(reader, SLICE_LITERAL("LPAD in the query"),
                 "ZEROFILL makes another text of a number than clients and tags have");
    } else if (sqltoken_is(token, "ROW") && SQLTOKEN_IS_ANY(token + 1, "START", "END")) {
        complain(reader, SLICE_EMPTY, VERSIONED);
    }
}

static void read_column(struct reader *reader, const struct sqltoken *end)
{
    struct table_column *column = &reader->table->columns[reader->table->column_count];
    const struct sqltoken *token = reader->token;

    if (table_column_find(reader->table, token->text)) {
        complain(reader, SLICE_EMPTY, "this column is declared twice");
        return;
    }
    reader->table->column_count++;
    column->name = token->text;
    column->line = token->line;
    column->made = read_made(reader, token, end);
    token++;
    column->type = token->text;
    column->format = SCALAR_STRING;
    column->holds = column_type_read(token, end);
    column->known = column_type_scalar(&column->holds, &column->scalar);
    column->has_default = sqltoken_is(token, "TIMESTAMP");
    column->renewed = sqltoken_is(token, "TIMESTAMP");
    for (; token < end; token++) {
        column->counted |= is_counted(token);
        refuse_attribute(reader, token);
        column->renewed |= sqltoken_is(token, "ON") && sqltoken_is(token + 1, "UPDATE") &&
                           !sqltoken_is(token + 2, "CASCADE");
        column->has_default |=
            column->counted || (sqltoken_is(token, "DEFAULT") && !sqltoken_is(token + 1, "NULL"));
        column->not_null |= sqltoken_is(token, "NOT") && sqltoken_is(token + 1, "NULL");
        read_column_key(reader, column, token);
    }
    column->collation = read_collation(reader, reader->token, end);
    if (column->collation.len == 0) {
        column->collation = read_character_set(reader->token + 1, end);
    }
}

/*
 * ON DELETE CASCADE and the like change rows of this table with no statement of a projection, and
 * so with no touch. (ON UPDATE CURRENT_TIMESTAMP is of a column.)
 */
static void check_reference(struct reader *reader, const struct sqltoken *end)
{
    for (const struct sqltoken *token = reader->token; token + 2 < end; token++) {
        if (sqltoken_is(token, "ON") &&
            (sqltoken_is(token + 1, "DELETE") || sqltoken_is(token + 1, "UPDATE")) &&
            (sqltoken_is(token + 2, "CASCADE") || sqltoken_is(token + 2, "SET"))) {
            complain(reader, SLICE_LITERAL(TABLE_CASCADE_HINT),
                     "a foreign key that cascades changes rows that no projection writes");
            return;
        }
    }
}

/*
 * CHECK (...), AS (...), also of a column: the names in them, and of a CHECK that of its column.
 * Words that are no columns do no harm.
 */
static void read_computed(struct reader *reader, const struct sqltoken *end)
{
    struct table *table = reader->table;
    struct table_key *computed =
        ARENA_ARRAY(reader->arena, struct table_key, table->computed_count + 1);
    struct slice *names =
        ARENA_ARRAY(reader->arena, struct slice, (size_t)(end - reader->token) + 1);
    size_t count = 0;
    bool inside = false;

    for (const struct sqltoken *token = reader->token; token < end; token++) {
        bool begins = token->depth == 1 && SQLTOKEN_IS_ANY(token, "CHECK", "AS") &&
                      sqltoken_is(token + 1, "(");

        if (begins && sqltoken_is(token, "CHECK")) {
            names[count++] = reader->token->text;
        } else if (inside && token->depth > 1 && sqltoken_is_name(token)) {
            names[count++] = token->text;
        }
        inside |= begins;
    }
    if (count == 0) {
        return;
    }
    for (size_t i = 0; i < table->computed_count; i++) {
        computed[i] = table->computed[i];
    }
    computed[table->computed_count++] = (struct table_key){names, count};
    table->computed = computed;
}

static void read_definition(struct reader *reader, const struct sqltoken *end)
{
    static const char *const others[] = {"KEY",     "INDEX", "FULLTEXT", "SPATIAL",
                                         "FOREIGN", "CHECK", "PERIOD"};

    check_reference(reader, end);
    read_computed(reader, end);
    if (take(reader, "CONSTRAINT")) {
        while (reader->token < end && !sqltoken_is(reader->token, "PRIMARY") &&
               !sqltoken_is(reader->token, "UNIQUE") && !sqltoken_is(reader->token, "FOREIGN") &&
               !sqltoken_is(reader->token, "CHECK")) {
            reader->token++;
        }
    }
    if (sqltoken_is(reader->token, "PRIMARY") || sqltoken_is(reader->token, "UNIQUE")) {
        read_key(reader, end, sqltoken_is(reader->token, "PRIMARY"));
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        if (sqltoken_is(reader->token, others[i]) &&
            (!sqltoken_is(reader->token, "PERIOD") || sqltoken_is(reader->token + 1, "FOR"))) {
            return;
        }
    }
    if (!sqltoken_is_name(reader->token)) {
        complain(reader, SLICE_EMPTY, "expected a column or key");
        return;
    }
    read_column(reader, end);
}

/* ------------------------------------------------------------------ tables */

/* ENGINE = x of the table, and of its partitions */
static void check_engine(struct reader *reader, const struct sqltoken *end)
{
    for (const struct sqltoken *token = reader->token; token + 1 < end; token++) {
        const struct sqltoken *name = token + 1 + sqltoken_is(token + 1, "=");
        struct slice text = name->text;

        if (name->kind == SQLTOKEN_STRING) {
            text = slice_of(text.ptr + 1, text.len - 2);
        }
        if (sqltoken_is(token, "ENGINE") && !slice_eq_nocase(text, slice_str("InnoDB"))) {
            complain(reader, SLICE_LITERAL(TABLE_ENGINE_HINT),
                     "the engine must be InnoDB: others have no transactions");
            return;
        }
    }
}

static void check_versions(struct reader *reader, const struct sqltoken *end)
{
    for (const struct sqltoken *token = reader->token; token + 1 < end; token++) {
        if (sqltoken_is(token, "SYSTEM") && sqltoken_is(token + 1, "VERSIONING")) {
            complain(reader, SLICE_EMPTY, VERSIONED);
            return;
        }
    }
}

/* What follows the definitions holds for each text that says nothing itself. */
static void read_options(struct reader *reader, const struct sqltoken *end)
{
    struct slice collation = read_collation(reader, reader->token, end);

    for (size_t i = 0; i < reader->table->column_count; i++) {
        struct table_column *column = &reader->table->columns[i];

        if (column->collation.len == 0 && column->holds.family == COLUMN_TEXT) {
            column->collation = collation;
        }
    }
}

static void read_definitions(struct reader *reader, const struct sqlstatement *statement)
{
    const struct sqltoken *last = statement->tokens + statement->token_count, *end;

    reader->table->columns =
        ARENA_ARRAY(reader->arena, struct table_column, statement->token_count);
    while (reader->token < last) {
        end = reader->token;
        while (end < last && !(end->depth == 1 && sqltoken_is(end, ",")) &&
               !(end->depth == 0 && sqltoken_is(end, ")"))) {
            end++;
        }
        read_definition(reader, end);
        reader->token = end;
        if (!take(reader, ",")) {
            break;
        }
    }
    check_engine(reader, last);
    check_versions(reader, last);
    read_options(reader, last);
}

static void check_name(struct reader *reader)
{
    if (reader->table->name.len > TABLE_NAME_MAX) {
        complain(reader, SLICE_EMPTY, "a table's name may have at most 46 characters");
    }
    if (slice_starts(reader->table->name, "twofold_")) {
        complain(reader, SLICE_EMPTY, "names that begin with twofold_ are reserved");
    }
}

static void read_table(struct reader *reader, const struct sqlstatement *statement,
                       struct tables *out)
{
    struct table *table = &out->items[out->count];

    reader->statement = statement;
    reader->token = statement->tokens;
    reader->table = NULL;
    if (!take(reader, "CREATE") || !take(reader, "TABLE") || !take(reader, "IF") ||
        !take(reader, "NOT") || !take(reader, "EXISTS")) {
        complain(reader, SLICE_LITERAL("setup runs this file again and again"),
                 "only CREATE TABLE IF NOT EXISTS is allowed here");
        return;
    }
    if (!sqltoken_is_name(reader->token) || !sqltoken_is(reader->token + 1, "(")) {
        complain(reader, SLICE_EMPTY, "expected the table's name and its columns in parentheses");
        return;
    }
    table->name = reader->token->text;
    table->line = statement->line;
    reader->table = table;
    for (size_t i = 0; i < out->count; i++) {
        if (slice_eq_nocase(out->items[i].name, table->name)) {
            complain(reader, SLICE_EMPTY,
                     "this table is declared twice (a server may know no case of tables' names)");
            return;
        }
    }
    out->count++;
    check_name(reader);
    reader->token += 2;
    read_definitions(reader, statement);
}

void schema_sql_parse(struct arena *arena, struct slice path, struct slice text, struct diag *diag,
                      struct tables *out)
{
    struct reader reader = {.arena = arena, .diag = diag, .path = path};
    struct sqlblock block;

    sqlfile_parse_plain(arena, path, text, diag, &block);
    *out = (struct tables){ARENA_ARRAY(arena, struct table, block.statement_count), 0};
    for (size_t i = 0; i < block.statement_count; i++) {
        read_table(&reader, &block.statements[i], out);
    }
}

struct table *tables_find(const struct tables *tables, struct slice name)
{
    for (size_t i = 0; i < tables->count; i++) {
        if (slice_eq(tables->items[i].name, name)) {
            return &tables->items[i];
        }
    }
    return NULL;
}

struct table_column *table_column_find(const struct table *table, struct slice name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (slice_eq_nocase(table->columns[i].name, name)) {
            return &table->columns[i];
        }
    }
    return NULL;
}

static bool holds(const struct slice *columns, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_eq_nocase(columns[i], name)) {
            return true;
        }
    }
    return false;
}

bool table_is_unique_by(const struct table *table, const struct slice *columns, size_t count)
{
    size_t i;

    for (size_t key = 0; key < table->unique_count; key++) {
        for (i = 0; i < table->unique[key].column_count; i++) {
            if (!holds(columns, count, table->unique[key].columns[i])) {
                break;
            }
        }
        if (i > 0 && i == table->unique[key].column_count) {
            return true;
        }
    }
    return false;
}

bool table_key_has(const struct table_key *key, struct slice column)
{
    return holds(key->columns, key->column_count, column);
}
