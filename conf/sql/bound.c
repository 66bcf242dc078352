/*
 * From a parameter over equalities to columns.
 *
 * Which equalities hold for the rows of an item that can matter: those of its part's WHERE and
 * inner joins; of the ON that it is in itself; of the parts around, when it is in a query that is
 * evaluated for their rows. The ON of a LEFT JOIN holds for the left side only where its right
 * side is there; that it is there is known when an equality that holds speaks of it, for each of
 * them rejects NULL.
 *
 *     a LEFT JOIN b ON b.x = a.x  WHERE a.x = :p    both are bound
 *     a LEFT JOIN b ON b.x = a.x  WHERE b.x = :p    both are bound
 *     a LEFT JOIN b ON b.x = a.x AND a.x = :p       b is; all rows of a are in the answer
 */
#include "conf/sql/bound.h"

#include "lib/base/buf.h"

struct reach {
    const struct sqlselect *select;
    bool *holds;        /* of each equality: for the rows of the item */
    bool *left, *right; /* of each equality: its columns are bound */
};

/* Is PART the item's or around it? *via_out: the item in whose ON we are there, or NONE. */
static bool is_around(const struct sqlselect *select, size_t item, size_t part, size_t *via_out)
{
    size_t via = item;

    for (size_t at = select->items[item].part; at != SQLSELECT_NONE;
         at = select->parts[at].parent) {
        if (at == part) {
            *via_out = via;
            return true;
        }
        via = select->parts[at].parent_item;
    }
    return false;
}

/* Does an equality that holds speak of the item, so that it is no row of NULLs? */
static bool is_there(const struct reach *reach, size_t item)
{
    for (size_t i = 0; i < reach->select->equal_count; i++) {
        const struct sqlequal *equal = &reach->select->equals[i];

        if (reach->holds[i] && (equal->left.item == item || equal->right.item == item)) {
            return true;
        }
    }
    return false;
}

static bool holds(const struct reach *reach, size_t item, const struct sqlequal *equal)
{
    const struct sqlselect *select = reach->select;
    size_t via;

    if (!is_around(select, item, equal->part, &via) || select->parts[equal->part].why) {
        return false;
    }
    return equal->item == SQLSELECT_NONE || !select->items[equal->item].optional ||
           equal->item == via || is_there(reach, equal->item);
}

static void find_holding(struct reach *reach, size_t item)
{
    bool more = true;

    while (more) {
        more = false;
        for (size_t i = 0; i < reach->select->equal_count; i++) {
            if (!reach->holds[i] && holds(reach, item, &reach->select->equals[i])) {
                reach->holds[i] = more = true;
            }
        }
    }
}

static bool same_ref(struct sqlref a, struct sqlref b)
{
    return a.item != SQLSELECT_NONE && a.item == b.item && a.column == b.column;
}

static bool is_reached(const struct reach *reach, struct sqlref ref)
{
    for (size_t i = 0; i < reach->select->equal_count; i++) {
        const struct sqlequal *equal = &reach->select->equals[i];

        if ((reach->left[i] && same_ref(equal->left, ref)) ||
            (reach->right[i] && same_ref(equal->right, ref))) {
            return true;
        }
    }
    return false;
}

static bool is_param(const struct sqlequal *equal, struct slice param, size_t choice)
{
    return equal->param_count > 0 &&
           slice_eq(equal->params[choice / equal->stride % equal->param_count], param);
}

static void spread(struct reach *reach, struct slice param, size_t choice)
{
    bool more = true;

    while (more) {
        more = false;
        for (size_t i = 0; i < reach->select->equal_count; i++) {
            const struct sqlequal *equal = &reach->select->equals[i];
            bool left = is_param(equal, param, choice) || is_reached(reach, equal->right);
            bool right = is_reached(reach, equal->left);

            if (reach->holds[i] && ((left && !reach->left[i]) || (right && !reach->right[i]))) {
                reach->left[i] |= left;
                reach->right[i] |= right;
                more = true;
            }
        }
    }
}

bool sqlbound_column(const struct sqlselect *select, size_t item, const struct table_column *column,
                     struct slice param, size_t choice)
{
    struct arena arena = {0};
    struct reach reach = {select, ARENA_ARRAY(&arena, bool, select->equal_count),
                          ARENA_ARRAY(&arena, bool, select->equal_count),
                          ARENA_ARRAY(&arena, bool, select->equal_count)};
    const struct table *table = select->items[item].table;
    bool found = false;

