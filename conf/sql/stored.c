/*
 * By the tokens:
 *
 *     INSERT INTO t (a, b) VALUES (:a, LOWER(:b))    a: the parameter, b: other; the rest: defaults
 *     ... ON DUPLICATE KEY UPDATE a = VALUES(a)      the parameter again
 *     UPDATE t SET a = :a, n = n + 1                 a: the parameter, n: other; the rest: nothing
 */
#include "conf/sql/stored.h"

#include "conf/sql/scan.h"

struct reader {
    const struct sqlstatement *statement;
    const struct table *table;
    const struct table_column *column;
    struct sqltables named;
    bool rows; /* the new rows are written out: VALUES, SET */
    struct sqlstored *items;
    size_t count;
};

static const struct sqltoken *at(const struct reader *reader, size_t i)
{
    const struct sqlstatement *statement = reader->statement;

    return &statement->tokens[i < statement->token_count ? i : statement->token_count];
}

/* One of WORDS, outside of parentheses. */
static bool is_top(const struct sqltoken *token, const char *const *words, size_t count)
{
    for (size_t i = 0; token->depth == 0 && i < count; i++) {
        if (sqltoken_is(token, words[i])) {
            return true;
        }
    }
    return false;
}

/* The first of WORDS from token I on, or the statement's END. */
static size_t find_top(const struct reader *reader, size_t i, const char *const *words,
                       size_t count)
{
    while (i < reader->statement->token_count && !is_top(at(reader, i), words, count)) {
        i++;
    }
    return i;
}

