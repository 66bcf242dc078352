/*
 * The touches of a statement, and the SELECTs beside it.
 */
#include "conf/build/deriving.h"

/* Which ? of the statement this parameter is. */
static struct plan_bind bind_of(const struct statement *statement, const struct sqltoken *token)
{
    size_t index = 0;

    for (const struct sqltoken *at = statement->text->tokens; at < token; at++) {
        index += at->kind == SQLTOKEN_PARAM;
    }
    return statement->sql->binds[index];
}

static struct plan_bind bind_of_expr(const struct statement *statement, const struct sqlexpr *expr)
{
    return bind_of(statement, &statement->text->tokens[expr->span.from]);
}

/* A literal that is not of the kind is what the server makes of it. */
static struct plan_cell make_cell(struct derive *derive, const struct statement *statement,
                                  const struct plan_kind *kind, const struct tag_cell *cell,
                                  bool *wild)
{
    struct plan_cell out = {.from = CELL_SERVER, .literal = SLICE_EMPTY, .column = cell->column};

    if (cell->from == TAG_FROM_PROBE) {
        out.from = CELL_ROW;
    } else if (cell->from == TAG_FROM_VALUE && cell->value->kind == SQLEXPR_PARAM) {
        out.from = CELL_BIND;
        out.bind = bind_of_expr(statement, cell->value);
    } else if (cell->from == TAG_FROM_VALUE &&
               derive_literal_text(derive, kind, cell->value, &out.literal)) {
        out.from = CELL_LITERAL;
        out.value = derive_literal(derive, cell->value);
    }
    *wild |= out.from == CELL_SERVER;
    return out;
}

static struct plan_sql make_probe(struct derive *derive, const struct statement *statement,
                                  const struct tag_probe *probe)
{
    struct plan_sql sql = derive_select(derive, probe->select, statement->sql->line);
    struct plan_bind *binds =
        ARENA_ARRAY(derive->build->arena, struct plan_bind, probe->param_count);

    for (size_t i = 0; i < probe->param_count; i++) {
        binds[i] = bind_of(statement, probe->params[i]);
    }
    sql.binds = binds;
    sql.bind_count = probe->param_count;
    if (!statement->out->joins) {
        sql.row = SLICE_EMPTY;
    }
    return sql;
}

static bool same_touch(const struct plan_touch *a, const struct plan_touch *b)
{
    if (a->class != b->class || a->rows != b->rows) {
        return false;
    }
    for (size_t i = 0; i < a->class->link_count; i++) {
        const struct plan_cell *x = &a->cells[i], *y = &b->cells[i];

        if (x->from != y->from || x->column != y->column || !slice_eq(x->literal, y->literal) ||
            (x->from == CELL_BIND &&
             (x->bind.source != y->bind.source || !slice_eq(x->bind.name, y->bind.name) ||
              x->bind.form != y->bind.form || x->bind.digits != y->bind.digits))) {
            return false;
        }
    }
    return true;
}

static void add_touch(struct plan_touch *touches, struct plan_change *change,
                      const struct plan_touch *touch)
{
    for (size_t i = 0; i < change->touch_count; i++) {
        if (same_touch(&touches[i], touch)) {
            return;
        }
    }
    touches[change->touch_count++] = *touch;
    change->asks |= touch->class->ask.text.len > 0;
}

static void make_touches(struct derive *derive, const struct statement *statement,
                         const struct tag_touches *from)
{
    struct arena *arena = derive->build->arena;
    struct plan_touch *touches = ARENA_ARRAY(arena, struct plan_touch, from->count);
    struct plan_change *out = statement->out;

    for (size_t i = 0; i < from->count; i++) {
        const struct tag_touch *touch = &from->items[i];
        const struct plan_class *class = &derive->classes[touch->shape];
        struct plan_cell *cells = ARENA_ARRAY(arena, struct plan_cell, class->link_count);

        for (size_t j = 0; j < class->link_count; j++) {
            cells[j] = make_cell(derive, statement, &class->links[j], &touch->cells[j],
                                 &derive->tags.classes[touch->shape].wild);
        }
        add_touch(touches, out, &(struct plan_touch){class, cells, (enum plan_rows)touch->rows});
    }
    out->touches = touches;
}

static void make_exact(struct derive *derive, const struct statement *statement,
                       const struct table *table, const struct tag_touches *from)
{
    struct plan_exact *exact =
        ARENA_ARRAY(derive->build->arena, struct plan_exact, from->exact_count);

    for (size_t i = 0; i < from->exact_count; i++) {
        if (from->exact[i].value->kind == SQLEXPR_PARAM) {
            exact[statement->out->exact_count++] =
                (struct plan_exact){derive_kind(table, table->columns[from->exact[i].column].name),
                                    bind_of_expr(statement, from->exact[i].value)};
        }
    }
    statement->out->exact = exact;
}

void derive_change(struct derive *derive, size_t i)
{
    const struct statement *statement = &derive->statements[i];
    const struct tag_touches *touches = &derive->tags.touches[i];

    statement->out->joins = touches->joins;
    make_touches(derive, statement, touches);
    make_exact(derive, statement, derive->changes[i].table, touches);
    if (touches->before.select.sql.len > 0) {
        statement->out->before = make_probe(derive, statement, &touches->before);
    }
    if (touches->after.select.sql.len > 0) {
        statement->out->after = make_probe(derive, statement, &touches->after);
    }
    statement->out->asks |= touches->before.select.sql.len > 0 || touches->after.select.sql.len > 0;
}
