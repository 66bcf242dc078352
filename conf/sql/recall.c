/*
 * By the tokens:
 *
 *     UPDATE jars SET n = :n WHERE jarId = :id             no
 *     UPDATE jars SET n = n - :n WHERE jarId = :id         yes: 1690 below 0
 *     UPDATE jars SET n = :n WHERE jarId = :id AND 1 / m   yes: 1365 where m is 0
 *     INSERT ... ON DUPLICATE KEY UPDATE n = VALUES(n)     no
 *     INSERT ... ON DUPLICATE KEY UPDATE n = n + 1         yes
 *     UPDATE jars SET n = :n ..., CHECK (n <= m)           yes: m is the row's
 */
#include "conf/sql/recall.h"

#include "conf/sql/scan.h"

struct recall {
    const struct sqlstatement *statement;
    const struct table *table;
    size_t from;  /* SET, UPDATE of ON DUPLICATE KEY, WHERE of a DELETE */
    bool inserts; /* ON DUPLICATE KEY */
};

static const struct sqltoken *token_at(const struct recall *recall, size_t i)
{
    return &recall->statement->tokens[i];
}

/* The column that token I names: not a function, not the name before a dot. NULL: none. */
static const struct table_column *column_at(const struct recall *recall, size_t i)
{
    const struct sqltoken *token = token_at(recall, i);

    return sqltoken_is_name(token) && !sqltoken_is(token + 1, ".") && !sqltoken_is(token + 1, "(")
               ? table_column_find(recall->table, token->text)
               : NULL;
}

/* The first token of "t.column" whose column is token I. */
static size_t name_start(const struct recall *recall, size_t i)
{
    return i > 1 && sqltoken_is(token_at(recall, i - 1), ".") ? i - 2 : i;
}

/* ------------------------------------------------------------------ mentions that are none */

/* "column = value" among what is set: the column is written, not read. */
static bool is_target(const struct recall *recall, size_t i)
{
    size_t start = name_start(recall, i);
    const struct sqltoken *before = token_at(recall, start - 1);

    return token_at(recall, i)->depth == 0 && sqltoken_is(token_at(recall, i + 1), "=") &&
           SQLTOKEN_IS_ANY(before, "SET", "UPDATE", ",");
}

/* VALUES(column), and new.column of VALUES (...) AS new: the new row's. */
static bool is_new(const struct recall *recall, size_t i)
{
    size_t start = name_start(recall, i);

    if (!recall->inserts) {
        return false;
    }
    if (start < i) {
        return !slice_eq(token_at(recall, start)->text, recall->table->name);
    }
    return i > 1 && sqltoken_is(token_at(recall, i - 1), "(") &&
           SQLTOKEN_IS_ANY(token_at(recall, i - 2), "VALUES", "VALUE");
}

static bool is_number(const struct table_column *column)
{
    switch (column->holds.family) {
    case COLUMN_INTEGER:
    case COLUMN_BOOLEAN:
    case COLUMN_DECIMAL:
    case COLUMN_REAL:
        return true;
    case COLUMN_OTHER:
    case COLUMN_TEXT:
    case COLUMN_BYTES:
    case COLUMN_JSON:
    case COLUMN_DATE:
    case COLUMN_DATETIME:
    case COLUMN_UUID:
    case COLUMN_INET6:
        break;
    }
    return false;
}

/*
 * "column = value", also <, >, <=, >=, <>, != and IS [NOT] NULL, a condition of its own. A number
 * beside a text is none: SQL converts the text.
 */
