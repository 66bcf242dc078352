/*
 * Refusals, by the tokens. Words that are refused are in tables, with the reason; a word after a
 * dot, or in backticks without a call, is a column and is never meant.
 */
#include "conf/sql/rules.h"

#include <stdarg.h>

#include "conf/text/suggest.h"
#include "lib/base/buf.h"

struct refusal {
    const char *word;
    bool call; /* refused only before a '(' */
    enum sqlrules_where where;
    const char *reason;
};

#define CLOCK   "its answer changes with time"
#define CHANCE  "its answer is another one each time"
#define SESSION "its answer depends on the connection"
#define BLOCKS  "it holds the connection"
#define COUNTS  "a sequence counts for everybody, and no projection writes it"

static const struct refusal refusals[] = {
    {"NOW",                        true,  SQLRULES_BOTH,  CLOCK                                },
    {"SYSDATE",                    true,  SQLRULES_BOTH,  CLOCK                                },
    {"CURDATE",                    true,  SQLRULES_BOTH,  CLOCK                                },
    {"CURTIME",                    true,  SQLRULES_BOTH,  CLOCK                                },
    {"CURRENT_DATE",               false, SQLRULES_BOTH,  CLOCK                                },
    {"CURRENT_TIME",               false, SQLRULES_BOTH,  CLOCK                                },
    {"CURRENT_TIMESTAMP",          false, SQLRULES_BOTH,  CLOCK                                },
    {"LOCALTIME",                  false, SQLRULES_BOTH,  CLOCK                                },
    {"LOCALTIMESTAMP",             false, SQLRULES_BOTH,  CLOCK                                },
    {"UTC_DATE",                   false, SQLRULES_BOTH,  CLOCK                                },
    {"UTC_TIME",                   false, SQLRULES_BOTH,  CLOCK                                },
    {"UTC_TIMESTAMP",              false, SQLRULES_BOTH,  CLOCK                                },
    {"UNIX_TIMESTAMP",             true,  SQLRULES_BOTH,  CLOCK                                },
    {"RAND",                       true,  SQLRULES_BOTH,  CHANCE                               },
    {"UUID",                       true,  SQLRULES_BOTH,  CHANCE                               },
    {"UUID_SHORT",                 true,  SQLRULES_BOTH,  CHANCE                               },
    {"SYS_GUID",                   true,  SQLRULES_BOTH,  CHANCE                               },
    {"RANDOM_BYTES",               true,  SQLRULES_BOTH,  CHANCE                               },
    {"USER",                       true,  SQLRULES_BOTH,  SESSION                              },
    {"CURRENT_USER",               false, SQLRULES_BOTH,  SESSION                              },
    {"CURRENT_ROLE",               false, SQLRULES_BOTH,  SESSION                              },
    {"SESSION_USER",               true,  SQLRULES_BOTH,  SESSION                              },
    {"SYSTEM_USER",                true,  SQLRULES_BOTH,  SESSION                              },
    {"VERSION",                    true,  SQLRULES_BOTH,  SESSION                              },
    {"CONNECTION_ID",              true,  SQLRULES_BOTH,  SESSION                              },
    {"LAST_INSERT_ID",             true,  SQLRULES_BOTH,  SESSION                              },
    {"ROW_COUNT",                  true,  SQLRULES_BOTH,  SESSION                              },
    {"FOUND_ROWS",                 true,  SQLRULES_BOTH,  SESSION                              },
    {"SLEEP",                      true,  SQLRULES_BOTH,  BLOCKS                               },
    {"BENCHMARK",                  true,  SQLRULES_BOTH,  BLOCKS                               },
    {"GET_LOCK",                   true,  SQLRULES_BOTH,  BLOCKS                               },
    {"RELEASE_LOCK",               true,  SQLRULES_BOTH,  BLOCKS                               },
    {"RELEASE_ALL_LOCKS",          true,  SQLRULES_BOTH,  BLOCKS                               },
    {"MASTER_POS_WAIT",            true,  SQLRULES_BOTH,  BLOCKS                               },
    {"SOURCE_POS_WAIT",            true,  SQLRULES_BOTH,  BLOCKS                               },
    {"MASTER_GTID_WAIT",           true,  SQLRULES_BOTH,  BLOCKS                               },
    {"WAIT_FOR_EXECUTED_GTID_SET", true,  SQLRULES_BOTH,  BLOCKS                               },
    {"WSREP_SYNC_WAIT_UPTO_GTID",  true,  SQLRULES_BOTH,  BLOCKS                               },
    {"IS_FREE_LOCK",               true,  SQLRULES_BOTH,  SESSION                              },
    {"IS_USED_LOCK",               true,  SQLRULES_BOTH,  SESSION                              },
    {"WSREP_LAST_SEEN_GTID",       true,  SQLRULES_BOTH,  SESSION                              },
    {"WSREP_LAST_WRITTEN_GTID",    true,  SQLRULES_BOTH,  SESSION                              },
    {"PS_CURRENT_THREAD_ID",       true,  SQLRULES_BOTH,  SESSION                              },
    {"UUID_V4",                    true,  SQLRULES_BOTH,  CHANCE                               },
    {"UUID_V7",                    true,  SQLRULES_BOTH,  CHANCE                               },
    {"ENCRYPT",                    true,  SQLRULES_BOTH,  CHANCE                               },
    {"NEXTVAL",                    true,  SQLRULES_BOTH,  COUNTS                               },
    {"LASTVAL",                    true,  SQLRULES_BOTH,  COUNTS                               },
    {"SETVAL",                     true,  SQLRULES_BOTH,  COUNTS                               },
    {"LOAD_FILE",                  true,  SQLRULES_BOTH,  "it reads files of the server"       },
    {"INTO",                       false, SQLRULES_QUERY, "a query only reads"                 },
    {"TABLE",                      false, SQLRULES_BOTH,  "write SELECT: its table is not seen"},
    {"_row",                       false, SQLRULES_QUERY, "the wrapped query uses this name"   },
};

