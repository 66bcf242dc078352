/*
 * Trees of all statements -> tags and touches -> the plan.
 */
#include "conf/build/derive.h"

#include "conf/plan/kind.h"
#include "conf/tags/model.h"
#include "conf/tags/type.h"
#include "lib/base/buf.h"

/* Tags of one query: one slot each, in Redis too. */
#define TAGS_MAX 64

/* A statement of a projection. */
struct statement {
    const struct sqlstatement *text;
    const struct plan_sql *sql;
    struct plan_change *out;
};

struct derive {
    struct build *build;
    struct arena scratch; /* what is found out about trees; the plan keeps none of it */
    struct tag_query *queries;
    struct statement *statements;
    struct tag_change *changes;
    size_t count;
    struct tag_model tags;
    struct plan_class *classes;
    bool failed;
};

/* ------------------------------------------------------------------ queries */

static void read_query(struct derive *derive, size_t i)
{
    struct build *build = derive->build;
    const struct plan_query *query = &build->out->queries[i];
    const struct sqlblock *block = sqlfile_find(&build->model.queries_sql, query->name);
    const struct sqltree *tree =
        block && block->statement_count == 1 ? build_tree(build, &block->statements[0]) : NULL;
    struct tag_param *params;

    if (!tree || !tree->query) {
        derive->failed = true; /* a complaint already */
        return;
    }
    params = ARENA_ARRAY(&derive->scratch, struct tag_param, query->param_count);
    for (size_t j = 0; j < query->param_count; j++) {
        params[j] = (struct tag_param){query->params[j].name, query->params[j].type,
                                       plan_param_nullable(&query->params[j])};
    }
    tags_of_query(&derive->scratch, tree, params, query->param_count, &derive->queries[i]);
}

/* ------------------------------------------------------------------ projections */

static void read_statement(struct derive *derive, const struct sqlblock *block, size_t i,
                           const struct plan_sql *sql, struct plan_change *out)
{
    const struct sqltree *tree = build_tree(derive->build, &block->statements[i]);

    if (!tree || !tree->change) {
        derive->failed = true;
        return;
    }
    derive->statements[derive->count] = (struct statement){&block->statements[i], sql, out};
    tag_change_read(&derive->scratch, tree, NULL, 0, &derive->changes[derive->count++]);
}

static void read_projection(struct derive *derive, struct plan_projection *projection)
{
    struct build *build = derive->build;
    const struct sqlblock *block = sqlfile_find(&build->model.projections_sql, projection->name);
    struct plan_change *changes =
        ARENA_ARRAY(build->arena, struct plan_change, projection->statement_count);

    projection->changes = changes;
    for (size_t i = 0; block && i < projection->statement_count; i++) {
        read_statement(derive, block, i, &projection->statements[i], &changes[i]);
    }
}

/* ------------------------------------------------------------------ classes */

static struct plan_kind kind_of(const struct table *table, struct slice name)
{
    const struct table_column *column = table_column_find(table, name);
    struct tag_type type = tag_type_of_column(column);
    struct plan_kind kind = {.of = KIND_TEXT,
                             .is_unsigned = column->holds.is_unsigned,
                             .size =
                                 column->holds.family == COLUMN_BOOLEAN ? 1 : column->holds.size};

    if (type.family == TAG_FAMILY_INTEGER) {
        kind.of = KIND_INTEGER;
    } else if (type.family == TAG_FAMILY_DECIMAL) {
        kind.of = KIND_DECIMAL;
        kind.places = type.places;
    }
    return kind;
}

static const struct plan_kind *kinds_of(struct derive *derive, const struct table *table,
                                        const struct slice *names, size_t count)
{
    struct plan_kind *kinds = ARENA_ARRAY(derive->build->arena, struct plan_kind, count);

    for (size_t i = 0; i < count; i++) {
        kinds[i] = kind_of(table, names[i]);
    }
    return kinds;
}

/* A SELECT of ours: of many records its conditions are joined by OR. */
static struct plan_sql select_of(struct derive *derive, struct tag_select from, unsigned int line)
{
    struct slice text = arena_copy(derive->build->arena, from.sql);
    struct plan_sql sql = {.text = text, .line = line, .between = SLICE_LITERAL(") OR (")};
    size_t start, end;