    find_holding(&reach, item);
    spread(&reach, param, choice);
    for (size_t i = 0; table && i < table->column_count && !found; i++) {
        found = (!column || column == &table->columns[i]) &&
                is_reached(&reach, (struct sqlref){item, &table->columns[i]});
    }
    arena_fini(&arena);
    return found;
}

/* ------------------------------------------------------------------ why not */

/* A condition as written, in one line. */
static struct slice text_of(struct arena *arena, const struct sqlselect *select, size_t from,
                            size_t to)
{
    const struct sqltoken *tokens = select->statement->tokens;
    struct buf text = {0};
    struct slice out;

    for (size_t i = from; i < to; i++) {
        if (i > from && tokens[i].start > tokens[i - 1].end) {
            buf_append_char(&text, ' ');
        }
        buf_append_str(&text, tokens[i].kind == SQLTOKEN_PARAM ? ":" : "");
        buf_append(&text, tokens[i].text);
    }
    out = arena_copy(arena, buf_slice(&text));
    buf_fini(&text);
    return out;
}

static bool has_param(const struct sqlselect *select, const struct sqlunread *unread)
{
    for (size_t i = unread->from; i < unread->to; i++) {
        if (select->statement->tokens[i].kind == SQLTOKEN_PARAM) {
            return true;
        }
    }
    return false;
}

struct slice sqlbound_why(struct arena *arena, const struct sqlselect *select, size_t item)
{
    const struct sqlunread *first = NULL;
    size_t part = select->items[item].part, via;

    if (part == SQLSELECT_NONE) {
        return SLICE_LITERAL("this part of the statement is not read here");
    }
    if (select->parts[part].why) {
        return slice_str(select->parts[part].why);
    }
    for (size_t i = 0; i < select->unread_count; i++) {
        const struct sqlunread *unread = &select->unread[i];

        if (is_around(select, item, unread->part, &via) && has_param(select, unread)) {
            first = first ? first : unread;
        }
    }
    return first
               ? arena_printf(arena, "'%.*s' %s",
                              SLICE_ARG(text_of(arena, select, first->from, first->to)), first->why)
               : SLICE_LITERAL("no equality binds its rows to the tag's parameters");
}

/* ------------------------------------------------------------------ for people */

struct slice sqlbound_name(struct arena *arena, const struct sqlselect *select, size_t item)
{
    struct slice table = select->items[item].table->name, name = select->items[item].name;

    return slice_eq(name, table)
               ? arena_printf(arena, "'%.*s'", SLICE_ARG(table))
               : arena_printf(arena, "'%.*s' (%.*s)", SLICE_ARG(table), SLICE_ARG(name));
}

static bool is_bound(const struct sqlselect *select, size_t item, const struct table_column *column,
                     struct slice param)
{
    for (size_t choice = 0; choice < select->cases; choice++) {
        if (sqlbound_column(select, item, column, param, choice)) {
            return true;
        }
    }
    return false;
}

/* Is token I the first one of its parameter? */
static bool is_first(const struct sqlselect *select, size_t i)
{
    const struct sqltoken *tokens = select->statement->tokens;

    for (size_t j = 0; j < i; j++) {
        if (tokens[j].kind == SQLTOKEN_PARAM && slice_eq(tokens[j].text, tokens[i].text)) {
            return false;
        }
    }
    return tokens[i].kind == SQLTOKEN_PARAM;
}

struct slice sqlbound_say(struct arena *arena, const struct sqlselect *select, size_t item)
{
    const struct table *table = select->items[item].table;
    struct slice out = sqlbound_name(arena, select, item);
    bool bound = false;

    for (size_t i = 0; i < select->statement->token_count; i++) {
        struct slice param = select->statement->tokens[i].text;

        for (size_t j = 0; is_first(select, i) && j < table->column_count; j++) {
            if (is_bound(select, item, &table->columns[j], param)) {
                out = arena_printf(arena, "%.*s%s %.*s = :%.*s", SLICE_ARG(out), bound ? "," : ":",
                                   SLICE_ARG(table->columns[j].name), SLICE_ARG(param));
                bound = true;
            }
        }
    }
    return bound ? out : arena_printf(arena, "%.*s: all", SLICE_ARG(out));
}
