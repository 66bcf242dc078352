/*
 * SQL files of a model: blocks named by "-- name: X :one", cut into statements and tokens, ":name"
 * replaced by "?". What they mean is the grammar's business (conf/grammar/tree.h).
 */
#ifndef CONF_SQL_FILE_H
#define CONF_SQL_FILE_H

#include "conf/text/diag.h"

enum sqltoken_kind {
    SQLTOKEN_WORD,   /* keyword or name */
    SQLTOKEN_QUOTED, /* `name`: text without the quotes; t.name: the word behind the dot */
    SQLTOKEN_STRING, /* with its quotes */
    SQLTOKEN_NUMBER,
    SQLTOKEN_PARAM,    /* :name: text is the name */
    SQLTOKEN_VARIABLE, /* @x, @@x */
    SQLTOKEN_MARK,     /* one character */
    SQLTOKEN_END,
};

struct sqltoken {
    enum sqltoken_kind kind;
    struct slice text;
    unsigned int line, column; /* of the file, from 1; the column in bytes */
    unsigned int depth;        /* open parentheses around it; of a parenthesis: outside of it */
    size_t start, end;         /* in the statement's text */
};

struct sqlstatement {
    struct slice text;             /* comments are blanks, parameters are ?, no ; at its end */
    const struct sqltoken *tokens; /* ends with SQLTOKEN_END */
    size_t token_count;            /* the END not counted */
    unsigned int line;
    bool faulty; /* a complaint said already that its parentheses are not pairs */
};

enum sqlblock_rows {
    SQLBLOCK_PLAIN,
    SQLBLOCK_ONE,
    SQLBLOCK_MANY
};

struct sqlblock {
    struct slice name;
    enum sqlblock_rows rows;
    struct sqlstatement *statements;
    size_t statement_count;
    unsigned int line;
    bool used; /* by the plan's builder: what remains unused is a complaint */
};

struct sqlfile {
    struct slice path;
    struct sqlblock *blocks;
    size_t block_count;
};

/* Complaints in DIAG; what could be read is read. Memory in ARENA, slices point into TEXT. */
void sqlfile_parse(struct arena *arena, struct slice path, struct slice text, struct diag *diag,
                   struct sqlfile *out);

/* A file without names (schema.sql) as one block. */
void sqlfile_parse_plain(struct arena *arena, struct slice path, struct slice text,
                         struct diag *diag, struct sqlblock *out);

struct sqlblock *sqlfile_find(const struct sqlfile *file, struct slice name);

/* Case ignored, as SQL's keywords are; never true of quoted names, strings or parameters. */
bool sqltoken_is(const struct sqltoken *token, const char *word);
/* Is it one of COUNT words? SQLTOKEN_IS_ANY(token, "A", "B"): of those written there. */
bool sqltoken_is_any(const struct sqltoken *token, const char *const *words, size_t count);
#define SQLTOKEN_IS_ANY(token, ...)                              \
    sqltoken_is_any((token), (const char *const[]){__VA_ARGS__}, \
                    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
/* A name, quoted or not. */
bool sqltoken_is_name(const struct sqltoken *token);

#endif
