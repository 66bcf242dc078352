/*
 * Full jitter spreads the retries of many clients over the whole pause; the budget keeps their sum
 * small while a server is down.
 *
 * Invariant: tokens <= capacity.
 */
#include "lib/run/backoff.h"

#include "lib/data/hash.h"

/* base * 2^attempt, at most CAP, whatever overflows. */
static uint64_t doubled(uint64_t base, uint64_t cap, unsigned int attempt)
{
    if (base == 0 || attempt >= 64 || base > (cap >> attempt)) {
        return base == 0 ? 0 : cap;
    }
    return base << attempt;
}

uint64_t backoff_full_jitter(uint64_t base, uint64_t cap, unsigned int attempt)
{
    uint64_t most = doubled(base, cap, attempt);

    if (most == UINT64_MAX) {
        return random_u64();
    }
    return random_u64() % (most + 1);
}

void backoff_budget_init(struct backoff_budget *budget, unsigned int capacity)
{
    budget->tokens = capacity;
    budget->capacity = capacity;
}

bool backoff_budget_take(struct backoff_budget *budget, unsigned int cost)
{
    if (budget->tokens < cost) {
        return false;
    }
    budget->tokens -= cost;
    return true;
}

void backoff_budget_give(struct backoff_budget *budget, unsigned int amount)
{
    unsigned int room = budget->capacity - budget->tokens;

    budget->tokens += amount < room ? amount : room;
}
