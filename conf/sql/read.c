/*
 * What a query's result is made of: labels, and the tables' columns behind them.
 */
#include "conf/sql/rules.h"
#include "conf/text/suggest.h"

static const struct sqllabel *find_label(const struct sqlread *read, struct slice label)
{
    for (size_t i = 0; i < read->labels.count; i++) {
        if (slice_eq(read->labels.items[i].label, label)) {
            return &read->labels.items[i];
        }
    }
    return NULL;
}

/* The column of that name in the table called QUALIFIER, or (empty) in any table. */
static const struct table_column *find_column(const struct sqlread *read, struct slice qualifier,
                                              struct slice name)
{
    for (size_t i = 0; i < read->named.count; i++) {
        const struct sqltable *named = &read->named.items[i];
        const struct table_column *column;

        if (qualifier.len > 0 && !slice_eq_nocase(named->alias, qualifier) &&
            !slice_eq_nocase(named->name, qualifier)) {
            continue;
        }
        for (size_t j = 0; j < read->table_count; j++) {
            column = slice_eq(read->tables[j]->name, named->name)
                         ? table_column_find(read->tables[j], name)
                         : NULL;
            if (column) {
                return column;
            }
        }
    }
    return NULL;
}

/* The table's column behind a label of the result; NULL: an expression, or unknown. */
static const struct table_column *column_of(const struct sqlread *read, struct slice label)
{
    const struct sqllabel *found = find_label(read, label);
    const struct table_column *column;

    if (found) {
        return found->column.len > 0 ? find_column(read, found->table, found->column) : NULL;
    }
    column = read->labels.star ? find_column(read, SLICE_EMPTY, label) : NULL;
    return column && slice_eq(column->name, label) ? column : NULL; /* labels are as written */
}

bool sqlread_written(const struct sqlread *read, struct slice label, struct slice *table_out,
                     struct slice *name_out)
{
    const struct sqllabel *found = find_label(read, label);

    *table_out = found ? found->table : SLICE_EMPTY;
    *name_out = found ? found->column : label;
    return found ? found->column.len > 0 : read->labels.star;
}

bool sqlread_has_label(const struct sqlread *read, struct slice label)
{
    return find_label(read, label) || column_of(read, label);
}

struct slice sqlread_suggest(const struct sqlread *read, struct arena *arena, struct slice label)
{
    struct suggest suggest;

    suggest_init(&suggest, label);
    for (size_t i = 0; i < read->labels.count; i++) {
        suggest_offer(&suggest, read->labels.items[i].label);
    }
    for (size_t i = 0; i < read->table_count && read->labels.star; i++) {
        for (size_t j = 0; j < read->tables[i]->column_count; j++) {
            suggest_offer(&suggest, read->tables[i]->columns[j].name);
        }
    }
    return suggest_hint(&suggest, arena);
}
