/*
 * The nearest name by edit distance (Damerau's optimal string alignment: a swap of neighbours
 * counts one), case ignored. A candidate helps when at most a third of the name, and at least one
 * letter, is off. Names beyond SUGGEST_MAX bytes are not compared.
 */
#include "conf/text/suggest.h"

#include <ctype.h>

#define SUGGEST_MAX 64

static unsigned int smaller(unsigned int a, unsigned int b)
{
    return a < b ? a : b;
}

static int lower_at(struct slice text, size_t i)
{
    return tolower((unsigned char)text.ptr[i]);
}

/* Rows of the classic table: two back, one back, this one. */
static unsigned int distance(struct slice a, struct slice b)
{
    unsigned int rows[3][SUGGEST_MAX + 1];
    unsigned int *before = rows[0], *above = rows[1], *row = rows[2], *spare;

    for (size_t j = 0; j <= b.len; j++) {
        above[j] = (unsigned int)j;
        before[j] = 0;
    }
    for (size_t i = 1; i <= a.len; i++) {
        row[0] = (unsigned int)i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = lower_at(a, i - 1) == lower_at(b, j - 1);

            row[j] = smaller(above[j - 1] + !same, smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && lower_at(a, i - 1) == lower_at(b, j - 2) &&
                lower_at(a, i - 2) == lower_at(b, j - 1)) {
                row[j] = smaller(row[j], before[j - 2] + 1);
            }
        }
        spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[b.len];
}

void suggest_init(struct suggest *suggest, struct slice wanted)
{
    unsigned int limit = (unsigned int)(wanted.len / 3) + 1;

    *suggest = (struct suggest){wanted, SLICE_EMPTY, limit + 1};
}

void suggest_offer(struct suggest *suggest, struct slice candidate)
{
    unsigned int found;

    if (suggest->wanted.len > SUGGEST_MAX || candidate.len > SUGGEST_MAX || candidate.len == 0) {
        return;
    }
    found = distance(suggest->wanted, candidate);
    if (found < suggest->distance && found < candidate.len) {
        suggest->distance = found;
        suggest->best = candidate;
    }
}

struct slice suggest_hint(const struct suggest *suggest, struct arena *arena)
{
    if (suggest->best.len == 0) {
        return SLICE_EMPTY;
    }
    return arena_printf(arena, "did you mean '%.*s'?", SLICE_ARG(suggest->best));
}