    sql.head = sql.row = sql.tail = SLICE_EMPTY;
    if (from.where.len > 0) {
        start = (size_t)(from.where.ptr - from.sql.ptr);
        end = start + from.where.len;
        sql.head = arena_printf(derive->build->arena, "%.*s(", (int)start, text.ptr);
        sql.row = slice_of(text.ptr + start, end - start);
        sql.tail = arena_printf(derive->build->arena, ")%.*s", SLICE_ARG(slice_from(text, end)));
    }
    return sql;
}

static struct slice joined(struct derive *derive, const struct slice *names, size_t count)
{
    struct slice out = SLICE_EMPTY;

    for (size_t i = 0; i < count; i++) {
        out = arena_printf(derive->build->arena, "%.*s%s%.*s", SLICE_ARG(out), i > 0 ? "," : "",
                           SLICE_ARG(names[i]));
    }
    return out;
}

static const struct plan_columns *tables_of(struct derive *derive, const struct tag_shape *shape)
{
    struct plan_columns *tables =
        ARENA_ARRAY(derive->build->arena, struct plan_columns, shape->hop_count);

    for (size_t i = 0; i < shape->hop_count; i++) {
        const struct tag_hop *hop = &shape->hops[i];

        tables[i] = (struct plan_columns){arena_copy(derive->build->arena, hop->table->name),
                                          joined(derive, hop->to, hop->link_count)};
    }
    return tables;
}

static void make_class(struct derive *derive, const struct tag_shape *shape, struct plan_class *out)
{
    const struct slice *links = tag_shape_links(shape, &out->link_count);

    out->name = arena_copy(derive->build->arena, shape->name);
    out->links = kinds_of(derive, shape->table, links, out->link_count);
    if (shape->hop_count > 0) {
        out->ask = select_of(derive, tag_shape_ask(&derive->scratch, shape), 0);
        out->asked_count = shape->column_count;
        out->asked = kinds_of(derive, shape->hops[shape->hop_count - 1].table, shape->columns,
                              shape->column_count);
        out->asked_table_count = shape->hop_count;
        out->asked_tables = tables_of(derive, shape);
    }
}

static void make_classes(struct derive *derive)
{
    struct plan_model *out = derive->build->out;

    derive->classes =
        ARENA_ARRAY(derive->build->arena, struct plan_class, derive->tags.class_count);
    for (size_t i = 0; i < derive->tags.class_count; i++) {
        make_class(derive, &derive->tags.classes[i].shape, &derive->classes[i]);
    }
    out->classes = derive->classes;
    out->class_count = derive->tags.class_count;
}

/* ------------------------------------------------------------------ columns that tags compare */

static bool is_among(const struct slice *names, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_eq_nocase(names[i], name)) {
            return true;
        }
    }
    return false;
}

/* Does the shape hold, or go by way of, this column? */
static bool shape_has(const struct tag_shape *shape, const struct table *table, struct slice name)
{
    const struct table *at = shape->table;

    for (size_t i = 0; i < shape->hop_count; i++) {
        const struct tag_hop *hop = &shape->hops[i];

        if ((at == table && is_among(hop->from, hop->link_count, name)) ||
            (hop->table == table && is_among(hop->to, hop->link_count, name))) {
            return true;
        }
        at = hop->table;
    }
    return at == table && is_among(shape->columns, shape->column_count, name);
}

static bool is_compared(const struct derive *derive, const struct table *table,
                        const struct table_column *column)
{
    for (size_t i = 0; i < derive->tags.class_count && column->holds.family == COLUMN_TEXT; i++) {
        if (shape_has(&derive->tags.classes[i].shape, table, column->name)) {
            return true;
        }
    }
    return false;
}

static void note_texts(struct derive *derive)
{
    const struct tables *tables = &derive->build->model.tables;
    struct plan_model *out = derive->build->out;
    struct plan_columns *texts =
        ARENA_ARRAY(derive->build->arena, struct plan_columns, tables->count);
    struct buf names = {0};

    for (size_t i = 0; i < tables->count; i++) {
        const struct table *table = &tables->items[i];

        buf_clear(&names);
        for (size_t j = 0; j < table->column_count; j++) {
            if (is_compared(derive, table, &table->columns[j])) {
                buf_append_str(&names, names.len > 0 ? "," : "");
                buf_append(&names, table->columns[j].name);
            }
        }
        if (names.len > 0) {
            texts[out->text_count++] = (struct plan_columns){
                table->name, arena_copy(derive->build->arena, buf_slice(&names))};
        }
    }
    out->texts = texts;
    buf_fini(&names);
}

/* ------------------------------------------------------------------ values */

