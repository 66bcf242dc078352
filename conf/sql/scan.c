/*
 * One pass over the tokens with a frame per open parenthesis: are we in a FROM clause, and is a
 * table's name what comes next?
 *
 *     SELECT a.x FROM a JOIN b ON ..., (SELECT ... FROM c) d WHERE ...
 *                     ^      ^        ^ frame of its own       ^ leaves the clause
 *
 * FROM counts only where there is a SELECT (or DELETE) in the same frame: EXTRACT(YEAR FROM t) and
 * TRIM(... FROM t) name no table.
 */
#include "conf/sql/scan.h"

struct frame {
    bool select, from, expect;
    bool writing; /* the tables at hand are targets */
};

/* A name of WITH, and the first token that may mean it: inside of its query it means a table. */
struct common {
    struct slice name;
    size_t from;
};

struct scan {
    struct arena *arena;
    const struct sqltoken *tokens;
    size_t count;
    struct frame frames[SQLSCAN_DEPTH_MAX + 1];
    struct sqltables out;
    struct common *common;
    size_t common_count;
};

/* ------------------------------------------------------------------ WITH */

/* Where the query of the name at token I ends. */
static size_t end_of_common(const struct scan *scan, size_t i)
{
    while (i < scan->count &&
           !(scan->tokens[i].depth == 0 && sqltoken_is(&scan->tokens[i], "AS"))) {
        i++;
    }
    for (i += 2; i < scan->count && scan->tokens[i].depth > 0; i++) {
    }
    return i;
}

/* Names before AS ( at depth 0, up to the main statement. */
static void find_common(struct scan *scan)
{
    bool recursive = sqltoken_is(&scan->tokens[1], "RECURSIVE");

    if (!sqltoken_is(&scan->tokens[0], "WITH")) {
        return;
    }
    scan->common = ARENA_ARRAY(scan->arena, struct common, scan->count);
    for (size_t i = 1; i < scan->count; i++) {
        const struct sqltoken *token = &scan->tokens[i];

        if (token->depth == 0 && SQLTOKEN_IS_ANY(token, "SELECT", "UPDATE", "DELETE", "INSERT")) {
            break;
        }
        /* not those of CYCLE a, b RESTRICT */
        if (token->depth == 0 && sqltoken_is_name(token) && !sqltoken_is(token, "AS") &&
            SQLTOKEN_IS_ANY(token + 1, "AS", "(")) {
            scan->common[scan->common_count++] =
                (struct common){token->text, recursive ? i : end_of_common(scan, i)};
        }
    }
}

