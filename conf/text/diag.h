/*
 * Complaints about what a user wrote: all of them, each with its place and a hint, not the first
 * one only.
 *
 *     conf/models/things/model.json:12: /commands/CreateThing/put/Price: unknown field
 *         'payload.Prize' (hint: did you mean 'Price'?)              (all of it in one line)
 */
#ifndef CONF_TEXT_DIAG_H
#define CONF_TEXT_DIAG_H

#include <stdio.h>

#include "lib/base/arena.h"
#include "lib/base/slice.h"

#define DIAG_MAX 200 /* further ones are only counted */

struct diag_entry {
    struct diag_entry *next;
    struct slice file, path, text, hint; /* path: JSON Pointer or block name; hint may be empty */
    unsigned int line, column;           /* from 1; 0: of the whole file, the whole line */
};

struct diag {
    struct arena arena;
    struct diag_entry *first, *last;
    unsigned int count;
};

void diag_fini(struct diag *diag); /* {0} is an empty one */
void diag_add(struct diag *diag, struct slice file, unsigned int line, struct slice path,
              struct slice hint, const char *format, ...) PRINTF_LIKE(6, 7);
/* Where a complaint is, when its column is known too. */
struct diag_place {
    struct slice file, path;
    unsigned int line, column;
};
void diag_add_at(struct diag *diag, const struct diag_place *place, struct slice hint,
                 const char *format, ...) PRINTF_LIKE(4, 5);
/* One line each. */
void diag_print(const struct diag *diag, FILE *out);
/* From 1. */
unsigned int diag_line_of(struct slice text, size_t offset);

#endif
