/*
 * The lexical level of MySQL's and MariaDB's SQL, for file.c.
 */
#ifndef CONF_SQL_LEXER_H
#define CONF_SQL_LEXER_H

#include "conf/sql/file.h"

enum sqllex_kind {
    SQLLEX_TOKEN,
    SQLLEX_BLANK,   /* white space */
    SQLLEX_COMMENT, /* with its marks */
    SQLLEX_END,
    SQLLEX_BAD, /* text says what is wrong; static */
};

struct sqllex {
    enum sqllex_kind kind;
    enum sqltoken_kind token; /* of a TOKEN */
    struct slice text, raw;   /* what it means, what is written */
};

/* What is at the start of REST. */
struct sqllex sqllex_next(struct slice rest);

#endif
