/*
 * Trees of all statements -> tags and touches -> the plan.
 */
#include "conf/build/derive.h"

#include "conf/build/deriving.h"
#include "conf/plan/kind.h"
#include "conf/tags/type.h"
#include "lib/base/buf.h"

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

struct plan_kind derive_kind(const struct table *table, struct slice name)
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
        kinds[i] = derive_kind(table, names[i]);
    }
    return kinds;
}

struct plan_sql derive_select(struct derive *derive, struct tag_select from, unsigned int line)
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
        out->ask = derive_select(derive, tag_shape_ask(&derive->scratch, shape), 0);
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

const struct value *derive_literal(struct derive *derive, const struct sqlexpr *literal)
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

bool derive_literal_text(struct derive *derive, const struct plan_kind *kind,
                         const struct sqlexpr *literal, struct slice *out)
{
    struct arena *arena = derive->build->arena;
    const struct value *value = derive_literal(derive, literal);

    if (kind_text(arena, kind, value, out) == STATUS_OK) {
        return true;
    }
    *out = kind_of_text(arena, kind, value->text);
    return false;
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
        derive_change(derive, i); /* first: it says which classes are wild */
    }
    for (size_t i = 0; i < out->query_count; i++) {
        derive_query(derive, i);
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
