/*
 * Fields that may be absent are read only where has() was asked first.
 *
 *     has(p.x) && p.x > 1        when x is absent, the one side is surely false, and what the other
 *     p.x > 1 && has(p.x)        one reads does not matter
 *     !has(p.x) || p.x > 1       likewise, surely true
 *     has(p.x) ? p.x : 0         the branch is not reached
 *
 * So around each such read there must be a guard: a condition that without the field surely comes
 * out the other way. "Surely" means that no other absent field can make an error of it, for two
 * conditions of which each needs the other guard nothing. That is why only has(), 'x' in map,
 * literals, !, &&, || and ?: are looked into. Conditions that were tried before the expression
 * (scope->passed) are guards of all of it.
 *
 * What one guard leaves open another may say: behind has(p.x) || has(p.y), in the branch of
 * has(p.x) that is taken without x, there is y.
 *
 * has(p.a.b) reads p.a: if that may be absent too, it must be asked for before.
 *
 * Only the fields of payload and event are looked at, and of these what a schema declares; of
 * (c ? p.a : p.b).x, those of each branch. What an open schema does not name is not known, nor a
 * name that is computed, nor which fields a state has at some version.
 */
#include "conf/expr/tree.h"

/* A condition beside or before a place, which counts for nothing unless this one had the value. */
struct guard {
    const struct node *condition;
    bool value;
    const struct guard *outer;
};

/* A member of a map, by the expression of the map. */
struct member {
    const struct node *map;
    struct slice name;
};

struct complained {
    struct member member;
    const struct complained *before;
};

struct reader {
    struct expr_build *build;
    const struct complained *complained; /* the last one */
};

/* ------------------------------------------------------------------ which field */

/* False: NODE is no map.name or map['name']. */
static bool member_of(const struct node *node, struct member *out)
{
    bool literal = node->operation == OP_INDEX && node->right->operation == OP_LITERAL &&
                   node->right->type == VALUE_STRING;

    if (node->operation != OP_FIELD && !literal) {
        return false;
    }
    *out = (struct member){node->left, literal ? node->right->literal->text : node->name};
    return true;
}

static bool same_member(const struct member *a, const struct member *b);
static bool same_list(const struct node *a, const struct node *b);

/* Do both have the same value, for they are written alike? */
static bool same(const struct node *a, const struct node *b)
{
    struct member a_member, b_member;

    if (!a || !b) {
        return a == b;
    }
    if (member_of(a, &a_member) && member_of(b, &b_member)) {
        return same_member(&a_member, &b_member);
    }
    if (a->operation != b->operation || a->root != b->root || !slice_eq(a->name, b->name)) {
        return false;
    }
    if (a->operation == OP_LITERAL) {
        return value_equal(a->literal, b->literal);
    }
    return same(a->left, b->left) && same(a->right, b->right) && same(a->other, b->other) &&
           same_list(a->arguments, b->arguments);
}

static bool same_list(const struct node *a, const struct node *b)
{
    while (a && b && same(a, b)) {
        a = a->next;
        b = b->next;
    }
    return !a && !b;
}

static bool same_member(const struct member *a, const struct member *b)
{
    return slice_eq(a->name, b->name) && same(a->map, b->map);
}

static const struct node *root_of(const struct node *node)
{
    while (node->operation == OP_FIELD || node->operation == OP_INDEX) {
        node = node->left;
    }
    return node;
}

/* payload or event: what is sent or was emitted. */
static bool is_given(const struct node *node)
{
    return node->operation == OP_ROOT && (node->root == ROOT_PAYLOAD || node->root == ROOT_EVENT);
}

/* Is it declared by the schema of what is given, and not required? */
static bool may_be_absent(const struct member *member)
{
    return is_given(root_of(member->map)) && schema_property(member->map->schema, member->name) &&
           !schema_requires(member->map->schema, member->name);
}

/* ------------------------------------------------------------------ what guards it */

/*
 * False: NODE does not ask whether a member is there. 'x' in what may be a map or null is asked of
 * the map.
 */
static bool asks_for(const struct node *node, struct member *out)
{
    bool in = node->operation == OP_IN && node->left->operation == OP_LITERAL &&
              node->left->type == VALUE_STRING && node->right->type != VALUE_LIST;

    if (node->operation != OP_HAS && !in) {
        return false;
    }
    *out = in ? (struct member){node->right, node->left->literal->text}
              : (struct member){node->left, node->name};
    return true;
}

