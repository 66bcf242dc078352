/*
 * Parts and what their FROM names, by the tokens of one depth.
 *
 *     query   [WITH name AS (query), ...] part {UNION [ALL | DISTINCT] part}, a part also (query)
 *     part    SELECT ... [FROM item {, item | [INNER | CROSS] JOIN item [ON ...]
 *                                   | LEFT [OUTER] JOIN item ON ...}] [WHERE ...] ...
 *     item    name [[AS] name] | (query) [AS] name | name(...) [AS] name
 *
 * Queries in parentheses elsewhere are evaluated for the rows of the part that they are in; those
 * of FROM and WITH stand alone, and so, for us, do those after WHERE (ORDER BY, HAVING: of UNION
 * they see other rows).
 */
#include "conf/sql/select.h"

struct reader {
    struct arena *arena;
    const struct sqlstatement *statement;
    const struct sqltoken *tokens;
    const struct tables *tables;
    struct sqltables named;
    struct sqlselect *out;
};

bool sqlselect_is(const struct sqlstatement *statement, size_t i, const char *word)
{
    return sqltoken_is(&statement->tokens[i], word) &&
           !(i > 0 && sqltoken_is(&statement->tokens[i - 1], "."));
}

size_t sqlselect_close(const struct sqlstatement *statement, size_t i)
{
    unsigned int depth = statement->tokens[i].depth;

    for (i++; i < statement->token_count && statement->tokens[i].depth > depth; i++) {
    }
    return i;
}

static bool is(const struct reader *reader, size_t i, const char *word)
{
    return sqlselect_is(reader->statement, i, word);
}

static bool is_any(const struct reader *reader, size_t i, const char *const *words, size_t count)
{
    for (size_t word = 0; word < count; word++) {
        if (is(reader, i, words[word])) {
            return true;
        }
    }
    return false;
}

/* The first token of [from, to) at the depth of FROM that is one of WORDS, or TO. */
static size_t find(const struct reader *reader, size_t from, size_t to, const char *const *words,
                   size_t count)
{
    unsigned int depth = reader->tokens[from].depth;
    size_t i = from;

    while (i < to && !(reader->tokens[i].depth == depth && is_any(reader, i, words, count))) {
        i++;
    }
    return i;
}

