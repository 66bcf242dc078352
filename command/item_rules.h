/*
 * The rules that item_write.c's machine goes by. Pure.
 */
#ifndef COMMAND_ITEM_RULES_H
#define COMMAND_ITEM_RULES_H

#include "command/command.h"
#include "command/item_request.h"

/*
 * What a command may assume of its item without reading it, for the condition of its write will
 * prove it: basis, and the item as far as it matters. False: it must be read.
 */
bool item_assume(const struct command_input *input, enum item_basis *basis_out,
                 struct item *item_out);

/* The change stands on a version that was read: it cannot apply twice. */
bool item_change_is_on_version(const struct item_change *change);

/* The version that CHANGE will give, of one that stands on what was read. */
uint64_t item_change_version(const struct item_change *change);

/* CHANGE makes an item where there is none. */
bool item_change_creates(const struct item_change *change);

enum item_verdict {
    VERDICT_APPLIED,   /* the item carries our mark */
    VERDICT_OVERTAKEN, /* another's write came first: ours was not applied and cannot be any more */
    VERDICT_UNKNOWN,
};

/* After a lost answer: what the ITEM that is there now says of CHANGE. */
enum item_verdict item_judge(const struct item_change *change, const struct item *item);

#endif
