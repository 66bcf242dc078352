/*
 * When to try again: full jitter and a retry budget (AWS Architecture Blog, "Exponential Backoff
 * And Jitter"; the budget is the token bucket of the AWS SDKs' standard retry mode). Pure, but for
 * the random number.
 */
#ifndef LIB_RUN_BACKOFF_H
#define LIB_RUN_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A random pause of 0 .. min(cap, base * 2^attempt), in the unit of base and cap. attempt counts
 * from 0.
 */
uint64_t backoff_full_jitter(uint64_t base, uint64_t cap, unsigned int attempt);

/*
 * Retries draw from it, successes give a little back, so that a dying server is not hit by all its
 * clients' retries. One thread.
 */
struct backoff_budget {
    unsigned int tokens, capacity;
};

void backoff_budget_init(struct backoff_budget *budget, unsigned int capacity);
bool backoff_budget_take(struct backoff_budget *budget, unsigned int cost);
void backoff_budget_give(struct backoff_budget *budget, unsigned int amount);

#endif
