/*
 * The walk over a pattern, for its parts: translate.c (sets, groups, quantifiers) and escape.c
 * (what follows a backslash).
 */
#ifndef CONF_PATTERN_WALK_H
#define CONF_PATTERN_WALK_H

#include "conf/pattern/translate.h"

struct walk {
    struct slice text;
    size_t at;
    enum pattern_dialect dialect;
    struct buf *out;
    bool repeatable; /* a quantifier may follow */
    const char *error;
};

/* The byte that many ahead, or -1. */
static inline int walk_peek(const struct walk *walk, size_t ahead)
{
    size_t at = walk->at + ahead;

    return at < walk->text.len ? (unsigned char)walk->text.ptr[at] : -1;
}

/* Is PREFIX next? */
bool walk_starts(const struct walk *walk, const char *prefix);
/* What follows returns false with walk->error set, where it is no pattern. */
bool walk_fail(struct walk *walk, const char *error);
/*
 * COUNT bytes as they are; TEXT in place of COUNT bytes; one character, escaped if it is
 * punctuation.
 */
bool walk_copy(struct walk *walk, size_t count);
bool walk_put(struct walk *walk, size_t count, const char *text);
bool walk_put_character(struct walk *walk);

/* An escape that means one character or a set, at the character after the backslash. */
bool walk_put_escape(struct walk *walk, bool in_set);

#endif
