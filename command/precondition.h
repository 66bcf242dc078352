/*
 * What a client demands of the version that its command meets: expectedVersion of the envelope, or
 * If-Match and If-None-Match (RFC 9110 13.1). Pure.
 */
#ifndef COMMAND_PRECONDITION_H
#define COMMAND_PRECONDITION_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/status.h"

#define VERSION_LIST_MAX 16

/* What a header lists: any version of what exists, or these. */
struct version_list {
    bool given, any;
    unsigned int count;
    uint64_t versions[VERSION_LIST_MAX];
};

struct precondition {
    bool has_expected;       /* one version is demanded, or any */
    bool expected_by_header; /* by If-Match; else by the envelope */
    bool expected_any;       /* If-Match: * */
    uint64_t expected;       /* of the envelope, 0: that there is nothing yet */
    /* If-Match with several versions: one of them is demanded */
    struct version_list one_of;
    /* If-None-Match: none of them may be current */
    struct version_list none_of;
};

/* What a command meets. */
struct current {
    bool exists;
    bool versioned;   /* false: another writer's item without a version of ours */
    uint64_t version; /* 0 unless versioned; of a deleted aggregate its last one */
};

bool precondition_holds(const struct precondition *precondition, const struct current *current);

/* expectedVersion 0. */
bool precondition_demands_nothing(const struct precondition *precondition);

/* What it is called when it does not hold: PRECONDITION (412) of headers, else CONFLICT (409). */
enum status precondition_status(const struct precondition *precondition);

#endif
