/*
 * Union-find over what facts say is equal. Few elements: found by looking at all.
 */
#include "conf/tags/classes.h"

#include "conf/tags/type.h"

/* A column, a parameter or a literal. */
struct element {
    struct sqlexpr *leaf;
    size_t parent; /* itself: the root of its class */
    /* of the root: */
    bool strict;
    struct sqlexpr *list; /* "column IN (...)": its values are the arguments from 1 on */
};

struct classes {
    struct element *items;
    size_t count;
};

static size_t root_of(const struct classes *classes, size_t i)
{
    while (classes->items[i].parent != i) {
        i = classes->items[i].parent;
    }
    return i;
}

/* The root of LEAF's class; a new one if it is in none. */
static size_t find(struct classes *classes, struct sqlexpr *leaf)
{
    for (size_t i = 0; i < classes->count; i++) {
        if (facts_same_leaf(classes->items[i].leaf, leaf)) {
            return root_of(classes, i);
        }
    }
    classes->items[classes->count] =
        (struct element){.leaf = facts_leaf(leaf), .parent = classes->count};
    return classes->count++;
}

static void unite(struct classes *classes, struct sqlexpr *a, struct sqlexpr *b, bool strict)
{
    size_t to = find(classes, a), from = find(classes, b);
    struct element *root = &classes->items[to];

    if (from != to) {
        classes->items[from].parent = to;
        root->strict |= classes->items[from].strict;
        root->list = root->list ? root->list : classes->items[from].list;
    }
    root->strict |= strict;
}

static bool fit(const struct analysis *analysis, struct sqlexpr *a, struct sqlexpr *b)
{
    struct tag_type left = tag_type_of(analysis, a), right = tag_type_of(analysis, b);

    return tag_types_fit(&left, &right);
}

static bool is_column(struct sqlexpr *expr)
{
    return facts_leaf(expr)->kind == SQLEXPR_COLUMN;
}

static void add_equal(const struct analysis *analysis, struct classes *classes,
                      struct sqlexpr *fact)
{
    struct sqlexpr *a = fact->args[0], *b = fact->args[1];
    bool strict = slice_is(fact->name, "=");

    if ((strict || slice_is(fact->name, "<=>")) && facts_is_leaf(a) && facts_is_leaf(b) &&
        (is_column(a) || is_column(b)) && fit(analysis, a, b)) {
        unite(classes, a, b, strict);
    }
}

static void add_null(struct analysis *analysis, struct classes *classes, struct sqlexpr *fact)
{
    struct sqlexpr *column = fact->args[0], *null;
    struct tag_type type;

    if (fact->negated || !is_column(column)) {
        return;
    }
    type = tag_type_of(analysis, column);
    if (type.family != TAG_FAMILY_NONE) {
        null = ARENA_NEW(analysis->arena, struct sqlexpr);
        null->kind = SQLEXPR_NULL;
        unite(classes, column, null, false);
    }
}

static void add_list(const struct analysis *analysis, struct classes *classes, struct sqlexpr *fact)
{
    struct element *root;

    if (fact->negated || !is_column(fact->args[0]) || fact->arg_count - 1 > CLASSES_LIST_MAX) {
        return;
    }
    for (size_t i = 1; i < fact->arg_count; i++) {
        if (!facts_is_leaf(fact->args[i]) || is_column(fact->args[i]) ||
            !fit(analysis, fact->args[0], fact->args[i])) {
            return;
        }
    }
    root = &classes->items[find(classes, fact->args[0])];
    root->strict = true;
    root->list = root->list ? root->list : fact;
}

struct classes *classes_of(struct analysis *analysis, const struct facts *facts)
{
    struct classes *classes = ARENA_NEW(analysis->arena, struct classes);

    classes->items = ARENA_ARRAY(analysis->arena, struct element, 2 * facts->count);
    for (size_t i = 0; i < facts->count; i++) {
        if (facts->items[i]->kind == SQLEXPR_COMPARE) {
            add_equal(analysis, classes, facts->items[i]);
        } else if (facts->items[i]->kind == SQLEXPR_IS_NULL) {
            add_null(analysis, classes, facts->items[i]);
        } else if (facts->items[i]->kind == SQLEXPR_IN) {
            add_list(analysis, classes, facts->items[i]);
        }
    }
    return classes;
}