/* "007", "5." as SQL reads them: without what JSON has not. */
static struct slice plain_number(struct derive *derive, const struct sqlexpr *literal)
{
    struct slice text = literal->name;

    while (text.len > 1 && text.ptr[0] == '0' && text.ptr[1] != '.') {
        text = slice_from(text, 1);
    }
    if (text.len > 1 && text.ptr[text.len - 1] == '.') {
        text.len--;
    }
    return arena_printf(derive->build->arena, "%s%.*s", literal->negated ? "-" : "",
                        SLICE_ARG(text));
}

static const struct value *literal_value(struct derive *derive, const struct sqlexpr *literal)
{
    struct arena *arena = derive->build->arena;

    if (literal->kind == SQLEXPR_NUMBER) {
        return value_number(arena, plain_number(derive, literal));
    }
    if (literal->kind == SQLEXPR_BOOLEAN) {
        return value_bool(arena, slice_eq_nocase(literal->name, SLICE_LITERAL("TRUE")));
    }
    return literal->kind == SQLEXPR_STRING
               ? value_string(arena, sqltree_unquoted(arena, literal->name))
               : value_null(arena);
}

/*
 * The text of a literal in a tag. False: it is not exactly of the column's kind; then *out is that
 * of the value which the server may take it for.
 */
static bool literal_text(struct derive *derive, const struct plan_kind *kind,
                         const struct sqlexpr *literal, struct slice *out)
{
    struct arena *arena = derive->build->arena;
    const struct value *value = literal_value(derive, literal);

    if (kind_text(arena, kind, value, out) == STATUS_OK) {
        return true;
    }
    *out = kind_of_text(arena, kind, value->text);
    return false;
}

/* ------------------------------------------------------------------ tags of a query */

static int param_index(const struct plan_query *query, struct slice name)
{
    for (size_t i = 0; i < query->param_count; i++) {
        if (slice_eq(query->params[i].name, name)) {
            return (int)i;
        }
    }
    return -1;
}

/* A template is made of pieces: literals are gathered until a place comes. */
struct making {
    struct derive *derive;
    const struct plan_query *query;
    struct plan_template *out;
    struct buf text, literal;
};

static void end_part(struct making *making, struct slice name, int param, struct plan_kind kind,
                     bool strict)
{
    struct arena *arena = making->derive->build->arena;

    making->out->parts[making->out->part_count++] = (struct plan_template_part){
        .literal = arena_copy(arena, buf_slice(&making->literal)),
        .name = name,
        .type = param < 0 ? SCALAR_STRING : making->query->params[param].type,
        .param = param,
        .strict = strict,
        .kind = kind};
    buf_clear(&making->literal);
}

static void add_literal(struct making *making, struct slice text)
{
    buf_append(&making->literal, text);
    buf_append(&making->text, text);
}

static void add_value(struct making *making, const struct plan_kind *kind,
                      const struct sqlexpr *value, bool strict)
{
    struct slice text;

    if (value->kind == SQLEXPR_PARAM) {
        end_part(making, value->name, param_index(making->query, value->name), *kind, strict);
        buf_printf(&making->text, "{%.*s}", SLICE_ARG(value->name));
        return;
    }
    (void)literal_text(making->derive, kind, value, &text);
    add_literal(making, text);
}

/* NUMBER chooses one value of each column. False: there is no such tag. */
static bool make_template(struct derive *derive, const struct plan_query *query,
                          const struct tag_use *use, size_t number, struct plan_template *out)
{
    const struct plan_class *class = &derive->classes[use->class];
    const struct plan_kind *kinds = class->asked_count > 0 ? class->asked : class->links;
    struct making making = {.derive = derive, .query = query, .out = out};
    bool some = true;

    *out = (struct plan_template){.text = SLICE_EMPTY};
    out->parts =
        ARENA_ARRAY(derive->build->arena, struct plan_template_part, use->shape.column_count + 1);
    add_literal(&making, class->name);
    for (size_t i = 0; i < use->shape.column_count && some; i++) {
        const struct binding *binding = &use->values[i];
        const struct sqlexpr *value = binding->values[number % binding->value_count];

        number /= binding->value_count;
        add_literal(&making, i == 0 ? SLICE_LITERAL("=") : SLICE_LITERAL(","));
        add_value(&making, &kinds[i], value, binding->strict);
        some = !(value->kind == SQLEXPR_NULL && binding->strict);
    }
    end_part(&making, SLICE_EMPTY, -1, (struct plan_kind){0}, false);
    out->text = arena_copy(derive->build->arena, buf_slice(&making.text));
    buf_fini(&making.text);
    buf_fini(&making.literal);
    return some;
}

