/*
 * By name; each row's reason is what a complaint says.
 */
#include "conf/study/refused.h"

#include "conf/grammar/visit.h"
#include "conf/study/clock.h"

#define CHANCE  "its answer is another one each time"
#define SESSION "its answer depends on the connection"
#define BLOCKS  "it holds the connection"

static const struct {
    const char *name, *why;
} functions[] = {
    {"NOW",                        REFUSED_CLOCK                 },
    {"SYSDATE",                    REFUSED_CLOCK                 },
    {"CURDATE",                    REFUSED_CLOCK                 },
    {"CURTIME",                    REFUSED_CLOCK                 },
    {"CURRENT_DATE",               REFUSED_CLOCK                 },
    {"CURRENT_TIME",               REFUSED_CLOCK                 },
    {"CURRENT_TIMESTAMP",          REFUSED_CLOCK                 },
    {"LOCALTIME",                  REFUSED_CLOCK                 },
    {"LOCALTIMESTAMP",             REFUSED_CLOCK                 },
    {"UTC_DATE",                   REFUSED_CLOCK                 },
    {"UTC_TIME",                   REFUSED_CLOCK                 },
    {"UTC_TIMESTAMP",              REFUSED_CLOCK                 },
    {"UNIX_TIMESTAMP",             REFUSED_CLOCK                 },
    {"RAND",                       CHANCE                        },
    {"UUID",                       CHANCE                        },
    {"UUID_SHORT",                 CHANCE                        },
    {"SYS_GUID",                   CHANCE                        },
    {"RANDOM_BYTES",               CHANCE                        },
    {"USER",                       SESSION                       },
    {"CURRENT_USER",               SESSION                       },
    {"CURRENT_ROLE",               SESSION                       },
    {"SESSION_USER",               SESSION                       },
    {"SYSTEM_USER",                SESSION                       },
    {"VERSION",                    SESSION                       },
    {"CONNECTION_ID",              SESSION                       },
    {"LAST_INSERT_ID",             SESSION                       },
    {"ROW_COUNT",                  SESSION                       },
    {"FOUND_ROWS",                 SESSION                       },
    {"SLEEP",                      BLOCKS                        },
    {"BENCHMARK",                  BLOCKS                        },
    {"GET_LOCK",                   BLOCKS                        },
    {"RELEASE_LOCK",               BLOCKS                        },
    {"RELEASE_ALL_LOCKS",          BLOCKS                        },
    {"MASTER_POS_WAIT",            BLOCKS                        },
    {"SOURCE_POS_WAIT",            BLOCKS                        },
    {"MASTER_GTID_WAIT",           BLOCKS                        },
    {"WAIT_FOR_EXECUTED_GTID_SET", BLOCKS                        },
    {"WSREP_SYNC_WAIT_UPTO_GTID",  BLOCKS                        },
    {"IS_FREE_LOCK",               SESSION                       },
    {"IS_USED_LOCK",               SESSION                       },
    {"WSREP_LAST_SEEN_GTID",       SESSION                       },
    {"WSREP_LAST_WRITTEN_GTID",    SESSION                       },
    {"PS_CURRENT_THREAD_ID",       SESSION                       },
    {"UUID_V4",                    CHANCE                        },
    {"UUID_V7",                    CHANCE                        },
    {"ENCRYPT",                    CHANCE                        },
    {"LOAD_FILE",                  "it reads files of the server"},
};

const char *refused_why(struct slice name)
{
    for (size_t i = 0; i < ARRAY_COUNT(functions); i++) {
        if (slice_eq_nocase(name, slice_str(functions[i].name))) {
            return functions[i].why;
        }
    }
    return NULL;
}

struct search {
    const struct sqlstatement *statement;
    bool *seen; /* of each token: a query of WITH is in the tree once for each mention */
    refused_fn *found;
    void *ctx;
};

static void look_at_union(struct search *search, const struct sqlquery *query)
{
    const struct sqlexpr *mixed = query ? clock_in_union(search->statement, query) : NULL;

    if (mixed && !search->seen[mixed->span.from]) {
        search->seen[mixed->span.from] = true;
        search->found(search->ctx, mixed, CLOCK_WHY);
    }
}

static bool look(void *ctx, const struct sqlexpr *expr)
{
    struct search *search = ctx;
    const char *why = expr->kind == SQLEXPR_CALL ? refused_why(expr->name) : NULL;

    look_at_union(search, expr->query);
    if (!why && clock_gets_in(search->statement, expr)) {
        why = CLOCK_WHY;
    }
    if (why && !search->seen[expr->span.from]) {
        search->seen[expr->span.from] = true;
        search->found(search->ctx, expr, why);
    }
    return true;
}

void refused_find(struct arena *arena, const struct sqltree *tree, refused_fn *found, void *ctx)
{
    struct search search = {tree->statement,
                            ARENA_ARRAY(arena, bool, tree->statement->token_count + 1), found, ctx};

    visit_tree(tree, look, &search);
    look_at_union(&search, tree->query ? tree->query : tree->change->query);
    for (size_t i = 0; i < tree->source_count; i++) {
        look_at_union(&search, tree->sources[i]->query);
    }
}
