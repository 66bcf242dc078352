/*
 * What a projection's statement may not say, and which tables it writes. Statements of put and
 * delete set values from images, so that writing an image twice, or after a later one was read by a
 * rebuild, ends the same: a column that is computed from itself would not.
 */
#include "conf/sql/rules.h"

/* The end of the value that begins at token I of "column = value, ..." */
static size_t value_end(const struct sqlstatement *statement, size_t i)
{
    unsigned int depth = statement->tokens[i].depth;

    while (i < statement->token_count) {
        const struct sqltoken *token = &statement->tokens[i];

        if (token->depth == depth && (sqltoken_is(token, ",") || sqltoken_is(token, "WHERE") ||
                                      sqltoken_is(token, "ORDER") || sqltoken_is(token, "LIMIT") ||
                                      sqltoken_is(token, "ON"))) {
            break;
        }
        i++;
    }
    return i;
}

/* VALUES(column) is the new row's. */
static bool is_new_value(const struct sqlstatement *statement, size_t i)
{
    return i > 1 && sqltoken_is(&statement->tokens[i - 1], "(") &&
           (sqltoken_is(&statement->tokens[i - 2], "VALUES") ||
            sqltoken_is(&statement->tokens[i - 2], "VALUE"));
}

static void check_assignment(const struct sqlrules *rules, const struct sqlstatement *statement,
                             size_t column, size_t from, size_t to)
{
    const struct sqltoken *name = &statement->tokens[column];

    for (size_t i = from; i < to; i++) {
        const struct sqltoken *token = &statement->tokens[i];

        if (sqltoken_is_name(token) && slice_eq_nocase(token->text, name->text) &&
            !is_new_value(statement, i)) {
            sqlrules_complain(rules, token->line,
                              SLICE_LITERAL("put and delete set values from the images: :Name, "
                                            ":old.Name, VALUES(Name)"),
                              "the column '%.*s' is computed from itself", SLICE_ARG(name->text));
            return;
        }
    }
}

/* SET a = ..., b = ...   and   ON DUPLICATE KEY UPDATE a = ..., b = ... */
static void check_assignments(const struct sqlrules *rules, const struct sqlstatement *statement)
{
    bool assigns = false;

    for (size_t i = 0; i + 1 < statement->token_count; i++) {
        const struct sqltoken *token = &statement->tokens[i];

        if (token->depth > 0) {
            continue;
        }
        assigns |= sqltoken_is(token, "SET") || (i > 0 && sqltoken_is(token, "UPDATE"));
        if (assigns && sqltoken_is_name(token) && sqltoken_is(token + 1, "=")) {
            size_t end = value_end(statement, i + 2);

            check_assignment(rules, statement, i, i + 2, end);
            i = end - 1;
        }
        if (sqltoken_is(token, "WHERE")) {
            return;
        }
    }
}

/* ------------------------------------------------------------------ words behind the verb */

#define SILENT                                                                         \
    "it changes values and leaves out rows, of which the server only warns: a record " \
    "that is warned of becomes a dead letter"
#define KEEP     "leave it out; ON DUPLICATE KEY UPDATE c = c keeps a row that is there"
#define PRIORITY "InnoDB does not know it"
#define LEAVE    "leave it out"

static const struct {
    const char *word, *reason, *hint; /* reason NULL: allowed */
} modifiers[] = {
    {"IGNORE",        SILENT,   KEEP },
    {"LOW_PRIORITY",  PRIORITY, LEAVE},
    {"HIGH_PRIORITY", PRIORITY, LEAVE},
    {"DELAYED",       PRIORITY, LEAVE},
    {"QUICK",         NULL,     NULL },
};

/* INSERT IGNORE INTO ..., DELETE LOW_PRIORITY QUICK FROM ... */
static void check_modifiers(const struct sqlrules *rules, const struct sqlstatement *statement)
{
    const struct sqltoken *token = &statement->tokens[1];

    for (size_t i = 0; statement->token_count > 1 && i < ARRAY_COUNT(modifiers);) {
        if (!sqltoken_is(token, modifiers[i].word)) {
            i++;
            continue;
        }
        if (modifiers[i].reason) {
            sqlrules_complain(rules, token->line, slice_str(modifiers[i].hint),
                              "%.*s %s is not allowed: %s", SLICE_ARG(statement->tokens[0].text),
                              modifiers[i].word, modifiers[i].reason);
        }
        token++;
        i = 0;
    }
}

/* ------------------------------------------------------------------ what is written */

static void add_written(struct slice *out, size_t *count, struct slice name)
{
    for (size_t i = 0; i < *count; i++) {
        if (slice_eq(out[i], name)) {
            return;
        }
    }
    out[(*count)++] = name;
}

void sqlrules_change(const struct sqlrules *rules, const struct sqlstatement *statement,
                     bool images, struct slice *out, size_t *count)
{
    static const char *const verbs[] = {"INSERT", "REPLACE", "UPDATE", "DELETE"};
    struct sqltables named = sqlscan_tables(rules->arena, statement);
    size_t i = 0;

    while (i < ARRAY_COUNT(verbs) && !sqltoken_is(&statement->tokens[0], verbs[i])) {
        i++;
    }
    if (i == ARRAY_COUNT(verbs)) {
        sqlrules_complain(rules, statement->line, SLICE_EMPTY,
                          "a projection's statement begins with INSERT, REPLACE, UPDATE or DELETE");
    }
    check_modifiers(rules, statement);
    sqlrules_words(rules, statement, SQLRULES_CHANGE);
    sqlrules_tables(rules, &named);
    sqlrules_joins(rules, statement, &named);
    if (images) {
        check_assignments(rules, statement);
    }
    for (i = 0; i < named.count; i++) {
        if (named.items[i].written && tables_find(rules->tables, named.items[i].name)) {
            add_written(out, count, named.items[i].name);
        }
    }
}
