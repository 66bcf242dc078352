/*
 * The texts of Consistency-Tokens. cache/PROTOCOL.md "Read-your-writes".
 *
 *     <Aggregate>:<id, percent-encoded>@<version>      of a command: it is waited for (wait.h)
 *     <model>:r<epoch>.<label>                         of an answer: it is checked
 */
#ifndef CACHE_TOKEN_H
#define CACHE_TOKEN_H

#include <stdbool.h>

#include "cache/page.h"
#include "conf/plan/plan.h"

#define TOKENS_MAX 16

struct token_command {
    struct slice aggregate; /* aggregate_name() */
    uint64_t version;
};

struct token_answer {
    char epoch[EPOCH_TEXT + 1];
    uint64_t label;
};

/* Those of one model. */
struct tokens {
    struct token_command commands[TOKENS_MAX];
    struct token_answer answers[TOKENS_MAX];
    size_t command_count, answer_count;
};

/*
 * HEADER: one token or a comma list. Tokens of other models, and of version 0, which is before the
 * first and so always met, are left out. OUT points into HEADER,
 * and into ARENA where an id was not in its canonical form. INVALID: one that is none, or more than
 * TOKENS_MAX.
 */
MUST_CHECK enum status tokens_parse(struct arena *arena, struct slice header,
                                    const struct plan_model *model, struct tokens *out);

/*
 * "An epoch that is not own's: ask the primary, whose epoch counts"; so does a revision that this
 * worker has not heard of. True: no need to ask.
 */
bool tokens_known(const struct tokens *tokens, const char *epoch, uint64_t revision);

/* "A label above the primary's revision: 400"; "still another [epoch]: ignored" */
bool tokens_future(const struct tokens *tokens, const char *epoch, uint64_t revision);

#endif
