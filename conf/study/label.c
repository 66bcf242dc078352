/*
 * Labels. That of an expression without alias is empty, and nobody can name it.
 */
#include "conf/study/label.h"

#include "conf/text/suggest.h"

const struct sqlcore *label_core(const struct sqlquery *query)
{
    while (!query->core) {
        query = query->branches[0];
    }
    return query->core;
}

size_t label_find(const struct sqlquery *query, struct slice label)
{
    const struct sqlcore *core = label_core(query);

    for (size_t i = 0; i < core->output_count && label.len > 0; i++) {
        if (slice_eq(core->labels[i], label)) {
            return i;
        }
    }
    return LABEL_NONE;
}

struct slice label_suggest(struct arena *arena, const struct sqlquery *query, struct slice label)
{
    const struct sqlcore *core = label_core(query);
    struct suggest suggest;

    suggest_init(&suggest, label);
    for (size_t i = 0; i < core->output_count; i++) {
        suggest_offer(&suggest, core->labels[i]);
    }
    return suggest_hint(&suggest, arena);
}

bool label_is_again(const struct sqlquery *query, size_t i)
{
    const struct sqlcore *core = label_core(query);

    for (size_t j = 0; j < i && core->labels[i].len > 0; j++) {
        if (slice_eq_nocase(core->labels[i], core->labels[j])) {
            return true;
        }
    }
    return false;
}