void sqlrules_complain(const struct sqlrules *rules, unsigned int line, struct slice hint,
                       const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    diag_add(rules->diag, rules->path, line, rules->block, hint, "%.*s",
             SLICE_ARG(buf_slice(&text)));
    buf_fini(&text);
}

/* ------------------------------------------------------------------ words */

/* Several words that mean more than each of them. */
static const struct phrase {
    const char *words[3];
    const char *reason;
} phrases[] = {
    {{"NEXT", "VALUE", "FOR"},     COUNTS                                      },
    {{"PREVIOUS", "VALUE", "FOR"}, COUNTS                                      },
    {{"ROWS", "EXAMINED"},         "it gives a part of the answer, by the plan"},
    {{"FOR", "SYSTEM_TIME"},       "it reads rows of another time"             },
};

static bool is_column(const struct sqlstatement *statement, size_t i)
{
    return i > 0 && sqltoken_is(&statement->tokens[i - 1], ".");
}

/* `UUID`() is a call too; INTO user (...) is none. */
static bool is_refused(const struct sqlstatement *statement, size_t i,
                       const struct refusal *refusal)
{
    const struct sqltoken *token = &statement->tokens[i];
    bool call =
        sqltoken_is(token + 1, "(") && !(i > 0 && sqltoken_is(&statement->tokens[i - 1], "INTO"));

    if (is_column(statement, i) || (refusal->call && !call)) {
        return false;
    }
    return sqltoken_is(token, refusal->word) ||
           (call && token->kind == SQLTOKEN_QUOTED &&
            slice_eq_nocase(token->text, slice_str(refusal->word)));
}

static void check_word(const struct sqlrules *rules, const struct sqlstatement *statement, size_t i,
                       enum sqlrules_where where)
{
    const struct sqltoken *token = &statement->tokens[i];
    struct slice hint = SLICE_EMPTY;

    for (size_t j = 0; j < ARRAY_COUNT(refusals); j++) {
        if (!(refusals[j].where & where) || !is_refused(statement, i, &refusals[j])) {
            continue;
        }
        if (where == SQLRULES_CHANGE && strcmp(refusals[j].reason, CLOCK) == 0) {
            hint = SLICE_LITERAL("use :timestamp");
        }
        sqlrules_complain(rules, token->line, hint, "'%s' is not allowed: %s", refusals[j].word,
                          refusals[j].reason);
    }
}

static void check_phrase(const struct sqlrules *rules, const struct sqltoken *token)
{
    for (size_t i = 0; i < ARRAY_COUNT(phrases); i++) {
        const char *const *words = phrases[i].words;
        const char *third = words[2] ? words[2] : "";

        if (sqltoken_is(token, words[0]) && sqltoken_is(token + 1, words[1]) &&
            (!words[2] || sqltoken_is(token + 2, words[2]))) {
            sqlrules_complain(rules, token->line, SLICE_EMPTY, "'%s %s%s%s' is not allowed: %s",
                              words[0], words[1], words[2] ? " " : "", third, phrases[i].reason);
        }
    }
}