static size_t combinations(const struct tag_use *use)
{
    size_t count = 1;

    for (size_t i = 0; i < use->shape.column_count; i++) {
        count *= use->values[i].value_count;
    }
    return count;
}

/* Two uses of one tag: if one of them finds rows by NULL, it is there for NULL. */
static struct plan_template loosest(const struct plan_template *a, const struct plan_template *b)
{
    for (size_t i = 0; i < a->part_count; i++) {
        a->parts[i].strict &= b->parts[i].strict;
    }
    return *a;
}

/* A literal "{id}" and the place {id} have one text for people. */
static bool same_template(const struct plan_template *a, const struct plan_template *b)
{
    if (a->part_count != b->part_count) {
        return false;
    }
    for (size_t i = 0; i < a->part_count; i++) {
        if (!slice_eq(a->parts[i].literal, b->parts[i].literal) ||
            a->parts[i].param != b->parts[i].param) {
            return false;
        }
    }
    return true;
}

struct tags {
    struct plan_template *items;
    size_t count;
};

static void add_tag(struct tags *tags, const struct plan_template *tag)
{
    for (size_t i = 0; i < tags->count; i++) {
        if (same_template(&tags->items[i], tag)) {
            tags->items[i] = loosest(&tags->items[i], tag);
            return;
        }
    }
    tags->items[tags->count++] = *tag;
}

static void add_use(struct derive *derive, struct plan_query *query, const struct tag_use *use,
                    struct tags *tags)
{
    const struct plan_class *class = &derive->classes[use->class];
    struct plan_template tag;

    for (size_t i = 0; i < combinations(use); i++) {
        if (make_template(derive, query, use, i, &tag)) {
            add_tag(tags, &tag);
        }
    }
    if (derive->tags.classes[use->class].wild && use->shape.column_count > 0) {
        tag = (struct plan_template){
            .text = arena_printf(derive->build->arena, "%.*s=" KIND_ALL, SLICE_ARG(class->name))};
        tag.parts = ARENA_NEW(derive->build->arena, struct plan_template_part);
        tag.parts[tag.part_count++] = (struct plan_template_part){
            .literal = tag.text, .name = SLICE_EMPTY, .type = SCALAR_STRING, .param = -1};
        add_tag(tags, &tag);
    }
}

/* For people: "'comments' (c): (pictureId=pictureId)", or why it is all of them. */
static struct slice rows_of(struct arena *arena, const struct tag_use *use)
{
    struct slice bound = tag_use_print(arena, use);

    if (use->why) {
        return arena_printf(arena, "'%.*s' (%.*s): all: %s", SLICE_ARG(use->shape.table->name),
                            SLICE_ARG(use->source->alias), use->why);
    }
    return arena_printf(arena, "'%.*s' (%.*s): %.*s", SLICE_ARG(use->shape.table->name),
                        SLICE_ARG(use->source->alias), SLICE_ARG(bound));
}

static void note_rows(struct derive *derive, struct plan_query *query,
                      const struct tag_variant *variant)
{
    struct slice *rows = ARENA_ARRAY(derive->build->arena, struct slice, variant->count);

    for (size_t i = 0; i < variant->count; i++) {
        rows[i] = rows_of(derive->build->arena, &variant->uses[i]);
    }
    query->rows = rows;
    query->row_count = variant->count;
}

/* Those of one variant, and behind them the declared ones. */
static struct plan_variant make_variant(struct derive *derive, struct plan_query *query,
                                        const struct tag_variant *variant,
                                        const struct plan_template *declared)
{
    size_t room = query->declared_count;
    struct tags tags = {.count = 0};

    for (size_t j = 0; j < variant->count; j++) {
        room += combinations(&variant->uses[j]) + 1;
    }
    tags.items = ARENA_ARRAY(derive->build->arena, struct plan_template, room);
    for (size_t j = 0; j < variant->count; j++) {
        add_use(derive, query, &variant->uses[j], &tags);
    }
    for (size_t j = 0; j < query->declared_count; j++) {
        tags.items[tags.count++] = declared[j];
    }
    if (tags.count > TAGS_MAX) {
        diag_add(derive->build->diag, derive->build->model.queries_sql.path, query->line,
                 query->name, SLICE_LITERAL("shorter lists after IN, fewer ORs"),
                 "its answers depend on %zu tags, more than %d", tags.count, TAGS_MAX);
    }
    return (struct plan_variant){tags.items, tags.count};
}

