/*
 * One SELECT: its items, with * written out, and what it groups by.
 */
#include "conf/grammar/scope.h"

static struct sqlexpr *output_column(struct resolve *resolve, struct sqlsource *source, size_t i,
                                     struct sqlspan span)
{
    struct sqlexpr *node = ARENA_NEW(resolve->arena, struct sqlexpr);

    *node = (struct sqlexpr){.kind = SQLEXPR_COLUMN,
                             .name = source->columns[i],
                             .qualifier = source->alias,
                             .span = span,
                             .source = source,
                             .column = i};
    source->reads[i] = true;
    return node;
}

static size_t star_width(const struct sqlcore *core, const struct sqlexpr *star)
{
    size_t width = 0;

    for (size_t i = 0; i < core->source_count; i++) {
        width +=
            scope_is_of(core->sources[i], star->qualifier) ? core->sources[i]->column_count : 0;
    }
    return width;
}

static void add_output(struct sqlcore *core, struct sqlexpr *node, struct slice label)
{
    core->labels[core->output_count] = label;
    core->outputs[core->output_count++] = node;
}

static void write_out_star(struct resolve *resolve, struct sqlcore *core,
                           const struct sqlexpr *star)
{
    if (star_width(core, star) == 0) {
        resolve_fail(resolve, star->span.from, SLICE_EMPTY, "'%.*s%s*': there is no such table",
                     SLICE_ARG(star->qualifier), star->qualifier.len > 0 ? "." : "");
    }
    for (size_t i = 0; i < core->source_count; i++) {
        struct sqlsource *source = core->sources[i];

        for (size_t j = 0; j < source->column_count && scope_is_of(source, star->qualifier); j++) {
            add_output(core, output_column(resolve, source, j, star->span), source->columns[j]);
        }
    }
}

static void outputs(struct resolve *resolve, struct sqlcore *core, const struct scope *outer)
{
    struct scope scope = {.outer = outer, .core = core, .aliases = ALIASES_REFUSED};
    size_t room = core->item_count;

    for (size_t i = 0; i < core->item_count; i++) {
        if (core->items[i].expr->kind == SQLEXPR_STAR) {
            room += star_width(core, core->items[i].expr);
        }
    }
    core->outputs = ARENA_ARRAY(resolve->arena, struct sqlexpr *, room);
    core->labels = ARENA_ARRAY(resolve->arena, struct slice, room);
    for (size_t i = 0; i < core->item_count && !resolve->fault.token; i++) {
        const struct sqlselected *item = &core->items[i];

        if (item->expr->kind == SQLEXPR_STAR) {
            write_out_star(resolve, core, item->expr);
            continue;
        }
        scope.item = item;
        resolve_expr(resolve, item->expr, &scope);
        add_output(core, item->expr,
                   item->alias.len > 0                  ? item->alias
                   : item->expr->kind == SQLEXPR_COLUMN ? item->expr->name
                                                        : SLICE_EMPTY);
    }
}

static bool same_column(const struct sqlexpr *a, const struct sqlexpr *b)
{
    return b->kind == SQLEXPR_COLUMN && a->source == b->source && a->column == b->column;
}

/* GROUP BY 2; GROUP BY a where "b AS a" is an item too. */
static void group_item(struct resolve *resolve, struct sqlcore *core, struct sqlexpr **at)
{
    struct sqlexpr *node = *at;
    struct sqlexpr *item = NULL;
    uint64_t number = 0;

    if (node->kind == SQLEXPR_NUMBER && slice_parse_u64(node->name, &number) == STATUS_OK &&
        number >= 1 && number <= core->output_count) {
        *at = core->outputs[number - 1];
        return;
    }
    if (node->kind == SQLEXPR_COLUMN && node->qualifier.len == 0) {
        item = scope_find_alias(core, node->name, NULL);
    }
    if (node->source && item && !same_column(node, item)) {
        struct sqlexpr *call = ARENA_NEW(resolve->arena, struct sqlexpr);

        *call = (struct sqlexpr){.kind = SQLEXPR_CALL, .args = at, .span = node->span};
        call->args = ARENA_ARRAY(resolve->arena, struct sqlexpr *, 1);
        call->args[call->arg_count++] = node;
        *at = call;
    }
}

static bool has_aggregate(struct sqlexpr *const *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (nodes[i] &&
            (nodes[i]->aggregates || has_aggregate(nodes[i]->args, nodes[i]->arg_count))) {
            return true;
        }
    }
    return false;
}

void resolve_core(struct resolve *resolve, struct sqlcore *core, struct sqlquery *whole,
                  const struct scope *outer)
{
    struct scope scope = {.outer = outer, .core = core};
    struct scope with_aliases = {.outer = outer, .core = core, .aliases = ALIASES_SEEN};
    struct scope windows = {.outer = outer, .core = core, .aliases = ALIASES_REFUSED};

    core->number = resolve->tree->core_count++;
    resolve_from(resolve, core, core->from, &scope);
    if (resolve->fault.token) {
        return;
    }
    outputs(resolve, core, outer);
    resolve_expr(resolve, core->where, &scope);
    resolve_exprs(resolve, core->group, core->group_count, &with_aliases);
    resolve_expr(resolve, core->having, &with_aliases);
    resolve_exprs(resolve, core->window_exprs, core->window_count, &windows);
    resolve_exprs(resolve, whole->order, whole->order_count, &with_aliases);
    if (resolve->fault.token) {
        return;
    }
    for (size_t i = 0; i < core->group_count; i++) {
        group_item(resolve, core, &core->group[i]);
    }
    core->one_row |= has_aggregate(core->outputs, core->output_count) ||
                     has_aggregate(&core->having, 1) ||
                     has_aggregate(core->window_exprs, core->window_count) ||
                     has_aggregate(whole->order, whole->order_count);
    core->one_row &= core->group_count == 0;
}