enum outcome {
    SURELY_FALSE,
    SURELY_TRUE,
    UNSETTLED
};

static enum outcome outcome_of_bool(bool value)
{
    return value ? SURELY_TRUE : SURELY_FALSE;
}

static enum outcome opposite(enum outcome outcome)
{
    return outcome == UNSETTLED ? UNSETTLED : outcome_of_bool(outcome == SURELY_FALSE);
}

/* What is supposed of a member, to see what conditions come to. */
struct supposed {
    const struct member *member;
    bool there;
    /* What is known of other members: by these guards, and by what was tried before. */
    const struct reader *reader; /* NULL: nothing is */
    const struct guard *guards;
};

static enum outcome presence_of(const struct supposed *supposed, const struct member *member);

/* What NODE surely is then, whatever else is absent. */
static enum outcome outcome_of(const struct node *node, const struct supposed *supposed)
{
    enum outcome left;
    struct member asked;

    if (asks_for(node, &asked)) {
        return same_member(&asked, supposed->member) ? outcome_of_bool(supposed->there)
                                                     : presence_of(supposed, &asked);
    }
    if (node->operation == OP_LITERAL && node->literal->type == VALUE_BOOL) {
        return outcome_of_bool(node->literal->boolean);
    }
    if (node->operation == OP_NOT) {
        return opposite(outcome_of(node->left, supposed));
    }
    if (node->operation == OP_AND || node->operation == OP_OR) {
        enum outcome decides = outcome_of_bool(node->operation == OP_OR);
        enum outcome right = outcome_of(node->right, supposed);

        left = outcome_of(node->left, supposed);
        return left == decides || right == decides ? decides : left == right ? left : UNSETTLED;
    }
    if (node->operation == OP_CHOOSE) {
        left = outcome_of(node->left, supposed);
        return left == UNSETTLED
                   ? UNSETTLED
                   : outcome_of(left == SURELY_TRUE ? node->right : node->other, supposed);
    }
    return UNSETTLED;
}

/* Does a guard, or what was tried before, rule out what is supposed? */
static bool is_ruled_out(const struct supposed *supposed, const struct reader *reader,
                         const struct guard *guard)
{
    for (; guard; guard = guard->outer) {
        if (outcome_of(guard->condition, supposed) == outcome_of_bool(!guard->value)) {
            return true;
        }
    }
    for (const struct expr_passed *passed = reader->build->scope->passed; passed;
         passed = passed->before) {
        if (outcome_of(passed->condition->tree, supposed) == outcome_of_bool(!passed->value)) {
            return true;
        }
    }
    return false;
}

/*
 * Is a member of payload or event itself known to be there, or not to be? Of others has() may be
 * an error.
 */
static enum outcome presence_of(const struct supposed *supposed, const struct member *member)
{
    const struct supposed there = {.member = member, .there = true};
    const struct supposed absent = {.member = member};

    if (!supposed->reader || !is_given(member->map)) {
        return UNSETTLED;
    }
    if (is_ruled_out(&absent, supposed->reader, supposed->guards)) {
        return SURELY_TRUE;
    }
    return is_ruled_out(&there, supposed->reader, supposed->guards) ? SURELY_FALSE : UNSETTLED;
}

/* By one guard alone; else by one with what the others say of other members. */
static bool is_guarded(const struct reader *reader, const struct member *member,
                       const struct guard *guards)
{
    struct supposed absent = {.member = member};

    if (is_ruled_out(&absent, reader, guards)) {
        return true;
    }
    absent.reader = reader;
    absent.guards = guards;
    return is_ruled_out(&absent, reader, guards);
}

/* ------------------------------------------------------------------ complaints */

static bool is_identifier(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        bool letter = (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') ||
                      (name.ptr[i] >= 'A' && name.ptr[i] <= 'Z') || name.ptr[i] == '_';

        if (!letter && (i == 0 || name.ptr[i] < '0' || name.ptr[i] > '9')) {
            return false;
        }
    }
    return name.len > 0;
}

/* A path as one writes it: payload.lines[0]['a b']. What is computed is left out. */
static struct slice path_text(struct arena *arena, const struct node *node);

static struct slice member_text(struct arena *arena, const struct member *member)
{
    struct slice map = path_text(arena, member->map);

    return arena_printf(arena, is_identifier(member->name) ? "%.*s.%.*s" : "%.*s['%.*s']",
                        SLICE_ARG(map), SLICE_ARG(member->name));
}

