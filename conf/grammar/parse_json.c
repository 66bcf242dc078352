/*
 * JSON_TABLE, and the types that its columns may have.
 */
#include "conf/grammar/parse.h"

static void take_string(struct parse *parse, const char *what)
{
    if (parse->at->kind != SQLTOKEN_STRING) {
        parse_expected(parse, what);
    } else {
        parse->at++;
    }
}

/* The types that a column of JSON_TABLE may have: how many numbers may, or must, be in (). */
static const struct json_type {
    const char *name;
    unsigned char numbers;
    bool sized, number, text; /* () must be there; UNSIGNED may; CHARACTER SET may */
} json_types[] = {
    {"TINYINT",    1, false, true,  false},
    {"SMALLINT",   1, false, true,  false},
    {"MEDIUMINT",  1, false, true,  false},
    {"INT",        1, false, true,  false},
    {"INTEGER",    1, false, true,  false},
    {"BIGINT",     1, false, true,  false},
    {"DECIMAL",    2, false, true,  false},
    {"DEC",        2, false, true,  false},
    {"NUMERIC",    2, false, true,  false},
    {"FLOAT",      2, false, true,  false},
    {"DOUBLE",     2, false, true,  false},
    {"REAL",       2, false, true,  false},
    {"BIT",        1, false, false, false},
    {"BOOL",       0, false, false, false},
    {"BOOLEAN",    0, false, false, false},
    {"DATE",       0, false, false, false},
    {"TIME",       1, false, false, false},
    {"DATETIME",   1, false, false, false},
    {"TIMESTAMP",  1, false, false, false},
    {"YEAR",       0, false, false, false},
    {"CHAR",       1, false, false, true },
    {"VARCHAR",    1, true,  false, true },
    {"BINARY",     1, false, false, false},
    {"VARBINARY",  1, true,  false, false},
    {"TINYTEXT",   0, false, false, true },
    {"TEXT",       1, false, false, true },
    {"MEDIUMTEXT", 0, false, false, true },
    {"LONGTEXT",   0, false, false, true },
    {"TINYBLOB",   0, false, false, false},
    {"BLOB",       1, false, false, false},
    {"MEDIUMBLOB", 0, false, false, false},
    {"LONGBLOB",   0, false, false, false},
    {"JSON",       0, false, false, false},
};

static void take_json_type(struct parse *parse)
{
    const struct json_type *type = NULL;

    for (size_t i = 0; i < ARRAY_COUNT(json_types) && !type; i++) {
        type = parse_take(parse, json_types[i].name) ? &json_types[i] : NULL;
    }
    if (!type) {
        parse_expected(parse, "a type such as INT");
        return;
    }
    if (type->sized && !parse_is(parse, "(")) {
        parse_expected(parse, "(");
    }
    parse_type_size(parse, type->numbers);
    while (type->number && SQLTOKEN_IS_ANY(parse->at, "UNSIGNED", "SIGNED", "ZEROFILL")) {
        parse->at++;
    }
    if (type->text) {
        parse_charset(parse);
        if (parse_take(parse, "COLLATE")) {
            parse_text_name(parse, "a collation");
        }
    }
}

/* NULL ON EMPTY, ERROR ON ERROR, DEFAULT '1' ON EMPTY; in this order. */
static void take_on_missing(struct parse *parse)
{
    bool empty = false, error = false;

    while (!error && SQLTOKEN_IS_ANY(parse->at, "NULL", "ERROR", "DEFAULT")) {
        if (parse_take(parse, "DEFAULT")) {
            take_string(parse, "a string");
        } else {
            parse->at++;
        }
        parse_demand(parse, "ON");
        if (!empty && parse_take(parse, "EMPTY")) {
            empty = true;
        } else {
            parse_demand(parse, "ERROR");
            error = true;
        }
    }
}

static void take_json_columns(struct parse *parse, struct parse_list *labels);

/* name FOR ORDINALITY, name type [EXISTS] PATH '$.a', NESTED PATH '$.b' COLUMNS (...) */
static void take_json_column(struct parse *parse, struct parse_list *labels)
{
    struct slice *label;

    if (parse_is(parse, "NESTED") && parse_is_next(parse, "PATH")) {
        parse->at += 2;
        take_string(parse, "a path in quotes");
        take_json_columns(parse, labels);
        return;
    }
    label = ARENA_NEW(parse->arena, struct slice);
    *label = parse_name(parse, "a column");
    parse_add(parse, labels, label);
    if (parse_take(parse, "FOR")) {
        parse_demand(parse, "ORDINALITY");
        return;
    }
    take_json_type(parse);
    if (parse_take(parse, "EXISTS")) {
        parse_demand(parse, "PATH");
        take_string(parse, "a path in quotes");
        return;
    }
    parse_demand(parse, "PATH");
    take_string(parse, "a path in quotes");
    take_on_missing(parse);
}

static void take_json_columns(struct parse *parse, struct parse_list *labels)
{
    parse_demand(parse, "COLUMNS");
    parse_demand(parse, "(");
    if (!parse_enter(parse)) {
        return;
    }
    do {
        take_json_column(parse, labels);
    } while (parse_take(parse, ","));
    parse_leave(parse);
    parse_demand(parse, ")");
}

/* JSON_TABLE(document, path COLUMNS (...)) alias */
struct sqlfrom *parse_json_table(struct parse *parse, unsigned int from)
{
    struct parse_list labels = {0};
    struct sqlsource *source;
    struct sqlexpr *rows;

    parse->at += 2;
    rows = parse_expr(parse);
    parse_demand(parse, ",");
    take_string(parse, "a path in quotes");
    take_json_columns(parse, &labels);
    parse_demand(parse, ")");
    source = parse_source(parse);
    source->rows = rows;
    source->alias = parse_alias(parse);
    if (source->alias.len == 0) {
        parse_expected(parse, "an alias");
    }
    source->labels = ARENA_ARRAY(parse->arena, struct slice, labels.count);
    for (size_t i = 0; i < labels.count; i++) {
        source->labels[source->label_count++] = *(struct slice *)labels.items[i];
    }
    source->span = parse_span(parse, from);
    return parse_from_of(parse, source);
}
