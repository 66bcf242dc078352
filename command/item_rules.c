/*
 * What may be assumed, which version a write gives, what a lost answer means. The tables are in
 * README.md.
 */
#include "command/item_rules.h"

bool item_assume(const struct command_input *input, enum item_basis *basis_out,
                 struct item *item_out)
{
    const struct plan_command *plan = input->command;
    const struct precondition *demand = &input->precondition;

    *item_out = (struct item){.exists = !plan->demands_absent};
    if (plan->reads_state || precondition_demands_nothing(demand) || demand->one_of.given ||
        demand->none_of.given) {
        return false;
    }
    if (plan->demands_absent) {
        *basis_out = BASIS_ABSENT;
        return plan->write != WRITE_DELETE && !demand->has_expected;
    }
    if (demand->has_expected && !demand->expected_any) {
        item_out->versioned = true;
        item_out->version = demand->expected;
        *basis_out = BASIS_VERSION;
        return true;
    }
    *basis_out = plan->demands_exists || demand->expected_any || plan->write == WRITE_DELETE
                     ? BASIS_EXISTS
                     : BASIS_NONE;
    return plan->write != WRITE_PUT; /* a put over what may exist needs its version */
}

bool item_change_is_on_version(const struct item_change *change)
{
    return change->basis == BASIS_VERSION && change->item.versioned;
}

uint64_t item_change_version(const struct item_change *change)
{
    if (item_change_is_on_version(change)) {
        return change->item.version + 1;
    }
    return change->command->write == WRITE_PUT ? change->version : change->version + 1;
}

bool item_change_creates(const struct item_change *change)
{
    return change->command->write != WRITE_DELETE && change->basis == BASIS_ABSENT;
}

static bool is_overtaken(const struct item_change *change, const struct item *item)
{
    if (!item->exists || !item->versioned) {
        return false;
    }
    if (item_change_is_on_version(change)) {
        return item->version == change->item.version + 1;
    }
    return change->command->write == WRITE_PUT && change->basis == BASIS_ABSENT &&
           item->version < change->version;
}

enum item_verdict item_judge(const struct item_change *change, const struct item *item)
{
    if (item_is_marked(item, change->mark)) {
        return VERDICT_APPLIED;
    }
    return is_overtaken(change, item) ? VERDICT_OVERTAKEN : VERDICT_UNKNOWN;
}