#define FIND(reader, from, to, ...)                                  \
    find((reader), (from), (to), (const char *const[]){__VA_ARGS__}, \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void read_query(struct reader *reader, size_t from, size_t to, size_t parent);

/* Queries in parentheses at any depth of an expression. */
static void read_inner(struct reader *reader, size_t from, size_t to, size_t parent)
{
    for (size_t i = from; i < to; i++) {
        if (sqltoken_is(&reader->tokens[i], "(") &&
            (is(reader, i + 1, "SELECT") || is(reader, i + 1, "WITH"))) {
            size_t close = sqlselect_close(reader->statement, i);

            read_query(reader, i + 1, close, parent);
            i = close;
        }
    }
}

/* ------------------------------------------------------------------ FROM */

static const struct table *table_at(const struct reader *reader, size_t at)
{
    for (size_t i = 0; i < reader->named.count; i++) {
        if (reader->named.items[i].at == at && !reader->named.items[i].function) {
            return tables_find(reader->tables, reader->named.items[i].name);
        }
    }
    return NULL;
}

static size_t skip_hints(const struct reader *reader, size_t i)
{
    while (i + 2 < reader->statement->token_count &&
           (is(reader, i, "USE") || is(reader, i, "FORCE") || is(reader, i, "IGNORE")) &&
           sqltoken_is(&reader->tokens[i + 2], "(")) {
        i = sqlselect_close(reader->statement, i + 2) + 1;
    }
    return i;
}

static size_t read_alias(const struct reader *reader, size_t i, struct sqlitem *item)
{
    i += is(reader, i, "AS");
    if (sqlscan_is_alias(&reader->tokens[i])) {
        item->name = reader->tokens[i++].text;
    }
    if (!item->table && sqltoken_is(&reader->tokens[i], "(")) {
        i = sqlselect_close(reader->statement, i) + 1; /* d (a, b) */
    }
    return skip_hints(reader, i);
}

static bool begins_query(const struct reader *reader, size_t i)
{
    while (sqltoken_is(&reader->tokens[i], "(")) {
        i++;
    }
    return is(reader, i, "SELECT") || is(reader, i, "WITH");
}

/* The item at *i, and *i after it. False: not understood. */
static bool read_item(struct reader *reader, size_t *i, struct sqlitem *item)
{
    *i += is(reader, *i, "LATERAL") && sqltoken_is(&reader->tokens[*i + 1], "(");
    item->at = *i;
    item->name = reader->tokens[*i].text;
    if (sqltoken_is(&reader->tokens[*i], "(")) {
        size_t close = sqlselect_close(reader->statement, *i);

        if (!begins_query(reader, *i)) {
            return false;
        }
        item->derived_from = *i + 1;
        item->derived_to = close;
        item->name = SLICE_EMPTY;
        *i = close + 1;
    } else if (!sqltoken_is_name(&reader->tokens[*i])) {
        return false;
    } else if (sqltoken_is(&reader->tokens[*i + 1], "(")) {
        *i = sqlselect_close(reader->statement, *i + 1) + 1;
    } else {
        item->table = table_at(reader, *i);
        *i += 1;
    }
    *i = read_alias(reader, *i, item);
    return true;
}

/* What ends an ON: LEFT(...) and RIGHT(...) are functions. */
static size_t end_of_on(const struct reader *reader, size_t from, size_t to)
{
    size_t i = from;

    do {
        i = FIND(reader, i, to, ",", "JOIN", "INNER", "CROSS", "LEFT", "RIGHT", "NATURAL",
                 "STRAIGHT_JOIN", "ON", "USING");
    } while (i < to && (is(reader, i, "LEFT") || is(reader, i, "RIGHT")) &&
             sqltoken_is(&reader->tokens[i + 1], "(") && ++i < to);
    return i;
}

/* , or JOIN at *i, and *i after it; why it is not understood, or NULL. */
static const char *read_join(const struct reader *reader, size_t *i, bool *optional_out)
{
    *optional_out = false;
    if (sqltoken_is(&reader->tokens[*i], ",") || is(reader, *i, "STRAIGHT_JOIN")) {
        *i += 1;
        return NULL;
    }
    if (is(reader, *i, "LEFT")) {
        *optional_out = true;
        *i += is(reader, *i + 1, "OUTER") ? 2 : 1;
    } else if (is(reader, *i, "INNER") || is(reader, *i, "CROSS")) {
        *i += 1;
    }
    if (!is(reader, *i, "JOIN")) {
        return is(reader, *i, "RIGHT")     ? "a RIGHT JOIN is not read here: write a LEFT JOIN"
               : is(reader, *i, "NATURAL") ? "a NATURAL JOIN is not read here: write ON"
               : is(reader, *i, "USING")   ? "USING is not read here: write ON"
                                           : "its FROM is not read here";
    }
    *i += 1;
    return NULL;
}

static const char *read_from(struct reader *reader, size_t part, size_t from, size_t to)
{
    bool optional = false;
    size_t i = from;

    for (;;) {
        struct sqlitem *item = &reader->out->items[reader->out->item_count];
        const char *why;

        *item = (struct sqlitem){.part = part, .optional = optional};
        if (i >= to || !read_item(reader, &i, item)) {
            return "parentheses in FROM are not read here";
        }
        reader->out->item_count++;
        reader->out->parts[part].item_count++;
        if (is(reader, i, "ON") && i < to) {
            item->on_from = i + 1;
            item->on_to = i = end_of_on(reader, i + 1, to);
        } else if (optional) {
            return "a LEFT JOIN is read here only with its ON behind its table";
        }
        if (i >= to) {
            return NULL;
        }
        why = is(reader, i, "ON") ? "joins in joins are not read here"
                                  : read_join(reader, &i, &optional);
        if (why) {
            return why;
        }
    }
}

/* ------------------------------------------------------------------ parts */

static void read_items(struct reader *reader, size_t part)
{
    size_t end = reader->out->parts[part].item + reader->out->parts[part].item_count;

    for (size_t i = reader->out->parts[part].item; i < end; i++) {
        struct sqlitem item = reader->out->items[i];

        sqlequal_read(reader->arena, reader->out, part, i, item.on_from, item.on_to);
        read_inner(reader, item.on_from, item.on_to, part);
        read_query(reader, item.derived_from, item.derived_to, SQLSELECT_NONE);
    }
}

/* SELECT at FROM, up to TO */
static void read_part(struct reader *reader, size_t from, size_t to, size_t parent, bool united)
{
    size_t index = reader->out->part_count++;
    struct sqlpart *part = &reader->out->parts[index];
    size_t source = FIND(reader, from, to, "FROM");
    size_t tail = FIND(reader, from, to, "GROUP", "HAVING", "ORDER", "LIMIT", "WINDOW", "INTO",
                       "FOR", "LOCK", "PROCEDURE");
    size_t where = FIND(reader, from, tail, "WHERE");

    *part = (struct sqlpart){.parent = parent, .item = reader->out->item_count, .united = united};
    if (reader->out->top == SQLSELECT_NONE && reader->tokens[from].depth == 0) {
        reader->out->top = index;
    }
    if (source < where) {
        part->why = read_from(reader, index, source + 1, where);
    } else {
        source = where; /* SELECT 1 WHERE ... */
    }
    if (is(reader, tail, "GROUP") && tail < to) {
        part->group_from = tail + 2;
        part->group_to = FIND(reader, tail, to, "HAVING", "ORDER", "LIMIT", "WINDOW", "INTO", "FOR",
                              "LOCK", "PROCEDURE");
    }
    read_inner(reader, from, source, index);
    read_items(reader, index);
    if (where < tail) {
        sqlequal_read(reader->arena, reader->out, index, SQLSELECT_NONE, where + 1, tail);
        read_inner(reader, where, tail, index);
    }
    read_inner(reader, tail, to, SQLSELECT_NONE);
}

/* WITH name [(columns)] AS (query), ...: the token after it. */
static size_t read_with(struct reader *reader, size_t from, size_t to)
{
    size_t i = from;

    do {
        i = FIND(reader, i, to, "AS");
        if (i + 1 >= to || !sqltoken_is(&reader->tokens[i + 1], "(")) {
            return to;
        }
        read_query(reader, i + 2, sqlselect_close(reader->statement, i + 1), SQLSELECT_NONE);
        i = sqlselect_close(reader->statement, i + 1) + 1;
    } while (i < to && sqltoken_is(&reader->tokens[i], ","));
    return i;
}

static void read_query(struct reader *reader, size_t from, size_t to, size_t parent)
{
    bool united;

    if (from < to && is(reader, from, "WITH")) {
        from = read_with(reader, from, to);
    }
    united = from < to && FIND(reader, from, to, "UNION", "EXCEPT", "INTERSECT") < to;
    for (size_t end; from < to; from = end + 1) {
        end = FIND(reader, from, to, "UNION", "EXCEPT", "INTERSECT");
        from += is(reader, from, "ALL") || is(reader, from, "DISTINCT");
        if (is(reader, from, "SELECT")) {
            read_part(reader, from, end, parent, united);
        } else if (sqltoken_is(&reader->tokens[from], "(")) {
            size_t close = sqlselect_close(reader->statement, from);

            read_query(reader, from + 1, close, parent);
            read_inner(reader, close, end, SQLSELECT_NONE);
        }
    }
}

/* ------------------------------------------------------------------ all */

struct sqlselect sqlselect_read(struct arena *arena, const struct sqlstatement *statement,
                                const struct tables *tables)
{
    size_t room = statement->token_count + 1; /* each of them has a token of its own at least */
    struct sqlselect select = {.statement = statement,
                               .items = ARENA_ARRAY(arena, struct sqlitem, room),
                               .parts = ARENA_ARRAY(arena, struct sqlpart, room),
                               .equals = ARENA_ARRAY(arena, struct sqlequal, room),
                               .top = SQLSELECT_NONE};
    struct reader reader = {.arena = arena,
                            .statement = statement,
                            .tokens = statement->tokens,
                            .tables = tables,
                            .named = sqlscan_tables(arena, statement),
                            .out = &select};

    read_query(&reader, 0, statement->token_count, SQLSELECT_NONE);
    return select;
}

/* ------------------------------------------------------------------ names */

/* Of the items of PART: 1 found, 0 not there, -1 not known. */
static int resolve_in(const struct sqlselect *select, const struct sqlpart *part,
                      struct slice qualifier, struct slice name, struct sqlref *out)
{
    int found = 0;

    for (size_t i = part->item; i < part->item + part->item_count; i++) {
        const struct sqlitem *item = &select->items[i];
        const struct table_column *column =
            item->table ? table_column_find(item->table, name) : NULL;

        if (qualifier.len > 0 && !slice_eq(item->name, qualifier)) {
            continue;
        }
        if (qualifier.len > 0 && !column) {
            return -1;
        }
        found += column != NULL;
        *out = column ? (struct sqlref){i, column} : *out;
    }
    if (found == 1) {
        return 1;
    }
    for (size_t i = part->item; i < part->item + part->item_count; i++) {
        if (qualifier.len == 0 && !select->items[i].table) {
            return -1; /* it may be that one's */
        }
    }
    return found > 1 || part->why ? -1 : 0;
}

bool sqlselect_resolve(const struct sqlselect *select, size_t part, struct slice qualifier,
                       struct slice name, struct sqlref *out)
{
    int found = 0;

    *out = (struct sqlref){SQLSELECT_NONE, NULL};
    for (; part != SQLSELECT_NONE && found == 0; part = select->parts[part].parent) {
        found = resolve_in(select, &select->parts[part], qualifier, name, out);
    }
    if (found != 1) {
        *out = (struct sqlref){SQLSELECT_NONE, NULL};
    }
    return found == 1;
}
