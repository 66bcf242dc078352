/*
 * Random statements of the grammar that conf/grammar reads, as words and marks. The same seed makes
 * the same statements.
 */
#ifndef TESTS_SERVERS_CONF_GRAMMAR_GENERATE_H
#define TESTS_SERVERS_CONF_GRAMMAR_GENERATE_H

#include "lib/base/buf.h"

#define GENERATED_MAX 600

struct generated {
    uint64_t state; /* of the random numbers; not 0 */
    struct {
        char text[40];
        bool close; /* no blank before it */
    } tokens[GENERATED_MAX];
    size_t count;
    bool numbers; /* numbers and operators only */
    unsigned int alias, scope, queries;
};

unsigned int generate_pick(struct generated *out, unsigned int below);
void generate_statement(struct generated *out);
/* An expression that can be evaluated, of small whole numbers. */
void generate_number(struct generated *out);
/* Drops a token, exchanges two, or doubles one. */
void generate_mutation(struct generated *out);
struct slice generate_text(const struct generated *out, struct buf *text);

#endif
