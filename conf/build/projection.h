/*
 * A projection while it is built: what projection.c (statements), writes.c (what they store),
 * touches.c (tags), freshness.c and moves.c share.
 */
#ifndef CONF_BUILD_PROJECTION_H
#define CONF_BUILD_PROJECTION_H

#include "conf/build/build.h"
#include "conf/sql/rules.h"
#include "conf/sql/stored.h"

/*
 * What a statement stores in COLUMN; a parameter (how) may be what it finds its rows by. NAME, OLD:
 * of the parameter; OLD: of the image before.
 *
 * MEETS: it stores nothing there, but changes rows that it finds otherwise; what COLUMN holds in
 * them, no parameter says. NULL: it is not about such rows.
 */
struct projection_write {
    const struct projection_write *next;
    const struct table_column *column;
    const struct sqlstatement *meets;
    enum sqlstored_how how;
    struct slice name;
    bool old;
};

struct projection {
    struct build *build;
    struct plan_projection *out;
    struct plan_template *touches;
    struct json_source source;
    const struct value *value;
    struct model_projection written;
    struct sqlrules rules;
    const struct sqlblock *block;          /* its statements; NULL: there is none */
    const struct sqlstatement *tags;       /* of touches_sql; NULL: none */
    const struct fields *payload;          /* of the event; NULL: of a state store */
    bool removes;                          /* of delete: there is no new image */
    const struct projection_write *writes; /* of its statements */
};

/* Notes what STATEMENT stores, and the columns of which it does not say what its rows hold. */
void writes_note(struct projection *projection, const struct sqlstatement *statement);
/* Notes the parameter that a statement finds rows by. */
void writes_note_found(struct projection *projection, const struct plan_bind *bind,
                       const struct beside *beside);

/* Tags that it touches: types and what fills them. */
void build_touches(struct projection *projection);
/* Is it the aggregate's id, by either of its names? A field of the event hides the id's own. */
bool projection_is_id(const struct projection *projection, struct slice name);
/* Does the statement find its rows by COLUMN = the aggregate's id, of either image? */
bool projection_pins_id(const struct projection *projection, const struct sqlstatement *statement,
                        const struct table_column *column);
/* Does it write rows of TABLE? */
bool projection_writes(const struct projection *projection, const struct table *table);
/* Of a state store: has each row the item that wrote it, and no other one changes it? */
bool projection_owns(const struct projection *projection, const struct table *table);
/* Could touches_sql yield TAG? */
bool projection_sql_yields(const struct projection *projection, const struct plan_template *tag);

/* What moves a row from one of the query's tags to another must touch both. */
void check_moves(const struct projection *projection, const struct plan_query *query,
                 const struct sqlselect *select);
/* After statements and tags: no query that reads what it writes may keep its answer. */
void check_freshness(struct projection *projection);

/*
 * A name that no command writes may be another writer's; one that is nearly that of a command's is
 * a slip: the hint. Of a state store.
 */
struct slice projection_slip(struct projection *projection, struct slice name);

/* Where a statement's parameter comes from. */
build_resolve_fn projection_resolve;

#endif
