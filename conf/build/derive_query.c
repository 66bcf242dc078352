/*
 * The tags of a query: a template for each class that it depends on, and for each way to leave
 * parameters out.
 */
#include "conf/build/deriving.h"
#include "conf/plan/kind.h"
#include "lib/base/buf.h"

/* Tags of one query: one slot each, in Redis too. */
#define TAGS_MAX 64

static int param_index(const struct plan_query *query, struct slice name)
{
    for (size_t i = 0; i < query->param_count; i++) {
        if (slice_eq(query->params[i].name, name)) {
            return (int)i;
        }
    }
    return -1;
}

/* A template is made of pieces: literals are gathered until a place comes. */
struct making {
    struct derive *derive;
    const struct plan_query *query;
    struct plan_template *out;
    struct buf text, literal;
};

static void end_part(struct making *making, struct slice name, int param, struct plan_kind kind,
                     bool strict)
{
    struct arena *arena = making->derive->build->arena;

    making->out->parts[making->out->part_count++] = (struct plan_template_part){
        .literal = arena_copy(arena, buf_slice(&making->literal)),
        .name = name,
        .type = param < 0 ? SCALAR_STRING : making->query->params[param].type,
        .param = param,
        .strict = strict,
        .kind = kind};
    buf_clear(&making->literal);
}

static void add_literal(struct making *making, struct slice text)
{
    buf_append(&making->literal, text);
    buf_append(&making->text, text);
}

static void add_value(struct making *making, const struct plan_kind *kind,
                      const struct sqlexpr *value, bool strict)
{
    struct slice text;

    if (value->kind == SQLEXPR_PARAM) {
        end_part(making, value->name, param_index(making->query, value->name), *kind, strict);
        buf_printf(&making->text, "{%.*s}", SLICE_ARG(value->name));
        return;
    }
    (void)derive_literal_text(making->derive, kind, value, &text);
    add_literal(making, text);
}

/* NUMBER chooses one value of each column. False: there is no such tag. */
static bool make_template(struct derive *derive, const struct plan_query *query,
                          const struct tag_use *use, size_t number, struct plan_template *out)
{
    const struct plan_class *class = &derive->classes[use->class];
    const struct plan_kind *kinds = class->asked_count > 0 ? class->asked : class->links;
    struct making making = {.derive = derive, .query = query, .out = out};
    bool some = true;

    *out = (struct plan_template){.text = SLICE_EMPTY};
    out->parts =
        ARENA_ARRAY(derive->build->arena, struct plan_template_part, use->shape.column_count + 1);
    add_literal(&making, class->name);
    for (size_t i = 0; i < use->shape.column_count && some; i++) {
        const struct binding *binding = &use->values[i];
        const struct sqlexpr *value = binding->values[number % binding->value_count];

        number /= binding->value_count;
        add_literal(&making, i == 0 ? SLICE_LITERAL("=") : SLICE_LITERAL(","));
        add_value(&making, &kinds[i], value, binding->strict);
        some = !(value->kind == SQLEXPR_NULL && binding->strict);
    }
    end_part(&making, SLICE_EMPTY, -1, (struct plan_kind){0}, false);
    out->text = arena_copy(derive->build->arena, buf_slice(&making.text));
    buf_fini(&making.text);
    buf_fini(&making.literal);
    return some;
}

static size_t combinations(const struct tag_use *use)
{
    size_t count = 1;

    for (size_t i = 0; i < use->shape.column_count; i++) {
        count *= use->values[i].value_count;
    }
    return count;
}

/* Two uses of one tag: if one of them finds rows by NULL, it is there for NULL. */
static struct plan_template loosest(const struct plan_template *a, const struct plan_template *b)
{
    for (size_t i = 0; i < a->part_count; i++) {
        a->parts[i].strict &= b->parts[i].strict;
    }
    return *a;
}

/* A literal "{id}" and the place {id} have one text for people. */
static bool same_template(const struct plan_template *a, const struct plan_template *b)
{
    if (a->part_count != b->part_count) {
        return false;
    }
    for (size_t i = 0; i < a->part_count; i++) {
        if (!slice_eq(a->parts[i].literal, b->parts[i].literal) ||
            a->parts[i].param != b->parts[i].param) {
            return false;
        }
    }
    return true;
}

struct tags {
    struct plan_template *items;
    size_t count;
};

static void add_tag(struct tags *tags, const struct plan_template *tag)
{
    for (size_t i = 0; i < tags->count; i++) {
        if (same_template(&tags->items[i], tag)) {
            tags->items[i] = loosest(&tags->items[i], tag);
            return;
        }
    }
    tags->items[tags->count++] = *tag;
}

