/*
 * A query's occurrences of tables -> shapes and values.
 */
#include "conf/tags/query.h"

#include "conf/grammar/visit.h"
#include "conf/tags/type.h"

/* ------------------------------------------------------------------ guards */

static void add_guard(struct tag_query *query, struct slice name)
{
    size_t i = 0;

    while (i < query->guard_count && slice_compare(query->guards[i], name) < 0) {
        i++;
    }
    if ((i < query->guard_count && slice_eq(query->guards[i], name)) ||
        query->guard_count == FACTS_GUARDS_MAX) {
        return;
    }
    for (size_t j = query->guard_count++; j > i; j--) {
        query->guards[j] = query->guards[j - 1];
    }
    query->guards[i] = name;
}

/* ":p IS [NOT] NULL", wherever it stands. */
static bool find_guard(void *ctx, const struct sqlexpr *expr)
{
    if (expr->kind == SQLEXPR_IS_NULL && expr->args[0]->kind == SQLEXPR_PARAM) {
        add_guard(ctx, expr->args[0]->name);
    }
    return true;
}

/* ------------------------------------------------------------------ shapes */

static void put_names(struct buf *out, const struct slice *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_append_str(out, i > 0 ? "," : "");
        buf_append(out, names[i]);
    }
}

/* Its name, of its parts. */
static struct slice shape_name(struct arena *arena, const struct tag_shape *shape)
{
    struct buf out = {0};
    struct slice name;

    buf_append(&out, shape->table->name);
    if (shape->column_count > 0) {
        buf_append_str(&out, "(");
        if (shape->hop_count > 0) {
            put_names(&out, shape->hops[0].from, shape->hops[0].link_count);
        }
        for (size_t i = 0; i < shape->hop_count; i++) {
            buf_printf(&out, ">%.*s.", SLICE_ARG(shape->hops[i].table->name));
            put_names(&out, shape->hops[i].to, shape->hops[i].link_count);
        }
        buf_append_str(&out, shape->hop_count > 0 ? ":" : "");
        put_names(&out, shape->columns, shape->column_count);
        buf_append_str(&out, ")");
    }
    name = arena_copy(arena, buf_slice(&out));
    buf_fini(&out);
    return name;
}

struct tag_select tag_select_end(struct arena *arena, struct buf *sql, size_t where)
{
    struct tag_select out = {.where = SLICE_EMPTY};
    size_t end = sql->len;

    buf_append_str(sql, TAG_ROWS_LIMIT);
    out.sql = arena_copy(arena, buf_slice(sql));
    if (where > 0) {
        out.where = slice_of(out.sql.ptr + where, end - where);
    }
    buf_fini(sql);
    return out;
}

struct tag_select tag_shape_ask(struct arena *arena, const struct tag_shape *shape)
{
    struct buf out = {0};
    size_t where;

    buf_append_str(&out, "SELECT DISTINCT ");
    for (size_t i = 0; i < shape->column_count; i++) {
        buf_printf(&out, "%s`h%zu`.`%.*s`", i > 0 ? ", " : "", shape->hop_count,
                   SLICE_ARG(shape->columns[i]));
    }
    for (size_t i = 0; i < shape->hop_count; i++) {
        const struct tag_hop *hop = &shape->hops[i];

        buf_printf(&out, "%s`%.*s` `h%zu`", i > 0 ? " JOIN " : " FROM ",
                   SLICE_ARG(hop->table->name), i + 1);
        for (size_t j = 0; j < hop->link_count && i > 0; j++) {
            buf_printf(&out, "%s`h%zu`.`%.*s` = `h%zu`.`%.*s`", j > 0 ? " AND " : " ON ", i,
                       SLICE_ARG(hop->from[j]), i + 1, SLICE_ARG(hop->to[j]));
        }
    }
    buf_append_str(&out, " WHERE ");
    where = out.len;
    for (size_t i = 0; i < shape->hops[0].link_count; i++) {
        buf_printf(&out, "%s`h1`.`%.*s` = ?", i > 0 ? " AND " : "",
                   SLICE_ARG(shape->hops[0].to[i]));
    }
    return tag_select_end(arena, &out, where);
}

