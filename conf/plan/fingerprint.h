/*
 * Fingerprints of a plan: what must be the same for a gateway and a projector to meet over the
 * cache (cache/PROTOCOL.md "Plans").
 */
#ifndef CONF_PLAN_FINGERPRINT_H
#define CONF_PLAN_FINGERPRINT_H

#include "conf/plan/plan.h"

/*
 * Fills touches, and the fingerprint of each query. touches does not depend on the order in which
 * model.json names its parts. FINGERPRINT_TAGS stands for the canonical text of typed values, the
 * hash of tags and the number of slots (cache/tag.h, cache/page.h): whoever changes one of those
 * changes it.
 */
#define FINGERPRINT_TAGS "canonical 2, XXH64 without blanks, 262144 slots"
#define FINGERPRINT_ENTRY \
    "entry 3" /* format of entries and of the JSON that rows become, with its cursors */

void fingerprint_model(struct plan_model *model);

#endif
