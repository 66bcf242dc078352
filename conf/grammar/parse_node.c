/*
 * Nodes, and rows of expressions.
 */
#include "conf/grammar/parse.h"

struct sqlexpr *parse_node(struct parse *parse, enum sqlexpr_kind kind, unsigned int from)
{
    struct sqlexpr *node = ARENA_NEW(parse->arena, struct sqlexpr);

    if (parse->node_count++ >= SQLTREE_NODES_MAX) {
        parse_fail(parse, NULL, "the statement is too long");
    }
    node->kind = kind;
    node->name = node->qualifier = SLICE_EMPTY;
    node->span = parse_span(parse, from);
    return node;
}

struct sqlexpr *parse_node_of(struct parse *parse, enum sqlexpr_kind kind, unsigned int from,
                              struct sqlexpr *a, struct sqlexpr *b, struct sqlexpr *c)
{
    struct sqlexpr *node = parse_node(parse, kind, from), *args[] = {a, b, c};

    node->args = ARENA_ARRAY(parse->arena, struct sqlexpr *, ARRAY_COUNT(args));
    for (size_t i = 0; i < ARRAY_COUNT(args) && args[i]; i++) {
        node->args[node->arg_count++] = args[i];
    }
    return node;
}

struct sqlexpr *parse_node_of_list(struct parse *parse, enum sqlexpr_kind kind, unsigned int from,
                                   const struct parse_list *list)
{
    struct sqlexpr *node = parse_node(parse, kind, from);

    node->args = (struct sqlexpr **)list->items;
    node->arg_count = list->count;
    return node;
}

struct sqlexpr *parse_named(struct sqlexpr *node, const char *name)
{
    node->name = slice_str(name);
    return node;
}

struct sqlexpr **parse_exprs(struct parse *parse, size_t *count)
{
    struct parse_list list = {0};

    do {
        parse_add(parse, &list, parse_expr(parse));
    } while (parse_take(parse, ","));
    *count = list.count;
    return (struct sqlexpr **)list.items;
}

struct sqlexpr **parse_order(struct parse *parse, size_t *count)
{
    struct parse_list list = {0};

    do {
        parse_add(parse, &list, parse_expr(parse));
        if (!parse_take(parse, "ASC")) {
            parse_take(parse, "DESC");
        }
    } while (parse_take(parse, ","));
    *count = list.count;
    return (struct sqlexpr **)list.items;
}

struct sqlquery *parse_query_or_list(struct parse *parse, struct parse_list *list)
{
    if (parse_is_nested_query(parse)) {
        return parse_query(parse);
    }
    do {
        parse_add(parse, list, parse_expr(parse));
    } while (parse_take(parse, ","));
    return NULL;
}
