/*
 * The bodies of the requests that a state store's commands send. Pure: values in, JSON out.
 */
#ifndef COMMAND_ITEM_REQUEST_H
#define COMMAND_ITEM_REQUEST_H

#include "command/item.h"
#include "conf/plan/plan.h"
#include "lib/base/buf.h"

/* What a write is conditional on. */
enum item_basis {
    BASIS_NONE,   /* whatever is there */
    BASIS_ABSENT, /* no item */
    BASIS_EXISTS, /* any item (a delete: one with a _version) */
    /* the item as it was read: its version, and the attributes that expressions read */
    BASIS_VERSION,
};

struct item_change {
    const struct plan_command *command;
    const struct value *id;
    const struct value *attributes; /* of put and update */
    enum item_basis basis;
    struct item item; /* BASIS_VERSION */
    /* put: the new one; update of what has none: that below the new one; else not used */
    uint64_t version;
    uint64_t now_ms;
    struct slice mark;   /* base64 */
    bool in_transaction; /* which returns no attributes */
};

/* In ARENA. TOO_LARGE: a number that DynamoDB does not hold. */
MUST_CHECK enum status item_put_request(const struct item_change *change, struct arena *arena,
                                        struct slice *out);
MUST_CHECK enum status item_update_request(const struct item_change *change, struct arena *arena,
                                           struct slice *out);
MUST_CHECK enum status item_delete_request(const struct item_change *change, struct arena *arena,
                                           struct slice *out);

/* Gives an item of another writer a _version (change->version), if it still has none. */
MUST_CHECK enum status item_stamp_request(const struct item_change *change, struct arena *arena,
                                          struct slice *out);

/* A consistent read. */
MUST_CHECK enum status item_get_request(const struct plan_aggregate *aggregate,
                                        const struct value *id, struct arena *arena,
                                        struct slice *out);

#endif