static void add_use(struct derive *derive, struct plan_query *query, const struct tag_use *use,
                    struct tags *tags)
{
    const struct plan_class *class = &derive->classes[use->class];
    struct plan_template tag;

    for (size_t i = 0; i < combinations(use); i++) {
        if (make_template(derive, query, use, i, &tag)) {
            add_tag(tags, &tag);
        }
    }
    if (derive->tags.classes[use->class].wild && use->shape.column_count > 0) {
        tag = (struct plan_template){
            .text = arena_printf(derive->build->arena, "%.*s=" KIND_ALL, SLICE_ARG(class->name))};
        tag.parts = ARENA_NEW(derive->build->arena, struct plan_template_part);
        tag.parts[tag.part_count++] = (struct plan_template_part){
            .literal = tag.text, .name = SLICE_EMPTY, .type = SCALAR_STRING, .param = -1};
        add_tag(tags, &tag);
    }
}

/* For people: "'comments' (c): (pictureId=pictureId)", or why it is all of them. */
static struct slice rows_of(struct arena *arena, const struct tag_use *use)
{
    struct slice bound = tag_use_print(arena, use);

    if (use->why) {
        return arena_printf(arena, "'%.*s' (%.*s): all: %s", SLICE_ARG(use->shape.table->name),
                            SLICE_ARG(use->source->alias), use->why);
    }
    return arena_printf(arena, "'%.*s' (%.*s): %.*s", SLICE_ARG(use->shape.table->name),
                        SLICE_ARG(use->source->alias), SLICE_ARG(bound));
}

static void note_rows(struct derive *derive, struct plan_query *query,
                      const struct tag_variant *variant)
{
    struct slice *rows = ARENA_ARRAY(derive->build->arena, struct slice, variant->count);

    for (size_t i = 0; i < variant->count; i++) {
        rows[i] = rows_of(derive->build->arena, &variant->uses[i]);
    }
    query->rows = rows;
    query->row_count = variant->count;
}

/* Those of one variant, and behind them the declared ones. */
static struct plan_variant make_variant(struct derive *derive, struct plan_query *query,
                                        const struct tag_variant *variant,
                                        const struct plan_template *declared)
{
    size_t room = query->declared_count;
    struct tags tags = {.count = 0};

    for (size_t j = 0; j < variant->count; j++) {
        room += combinations(&variant->uses[j]) + 1;
    }
    tags.items = ARENA_ARRAY(derive->build->arena, struct plan_template, room);
    for (size_t j = 0; j < variant->count; j++) {
        add_use(derive, query, &variant->uses[j], &tags);
    }
    for (size_t j = 0; j < query->declared_count; j++) {
        tags.items[tags.count++] = declared[j];
    }
    if (tags.count > TAGS_MAX) {
        diag_add(derive->build->diag, derive->build->model.queries_sql.path, query->line,
                 query->name, SLICE_LITERAL("shorter lists after IN, fewer ORs"),
                 "its answers depend on %zu tags, more than %d", tags.count, TAGS_MAX);
    }
    return (struct plan_variant){tags.items, tags.count};
}

/* Of the guards those that may be NULL; *bits: of each its bit among all guards. */
static size_t find_guards(struct derive *derive, struct plan_query *query,
                          const struct tag_query *from, unsigned int bits[FACTS_GUARDS_MAX])
{
    size_t *guards = ARENA_ARRAY(derive->build->arena, size_t, FACTS_GUARDS_MAX), count = 0;

    for (size_t i = 0; i < from->guard_count; i++) {
        int param = param_index(query, from->guards[i]);

        if (param >= 0 && plan_param_nullable(&query->params[param])) {
            bits[count] = 1U << i;
            guards[count++] = (size_t)param;
        }
    }
    query->guards = guards;
    return count;
}

void derive_query(struct derive *derive, size_t i)
{
    struct plan_query *query = &derive->build->out->queries[i];
    const struct tag_query *from = &derive->queries[i];
    const struct plan_template *declared = query->tags;
    unsigned int bits[FACTS_GUARDS_MAX];
    struct plan_variant *variants;

    query->guard_count = find_guards(derive, query, from, bits);
    variants =
        ARENA_ARRAY(derive->build->arena, struct plan_variant, (size_t)1 << query->guard_count);
    for (unsigned int number = 0; number < 1U << query->guard_count; number++) {
        unsigned int all = 0;

        for (size_t j = 0; j < query->guard_count; j++) {
            all |= number >> j & 1 ? bits[j] : 0;
        }
        variants[number] = make_variant(derive, query, &from->variants[all], declared);
    }
    note_rows(derive, query, &from->variants[0]);
    query->variants = variants;
    query->tags = variants[0].tags;
    query->tag_count = variants[0].tag_count;
}
