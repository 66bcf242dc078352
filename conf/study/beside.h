/*
 * The column beside a parameter: the one that it is stored in, or compared with.
 *
 *     INSERT INTO t (a, b) VALUES (:a, :b)     column = :x, column < :x, :x >= column
 *     INSERT INTO t (a, b) SELECT :a, b ...    column BETWEEN :x AND :y, column IN (:x, :y)
 *                                              column IN (SELECT :x)
 *
 * Only where the parameter stands alone; COLLATE utf8mb4_bin at either side changes no value.
 */
#ifndef CONF_STUDY_BESIDE_H
#define CONF_STUDY_BESIDE_H

#include "conf/grammar/tree.h"

enum beside_how {
    BESIDE_NOTHING,
    BESIDE_STORED, /* INSERT, SET column = :x */
    BESIDE_EQUAL,  /* =, <=>, IN */
    BESIDE_ORDER   /* <, >, BETWEEN, <> */
};

struct beside {
    enum beside_how how;
    struct table_column *column; /* NULL: NOTHING, or it comes straight from no table */
    bool binary; /* COLLATE utf8mb4_bin: compared by bytes, whatever the column says */
};

/* Of the parameter at TOKEN. */
struct beside beside_find(const struct sqltree *tree, const struct sqltoken *token);

#endif