/* Of the guards those that may be NULL; *bits: of each its bit among all guards. */
static size_t find_guards(struct derive *derive, struct plan_query *query,
                          const struct tag_query *from, unsigned int bits[FACTS_GUARDS_MAX])
{
    size_t *guards = ARENA_ARRAY(derive->build->arena, size_t, FACTS_GUARDS_MAX), count = 0;

    for (size_t i = 0; i < from->guard_count; i++) {
        int param = param_index(query, from->guards[i]);

        if (param >= 0 && plan_param_nullable(&query->params[param])) {
            bits[count] = 1U << i;
            guards[count++] = (size_t)param;
        }
    }
    query->guards = guards;
    return count;
}

static void make_tags(struct derive *derive, size_t i)
{
    struct plan_query *query = &derive->build->out->queries[i];
    const struct tag_query *from = &derive->queries[i];
    const struct plan_template *declared = query->tags;
    unsigned int bits[FACTS_GUARDS_MAX];
    struct plan_variant *variants;

    query->guard_count = find_guards(derive, query, from, bits);
    variants =
        ARENA_ARRAY(derive->build->arena, struct plan_variant, (size_t)1 << query->guard_count);
    for (unsigned int number = 0; number < 1U << query->guard_count; number++) {
        unsigned int all = 0;

        for (size_t j = 0; j < query->guard_count; j++) {
            all |= number >> j & 1 ? bits[j] : 0;
        }
        variants[number] = make_variant(derive, query, &from->variants[all], declared);
    }
    note_rows(derive, query, &from->variants[0]);
    query->variants = variants;
    query->tags = variants[0].tags;
    query->tag_count = variants[0].tag_count;
}

/* ------------------------------------------------------------------ touches of a statement */

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
               literal_text(derive, kind, cell->value, &out.literal)) {
        out.from = CELL_LITERAL;
        out.value = literal_value(derive, cell->value);
    }
    *wild |= out.from == CELL_SERVER;
    return out;
}

static struct plan_sql make_probe(struct derive *derive, const struct statement *statement,
                                  const struct tag_probe *probe)
{
    struct plan_sql sql = select_of(derive, probe->select, statement->sql->line);
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
                (struct plan_exact){kind_of(table, table->columns[from->exact[i].column].name),
                                    bind_of_expr(statement, from->exact[i].value)};
        }
    }
    statement->out->exact = exact;
}

static void make_change(struct derive *derive, size_t i)
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

/* ------------------------------------------------------------------ all */

static void read_all(struct derive *derive)
{
    struct plan_model *out = derive->build->out;
    struct arena *arena = &derive->scratch;
    size_t room = 0;

    for (size_t i = 0; i < out->projection_count; i++) {
        room += out->projections[i].statement_count;
    }
    derive->queries = ARENA_ARRAY(arena, struct tag_query, out->query_count);
    derive->statements = ARENA_ARRAY(arena, struct statement, room);
    derive->changes = ARENA_ARRAY(arena, struct tag_change, room);
    for (size_t i = 0; i < out->query_count; i++) {
        derive->queries[i].variants = ARENA_NEW(arena, struct tag_variant);
        read_query(derive, i);
    }
    for (size_t i = 0; i < out->projection_count; i++) {
        read_projection(derive, &out->projections[i]);
    }
}

/* What is asked must not miss a commit that is on its way: cache/PROTOCOL.md. */
static void note_reads(struct plan_projection *projection)
{
    for (size_t i = 0; i < projection->statement_count; i++) {
        projection->reads |= projection->changes[i].asks;
    }
}

static void derive_all(struct derive *derive)
{
    struct plan_model *out = derive->build->out;

    tags_of_model(&derive->scratch, derive->queries, out->query_count, derive->changes,
                  derive->count, &derive->tags);
    make_classes(derive);
    note_texts(derive);
    for (size_t i = 0; i < derive->count; i++) {
        make_change(derive, i); /* first: it says which classes are wild */
    }
    for (size_t i = 0; i < out->query_count; i++) {
        make_tags(derive, i);
    }
    for (size_t i = 0; i < out->projection_count; i++) {
        note_reads(&out->projections[i]);
    }
}

void build_derived(struct build *build)
{
    struct derive derive = {.build = build};

    read_all(&derive);
    if (!derive.failed) {
        derive_all(&derive);
    }
    arena_fini(&derive.scratch);
}
