/*
 * Model as written -> plan: what the members mean, resolved against each other. One file for each
 * part of a model.
 *
 *     model.h --build_model--> struct plan_model: aggregate, queries (query.c), events (event.c),
 *                              commands (command.c), projections (projection.c), fingerprints
 *                              (conf/plan/fingerprint.h)
 *
 * Everything that is wrong becomes a complaint and building goes on; the plan is thrown away when
 * there was one.
 */
#ifndef CONF_BUILD_BUILD_H
#define CONF_BUILD_BUILD_H

#include "conf/build/fields.h"
#include "conf/build/model.h"
#include "conf/plan/plan.h"
#include "conf/study/beside.h"

struct build {
    struct arena *arena; /* the plan's */
    struct diag *diag;
    struct model model;
    struct plan_model *out;
    /*
     * Of an event store: what is known of its events' payloads (in the order of out->events) and of
     * its state.
     */
    struct fields *payloads;
    struct fields state;
    /* NULL: of a state store, which other software may write too */
    const struct schema *state_schema;
    struct arena scratch;  /* trees and what is found out about them; the plan keeps none of it */
    struct sqltree *trees; /* of all statements that have no fault */
    size_t tree_count;
};

/* False: nothing could be read. */
bool build_model(struct arena *arena, struct slice folder, struct diag *diag,
                 struct plan_model *out);

/* Reads all statements; a fault is a complaint. */
void build_trees(struct build *build);
/* NULL: the statement has a fault. It was said, and nothing else is to be said of it. */
const struct sqltree *build_tree(const struct build *build, const struct sqlstatement *statement);

/* Declared events and what they do to the state. */
void build_events(struct build *build);
/*
 * Fills payloads and state: types of events' payloads and of the state, as far as the commands'
 * payloads tell.
 */
void build_types(struct build *build);
void build_query(struct build *build, const struct value *written, struct plan_query *out);
void build_command(struct build *build, const struct value *written, struct plan_command *out);
void build_projections(struct build *build);

/* The source of a member of a member of model.json: "/queries/GetThing". */
struct json_source build_source(struct build *build, const char *section,
                                const struct value *written);

/*
 * A statement with where each ? comes from, and its form for the column beside it; RESOLVE
 * complains of a name that it does not know.
 */
typedef struct plan_bind build_resolve_fn(void *ctx, const struct sqltoken *param,
                                          const struct beside *beside);
struct plan_sql build_sql(struct build *build, const struct sqltree *tree,
                          build_resolve_fn *resolve, void *ctx);

/* Each of the list's strings as a template; complaints for what is none. Returns how many. */
size_t build_templates(struct build *build, const struct json_source *source,
                       const struct value *list, struct plan_template **out);

/* What an id is in expressions. */
enum value_type build_id_type(const struct plan_aggregate *aggregate);

/* The single scalar type that a schema allows; false when it allows more or others. */
bool build_scalar(const struct schema *schema, enum scalar *out);

/* A whole number from MINIMUM to MAXIMUM, or a complaint and MINIMUM. */
unsigned int build_count(const struct json_source *source, const struct value *value,
                         unsigned int minimum, unsigned int maximum);

#endif
