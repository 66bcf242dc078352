/*
 * The one comparison of versions: items of a state store and aggregates of an event store alike.
 */
#include "command/precondition.h"

bool precondition_demands_nothing(const struct precondition *precondition)
{
    return precondition->has_expected && !precondition->expected_by_header &&
           precondition->expected == 0;
}

static bool is_listed(const struct version_list *list, const struct current *current)
{
    for (unsigned int i = 0; i < list->count; i++) {
        if (current->exists && current->versioned && list->versions[i] == current->version) {
            return true;
        }
    }
    return current->exists && list->any;
}

/* The envelope counts versions, also those of what was deleted; a header speaks of what exists. */
static bool is_expected(const struct precondition *precondition, const struct current *current)
{
    if (precondition->expected_any) {
        return current->exists;
    }
    if (current->version != precondition->expected) {
        return false;
    }
    if (precondition_demands_nothing(precondition)) {
        return !current->exists;
    }
    return precondition->expected_by_header ? current->exists && current->versioned : true;
}

bool precondition_holds(const struct precondition *precondition, const struct current *current)
{
    if ((precondition->one_of.given && !is_listed(&precondition->one_of, current)) ||
        (precondition->none_of.given && is_listed(&precondition->none_of, current))) {
        return false;
    }
    return !precondition->has_expected || is_expected(precondition, current);
}

enum status precondition_status(const struct precondition *precondition)
{
    return precondition->expected_by_header || precondition->one_of.given ||
                   precondition->none_of.given
               ? STATUS_PRECONDITION
               : STATUS_CONFLICT;
}