/* d.f(...): not INTO d.t (...), which is another complaint. */
static void check_stored(const struct sqlrules *rules, const struct sqlstatement *statement,
                         size_t i)
{
    const struct sqltoken *token = &statement->tokens[i];

    if (i > 1 && is_column(statement, i) && sqltoken_is_name(token) &&
        sqltoken_is(token + 1, "(") && !(i > 2 && sqltoken_is(token - 3, "INTO"))) {
        sqlrules_complain(rules, token->line, SLICE_EMPTY,
                          "'%.*s.%.*s' is not allowed: a stored function reads what is not seen",
                          SLICE_ARG(token[-2].text), SLICE_ARG(token->text));
    }
}

void sqlrules_words(const struct sqlrules *rules, const struct sqlstatement *statement,
                    enum sqlrules_where where)
{
    for (size_t i = 0; i < statement->token_count; i++) {
        const struct sqltoken *token = &statement->tokens[i];

        if (token->kind == SQLTOKEN_VARIABLE) {
            sqlrules_complain(rules, token->line, SLICE_EMPTY, "variables (%.*s) are not allowed",
                              SLICE_ARG(token->text));
        } else if (token->kind == SQLTOKEN_QUOTED &&
                   slice_eq_nocase(token->text, slice_str("_row")) && !is_column(statement, i)) {
            sqlrules_complain(rules, token->line, SLICE_EMPTY, "the name _row is reserved");
        } else if (token->depth >= SQLSCAN_DEPTH_MAX) {
            sqlrules_complain(rules, token->line, SLICE_EMPTY, "more than %d open parentheses",
                              SQLSCAN_DEPTH_MAX - 1);
            return;
        } else {
            check_word(rules, statement, i, where);
            check_phrase(rules, token);
            check_stored(rules, statement, i);
        }
    }
}

/* ------------------------------------------------------------------ tables */

static struct slice table_hint(const struct sqlrules *rules, struct slice wrong)
{
    struct suggest suggest;
    struct slice hint;

    suggest_init(&suggest, wrong);
    for (size_t i = 0; i < rules->tables->count; i++) {
        suggest_offer(&suggest, rules->tables->items[i].name);
    }
    hint = suggest_hint(&suggest, rules->arena);
    return hint.len > 0 ? hint
                        : SLICE_LITERAL("a change of a table that schema.sql does not declare "
                                        "would void no answer");
}

void sqlrules_tables(const struct sqlrules *rules, const struct sqltables *named)
{
    for (size_t i = 0; i < named->count; i++) {
        const struct sqltable *table = &named->items[i];

        if (table->database.len > 0) {
            sqlrules_complain(rules, table->line, SLICE_EMPTY,
                              "'%.*s.%.*s': tables of other databases are not allowed",
                              SLICE_ARG(table->database), SLICE_ARG(table->name));
        } else if (table->function) {
            if (!slice_eq_nocase(table->name, slice_str("JSON_TABLE"))) {
                sqlrules_complain(rules, table->line, SLICE_EMPTY, "'%.*s' is no table",
                                  SLICE_ARG(table->name));
            }
        } else if (!tables_find(rules->tables, table->name)) {
            sqlrules_complain(rules, table->line, table_hint(rules, table->name),
                              "the table '%.*s' is not in schema.sql", SLICE_ARG(table->name));
        }
    }
}

/* A name that stands where a table's does, and that sqlscan_tables did not take for one. */
static void check_known(const struct sqlrules *rules, const struct sqlstatement *statement,
                        const struct sqltables *named, size_t at)
{
    const struct sqltoken *token = &statement->tokens[at];

    if (!sqlscan_knows(named, at)) {
        sqlrules_complain(rules, token->line, SLICE_LITERAL("write this part in another way"),
                          "'%.*s' is not seen to be a table: its changes would void no answer",
                          SLICE_ARG(token->text));
    }
}

void sqlrules_joins(const struct sqlrules *rules, const struct sqlstatement *statement,
                    const struct sqltables *named)
{
    for (size_t i = 0; i + 2 < statement->token_count; i++) {
        const struct sqltoken *token = &statement->tokens[i];

        if (sqltoken_is(token, "JOIN") && sqltoken_is_name(token + 1) &&
            !(sqltoken_is(token + 1, "LATERAL") && sqltoken_is(token + 2, "("))) {
            check_known(rules, statement, named, i + 1);
        }
    }
}

