/*
 * Tables and derived tables of a FROM, and the names of their columns.
 */
#include "conf/grammar/scope.h"
#include "conf/text/suggest.h"

static struct slice table_hint(const struct resolve *resolve, struct slice name)
{
    struct suggest suggest;
    struct slice hint;

    suggest_init(&suggest, name);
    for (size_t i = 0; i < resolve->tables->count; i++) {
        suggest_offer(&suggest, resolve->tables->items[i].name);
    }
    hint = suggest_hint(&suggest, resolve->arena);
    return hint.len > 0 ? hint
                        : SLICE_LITERAL("a change of a table that schema.sql does not declare "
                                        "would void no answer");
}

static void columns_of_table(struct resolve *resolve, struct sqlsource *source)
{
    source->table = tables_find(resolve->tables, source->name);
    if (!source->table) {
        resolve_fail(resolve, source->name_token, table_hint(resolve, source->name),
                     "the table '%.*s' is not in schema.sql", SLICE_ARG(source->name));
        return;
    }
    source->column_count = source->table->column_count;
    source->columns = ARENA_ARRAY(resolve->arena, struct slice, source->column_count);
    for (size_t i = 0; i < source->column_count; i++) {
        source->columns[i] = source->table->columns[i].name;
    }
}

/* The first of its SELECTs says what the columns are called. */
static const struct sqlcore *first_core(const struct sqlquery *query)
{
    while (!query->core) {
        query = query->branches[0];
    }
    return query->core;
}

static void columns_of_query(struct resolve *resolve, struct sqlsource *source)
{
    const struct sqlcore *core = first_core(source->query);

    source->column_count = core->output_count;
    source->columns = source->label_count > 0 ? source->labels : core->labels;
    if (source->label_count > 0 && source->label_count != core->output_count) {
        resolve_fail(resolve, source->span.from, SLICE_EMPTY,
                     "WITH '%.*s' names %zu columns of %zu", SLICE_ARG(source->name),
                     source->label_count, core->output_count);
    }
}

/* In whatever case: a server may take them for one. */
static void check_common(struct resolve *resolve, const struct sqlsource *source)
{
    for (size_t i = 0; i < resolve->tables->count && source->name.len > 0; i++) {
        if (slice_eq_nocase(resolve->tables->items[i].name, source->name)) {
            resolve_fail(resolve, source->name_token, SLICE_LITERAL("give it another name"),
                         "WITH '%.*s': a table has this name", SLICE_ARG(source->name));
        }
    }
}

static void source_columns(struct resolve *resolve, struct sqlsource *source)
{
    if (source->query) {
        check_common(resolve, source);
        resolve_query(resolve, source->query, NULL);
        if (!resolve->fault.token) {
            columns_of_query(resolve, source);
        }
    } else if (source->rows) {
        source->columns = source->labels;
        source->column_count = source->label_count;
    } else {
        columns_of_table(resolve, source);
    }
    for (size_t i = 0; i < source->column_count; i++) {
        scope_check_letters(resolve, source->span.from, source->columns[i]);
    }
    scope_check_letters(resolve, source->span.from, source->alias);
    source->reads = ARENA_ARRAY(resolve->arena, bool, source->column_count);
}

static size_t count_sources(const struct sqlfrom *from)
{
    if (!from) {
        return 0;
    }
    return from->kind == SQLFROM_SOURCE ? 1
                                        : count_sources(from->left) + count_sources(from->right);
}

static void add_sources(struct resolve *resolve, struct sqlcore *core, const struct sqlfrom *from)
{
    struct sqlsource *source = from->source;

    if (from->kind != SQLFROM_SOURCE) {
        add_sources(resolve, core, from->left);
        add_sources(resolve, core, from->right);
        return;
    }
    for (size_t i = 0; i < core->source_count; i++) {
        if (slice_eq_nocase(core->sources[i]->alias, source->alias)) {
            resolve_fail(resolve, source->span.from, SLICE_LITERAL("give one of them an alias"),
                         "two tables are called '%.*s'", SLICE_ARG(source->alias));
        }
    }
    source_columns(resolve, source);
    core->sources[core->source_count++] = source;
}

/* ON, and the documents of JSON_TABLE. */
static void conditions(struct resolve *resolve, const struct sqlfrom *from,
                       const struct scope *scope)
{
    struct scope reach = *scope;

    if (from->kind == SQLFROM_SOURCE) {
        reach.rows = from->source;
        resolve_expr(resolve, from->source->rows, &reach);
        return;
    }
    conditions(resolve, from->left, scope);
    conditions(resolve, from->right, scope);
    reach.join = from;
    resolve_expr(resolve, from->on, &reach);
}

/* RIGHT JOIN exchanged its sides; numbers are in the order of the text. */
static void order_sources(struct sqlcore *core)
{
    for (size_t i = 1; i < core->source_count; i++) {
        struct sqlsource *source = core->sources[i];
        size_t j = i;

        for (; j > 0 && core->sources[j - 1]->number > source->number; j--) {
            core->sources[j] = core->sources[j - 1];
        }
        core->sources[j] = source;
    }
}

void resolve_from(struct resolve *resolve, struct sqlcore *core, const struct sqlfrom *from,
                  const struct scope *scope)
{
    core->sources = ARENA_ARRAY(resolve->arena, struct sqlsource *, count_sources(from));
    if (from) {
        add_sources(resolve, core, from);
        order_sources(core);
        if (!resolve->fault.token) {
            conditions(resolve, from, scope);
        }
    }
}
