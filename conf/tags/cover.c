/*
 * From classes to the columns of a tag.
 */
#include "conf/tags/cover.h"

static bool has_param(const struct bindings *bound)
{
    for (size_t i = 0; i < bound->count; i++) {
        if (bound->items[i].by_param) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ covers */

static struct cover cover_at(struct analysis *analysis, const struct sqlsource *source,
                             const struct facts *facts, unsigned int depth);

static void add_cover(struct cover *cover, const struct cover *more)
{
    for (size_t i = 0; i < more->count && cover->count <= COVER_ALTERNATIVES_MAX; i++) {
        if (cover->count < COVER_ALTERNATIVES_MAX) {
            cover->items[cover->count] = more->items[i];
        }
        cover->count++; /* one more than the limit: too many */
    }
}

/* Of each part of an OR, all of which must have one; count 0: not so. */
static struct cover cover_of_or(struct analysis *analysis, const struct sqlsource *source,
                                const struct facts *facts, size_t or_, unsigned int depth)
{
    const struct sqlexpr *expr = facts->items[or_];
    struct cover all = {0};

    all.items = ARENA_ARRAY(analysis->arena, struct bindings, COVER_ALTERNATIVES_MAX);
    for (size_t i = 0; i < expr->arg_count; i++) {
        struct facts part = {0};
        struct cover cover;

        for (size_t j = 0; j < facts->count; j++) {
            if (j != or_) {
                facts_add(analysis, &part, facts->items[j]);
            }
        }
        facts_conjuncts(analysis, expr->args[i], &part);
        cover = cover_at(analysis, source, &part, depth - 1);
        add_cover(&all, &cover);
        if (cover.count == 0 || all.count > COVER_ALTERNATIVES_MAX) {
            return (struct cover){0};
        }
    }
    return all;
}

static bool all_have_params(const struct cover *cover)
{
    for (size_t i = 0; i < cover->count; i++) {
        if (!has_param(&cover->items[i])) {
            return false;
        }
    }
    return true;
}

static struct cover cover_at(struct analysis *analysis, const struct sqlsource *source,
                             const struct facts *facts, unsigned int depth)
{
    struct bindings bound = classes_bound(analysis, classes_of(analysis, facts), source), *alone;
    struct cover best = {0};

    for (size_t i = 0; i < facts->count && depth > 0 && !has_param(&bound); i++) {
        struct cover cover;

        if (facts->items[i]->kind != SQLEXPR_OR || facts->items[i]->arg_count > COVER_PARTS_MAX) {
            continue;
        }
        cover = cover_of_or(analysis, source, facts, i, depth);
        if (cover.count > 0 && (best.count == 0 || cover.count < best.count)) {
            best = cover;
        }
    }
    if (best.count > 0 && (bound.count == 0 || all_have_params(&best))) {
        return best;
    }
    alone = ARENA_NEW(analysis->arena, struct bindings);
    *alone = bound;
    return (struct cover){alone, bound.count > 0};
}

struct cover cover_of(struct analysis *analysis, const struct sqlsource *source,
                      const struct facts *facts)
{
    return cover_at(analysis, source, facts, COVER_DEPTH);
}

/* ------------------------------------------------------------------ choice */

static struct binding *find_param(const struct bindings *bound, const struct table *table,
                                  struct slice column)
{
    for (size_t i = 0; i < bound->count; i++) {
        if (bound->items[i].by_param &&
            slice_eq_nocase(table->columns[bound->items[i].column].name, column)) {
            return &bound->items[i];
        }
    }
    return NULL;
}

/* The shortest unique key that parameters bind; NULL: none. */
static const struct table_key *bound_key(const struct table *table, const struct bindings *bound)
{
    const struct table_key *best = NULL;

    for (size_t i = 0; i < table->unique_count; i++) {
        const struct table_key *key = &table->unique[i];
        size_t found = 0;

        while (found < key->column_count && find_param(bound, table, key->columns[found])) {
            found++;
        }
        if (key->column_count > 0 && found == key->column_count &&
            (!best || key->column_count < best->column_count)) {
            best = key;
        }
    }
    return best;
}

static void drop_longest(struct bindings *bindings)
{
    size_t longest = 0;

    for (size_t i = 1; i < bindings->count; i++) {
        if (bindings->items[i].value_count > bindings->items[longest].value_count) {
            longest = i;
        }
    }
    bindings->count--;
    for (size_t i = longest; i < bindings->count; i++) {
        bindings->items[i] = bindings->items[i + 1];
    }
}

static size_t combined(const struct bindings *bindings)
{
    size_t combined = 1;

    for (size_t i = 0; i < bindings->count && combined <= CLASSES_LIST_MAX; i++) {
        combined *= bindings->items[i].value_count;
    }
    return combined;
}

void cover_cut(struct bindings *bindings)
{
    while (combined(bindings) > CLASSES_LIST_MAX) {
        drop_longest(bindings);
    }
}

bool cover_choose(struct analysis *analysis, const struct table *table,
                  const struct bindings *bound, struct bindings *out)
{
    const struct table_key *key = bound_key(table, bound);

    out->items = ARENA_ARRAY(analysis->arena, struct binding, bound->count);
    out->count = 0;
    for (size_t i = 0; i < bound->count; i++) {
        const struct binding *binding = &bound->items[i];

        if (binding->by_param &&
            (!key || table_key_has(key, table->columns[binding->column].name))) {
            out->items[out->count++] = *binding;
        }
    }
    cover_cut(out);
    return out->count > 0;
}

/* ------------------------------------------------------------------ paths */

static struct bindings strict_of(struct analysis *analysis, const struct bindings *bound)
{
    struct bindings strict = {.items = ARENA_ARRAY(analysis->arena, struct binding, bound->count)};

    for (size_t i = 0; i < bound->count; i++) {
        if (bound->items[i].strict) {
            strict.items[strict.count++] = bound->items[i];
        }
    }
    return strict;
}

/* Does a class hold a column of SOURCE? */
static bool is_in_classes(struct analysis *analysis, const struct classes *classes,
                          const struct sqlsource *source)
{
    struct link *links;

    return classes_links(analysis, classes, source, source, &links) > 0;
}

static bool add_hop(struct analysis *analysis, const struct classes *classes, struct path *path,
                    const struct sqlsource *from, struct sqlsource *to)
{
    struct path_hop *hop = &path->hops[path->hop_count];

    hop->to = to;
    hop->link_count = classes_links(analysis, classes, from, to, &hop->links);
    path->hop_count += hop->link_count > 0;
    return hop->link_count > 0;
}

static bool bind_end(struct analysis *analysis, const struct classes *classes, struct path *path)
{
    struct bindings bound = classes_bound(analysis, classes, path->hops[path->hop_count - 1].to);

    path->bound = strict_of(analysis, &bound);
    return has_param(&path->bound);
}

static bool is_base(struct analysis *analysis, const struct classes *classes,
                    const struct sqlsource *base, const struct sqlsource *source)
{
    return base->table && base != source && is_in_classes(analysis, classes, base);
}

/* Two hops: by way of MIDDLE. */
static bool path_by(struct analysis *analysis, const struct classes *classes,
                    const struct sqlsource *source, struct sqlsource *middle, struct path *path)
{
    const struct sqltree *tree = analysis->tree;

    *path = (struct path){0};
    if (!add_hop(analysis, classes, path, source, middle)) {
        return false;
    }
    for (size_t i = 0; i < tree->source_count; i++) {
        struct sqlsource *end = tree->sources[i];

        path->hop_count = 1;
        if (end != middle && is_base(analysis, classes, end, source) &&
            add_hop(analysis, classes, path, middle, end) && bind_end(analysis, classes, path)) {
            return true;
        }
    }
    return false;
}

bool cover_path(struct analysis *analysis, const struct sqlsource *source,
                const struct facts *facts, struct path *out)
{
    const struct sqltree *tree = analysis->tree;
    const struct classes *classes = classes_of(analysis, facts);

    for (size_t i = 0; i < tree->source_count; i++) {
        *out = (struct path){0};
        if (is_base(analysis, classes, tree->sources[i], source) &&
            add_hop(analysis, classes, out, source, tree->sources[i]) &&
            bind_end(analysis, classes, out)) {
            return true;
        }
    }
    for (size_t i = 0; i < tree->source_count; i++) {
        if (is_base(analysis, classes, tree->sources[i], source) &&
            path_by(analysis, classes, source, tree->sources[i], out)) {
            return true;
        }
    }
    return false;
}
