/*
 * A command while it is built: what command.c (conditions, writes), input.c (payload, path, id) and
 * event.c (what it emits) share.
 */
#ifndef CONF_BUILD_COMMAND_H
#define CONF_BUILD_COMMAND_H

#include "conf/build/build.h"

struct command {
    struct build *build;
    struct plan_command *out;
    struct json_source source;
    struct model_command written;
    const struct value *value;
    struct expr_scope scope;
};

/* Payload's schema, the path's parameters, where the id comes from. */
void build_input(struct command *command);
/* The events that the command emits. */
void build_emits(struct command *command);

/* An expression that is true or false; NULL after a complaint. */
const struct expr *build_condition(struct command *command, const struct json_source *source,
                                   const struct value *written);
/*
 * What is compiled from now on is evaluated only after CONDITION was true (VALUE), or was not
 * (false). NULL: it has a complaint.
 */
void build_passed(struct command *command, const struct expr *condition, bool value);

#endif
