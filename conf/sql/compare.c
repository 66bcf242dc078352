/*
 * Assignments, by the tokens beside a column.
 */
#include "conf/sql/compare.h"

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
