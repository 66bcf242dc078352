/*
 * By the tokens:
 *
 *     UPDATE jars SET shelf = :shelf WHERE jarId = :aggregateId      its own: jarId is a key
 *     UPDATE jars SET shelf = :shelf WHERE shelf = :old              others: any number of rows
 *     INSERT INTO jars (...) VALUES (...) ON DUPLICATE KEY UPDATE    its own
 *     INSERT INTO jars SELECT ..., DELETE j FROM jars j JOIN ...     others
 *
 * What is not seen to be of the first kind is taken for the second: that costs time only. So with
 * whole rows: what is not seen to leave one waits for who mends it.
 */
#include "conf/sql/own.h"

#include "conf/sql/compare.h"
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

/* The token behind WHERE; the END: there is none, or it is no row of ANDs. */
static size_t find_conditions(const struct sqlstatement *statement)
{
    static const char *const loose[] = {"OR", "XOR", "BETWEEN", "CASE", "|"};
    size_t i = 0, first;

    while (i < statement->token_count &&
           !(statement->tokens[i].depth == 0 && sqltoken_is(&statement->tokens[i], "WHERE"))) {
        i++;
    }
    first = i < statement->token_count ? i + 1 : i;
    for (; i < statement->token_count; i++) {
        for (size_t j = 0; j < ARRAY_COUNT(loose); j++) {
            if (statement->tokens[i].depth == 0 && sqltoken_is(&statement->tokens[i], loose[j])) {
                return statement->token_count;
            }
        }
    }
    return first;
}

/* Are the columns that the WHERE of an UPDATE or DELETE pins a whole unique key of TABLE? */
static bool names_key(const struct sqlstatement *statement, const struct table *table)
{
    struct slice columns[KEY_COLUMNS_MAX];
    size_t count = 0;

    for (size_t i = find_conditions(statement); i < statement->token_count; i++) {
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
    return !names_key(statement, table);
}

/* ------------------------------------------------------------------ whole rows */

/* :Id, :old.Id or :aggregateId */
static bool is_id(const struct sqltoken *token, struct slice id)
{
    struct slice name = token->text;

    if (slice_starts(name, "old.")) {
        name = slice_from(name, strlen("old."));
    }
    return token->kind == SQLTOKEN_PARAM && (slice_eq(name, id) || slice_is(name, "aggregateId"));
}

static bool knows_the_image_only(const struct sqlstatement *statement, struct slice id)
{
    for (size_t i = 0; i < statement->token_count; i++) {
        const struct sqltoken *token = &statement->tokens[i];

        if (token->kind == SQLTOKEN_PARAM && slice_starts(token->text, "old.") &&
            !is_id(token, id)) {
            return false;
        }
    }
    return true;
}

static bool is_only_key(const struct table *table, struct slice column)
{
    return table->unique_count == 1 && table_is_unique_by(table, &column, 1);
}

/* DELETE FROM t WHERE key = :Id */
static bool deletes_by_id(const struct sqlstatement *statement, const struct table *table,
                          struct slice id)
{
    const struct sqltoken *tokens = statement->tokens;

    return statement->token_count == 7 && sqltoken_is(&tokens[0], "DELETE") &&
           sqltoken_is(&tokens[3], "WHERE") && sqltoken_is(&tokens[5], "=") &&
           is_id(&tokens[6], id) && is_only_key(table, tokens[4].text);
}

/* "column = VALUES(column)" or "column = :Name" among what stands behind token I. */
static bool is_set_behind(const struct sqlstatement *statement, size_t i, struct slice column)
{
    const struct sqltoken *tokens = statement->tokens;

    for (; i + 2 < statement->token_count; i++) {
        const struct sqltoken *value = &tokens[i + 2];
        size_t len = value->kind == SQLTOKEN_PARAM ? 1 : 4;

        if (!sqlcompare_assigns(statement, i, column)) {
            continue;
        }
        return i + 2 + len <= statement->token_count &&
               (len == 1 || (sqltoken_is(value, "VALUES") && sqltoken_is(&value[1], "(") &&
                             slice_eq_nocase(value[2].text, column))) &&
               (value[len].kind == SQLTOKEN_END || sqltoken_is(&value[len], ","));
    }
    return false;
}

/* INTO t (a, b, ...) VALUES (x, y, ...): the token behind the row; 0: it is written otherwise. */
static size_t row_end(const struct sqlstatement *statement, size_t *columns_end)
{
    const struct sqltoken *tokens = statement->tokens;
    size_t i = 4;

    if (statement->token_count < 10 || !sqltoken_is(&tokens[1], "INTO") ||
        !sqltoken_is(&tokens[3], "(")) {
        return 0;
    }
    while (i < statement->token_count && tokens[i].depth > 0) {
        i++;
    }
    *columns_end = i;
    if (i + 2 >= statement->token_count || !sqltoken_is(&tokens[i + 1], "VALUES") ||
        !sqltoken_is(&tokens[i + 2], "(")) {
        return 0;
    }
    for (i += 3; i < statement->token_count && tokens[i].depth > 0; i++) {
    }
    return i + 1;
}

/* The value of the N-th column, when it is one token; the END of the statement otherwise. */
static const struct sqltoken *value_of(const struct sqlstatement *statement, size_t first, size_t n)
{
    const struct sqltoken *tokens = statement->tokens;
    size_t i = first;

    for (; n > 0 && i < statement->token_count; i++) {
        n -= tokens[i].depth == 1 && sqltoken_is(&tokens[i], ",");
    }
    return i + 1 < statement->token_count &&
                   (sqltoken_is(&tokens[i + 1], ",") || sqltoken_is(&tokens[i + 1], ")"))
               ? &tokens[i]
               : &tokens[statement->token_count];
}

static bool writes_by_id(const struct sqlstatement *statement, const struct table *table,
                         struct slice id)
{
    const struct sqltoken *tokens = statement->tokens;
    size_t columns_end = 0, end = row_end(statement, &columns_end);
    bool replaces = sqltoken_is(&tokens[0], "REPLACE"), keyed = false;

    if (end == 0 ||
        (replaces ? end != statement->token_count
                  : !sqltoken_is(&tokens[0], "INSERT") || end + 4 >= statement->token_count ||
                        !sqltoken_is(&tokens[end + 1], "DUPLICATE"))) {
        return false;
    }
    for (size_t i = 4, n = 0; i < columns_end; i += 2, n++) {
        if (is_only_key(table, tokens[i].text)) {
            keyed = is_id(value_of(statement, columns_end + 3, n), id);
        } else if (!replaces && !is_set_behind(statement, end + 4, tokens[i].text)) {
            return false;
        }
    }
    return keyed;
}

bool sqlown_is_whole(struct arena *arena, const struct sqlstatement *statement,
                     const struct tables *tables, struct slice id)
{
    const struct table *table = only_table(arena, statement, tables);

    return table && !has_query(statement) && knows_the_image_only(statement, id) &&
           (deletes_by_id(statement, table, id) || writes_by_id(statement, table, id));
}
