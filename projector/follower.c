/*
 * A model's flags and metrics.
 */
#include "projector/follower.h"

#include <stdio.h>

// clang-format off
#define PROJECTOR_METRICS(X)                                            \
    X(records, COUNTER, "twofold_projector_records_total",              \
      "records of the stream by what became of them")                   \
    X(lag, GAUGE, "twofold_projector_lag_seconds",                      \
      "age of the last record at its commit; 0 when the shard is read to its end") \
    X(transactions, COUNTER, "twofold_projector_transactions_total",    \
      "projection transactions that were committed")                    \
    X(revision, GAUGE, "twofold_projector_revision",                    \
      "revision of the read model that was committed last")             \
    X(letters, GAUGE, "twofold_projector_dead_letters",                 \
      "records that wait in twofold_dead_letter")                       \
    X(leases, GAUGE, "twofold_projector_leases",                        \
      "shards that this process reads")                                 \
    X(actions, COUNTER, "twofold_projector_keeper_total",               \
      "what the keeper did")
// clang-format on

#define FAMILY_NAME(name, type, family, help) static const char name##_family[] = family;
PROJECTOR_METRICS(FAMILY_NAME)
#undef FAMILY_NAME
#define FAMILY_HELP(name, type, family, help) static const char name##_help[] = help;
PROJECTOR_METRICS(FAMILY_HELP)
#undef FAMILY_HELP

/* LABEL NULL: the family has the model's only. */
static struct metric *series(const struct follower *follower, enum metric_type type,
                             const char *family, const char *help, const char *label,
                             struct slice value)
{
    const struct metric_label labels[] = {
        {"model", follower->model->name},
        {label,   value                },
        {NULL,    SLICE_EMPTY          }
    };

    return metric_labelled(type, family, help, labels);
}

static void make_metrics(struct follower *follower)
{
    unsigned int i;

#define FAMILY(name, type, family, help) metric_family(METRIC_##type, family, help);
    PROJECTOR_METRICS(FAMILY)
#undef FAMILY
    follower->applied = series(follower, METRIC_COUNTER, records_family, records_help, "result",
                               SLICE_LITERAL("applied"));
    follower->skipped = series(follower, METRIC_COUNTER, records_family, records_help, "result",
                               SLICE_LITERAL("skipped"));
    follower->ignored = series(follower, METRIC_COUNTER, records_family, records_help, "result",
                               SLICE_LITERAL("ignored"));
    follower->dead = series(follower, METRIC_COUNTER, records_family, records_help, "result",
                            SLICE_LITERAL("dead_letter"));
    follower->superseded_letters = series(follower, METRIC_COUNTER, records_family, records_help,
                                          "result", SLICE_LITERAL("superseded"));
    follower->transactions =
        series(follower, METRIC_COUNTER, transactions_family, transactions_help, NULL, SLICE_EMPTY);
    follower->revision =
        series(follower, METRIC_GAUGE, revision_family, revision_help, NULL, SLICE_EMPTY);
    follower->letters =
        series(follower, METRIC_GAUGE, letters_family, letters_help, NULL, SLICE_EMPTY);
    follower->leases =
        series(follower, METRIC_GAUGE, leases_family, leases_help, NULL, SLICE_EMPTY);
    for (i = 0; i < KEEPER_ACTION_COUNT; i++) {
        follower->actions[i] = series(follower, METRIC_COUNTER, actions_family, actions_help,
                                      "action", slice_str(keeper_action_name(i)));
    }
}

void follower_init(struct follower *follower, const struct settings *settings,
                   const struct plan_model *model, struct credential_provider *credentials,
                   const char *owner, struct wake *keeper, struct wake *dispatcher)
{
    *follower = (struct follower){
        .settings = settings,
        .model = model,
        .credentials = credentials,
        .owner = owner,
        .keeper = keeper,
        .dispatcher = dispatcher,
    };
    wake_init(&follower->lanes);
    make_metrics(follower);
}

void follower_fini(struct follower *follower)
{
    wake_fini(&follower->lanes);
}

bool follower_may_lead(const struct follower *follower)
{
    return !follower->stopping && !follower->superseded && !follower->giving_back;
}

struct metric *follower_lag(const struct follower *follower, struct slice shard)
{
    return series(follower, METRIC_GAUGE, lag_family, lag_help, "shard", shard);
}
