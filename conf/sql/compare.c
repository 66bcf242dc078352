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

bool sqlcompare_assigns(const struct sqlstatement *statement, size_t i, struct slice column)
{
    const struct sqltoken *tokens = statement->tokens;
    size_t before = i;

    while (before >= 2 && sqltoken_is(&tokens[before - 1], ".")) {
        before -= 2;
    }
    return before > 0 && tokens[i].depth == 0 && sqltoken_is_name(&tokens[i]) &&
           slice_eq_nocase(tokens[i].text, column) && sqltoken_is(&tokens[i + 1], "=") &&
           (sqltoken_is(&tokens[before - 1], ",") || sqltoken_is(&tokens[before - 1], "SET") ||
            sqltoken_is(&tokens[before - 1], "UPDATE"));
}
