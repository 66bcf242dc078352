/*
 * By the tokens:
 *
 *     UPDATE jars SET shelf = :shelf WHERE jarId = :aggregateId      its own: jarId is a key
 *     UPDATE jars SET shelf = :shelf WHERE shelf = :old              others: any number of rows
 *     INSERT INTO jars (...) VALUES (...) ON DUPLICATE KEY UPDATE    its own
 *     INSERT INTO jars SELECT ..., DELETE j FROM jars j JOIN ...     others
 *
 * What is not seen to be of the first kind is taken for the second: that costs time only.
 */
#include "conf/sql/own.h"

#include "conf/sql/scan.h"

#define KEY_COLUMNS_MAX 16 /* of a key: MySQL "InnoDB Limits", columns of an index */

/* Words that bring other rows in. TABLE t is a query of its own in MySQL 8. */
static bool has_query(const struct sqlstatement *statement)
{
    static const char *const words[] = {"SELECT",        "TABLE", "JOIN",
                                        "STRAIGHT_JOIN", "WITH",  "USING"};

    for (size_t i = 0; i < statement->token_count; i++) {
        for (size_t j = 0; j < ARRAY_COUNT(words); j++) {
            if (sqltoken_is(&statement->tokens[i], words[j]) &&
                !(i > 0 && sqltoken_is(&statement->tokens[i - 1], "."))) {
                return true;
            }
        }
    }
    return false;
}

static const struct table *only_table(struct arena *arena, const struct sqlstatement *statement,
                                      const struct tables *tables)
{
    struct sqltables named = sqlscan_tables(arena, statement);

    return named.count == 1 ? tables_find(tables, named.items[0].name) : NULL;
}

static bool is_value(const struct sqltoken *token)
{
    return token->kind == SQLTOKEN_PARAM || token->kind == SQLTOKEN_STRING ||
           token->kind == SQLTOKEN_NUMBER;
}

static bool ends_condition(const struct sqltoken *token)
{
    return token->kind == SQLTOKEN_END || sqltoken_is(token, "AND") ||
           sqltoken_is(token, "ORDER") || sqltoken_is(token, "LIMIT");
}

/* "column = value" at token I, a condition of its own; "t.column = value" too. */
static bool is_pinned(const struct sqlstatement *statement, size_t i)
{
    const struct sqltoken *tokens = statement->tokens;

    return i > 0 && i + 2 < statement->token_count && tokens[i].depth == 0 &&
           sqltoken_is_name(&tokens[i]) && sqltoken_is(&tokens[i + 1], "=") &&
           is_value(&tokens[i + 2]) && ends_condition(&tokens[i + 3]) &&
           (sqltoken_is(&tokens[i - 1], "WHERE") || sqltoken_is(&tokens[i - 1], "AND") ||
            sqltoken_is(&tokens[i - 1], "."));
}

/* Its WHERE is a row of ANDs, and those that pin columns pin a key. */
static bool names_a_key(const struct sqlstatement *statement, const struct table *table)
{
    static const char *const loose[] = {"OR", "XOR", "BETWEEN", "CASE", "|"};
    struct slice columns[KEY_COLUMNS_MAX];
    size_t i = 0, count = 0;

    while (i < statement->token_count &&
           !(statement->tokens[i].depth == 0 && sqltoken_is(&statement->tokens[i], "WHERE"))) {
        i++;
    }
    for (i++; i < statement->token_count; i++) {
        for (size_t j = 0; j < ARRAY_COUNT(loose); j++) {
            if (statement->tokens[i].depth == 0 && sqltoken_is(&statement->tokens[i], loose[j])) {
                return false;
            }
        }
        if (count < KEY_COLUMNS_MAX && is_pinned(statement, i)) {
            columns[count++] = statement->tokens[i].text;
        }
    }
    return table_is_unique_by(table, columns, count);
}

bool sqlown_reads_others(struct arena *arena, const struct sqlstatement *statement,
                         const struct tables *tables)
{
    const struct table *table = only_table(arena, statement, tables);

    if (!table || has_query(statement)) {
        return true;
    }
    if (sqltoken_is(&statement->tokens[0], "INSERT") ||
        sqltoken_is(&statement->tokens[0], "REPLACE")) {
        return false;
    }
    return !names_a_key(statement, table);
}
