/*
 * What may be assumed, what is expected, what a lost answer means. The tables are in README.md.
 */
#include "command/item_rules.h"

/* expectedVersion 0: there shall be no item. */
static bool expects_none(const struct command_input *input)
{
    return input->has_expected && !input->expected_by_header && input->expected == 0;
}

bool item_assume(const struct command_input *input, enum item_basis *basis_out,
                 struct item *item_out)
{
    const struct plan_command *plan = input->command;
    bool given = input->has_expected && !input->expected_any;

    *item_out = (struct item){.exists = !plan->demands_absent};
    if (plan->reads_state || expects_none(input) || input->one_of.given || input->none_of.given) {
        return false;
    }
    if (plan->demands_absent) {
        *basis_out = BASIS_ABSENT;
        return plan->write != WRITE_DELETE && !input->has_expected;
    }
    if (given) {
        item_out->versioned = true;
        item_out->version = input->expected;
        *basis_out = BASIS_VERSION;
        return true;
    }
    *basis_out = plan->demands_exists || input->expected_any || plan->write == WRITE_DELETE
                     ? BASIS_EXISTS
                     : BASIS_NONE;
    return plan->write != WRITE_PUT; /* a put over what may exist needs its version */
}

static bool is_listed(const struct version_list *list, const struct item *item)
{
    return item->exists && version_listed(list, item->versioned, item->version);
}

bool item_is_expected(const struct command_input *input, const struct item *item)
{
    if ((input->one_of.given && !is_listed(&input->one_of, item)) ||
        (input->none_of.given && is_listed(&input->none_of, item))) {
        return false;
    }
    if (!input->has_expected) {
        return true;
    }
    if (input->expected_any || expects_none(input)) {
        return item->exists == input->expected_any;
    }
    return item->exists && item->versioned && item->version == input->expected;
}

bool item_change_is_on_version(const struct item_change *change)
{
    return change->basis == BASIS_VERSION && change->item.versioned;
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
