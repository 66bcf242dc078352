/*
 * schema.sql, read far enough to know the read model's tables: names, columns with type and NOT
 * NULL, unique keys.
 */
#ifndef CONF_SQL_TABLES_H
#define CONF_SQL_TABLES_H

#include "conf/sql/column.h"

/* A table's name must leave room for "__<epoch>" in MySQL's 64 characters. */
#define TABLE_NAME_MAX 46

/* Of schema.sql, and of the tables in the database (conf/plan/storage.h). */
#define TABLE_ENGINE_HINT  "write ENGINE = InnoDB, or nothing where that is the server's default"
#define TABLE_CASCADE_HINT "write RESTRICT or NO ACTION, and change the rows in the projection"

struct table_column {
    struct slice name;
    struct slice type; /* first word, as written: "BIGINT" */
    /* of a text, as declared at the column or table; empty: the database's */
    struct slice collation;
    struct column_type holds;
    bool known; /* scalar says what a cursor of it is */
    enum scalar scalar;
    struct slice made; /* generated: its expression in parentheses; else empty */
    unsigned int line;
    bool not_null;
    bool counted;     /* AUTO_INCREMENT */
    bool renewed;     /* the server may set it in an UPDATE that does not: ON UPDATE, TIMESTAMP */
    bool has_default; /* another one than NULL: AUTO_INCREMENT too, and what a TIMESTAMP may get */
    /*
     * Of a text: a query compares it with a parameter of this format, so that it holds canonical
     * texts; STRING: none does. PLAIN: a tag's parameter is compared with it as it is.
     */
    enum scalar format;
    bool plain;
};

struct table_key {
    const struct slice *columns; /* none of a key of prefixes or expressions: it proves nothing */
    size_t column_count;
};

struct table {
    struct slice name;
    struct table_column *columns;
    size_t column_count;
    struct table_key *unique; /* primary and unique keys */
    size_t unique_count;
    struct table_key *computed; /* of each CHECK and generated column: the columns that it names */
    size_t computed_count;
    unsigned int line;
};

struct tables {
    struct table *items;
    size_t count;
};

void schema_sql_parse(struct arena *arena, struct slice path, struct slice text, struct diag *diag,
                      struct tables *out);

/* Names as MySQL compares them: tables by bytes, columns without case. NULL: none. */
struct table *tables_find(const struct tables *tables, struct slice name);
struct table_column *table_column_find(const struct table *table, struct slice name);
bool table_key_has(const struct table_key *key, struct slice column);
/* Do COLUMNS hold all columns of one of its unique keys? */
bool table_is_unique_by(const struct table *table, const struct slice *columns, size_t count);

#endif
