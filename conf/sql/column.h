/*
 * What a column of schema.sql holds, by its declaration: which values there are, and whether one
 * value has one text.
 */
#ifndef CONF_SQL_COLUMN_H
#define CONF_SQL_COLUMN_H

#include "conf/sql/file.h"
#include "conf/text/scalar.h"

enum column_family {
    COLUMN_OTHER, /* TIME, YEAR, ENUM, SET, BIT, ...: SQL takes several texts for one value */
    COLUMN_INTEGER,
    COLUMN_BOOLEAN, /* BOOL, BOOLEAN, TINYINT(1) */
    COLUMN_DECIMAL,
    COLUMN_REAL, /* FLOAT, DOUBLE: compared by what is near */
    COLUMN_TEXT,
    COLUMN_BYTES,
    COLUMN_JSON,
    COLUMN_DATE,
    COLUMN_DATETIME, /* and TIMESTAMP */
    COLUMN_UUID,     /* MariaDB's */
    COLUMN_INET6     /* MariaDB's */
};

struct column_type {
    enum column_family family;
    bool is_unsigned; /* INTEGER, DECIMAL */
    bool generated;   /* computed from other columns */
    /* INTEGER: bytes; DECIMAL: digits in all (DECIMAL(12,2): 12); DATETIME: of the fraction */
    unsigned int size;
    unsigned int places; /* DECIMAL: of the fraction */
};

/* TOKEN: the type's first word; END: after the column's definition. */
struct column_type column_type_read(const struct sqltoken *token, const struct sqltoken *end);

bool column_type_equal(const struct column_type *a, const struct column_type *b);

/* What a cursor is that holds its cells; false: rows cannot be ordered by it. */
bool column_type_scalar(const struct column_type *type, enum scalar *out);

/*
 * Can tags speak for it when it is compared with a TYPE (a string's "format" is FORMAT): has each
 * value one text here and there? NULL: yes. Else what would fit, for a hint.
 */
const char *column_type_misfit(const struct column_type *type, enum scalar scalar,
                               struct slice format);

#endif