static bool is_compared(const struct recall *recall, size_t i, const struct table_column *column)
{
    const struct sqltoken *before = token_at(recall, name_start(recall, i) - 1);
    const struct sqltoken *token = token_at(recall, i + 1);
    bool asked = sqltoken_is(token, "IS");

    if (!SQLTOKEN_IS_ANY(before, "WHERE", "AND", "OR", "(")) {
        return false;
    }
    while (asked ? SQLTOKEN_IS_ANY(token, "IS", "NOT")
                 : SQLTOKEN_IS_ANY(token, "=", "<", ">", "!")) {
        token++;
    }
    if (token == token_at(recall, i + 1) ||
        !(sqltoken_is(token, "NULL") || token->kind == SQLTOKEN_PARAM ||
          token->kind == SQLTOKEN_STRING ||
          (token->kind == SQLTOKEN_NUMBER && is_number(column)))) {
        return false;
    }
    return token[1].kind == SQLTOKEN_END ||
           SQLTOKEN_IS_ANY(&token[1], "AND", "OR", ")", "ORDER", "LIMIT");
}

/* ------------------------------------------------------------------ the statement */

static bool computes(const struct recall *recall)
{
    bool behind = false; /* what is set: in WHERE, ORDER BY */

    for (size_t i = recall->from; i < recall->statement->token_count; i++) {
        const struct table_column *column = column_at(recall, i);

        behind |= token_at(recall, i)->depth == 0 &&
                  SQLTOKEN_IS_ANY(token_at(recall, i), "WHERE", "ORDER");
        if (column && !is_new(recall, i) &&
            !(behind ? is_compared(recall, i, column) : is_target(recall, i))) {
            return true;
        }
    }
    return false;
}

static bool sets(const struct recall *recall, struct slice name)
{
    for (size_t i = recall->from; i < recall->statement->token_count; i++) {
        if (column_at(recall, i) && slice_eq_nocase(token_at(recall, i)->text, name) &&
            is_target(recall, i)) {
            return true;
        }
    }
    return false;
}

/* The row that an INSERT meets has its key. */
static bool keeps(const struct recall *recall, struct slice name)
{
    const struct table *table = recall->table;

    return !sets(recall, name) &&
           !(recall->inserts && table->unique_count == 1 && table_key_has(&table->unique[0], name));
}

/* A CHECK or a generated column, of these COLUMNS. What another generated one holds is not seen. */
static bool mixes(const struct recall *recall, const struct table_key *columns)
{
    bool set = false, kept = false;

    for (size_t i = 0; i < columns->column_count; i++) {
        const struct table_column *column = table_column_find(recall->table, columns->columns[i]);

        if (column) {
            set |= column->holds.generated || sets(recall, column->name);
            kept |= keeps(recall, column->name);
        }
    }
    return set && kept;
}

static bool find_from(struct recall *recall)
{
    const struct sqlstatement *statement = recall->statement;
    const char *word = "SET";

    recall->inserts = SQLTOKEN_IS_ANY(statement->tokens, "INSERT", "REPLACE");
    if (recall->inserts) {
        word = "DUPLICATE";
    } else if (sqltoken_is(statement->tokens, "DELETE")) {
        word = "WHERE";
    }
    while (recall->from < statement->token_count &&
           !(token_at(recall, recall->from)->depth == 0 &&
             sqltoken_is(token_at(recall, recall->from), word))) {
        recall->from++;
    }
    recall->from += recall->inserts ? 2 : 0; /* KEY is no column, whatever columns are called */
    return recall->from < statement->token_count;
}

bool sqlrecall_find(struct arena *arena, const struct sqlstatement *statement,
                    const struct tables *tables)
{
    struct sqltables named = sqlscan_tables(arena, statement);
    struct recall recall = {.statement = statement};

    recall.table = named.count == 1 ? tables_find(tables, named.items[0].name) : NULL;
    if (!recall.table) {
        return true;
    }
    if (!find_from(&recall)) {
        return false;
    }
    if (computes(&recall)) {
        return true;
    }
    for (size_t i = 0; i < recall.table->computed_count; i++) {
        if (!sqltoken_is(statement->tokens, "DELETE") &&
            mixes(&recall, &recall.table->computed[i])) {
            return true;
        }
    }
    return false;
}