static void collect_tables(const struct sqlrules *rules, struct sqlread *read)
{
    size_t j;

    read->tables = ARENA_ARRAY(rules->arena, const struct table *, read->named.count);
    read->names = ARENA_ARRAY(rules->arena, struct slice, read->named.count);
    for (size_t i = 0; i < read->named.count; i++) {
        const struct table *table = tables_find(rules->tables, read->named.items[i].name);

        for (j = 0; j < read->table_count && read->tables[j] != table; j++) {
        }
        if (table && j == read->table_count) {
            read->names[read->table_count] = table->name;
            read->tables[read->table_count++] = table;
        }
    }
}

/* ------------------------------------------------------------------ queries */

static void check_labels(const struct sqlrules *rules, const struct sqllabels *labels)
{
    for (size_t i = 0; i < labels->count; i++) {
        for (size_t j = 0; j < i && labels->items[i].label.len > 0; j++) {
            if (slice_eq_nocase(labels->items[i].label, labels->items[j].label)) {
                sqlrules_complain(rules, labels->items[i].line, SLICE_LITERAL("give it an alias"),
                                  "two columns are called '%.*s'",
                                  SLICE_ARG(labels->items[i].label));
                break;
            }
        }
    }
}

static const struct sqltoken *find_outer(const struct sqlstatement *statement, const char *word)
{
    for (size_t i = 0; i < statement->token_count; i++) {
        if (statement->tokens[i].depth == 0 && sqltoken_is(&statement->tokens[i], word) &&
            !is_column(statement, i)) {
            return &statement->tokens[i];
        }
    }
    return NULL;
}

/* The wrapped query orders and cuts by itself. */
static void check_order(const struct sqlrules *rules, const struct sqlstatement *statement,
                        bool paged)
{
    const struct sqltoken *order = find_outer(statement, "ORDER");
    const struct sqltoken *limit = find_outer(statement, "LIMIT");

    if (paged && limit) {
        sqlrules_complain(rules, limit->line, SLICE_LITERAL("\"page\" cuts the result"),
                          "LIMIT is not allowed in a query with pages");
    } else if (order && !limit) {
        sqlrules_complain(rules, order->line,
                          SLICE_LITERAL("\"page\" or \"order\" in model.json orders the result"),
                          "ORDER BY without LIMIT has no effect here");
    }
}

/* WITH users AS (SELECT ... FROM users): the inner one is the table, and would not be seen. */
static void check_common(const struct sqlrules *rules, const struct sqlstatement *statement)
{
    for (size_t i = 1; i < statement->token_count && sqltoken_is(statement->tokens, "WITH"); i++) {
        const struct sqltoken *token = &statement->tokens[i];

        if (sqltoken_is(token, "SELECT") && token->depth == 0) {
            return;
        }
        for (size_t j = 0; j < rules->tables->count && token->depth == 0; j++) {
            if (sqltoken_is_name(token) &&
                slice_eq_nocase(token->text, rules->tables->items[j].name)) {
                sqlrules_complain(rules, token->line, SLICE_LITERAL("give it another name"),
                                  "WITH '%.*s': a table has this name", SLICE_ARG(token->text));
            }
        }
    }
}

static void check_locks(const struct sqlrules *rules, const struct sqlstatement *statement)
{
    for (size_t i = 0; i < statement->token_count; i++) {
        const struct sqltoken *token = &statement->tokens[i];
        bool locks = sqltoken_is(token, "FOR") &&
                     (sqltoken_is(token + 1, "UPDATE") || sqltoken_is(token + 1, "SHARE"));

        if (locks || (sqltoken_is(token, "LOCK") && sqltoken_is(token + 1, "IN"))) {
            sqlrules_complain(rules, token->line, SLICE_EMPTY, "a query must not lock rows");
        }
    }
}

void sqlrules_query(const struct sqlrules *rules, const struct sqlstatement *statement, bool paged,
                    struct sqlread *out)
{
    *out = (struct sqlread){0};
    out->named = sqlscan_tables(rules->arena, statement);
    out->labels = sqlscan_labels(rules->arena, statement);
    collect_tables(rules, out);
    if (!sqltoken_is(&statement->tokens[0], "SELECT") &&
        !sqltoken_is(&statement->tokens[0], "WITH")) {
        sqlrules_complain(rules, statement->line, SLICE_EMPTY,
                          "a query begins with SELECT or WITH");
    }
    sqlrules_words(rules, statement, SQLRULES_QUERY);
    sqlrules_tables(rules, &out->named);
    sqlrules_joins(rules, statement, &out->named);
    check_labels(rules, &out->labels);
    check_order(rules, statement, paged);
    check_common(rules, statement);
    check_locks(rules, statement);
}