static void set_columns(struct arena *arena, const struct table *table,
                        const struct bindings *bound, struct tag_use *use)
{
    use->shape.columns = ARENA_ARRAY(arena, struct slice, bound->count);
    use->shape.column_count = bound->count;
    use->values = bound->items;
    for (size_t i = 0; i < bound->count; i++) {
        use->shape.columns[i] = table->columns[bound->items[i].column].name;
    }
}

static void set_hops(struct arena *arena, const struct sqlsource *source, const struct path *path,
                     struct tag_use *use)
{
    struct tag_hop *hops = ARENA_ARRAY(arena, struct tag_hop, path->hop_count);
    const struct table *before = source->table;

    for (size_t i = 0; i < path->hop_count; i++) {
        const struct path_hop *hop = &path->hops[i];

        hops[i].table = hop->to->table;
        hops[i].link_count = hop->link_count;
        hops[i].from = ARENA_ARRAY(arena, struct slice, hop->link_count);
        hops[i].to = ARENA_ARRAY(arena, struct slice, hop->link_count);
        for (size_t j = 0; j < hop->link_count; j++) {
            hops[i].from[j] = before->columns[hop->links[j].from].name;
            hops[i].to[j] = hops[i].table->columns[hop->links[j].to].name;
        }
        before = hops[i].table;
    }
    use->shape.hops = hops;
    use->shape.hop_count = path->hop_count;
}

/*
 * A generated column is computed from others that are not seen here, and so is one that the server
 * sets by itself: who reads it may read all.
 */
static bool *reads_of(struct arena *arena, const struct sqlsource *source)
{
    const struct table *table = source->table;
    bool *reads = ARENA_ARRAY(arena, bool, table->column_count), all = false;

    for (size_t i = 0; i < table->column_count; i++) {
        all |= source->reads[i] && table->columns[i].holds.generated;
        reads[i] = source->reads[i];
    }
    for (size_t i = 0; i < table->column_count && all; i++) {
        reads[i] = true;
    }
    return reads;
}

static struct tag_use *add_use(struct analysis *analysis, const struct sqlsource *source,
                               struct tag_variant *variant)
{
    struct tag_use *use = &variant->uses[variant->count++];

    *use = (struct tag_use){.source = source};
    use->shape.table = source->table;
    use->shape.reads = reads_of(analysis->arena, source);
    return use;
}

/* ------------------------------------------------------------------ why not */

/* What bars FACT from binding a column; NULL: nothing to tell. */
static const char *why_not(const struct analysis *analysis, const struct sqlexpr *fact)
{
    static const char *const by_kind[] = {
        [SQLEXPR_OR] = "OR: a part of it binds nothing",
        [SQLEXPR_NOT] = "NOT",
        [SQLEXPR_COMPARE] = "a range",
        [SQLEXPR_BETWEEN] = "a range",
        [SQLEXPR_LIKE] = "LIKE",
        [SQLEXPR_CALL] = NULL,
    };
    struct tag_type left, right;

    if (fact->kind == SQLEXPR_COMPARE &&
        (slice_is(fact->name, "=") || slice_is(fact->name, "<=>"))) {
        left = tag_type_of(analysis, fact->args[0]);
        right = tag_type_of(analysis, fact->args[1]);
        return tag_types_fit(&left, &right)
                   ? "what it equals is bound to no parameter"
                   : "the two sides of = have no common text: types, collations, or an expression";
    }
    return by_kind[fact->kind];
}

/* The last fact about the source that would have bound it, were it another one. */
static const char *why_unbound(struct analysis *analysis, const struct sqlsource *source)
{
    const struct facts *facts = &analysis->contexts[source->number];
    sources self = (sources)1 << source->number;
    const char *why = "no condition equals one of its columns to a parameter", *reason;
    struct cover cover = cover_of(analysis, source, facts);

    if (source->whole) {
        return "MATCH looks at all rows";
    }
    if (cover.count > 0) {
        return "only constants bind it";
    }
    for (size_t i = 0; i < facts->count; i++) {
        struct sqlexpr *fact = facts->items[i];

        if (!(facts_sources(fact) & self)) {
            continue;
        }
        reason = why_not(analysis, fact);
        why = reason ? reason : why;
    }
    return why;
}