/* ------------------------------------------------------------------ bindings */

/* Parameters before literals, then by the text. */
static bool is_better(const struct sqlexpr *a, const struct sqlexpr *b)
{
    if ((a->kind == SQLEXPR_PARAM) != (b->kind == SQLEXPR_PARAM)) {
        return a->kind == SQLEXPR_PARAM;
    }
    return slice_compare(a->name, b->name) < 0;
}

static struct sqlexpr *value_of(const struct classes *classes, size_t root)
{
    struct sqlexpr *value = NULL;

    for (size_t i = 0; i < classes->count; i++) {
        struct sqlexpr *leaf = classes->items[i].leaf;

        if (root_of(classes, i) == root && leaf->kind != SQLEXPR_COLUMN &&
            (!value || is_better(leaf, value))) {
            value = leaf;
        }
    }
    return value;
}

/* False: the class of ROOT has no value. */
static bool bind(struct analysis *analysis, const struct classes *classes, size_t root,
                 struct binding *out)
{
    const struct element *class = &classes->items[root];
    struct sqlexpr *value = value_of(classes, root);

    if (value) {
        out->values = ARENA_NEW(analysis->arena, struct sqlexpr *);
        out->values[out->value_count++] = value;
        out->strict = class->strict;
        out->by_param = value->kind == SQLEXPR_PARAM;
        return true;
    }
    if (!class->list) {
        return false;
    }
    out->values = class->list->args + 1;
    out->value_count = class->list->arg_count - 1;
    out->strict = true;
    for (size_t i = 0; i < out->value_count; i++) {
        out->by_param |= out->values[i]->kind == SQLEXPR_PARAM;
    }
    return true;
}

static void insert_by_name(struct bindings *bindings, const struct sqlsource *source,
                           struct binding binding)
{
    size_t i = bindings->count++;

    while (i > 0 && slice_compare(source->columns[bindings->items[i - 1].column],
                                  source->columns[binding.column]) > 0) {
        bindings->items[i] = bindings->items[i - 1];
        i--;
    }
    bindings->items[i] = binding;
}

struct bindings classes_bound(struct analysis *analysis, const struct classes *classes,
                              const struct sqlsource *source)
{
    struct bindings bindings = {
        .items = ARENA_ARRAY(analysis->arena, struct binding, source->column_count)};

    for (size_t i = 0; i < classes->count; i++) {
        const struct sqlexpr *leaf = classes->items[i].leaf;
        struct binding binding = {0};

        if (leaf->kind == SQLEXPR_COLUMN && leaf->source == source &&
            bind(analysis, classes, root_of(classes, i), &binding)) {
            binding.column = leaf->column;
            insert_by_name(&bindings, source, binding);
        }
    }
    return bindings;
}

/* ------------------------------------------------------------------ links */

static void insert_link(struct link *links, size_t *count, const struct sqlsource *from,
                        const struct sqlsource *to, struct link link)
{
    size_t i = (*count)++;

    for (; i > 0; i--) {
        int order = slice_compare(from->columns[links[i - 1].from], from->columns[link.from]);

        if (order < 0 || (order == 0 &&
                          slice_compare(to->columns[links[i - 1].to], to->columns[link.to]) <= 0)) {
            break;
        }
        links[i] = links[i - 1];
    }
    links[i] = link;
}

size_t classes_links(struct analysis *analysis, const struct classes *classes,
                     const struct sqlsource *from, const struct sqlsource *to, struct link **out)
{
    size_t count = 0;

    *out = ARENA_ARRAY(analysis->arena, struct link, from->column_count * to->column_count);
    for (size_t i = 0; i < classes->count; i++) {
        const struct sqlexpr *a = classes->items[i].leaf;
        size_t root = root_of(classes, i);

        if (a->kind != SQLEXPR_COLUMN || a->source != from || !classes->items[root].strict) {
            continue;
        }
        for (size_t j = 0; j < classes->count; j++) {
            const struct sqlexpr *b = classes->items[j].leaf;

            if (b->kind == SQLEXPR_COLUMN && b->source == to && root_of(classes, j) == root) {
                insert_link(*out, &count, from, to, (struct link){a->column, b->column});
            }
        }
    }
    return count;
}
