/*
 * Comparisons and assignments, by the tokens beside a parameter or a column.
 */
#include "conf/sql/compare.h"

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

/* ------------------------------------------------------------------ changes */

static bool assigns(const struct sqltoken *token, const char *end, struct slice column)
{
    for (; token->kind != SQLTOKEN_END && !(token->depth == 0 && sqltoken_is(token, end));
         token++) {
        if (token->depth == 0 && sqltoken_is_name(token) && slice_eq_nocase(token->text, column) &&
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
