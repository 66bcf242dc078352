/*
 * What a model's SQL may not say, because an answer could go stale in silence or a wrapped or
 * replayed statement would mean something else (conf/README.md "SQL files").
 */
#ifndef CONF_SQL_RULES_H
#define CONF_SQL_RULES_H

#include "conf/sql/scan.h"
#include "conf/sql/tables.h"

struct sqlrules {
    struct arena *arena;
    struct diag *diag;
    struct slice path, block;
    const struct tables *tables; /* of schema.sql */
};

void sqlrules_complain(const struct sqlrules *rules, unsigned int line, struct slice hint,
                       const char *format, ...) PRINTF_LIKE(4, 5);

/* The parts that queries and projections share: words and variables, tables. */
enum sqlrules_where {
    SQLRULES_QUERY = 1,
    SQLRULES_CHANGE = 2,
    SQLRULES_BOTH = 3
};
void sqlrules_words(const struct sqlrules *rules, const struct sqlstatement *statement,
                    enum sqlrules_where where);
void sqlrules_tables(const struct sqlrules *rules, const struct sqltables *named);
/* Is what stands behind each JOIN among NAMED? */
void sqlrules_joins(const struct sqlrules *rules, const struct sqlstatement *statement,
                    const struct sqltables *named);

/* What a query reads. */
struct sqlread {
    struct sqltables named;      /* as in the statement */
    const struct table **tables; /* those of schema.sql, each once */
    struct slice *names;
    size_t table_count;
    struct sqllabels labels;
};

void sqlrules_query(const struct sqlrules *rules, const struct sqlstatement *statement, bool paged,
                    struct sqlread *out);

/*
 * A statement of a projection. IMAGES: of put or delete, which set values from images. Tables that
 * it writes are added to OUT (room for all tables).
 */
void sqlrules_change(const struct sqlrules *rules, const struct sqlstatement *statement,
                     bool images, struct slice *out, size_t *count);

/*
 * As the query writes it: the name before its dot (empty: none) and its own. False: it is an
 * expression, or none of the labels.
 */
bool sqlread_written(const struct sqlread *read, struct slice label, struct slice *table_out,
                     struct slice *name_out);
bool sqlread_has_label(const struct sqlread *read, struct slice label);
struct slice sqlread_suggest(const struct sqlread *read, struct arena *arena, struct slice label);

#endif
