/*
 * Which columns tell the rows of a result apart. Some columns are fixed (they are given, or equal a
 * parameter or constant); an equality fixes the column on its other side; a table of which a unique
 * key is fixed has one row for them, and so all of its columns are fixed. When that is so of all
 * tables, no two rows of the result have the same given columns.
 *
 *     FROM lines l JOIN items i ON i.sku = l.sku        by l.id: i has one row for each l
 *     FROM items i JOIN lines l ON l.sku = i.sku        by i.sku: l has several
 *
 * Derived tables fix nothing. GROUP BY columns that are fixed are enough, whatever is joined.
 */
#include "conf/sql/unique.h"

struct unique {
    const struct sqlselect *select;
    const struct sqlpart *part;
    struct sqlref *fixed; /* with an empty column: all of that item's */
    size_t count;
};

static bool is_fixed(const struct unique *unique, struct sqlref ref)
{
    for (size_t i = 0; i < unique->count; i++) {
        if (unique->fixed[i].item == ref.item &&
            (!unique->fixed[i].column || unique->fixed[i].column == ref.column)) {
            return true;
        }
    }
    return false;
}

static bool fix(struct unique *unique, struct sqlref ref)
{
    if (ref.item == SQLSELECT_NONE || is_fixed(unique, ref)) {
        return false;
    }
    unique->fixed[unique->count++] = ref;
    return true;
}

/* The ON of a LEFT JOIN says something of the columns of its own table only. */
static bool fixes(const struct unique *unique, const struct sqlequal *equal, struct sqlref ref)
{
    return equal->item == SQLSELECT_NONE || !unique->select->items[equal->item].optional ||
           equal->item == ref.item;
}

static bool spread_equal(struct unique *unique, const struct sqlequal *equal)
{
    bool more = false;

    if (&unique->select->parts[equal->part] != unique->part) {
        return false;
    }
    if (equal->right.item == SQLSELECT_NONE) {
        return equal->param_count <= 1 && fixes(unique, equal, equal->left) &&
               fix(unique, equal->left);
    }
    if (is_fixed(unique, equal->left) && fixes(unique, equal, equal->right)) {
        more |= fix(unique, equal->right);
    }
    if (is_fixed(unique, equal->right) && fixes(unique, equal, equal->left)) {
        more |= fix(unique, equal->left);
    }
    return more;
}

static bool spread_key(struct unique *unique, size_t item)
{
    const struct table *table = unique->select->items[item].table;
    size_t i;

    for (size_t key = 0; table && key < table->unique_count; key++) {
        for (i = 0; i < table->unique[key].column_count; i++) {
            struct sqlref ref = {item, table_column_find(table, table->unique[key].columns[i])};

            if (!ref.column || !is_fixed(unique, ref)) {
                break;
            }
        }
        if (i > 0 && i == table->unique[key].column_count) {
            return fix(unique, (struct sqlref){item, NULL});
        }
    }
    return false;
}

static void spread(struct unique *unique)
{
    bool more = true;

    while (more) {
        more = false;
        for (size_t i = 0; i < unique->select->equal_count; i++) {
            more |= spread_equal(unique, &unique->select->equals[i]);
        }
        for (size_t i = 0; i < unique->part->item_count; i++) {
            more |= spread_key(unique, unique->part->item + i);
        }
    }
}

/* Is it columns, and are all of them fixed? */
static bool is_grouped(const struct unique *unique)
{
    const struct sqltoken *tokens = unique->select->statement->tokens;
    size_t part = (size_t)(unique->part - unique->select->parts), i = unique->part->group_from;
    struct sqlref ref;

    while (i < unique->part->group_to) {
        bool qualified = sqltoken_is(&tokens[i + 1], ".");
        struct slice name = tokens[qualified ? i + 2 : i].text;

        if (!sqltoken_is_name(&tokens[i]) ||
            !sqlselect_resolve(unique->select, part, qualified ? tokens[i].text : SLICE_EMPTY, name,
                               &ref) ||
            !is_fixed(unique, ref)) {
            return false;
        }
        i += qualified ? 3 : 1;
        if (i < unique->part->group_to && !sqltoken_is(&tokens[i++], ",")) {
            return false;
        }
    }
    return unique->part->group_from < unique->part->group_to;
}

static struct slice why_not(struct arena *arena, struct unique *unique)
{
    const struct sqlpart *part = unique->part;

    spread(unique);
    if (is_grouped(unique)) {
        return SLICE_EMPTY;
    }
    if (part->group_from < part->group_to) {
        return SLICE_LITERAL("GROUP BY has more than these columns");
    }
    for (size_t i = part->item; i < part->item + part->item_count; i++) {
        const struct sqlitem *item = &unique->select->items[i];

        if (!is_fixed(unique, (struct sqlref){i, NULL})) {
            return item->table ? arena_printf(arena, "'%.*s' may have several rows for one of them",
                                              SLICE_ARG(item->name))
                               : arena_printf(arena, "of the derived table '%.*s' nothing is known",
                                              SLICE_ARG(item->name));
        }
    }
    return SLICE_EMPTY;
}

struct slice sqlunique_why(struct arena *arena, const struct sqlselect *select,
                           const struct sqlref *refs, size_t count)
{
    const struct sqlpart *part = select->top == SQLSELECT_NONE ? NULL : &select->parts[select->top];
    struct unique unique = {.select = select, .part = part};

    if (!part || part->item_count == 0) {
        return SLICE_LITERAL("it has no table");
    }
    if (part->united || part->why) {
        return part->united ? SLICE_LITERAL("of UNION nothing is known") : slice_str(part->why);
    }
    unique.fixed =
        ARENA_ARRAY(arena, struct sqlref, count + 2 * select->equal_count + select->item_count + 1);
    for (size_t i = 0; i < count; i++) {
        (void)fix(&unique, refs[i]);
    }
    return why_not(arena, &unique);
}

bool sqlunique_may_lack(const struct sqlselect *select, size_t item)
{
    bool lacks = select->items[item].optional;

    for (size_t i = 0; i < select->equal_count; i++) {
        const struct sqlequal *equal = &select->equals[i];

        if (equal->part == select->items[item].part &&
            (equal->item == SQLSELECT_NONE || !select->items[equal->item].optional) &&
            (equal->left.item == item || equal->right.item == item)) {
            lacks = false;
        }
    }
    return lacks;
}