static bool is_common(const struct scan *scan, struct slice name, size_t at)
{
    for (size_t i = 0; i < scan->common_count; i++) {
        if (slice_eq_nocase(scan->common[i].name, name) && at >= scan->common[i].from) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ tables */

bool sqlscan_is_alias(const struct sqltoken *token)
{
    return sqltoken_is_name(token) &&
           !SQLTOKEN_IS_ANY(token, "ON", "USING", "JOIN", "LEFT", "RIGHT", "INNER", "CROSS",
                            "NATURAL", "STRAIGHT_JOIN", "WHERE", "GROUP", "HAVING", "ORDER",
                            "LIMIT", "UNION", "EXCEPT", "INTERSECT", "WINDOW", "SET", "VALUES",
                            "VALUE", "SELECT", "FOR", "USE", "FORCE", "IGNORE", "PARTITION", "AS",
                            "LOCK", "INTO", "PROCEDURE", "FETCH", "OFFSET", "WITH");
}

/* Reads the table that begins at *i and leaves *i at its last token. */
static void add_table(struct scan *scan, const struct frame *frame, size_t *i)
{
    const struct sqltoken *token = &scan->tokens[*i];
    struct sqltable table = {
        .name = token->text, .line = token->line, .at = *i, .written = frame->writing};
    bool dual = sqltoken_is(token, "DUAL");

    if (sqltoken_is(token + 1, ".") && sqltoken_is_name(token + 2)) {
        table.database = token->text;
        table.name = token[2].text;
        *i += 2;
        token += 2;
    }
    table.function = sqltoken_is(token + 1, "(") && !frame->writing;
    if (sqltoken_is(token + 1, "AS") && sqltoken_is_name(token + 2)) {
        table.alias = token[2].text;
        *i += 2;
    } else if (sqlscan_is_alias(token + 1)) {
        table.alias = token[1].text;
        *i += 1;
    }
    if (table.database.len == 0 && (dual || is_common(scan, table.name, table.at))) {
        scan->out.others[scan->out.other_count++] = table.at;
        return;
    }
    scan->out.items[scan->out.count++] = table;
}

/* Where a table's name may stand. LATERAL without a query behind it is a name in MariaDB. */
static bool is_table(const struct sqltoken *token)
{
    return sqltoken_is_name(token) && !SQLTOKEN_IS_ANY(token, "SELECT", "WITH") &&
           !(sqltoken_is(token, "LATERAL") && sqltoken_is(token + 1, "("));
}

static void open_frame(struct scan *scan, struct frame *frame, unsigned int depth)
{
    struct frame *inner = &scan->frames[depth + 1];

    *inner = (struct frame){
        .from = frame->expect, .expect = frame->expect, .writing = frame->expect && frame->writing};
    frame->expect = false;
}

/* USE INDEX FOR JOIN (...), FOR ORDER BY (...): words of an index hint, which ends no clause. */
static bool is_hint(const struct sqltoken *token, size_t i)
{
    return i > 1 &&
           (SQLTOKEN_IS_ANY(token - 1, "INDEX", "KEY")
                ? sqltoken_is(token, "FOR")
                : sqltoken_is(token - 1, "FOR") && SQLTOKEN_IS_ANY(token - 2, "INDEX", "KEY"));
}

/*
 * Only what no column can be called without quotes, or what is told from one by the words behind
 * it: VALUE, WINDOW and DUPLICATE may be columns.
 */
static bool ends_from(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "EXCEPT",
                           "INTERSECT", "SET", "INTO") ||
           (sqltoken_is(token, "FOR") && SQLTOKEN_IS_ANY(token + 1, "UPDATE", "SHARE")) ||
           (sqltoken_is(token, "DUPLICATE") && sqltoken_is(token + 1, "KEY")) ||
           (sqltoken_is(token, "WINDOW") && sqltoken_is_name(token + 1) &&
            sqltoken_is(token + 2, "AS"));
}

static void take_word(const struct scan *scan, struct frame *frame, size_t i)
{
    const struct sqltoken *token = &scan->tokens[i];

    if (is_hint(token, i)) {
        return;
    }
    if (sqltoken_is(token, "SELECT")) {
        *frame = (struct frame){.select = true};
    } else if (sqltoken_is(token, "DELETE")) {
        *frame = (struct frame){.select = true, .writing = true};
    } else if (sqltoken_is(token, "FROM") && frame->select) {
        frame->from = frame->expect = true;
    } else if (frame->from && SQLTOKEN_IS_ANY(token, "JOIN", "STRAIGHT_JOIN", ",")) {
        frame->expect = true;
    } else if (frame->writing && frame->from && sqltoken_is(token, "USING")) {
        frame->expect = !sqltoken_is(token + 1, "("); /* DELETE FROM a USING a JOIN b */
    } else if (ends_from(token)) {
        frame->from = frame->expect = frame->writing = false;
    }
}

/*
 * INSERT [words] [INTO] table, REPLACE ..., UPDATE [words] table: the index of the first token
 * after the words, or 0.
 */
static size_t find_target(struct scan *scan)
{
    size_t i = 1;

    if (!SQLTOKEN_IS_ANY(&scan->tokens[0], "INSERT", "REPLACE", "UPDATE")) {
        return 0;
    }
    while (i < scan->count && SQLTOKEN_IS_ANY(&scan->tokens[i], "LOW_PRIORITY", "DELAYED",
                                              "HIGH_PRIORITY", "IGNORE", "INTO")) {
        i++;
    }
    scan->frames[0] = (struct frame){
        .from = sqltoken_is(&scan->tokens[0], "UPDATE"), .expect = true, .writing = true};
    return i;
}

struct sqltables sqlscan_tables(struct arena *arena, const struct sqlstatement *statement)
{
    struct scan scan = {
        .arena = arena, .tokens = statement->tokens, .count = statement->token_count};

    scan.out.items = ARENA_ARRAY(arena, struct sqltable, scan.count);
    scan.out.others = ARENA_ARRAY(arena, size_t, scan.count);
    find_common(&scan);
    for (size_t i = find_target(&scan); i < scan.count; i++) {
        const struct sqltoken *token = &scan.tokens[i];
        struct frame *frame;

        if (token->depth >= SQLSCAN_DEPTH_MAX) {
            continue;
        }
        frame = &scan.frames[token->depth];
        if (sqltoken_is(token, "(")) {
            open_frame(&scan, frame, token->depth);
        } else if (frame->expect && is_table(token)) {
            frame->expect = false;
            add_table(&scan, frame, &i);
        } else {
            take_word(&scan, frame, i);
        }
    }
    return scan.out;
}

bool sqlscan_knows(const struct sqltables *tables, size_t at)
{
    size_t i = 0, j = 0;

    while (i < tables->count && tables->items[i].at != at) {
        i++;
    }
    while (j < tables->other_count && tables->others[j] != at) {
        j++;
    }
    return i < tables->count || j < tables->other_count;
}

/* ------------------------------------------------------------------ labels */

/* The tokens [from, to) are no more than a column: x, t.x */
static void set_column(struct sqllabel *label, const struct sqltoken *from,
                       const struct sqltoken *to)
{
    if (to - from == 1 && sqltoken_is_name(from)) {
        label->column = from->text;
    } else if (to - from == 3 && sqltoken_is(from + 1, ".") && sqltoken_is_name(from + 2)) {
        label->table = from->text;
        label->column = from[2].text;
    }
}

static struct sqllabel label_of(const struct sqltoken *from, const struct sqltoken *to)
{
    const struct sqltoken *last = to - 1;
    struct sqllabel label = {.line = from->line};

    if (last->kind == SQLTOKEN_STRING && to - from > 1) {
        label.label = slice_of(last->text.ptr + 1, last->text.len - 2);
        return label;
    }
    if (!sqltoken_is_name(last) || SQLTOKEN_IS_ANY(last, "END", "NULL", "TRUE", "FALSE")) {
        return label;
    }
    label.label = last->text;
    if (to - from > 2 && sqltoken_is(last - 1, "AS")) {
        set_column(&label, from, last - 1);
    } else if (to - from == 1 || sqltoken_is(last - 1, ".")) {
        set_column(&label, from, to);
    } else {
        set_column(&label, from, last);
    }
    return label;
}

static bool ends_list(const struct sqltoken *token)
{
    return token->kind == SQLTOKEN_END ||
           (token->depth == 0 &&
            SQLTOKEN_IS_ANY(token, "FROM", "UNION", "EXCEPT", "INTERSECT", "WHERE", "ORDER",
                            "LIMIT", "INTO", "HAVING", "GROUP"));
}

struct sqllabels sqlscan_labels(struct arena *arena, const struct sqlstatement *statement)
{
    const struct sqltoken *token = statement->tokens;
    struct sqllabels out = {ARENA_ARRAY(arena, struct sqllabel, statement->token_count + 1), 0,
                            false};

    while (token->kind != SQLTOKEN_END && !(token->depth == 0 && sqltoken_is(token, "SELECT"))) {
        token++;
    }
    if (token->kind == SQLTOKEN_END) {
        return out;
    }
    do {
        token++;
    } while (SQLTOKEN_IS_ANY(token, "DISTINCT", "ALL", "DISTINCTROW", "STRAIGHT_JOIN"));
    for (const struct sqltoken *from = token; !ends_list(from); from = token + 1) {
        for (token = from; !ends_list(token) && !(token->depth == 0 && sqltoken_is(token, ","));) {
            token++;
        }
        if (token > from && sqltoken_is(token - 1, "*")) {
            out.star = true;
        } else if (token > from) {
            out.items[out.count++] = label_of(from, token);
        }
        if (ends_list(token)) {
            break;
        }
    }
    return out;
}
