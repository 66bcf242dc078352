/*
 * The column beside a parameter: the one that it is stored in, or compared with. By tokens, so only
 * where the parameter stands alone:
 *
 *     INSERT INTO t (a, b) VALUES (:a, :b)     column = :x, column < :x, :x >= column
 *     INSERT INTO t (a, b) SELECT :a, b ...    column BETWEEN :x AND :y, column IN (:x, :y)
 */
#ifndef CONF_SQL_BESIDE_H
#define CONF_SQL_BESIDE_H

#include "conf/sql/scan.h"
#include "conf/sql/tables.h"

enum beside_how {
    BESIDE_NOTHING,
    BESIDE_STORED, /* INSERT, SET column = :x */
    BESIDE_EQUAL,  /* =, <=>, IN */
    BESIDE_ORDER   /* <, >, BETWEEN, <> */
};

struct beside {
    enum beside_how how;
    struct table_column *column; /* NULL: NOTHING, or not one column for sure */
};

/* Of the parameter at token I. NAMED: the statement's tables; TABLES: those of schema.sql. */
struct beside beside_find(const struct sqlstatement *statement, const struct sqltables *named,
                          const struct tables *tables, size_t i);

#endif