#define FIND_TOP(reader, i, ...)                                \
    find_top((reader), (i), (const char *const[]){__VA_ARGS__}, \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* The token of the ')' that closes the '(' at token I, or the END. */
static size_t closing(const struct reader *reader, size_t i)
{
    unsigned int depth = at(reader, i)->depth;

    for (i++; i < reader->statement->token_count; i++) {
        if (at(reader, i)->depth == depth && sqltoken_is(at(reader, i), ")")) {
            break;
        }
    }
    return i;
}

static bool is_column(const struct reader *reader, const struct sqltoken *token)
{
    return sqltoken_is_name(token) && slice_eq_nocase(token->text, reader->column->name);
}

/* ------------------------------------------------------------------ one value */

static void add(struct reader *reader, enum sqlstored_how how, const struct sqltoken *token)
{
    reader->items[reader->count++] = (struct sqlstored){how, token};
}

/* VALUES(column), column, table.column, of the new row or of the one that is there. */
static bool is_itself(const struct reader *reader, size_t from, size_t to)
{
    const struct sqltoken *tokens = reader->statement->tokens;

    if (to == from + 4 && sqltoken_is(&tokens[from + 1], "(")) {
        return sqltoken_is(&tokens[from], "VALUES") && is_column(reader, &tokens[from + 2]);
    }
    return is_column(reader, &tokens[to - 1]) &&
           (to == from + 1 ||
            (to == from + 3 && reader->rows && sqltoken_is(&tokens[from + 1], ".")));
}

/* Of the tokens from FROM to TO, TO not among them. ASSIGNED: column = value. */
static void take_value(struct reader *reader, size_t from, size_t to, bool assigned)
{
    if (from + 2 < to && sqltoken_is(at(reader, to - 2), "AS")) {
        to -= 2; /* of a SELECT list: value AS label */
    }
    while (from + 2 < to && sqltoken_is(at(reader, from), "(") && closing(reader, from) == to - 1) {
        from++;
        to--;
    }
    if (to == from + 1 && at(reader, from)->kind == SQLTOKEN_PARAM) {
        add(reader, SQLSTORED_PARAM, at(reader, from));
    } else if (!(to == from + 1 && sqltoken_is(at(reader, from), "NULL")) &&
               !(assigned && to > from && is_itself(reader, from, to))) {
        add(reader, SQLSTORED_OTHER, NULL);
    }
}

/* ------------------------------------------------------------------ column = value, ... */

/* "a.column": is A what the statement calls another table? */
static bool is_of_another(const struct reader *reader, struct slice qualifier)
{
    for (size_t i = 0; i < reader->named.count; i++) {
        const struct sqltable *named = &reader->named.items[i];

        if (slice_eq(named->alias.len > 0 ? named->alias : named->name, qualifier)) {
            return !slice_eq(named->name, reader->table->name);
        }
    }
    return false;
}

/* True: the column is among them. */
static bool take_assignments(struct reader *reader, size_t i)
{
    bool found = false;

    for (;; i++) {
        struct slice qualifier = SLICE_EMPTY;
        size_t end;

        while (sqltoken_is(at(reader, i + 1), ".")) {
            qualifier = at(reader, i)->text;
            i += 2;
        }
        end = FIND_TOP(reader, i, ",", "WHERE", "ORDER", "LIMIT", "RETURNING", "ON", "AS");
        if (!sqltoken_is(at(reader, i + 1), "=")) {
            add(reader, SQLSTORED_OTHER, NULL);
            return true;
        }
        if (is_column(reader, at(reader, i)) && !is_of_another(reader, qualifier)) {
            found = true;
            take_value(reader, i + 2, end, true);
        }
        i = end;
        if (!sqltoken_is(at(reader, i), ",")) {
            return found;
        }
    }
}

/* ------------------------------------------------------------------ new rows */

/* Where the column's values are in a row. False: the list of columns has not got it. */
static bool find_index(const struct reader *reader, size_t source, size_t *out)
{
    size_t i = FIND_TOP(reader, 0, "("), end;

    if (i > 0 && sqltoken_is(at(reader, i - 1), "PARTITION")) {
        i = FIND_TOP(reader, closing(reader, i), "(");
    }
    end = closing(reader, i);
    *out = 0;
    if (i >= source) {
        *out = (size_t)(reader->column - reader->table->columns);
        return true;
    }
    for (i++; i < end; i++) {
        if (is_column(reader, at(reader, i))) {
            return true;
        }
        *out += sqltoken_is(at(reader, i), ",");
    }
    return false;
}

/* The INDEX-th of the values between FROM and TO, split by commas at DEPTH. */
static void take_nth(struct reader *reader, size_t from, size_t to, unsigned int depth,
                     size_t index)
{
    size_t start = from;

    for (size_t i = from; i <= to; i++) {
        if (i < to && !(at(reader, i)->depth == depth && sqltoken_is(at(reader, i), ","))) {
            continue;
        }
        if (index == 0 || sqltoken_is(at(reader, i - 1), "*")) {
            take_value(reader, start, i, false);
            return;
        }
        index--;
        start = i + 1;
    }
    add(reader, SQLSTORED_OTHER, NULL);
}

static void take_rows(struct reader *reader, size_t i, size_t index)
{
    do {
        i += sqltoken_is(at(reader, i + 1), "ROW") ? 2 : 1;
        if (!sqltoken_is(at(reader, i), "(")) {
            add(reader, SQLSTORED_OTHER, NULL);
            return;
        }
        take_nth(reader, i + 1, closing(reader, i), 1, index);
        i = closing(reader, i) + 1;
    } while (sqltoken_is(at(reader, i), ","));
}

static void take_select(struct reader *reader, size_t i, size_t index)
{
    size_t end = FIND_TOP(reader, i, "FROM", "WHERE", "ON", "GROUP", "ORDER", "LIMIT", "HAVING");

    if (FIND_TOP(reader, i, "UNION", "EXCEPT", "INTERSECT") < reader->statement->token_count) {
        add(reader, SQLSTORED_OTHER, NULL);
        return;
    }
    do {
        i++;
    } while (sqltoken_is(at(reader, i), "DISTINCT") || sqltoken_is(at(reader, i), "ALL"));
    take_nth(reader, i, end, 0, index);
}

static void take_new_rows(struct reader *reader)
{
    size_t source = FIND_TOP(reader, 0, "VALUES", "VALUE", "SELECT", "SET", "TABLE", "WITH"), index;
    const struct sqltoken *word = at(reader, source);
    bool listed = true;

    reader->rows = !sqltoken_is(word, "SELECT");
    if (sqltoken_is(word, "SET")) {
        listed = take_assignments(reader, source + 1);
    } else if (word->kind == SQLTOKEN_END || sqltoken_is(word, "TABLE") ||
               sqltoken_is(word, "WITH")) {
        add(reader, SQLSTORED_OTHER, NULL);
    } else if (!find_index(reader, source, &index)) {
        listed = false;
    } else if (reader->rows) {
        take_rows(reader, source, index);
    } else {
        take_select(reader, source, index);
    }
    if (!listed && reader->column->has_default) {
        add(reader, SQLSTORED_DEFAULT, NULL);
    }
}

/* ------------------------------------------------------------------ all */

static bool writes(const struct reader *reader)
{
    for (size_t i = 0; i < reader->named.count; i++) {
        if (reader->named.items[i].written &&
            slice_eq(reader->named.items[i].name, reader->table->name)) {
            return true;
        }
    }
    return false;
}

size_t sqlstored_find(struct arena *arena, const struct sqlstatement *statement,
                      const struct table *table, const struct table_column *column,
                      const struct sqlstored **out)
{
    struct reader reader = {.statement = statement,
                            .table = table,
                            .column = column,
                            .named = sqlscan_tables(arena, statement)};
    const struct sqltoken *verb = statement->tokens;

    reader.items = ARENA_ARRAY(arena, struct sqlstored, statement->token_count + 1);
    *out = reader.items;
    if (!writes(&reader)) {
        return 0;
    }
    if (sqltoken_is(verb, "UPDATE")) {
        (void)take_assignments(&reader, FIND_TOP(&reader, 0, "SET") + 1);
    } else if (sqltoken_is(verb, "INSERT") || sqltoken_is(verb, "REPLACE")) {
        size_t duplicate = FIND_TOP(&reader, 0, "DUPLICATE");

        take_new_rows(&reader);
        if (duplicate < statement->token_count) {
            (void)take_assignments(&reader, duplicate + 3); /* DUPLICATE KEY UPDATE */
        }
    }
    return reader.count;
}
