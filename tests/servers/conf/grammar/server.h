/*
 * What the SQL server behind TWOFOLD_SQL_PRIMARY says to a statement, in a database of this test's
 * own; and what our parser says to it.
 */
#ifndef TESTS_SERVERS_CONF_GRAMMAR_SERVER_H
#define TESTS_SERVERS_CONF_GRAMMAR_SERVER_H

#include "conf/grammar/tree.h"
#include "lib/base/buf.h"

enum verdict {
    VERDICT_TAKEN,
    VERDICT_REFUSED, /* its grammar has no such thing */
    VERDICT_UNSURE,  /* something else is wrong: a name, a number of columns */
};

struct server;

/* With a fresh database; the test fails if there is none. */
struct server *server_open(void);
void server_close(struct server *server);
bool server_is_mysql(const struct server *server);

/* By a prepared statement; TEXT has ? for its parameters. */
enum verdict server_judge(struct server *server, struct slice text);
/* Of the last call that was not taken. */
unsigned int server_error(const struct server *server);
const char *server_text(const struct server *server);

/* The first row's cells, in the arena; an empty pointer is NULL. False: an error. */
bool server_row(struct server *server, struct slice text, struct arena *arena, struct slice *cells,
                size_t count);
/* The first column of all rows. */
size_t server_column(struct server *server, const char *text, struct arena *arena,
                     struct slice **out);

/* One statement, with :name for parameters. */
struct ours {
    struct arena arena;
    struct sqlstatement statement; /* of no token if the lexer refused it */
    struct sqltree tree;
    bool taken;
    struct slice why;
    const struct sqltoken *at; /* of a fault in the tree; else NULL */
};

void ours_read(struct ours *ours, struct slice text);
void ours_forget(struct ours *ours);

#endif
