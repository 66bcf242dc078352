/*
 * Comparisons, by the tokens: the words between two of WHERE, AND, OR, ON, ... are one.
 *
 *     WHERE owner = :owner AND emailLower LIKE CONCAT(LOWER(:email), '%')
 *           '------------'     '----------------------------------------'
 */
#include "conf/sql/compare.h"

static bool is_one_of(const struct sqltoken *token, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sqltoken_is(token, words[i])) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ equality */

struct slice sqlcompare_column(const struct sqlstatement *statement, size_t i)
{
    const struct sqltoken *tokens = statement->tokens;
    size_t left = i;

    if (i >= 3 && sqltoken_is(&tokens[i - 1], ">") && sqltoken_is(&tokens[i - 2], "=") &&
        sqltoken_is(&tokens[i - 3], "<")) {
        left = i - 3;
    } else if (i >= 2 && sqltoken_is(&tokens[i - 1], "(") && sqltoken_is(&tokens[i - 2], "IN")) {
        left = i - 2;
    } else if (i >= 1 && sqltoken_is(&tokens[i - 1], "=")) {
        left = i - 1;
    }
    if (left < i && left > 0 && sqltoken_is_name(&tokens[left - 1]) &&
        !sqltoken_is(&tokens[left - 1], "NOT")) {
        return tokens[left - 1].text;
    }
    if (sqltoken_is(&tokens[i + 1], "=") && sqltoken_is_name(&tokens[i + 2])) {
        return sqltoken_is(&tokens[i + 3], ".") ? tokens[i + 4].text : tokens[i + 2].text;
    }
    return SLICE_EMPTY;
}

/* ------------------------------------------------------------------ anything else */

static bool is_edge(const struct sqltoken *token)
{
    static const char *const words[] = {"SELECT", "WHERE", "AND",  "OR",   "XOR", "ON",
                                        "HAVING", "WHEN",  "THEN", "ELSE", "END"};

    return token->kind == SQLTOKEN_END || is_one_of(token, words, ARRAY_COUNT(words));
}

/* LOWER(:param): many texts become one. */
static const char *folded(const struct sqlstatement *statement, size_t i)
{
    static const char *const words[] = {"LOWER", "LCASE", "UPPER", "UCASE",
                                        "TRIM",  "LTRIM", "RTRIM"};
    unsigned int depth = statement->tokens[i].depth;

    for (; i > 0 && !is_edge(&statement->tokens[i]); i--) {
        if (!sqltoken_is(&statement->tokens[i], "(") || statement->tokens[i].depth >= depth) {
            continue;
        }
        depth = statement->tokens[i].depth;
        for (size_t word = 0; word < ARRAY_COUNT(words); word++) {
            if (sqltoken_is(&statement->tokens[i - 1], words[word])) {
                return words[word];
            }
        }
    }
    return NULL;
}

/* <=> is an equality. */
static const char *order_at(const struct sqlstatement *statement, size_t i)
{
    const struct sqltoken *token = &statement->tokens[i];

    if (sqltoken_is(token, "<")) {
        return sqltoken_is(token + 1, "=") && sqltoken_is(token + 2, ">") ? NULL : "<";
    }
    if (sqltoken_is(token, ">")) {
        return i >= 2 && sqltoken_is(token - 1, "=") && sqltoken_is(token - 2, "<") ? NULL : ">";
    }
    return NULL;
}

static const char *loose_at(const struct sqlstatement *statement, size_t i)
{
    static const char *const words[] = {"LIKE", "RLIKE", "REGEXP", "SOUNDS", "BETWEEN", "!"};
    const struct sqltoken *token = &statement->tokens[i];

    if (sqltoken_is(token, "COLLATE") && !sqltoken_is(token + 1, "utf8mb4_bin")) {
        return "COLLATE";
    }
    for (size_t word = 0; word < ARRAY_COUNT(words); word++) {
        if (sqltoken_is(token, words[word])) {
            return words[word];
        }
    }
    return order_at(statement, i);
}

/* The comparison around token I. */
static const char *comparison_loose(const struct sqlstatement *statement, size_t i)
{
    const char *found = folded(statement, i);
    size_t at = i;

    while (at > 0 && !is_edge(&statement->tokens[at - 1])) {
        at--;
    }
    for (; !found && !is_edge(&statement->tokens[at]); at++) {
        found = loose_at(statement, at);
    }
    return found;
}

const char *sqlcompare_loose(const struct sqlstatement *statement, struct slice param)
{
    const char *loose = NULL;

    for (size_t i = 0; i < statement->token_count; i++) {
        const struct sqltoken *token = &statement->tokens[i];
        const char *here;

        if (token->kind != SQLTOKEN_PARAM || !slice_eq(token->text, param)) {
            continue;
        }
        here = comparison_loose(statement, i);
        if (!here && sqlcompare_column(statement, i).len > 0) {
            return NULL;
        }
        loose = here ? here : loose;
    }
    return loose;
}

/* ------------------------------------------------------------------ changes */

static bool assigns(const struct sqltoken *token, const char *end, struct slice column)
{
    for (; token->kind != SQLTOKEN_END && !(token->depth == 0 && sqltoken_is(token, end));
         token++) {
        if (token->depth == 0 && slice_eq_nocase(token->text, column) &&
            sqltoken_is(token + 1, "=")) {
            return true;
        }
    }
    return false;
}

bool sqlcompare_sets(const struct sqlstatement *statement, struct slice column)
{
    const struct sqltoken *token = statement->tokens;
    bool update = sqltoken_is(token, "UPDATE");

    for (; token->kind != SQLTOKEN_END; token++) {
        if (token->depth > 0) {
            continue;
        }
        if (update && sqltoken_is(token, "SET")) {
            return assigns(token, "WHERE", column);
        }
        if (!update && sqltoken_is(token, "DUPLICATE")) {
            return assigns(token, "RETURNING", column);
        }
    }
    return false;
}