static struct slice path_text(struct arena *arena, const struct node *node)
{
    struct slice list, index;
    struct member member;

    if (node->operation == OP_ROOT) {
        return node->name;
    }
    if (node->operation == OP_LITERAL) {
        return node->literal->text;
    }
    if (member_of(node, &member)) {
        return member_text(arena, &member);
    }
    if (node->operation != OP_INDEX) {
        return SLICE_LITERAL("...");
    }
    list = path_text(arena, node->left);
    index = path_text(arena, node->right);
    return arena_printf(arena, "%.*s[%.*s]", SLICE_ARG(list), SLICE_ARG(index));
}

static void complain(struct reader *reader, const struct node *node, const struct member *member)
{
    struct expr_build *build = reader->build;
    struct arena *arena = build->arena;
    struct slice path = member_text(arena, member), map = path_text(arena, member->map), asked;
    bool event = root_of(member->map)->root == ROOT_EVENT;

    asked = is_identifier(member->name)
                ? arena_printf(arena, "has(%.*s)", SLICE_ARG(path))
                : arena_printf(arena, "'%.*s' in %.*s", SLICE_ARG(member->name), SLICE_ARG(map));
    expr_complain(build, node->column,
                  arena_printf(arena, "ask first, such as %.*s ? %.*s : null%s", SLICE_ARG(asked),
                               SLICE_ARG(path), event ? "" : ", or require it in the schema"),
                  "'%.*s' may be absent (%s)", SLICE_ARG(member->name),
                  event ? "not every command that emits the event gives it"
                        : "the schema does not require it");
}

/* Each field once. */
static void complain_once(struct reader *reader, const struct node *node,
                          const struct member *member)
{
    struct complained *complained;

    for (const struct complained *known = reader->complained; known; known = known->before) {
        if (same_member(&known->member, member)) {
            return;
        }
    }
    complained = ARENA_NEW(reader->build->arena, struct complained);
    *complained = (struct complained){*member, reader->complained};
    reader->complained = complained;
    complain(reader, node, member);
}

/* ------------------------------------------------------------------ the tree */

static void look(struct reader *reader, const struct node *node, const struct guard *outer);

/* && and ||: each side is read as if the other had not decided. */
static void look_at_logic(struct reader *reader, const struct node *node, const struct guard *outer)
{
    bool undecided = node->operation == OP_AND;
    struct guard beside_left = {node->right, undecided, outer};
    struct guard beside_right = {node->left, undecided, outer};

    look(reader, node->left, &beside_left);
    look(reader, node->right, &beside_right);
}

static void look_at_choice(struct reader *reader, const struct node *node,
                           const struct guard *outer)
{
    struct guard when_true = {node->left, true, outer};
    struct guard when_false = {node->left, false, outer};

    look(reader, node->left, outer);
    look(reader, node->right, &when_true);
    look(reader, node->other, &when_false);
}

/* NODE reads MEMBER; of a map that was chosen, that of the one and that of the other. */
static void look_at_member(struct reader *reader, const struct node *node,
                           const struct member *member, const struct guard *outer)
{
    const struct node *map = member->map;

    if (map->operation == OP_CHOOSE && !is_guarded(reader, member, outer)) {
        const struct guard when_true = {map->left, true, outer};
        const struct guard when_false = {map->left, false, outer};
        const struct member of_right = {map->right, member->name};
        const struct member of_other = {map->other, member->name};

        look_at_member(reader, node, &of_right, &when_true);
        look_at_member(reader, node, &of_other, &when_false);
    } else if (may_be_absent(member) && !is_guarded(reader, member, outer)) {
        complain_once(reader, node, member);
    }
}

static void look(struct reader *reader, const struct node *node, const struct guard *outer)
{
    struct member member;

    if (node->operation == OP_AND || node->operation == OP_OR) {
        look_at_logic(reader, node, outer);
        return;
    }
    if (node->operation == OP_CHOOSE) {
        look_at_choice(reader, node, outer);
        return;
    }
    if (member_of(node, &member)) {
        look_at_member(reader, node, &member, outer);
    }
    if (node->left) {
        look(reader, node->left, outer);
    }
    if (node->right) {
        look(reader, node->right, outer);
    }
    for (const struct node *argument = node->arguments; argument; argument = argument->next) {
        look(reader, argument, outer);
    }
}

void expr_check_absent(struct expr_build *build, const struct node *tree)
{
    struct reader reader = {.build = build};

    look(&reader, tree, NULL);
}
