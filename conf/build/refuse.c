/*
 * Refusals of statements whose trees have no fault.
 */
#include "conf/build/refuse.h"

#include <stdarg.h>

#include "conf/grammar/visit.h"
#include "conf/study/label.h"
#include "conf/study/refused.h"
#include "lib/base/buf.h"

void block_complain(const struct block_place *place, const struct sqltoken *token,
                    struct slice hint, const char *format, ...)
{
    struct diag_place at = {.file = place->path,
                            .path = place->name,
                            .line = token ? token->line : place->line,
                            .column = token ? token->column : 0};
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    diag_add_at(place->diag, &at, hint, "%.*s", SLICE_ARG(buf_slice(&text)));
    buf_fini(&text);
}

static const struct sqltoken *token_of(const struct sqltree *tree, const struct sqlexpr *expr)
{
    return &tree->statement->tokens[expr->span.from];
}

/* ------------------------------------------------------------------ functions */

struct calls {
    const struct block_place *place;
    const struct sqltree *tree;
};

static void complain_call(void *ctx, const struct sqlexpr *call, const char *why)
{
    const struct calls *calls = ctx;
    bool clock = calls->tree->change && strcmp(why, REFUSED_CLOCK) == 0;

    block_complain(calls->place, token_of(calls->tree, call),
                   clock ? SLICE_LITERAL("use :timestamp") : SLICE_EMPTY,
                   "'%.*s' is not allowed: %s",
                   SLICE_ARG(call->name.len > 0 ? call->name : SLICE_LITERAL("IN")), why);
}

static void check_calls(struct build *build, const struct block_place *place,
                        const struct sqltree *tree)
{
    struct calls calls = {place, tree};

    refused_find(&build->scratch, tree, complain_call, &calls);
}

/* ------------------------------------------------------------------ queries */

/* The wrapped query has a column of its own; a derived table has each name once. */
static void check_labels(const struct block_place *place, const struct sqltree *tree)
{
    const struct sqlcore *core = label_core(tree->query);

    for (size_t i = 0; i < core->output_count; i++) {
        const struct sqltoken *token = token_of(tree, core->outputs[i]);

        if (slice_eq_nocase(core->labels[i], SLICE_LITERAL("_row"))) {
            block_complain(place, token, SLICE_EMPTY,
                           "the name _row is reserved: the wrapped query uses it");
        } else if (label_is_again(tree->query, i)) {
            block_complain(place, token, SLICE_LITERAL("give it an alias"),
                           "two columns are called '%.*s'", SLICE_ARG(core->labels[i]));
        }
    }
}

/* The wrapped query orders and cuts by itself. */
static void check_order(const struct block_place *place, const struct sqltree *tree,
                        const struct sqlquery *query, bool paged)
{
    if (paged && query->limit) {
        block_complain(place, token_of(tree, query->limit),
                       SLICE_LITERAL("\"page\" cuts the result"),
                       "LIMIT is not allowed in a query with pages");
    } else if (query->order_count > 0 && !query->limit) {
        block_complain(place, token_of(tree, query->order[0]),
                       SLICE_LITERAL("\"page\" or \"order\" in model.json orders the result"),
                       "ORDER BY without LIMIT has no effect here");
    }
    if (!query->core && query->branch_count == 1) {
        check_order(place, tree, query->branches[0], paged); /* it was in parentheses */
    }
}

bool refuse_query(struct build *build, const struct block_place *place, const struct sqltree *tree,
                  bool paged)
{
    if (!tree->query) {
        block_complain(place, tree->statement->tokens, SLICE_EMPTY,
                       "a query begins with SELECT or WITH");
        return false;
    }
    check_calls(build, place, tree);
    check_labels(place, tree);
    check_order(place, tree, tree->query, paged);
    return true;
}

/* ------------------------------------------------------------------ projections */

struct assignment {
    struct slice column;
    const struct sqlexpr *again; /* the column in its value; NULL: it is not */
};

static bool find_again(void *ctx, const struct sqlexpr *expr)
{
    struct assignment *assignment = ctx;

    if (expr->kind == SQLEXPR_COLUMN && slice_eq_nocase(expr->name, assignment->column) &&
        !assignment->again) {
        assignment->again = expr;
    }
    return true;
}

/*
 * Statements of put and delete set values from images, so that writing an image twice, or after a
 * later one was read by a rebuild, ends the same: a column that is computed from itself would not.
 * A column of that name in another table is refused, too.
 */
static void check_assignments(const struct block_place *place, const struct sqltree *tree)
{
    const struct sqlchange *change = tree->change;

    for (size_t i = 0; i < change->set_count; i++) {
        struct assignment assignment = {.column = change->sets[i].column->name};

        visit_expr(change->sets[i].value, find_again, &assignment);
        if (assignment.again) {
            block_complain(place, token_of(tree, assignment.again),
                           SLICE_LITERAL("put and delete set values from the images: :Name, "
                                         ":old.Name, VALUES(Name)"),
                           "the column '%.*s' is computed from itself",
                           SLICE_ARG(assignment.column));
        }
    }
}

bool refuse_change(struct build *build, const struct block_place *place, const struct sqltree *tree,
                   bool images)
{
    if (!tree->change) {
        block_complain(place, tree->statement->tokens, SLICE_EMPTY,
                       "a projection's statement begins with INSERT, REPLACE, UPDATE or DELETE");
        return false;
    }
    check_calls(build, place, tree);
    if (images) {
        check_assignments(place, tree);
    }
    return true;
}