/* ------------------------------------------------------------------ a source's tags */

static void add_whole(struct analysis *analysis, const struct sqlsource *source,
                      struct tag_variant *variant)
{
    struct tag_use *use = add_use(analysis, source, variant);

    use->why = why_unbound(analysis, source);
    use->shape.name = shape_name(analysis->arena, &use->shape);
}

/* All alternatives, or none of them. */
static bool add_cover(struct analysis *analysis, const struct sqlsource *source,
                      struct tag_variant *variant)
{
    struct cover cover = cover_of(analysis, source, &analysis->contexts[source->number]);
    size_t before = variant->count;

    for (size_t i = 0; i < cover.count; i++) {
        struct bindings chosen;
        struct tag_use *use;

        if (!cover_choose(analysis, source->table, &cover.items[i], &chosen)) {
            variant->count = before;
            return false;
        }
        use = add_use(analysis, source, variant);
        set_columns(analysis->arena, source->table, &chosen, use);
        use->shape.name = shape_name(analysis->arena, &use->shape);
    }
    return cover.count > 0;
}

static void keep_params(struct bindings *bound)
{
    size_t kept = 0;

    for (size_t i = 0; i < bound->count; i++) {
        if (bound->items[i].by_param) {
            bound->items[kept++] = bound->items[i];
        }
    }
    bound->count = kept;
}

static bool add_path(struct analysis *analysis, const struct sqlsource *source,
                     struct tag_variant *variant)
{
    struct path path;
    struct tag_use *use;

    if (!cover_path(analysis, source, &analysis->contexts[source->number], &path)) {
        return false;
    }
    keep_params(&path.bound);
    cover_cut(&path.bound);
    use = add_use(analysis, source, variant);
    set_columns(analysis->arena, path.hops[path.hop_count - 1].to->table, &path.bound, use);
    set_hops(analysis->arena, source, &path, use);
    use->shape.name = shape_name(analysis->arena, &use->shape);
    return true;
}

static void read_variant(struct arena *arena, const struct sqltree *tree,
                         const struct tag_param *params, size_t param_count,
                         const struct tag_query *query, unsigned int nulls, struct tag_variant *out)
{
    struct analysis analysis;

    analysis_init(&analysis, arena, tree, params, param_count);
    analysis.guards = query->guards;
    analysis.guard_count = query->guard_count;
    analysis.nulls = nulls;
    context_of_query(&analysis, tree->query);
    out->uses = ARENA_ARRAY(arena, struct tag_use, tree->source_count * COVER_ALTERNATIVES_MAX);
    for (size_t i = 0; i < tree->source_count; i++) {
        const struct sqlsource *source = tree->sources[i];

        if (source->table && (source->whole || (!add_cover(&analysis, source, out) &&
                                                !add_path(&analysis, source, out)))) {
            add_whole(&analysis, source, out);
        }
    }
}

void tags_of_query(struct arena *arena, const struct sqltree *tree, const struct tag_param *params,
                   size_t param_count, struct tag_query *out)
{
    *out = (struct tag_query){0};
    visit_tree(tree, find_guard, out);
    out->variants = ARENA_ARRAY(arena, struct tag_variant, (size_t)1 << out->guard_count);
    for (unsigned int i = 0; i < 1U << out->guard_count; i++) {
        read_variant(arena, tree, params, param_count, out, i, &out->variants[i]);
    }
}

/* ------------------------------------------------------------------ for people */

struct slice tag_use_print(struct arena *arena, const struct tag_use *use)
{
    struct buf out = {0};
    struct slice text;

    buf_append(&out, use->shape.name);
    for (size_t i = 0; i < use->shape.column_count; i++) {
        buf_append_str(&out, i > 0 ? "," : "=");
        for (size_t j = 0; j < use->values[i].value_count; j++) {
            const struct sqlexpr *value = use->values[i].values[j];

            buf_append_str(&out, j > 0 ? "|" : "");
            buf_append_str(&out, value->negated ? "-" : "");
            buf_append_str(&out, value->kind == SQLEXPR_NULL ? "NULL" : "");
            buf_append(&out, value->name);
        }
    }
    text = arena_copy(arena, buf_slice(&out));
    buf_fini(&out);
    return text;
}
