/*
 * The ways in which a text can be a template with values of its types.
 *
 *     a:{s}:{n}:{s}     a:x:1.50:2.0:y     a:x:1.5:2.0:y     the 1.50 is changed
 *                                          a:x:1.50:2:y      the 2.0 is changed
 *
 * Where the strings end may be open in very many ways that make the same tag, so ways are told
 * apart by what they change alone. Part by part, the set of the changes up to each offset:
 *
 *     sets[0] --part 0--> sets[1] --part 1--> ... --> sets at the end of the text: the tags
 *
 * Only offsets are taken from which the rest of the text can be the rest of the template (ends), so
 * each change is one of a tag, and the work is bounded by the tags that there are.
 */
#include "cache/page.h"
#include "cache/tag.h"

#define TYPED_MAX 200 /* no value but a string is longer, as SQL writes it */

/* TEXT in the place of START to END of SQL's text, behind the changes of PARENT. */
struct change {
    struct change *parent, *children, *sibling;
    size_t start, end;
    struct slice text;
    uint64_t mark; /* of the set that it was put into last */
};

/* Lists are only added to in front, so sets may share their ends. */
struct set {
    struct set *next;
    struct change *change;
};

struct ways {
    struct arena memory, probe;
    const struct plan_template *tag;
    struct slice text;
    bool *ends; /* of each part, and behind the last one, for each offset */
    struct set **before, **behind;
    uint64_t mark;
    size_t changes;
    bool too_many;
};

/* ------------------------------------------------------------------ one value */

/* "2026-03-29 01:30:00.5" of a session whose time zone is UTC, as RFC 3339 has it. */
static struct slice time_of_sql(struct arena *arena, struct slice text)
{
    struct slice date, time;

    return slice_cut(text, ' ', &date, &time)
               ? arena_printf(arena, "%.*sT%.*sZ", SLICE_ARG(date), SLICE_ARG(time))
               : text;
}

/* False: SQL writes no TYPE like that. */
static bool text_of_sql(struct arena *arena, enum scalar type, struct slice text, struct slice *out)
{
    char scratch[CANONICAL_MAX];
    bool of_format;

    switch (type) {
    case SCALAR_BOOLEAN:
        *out = slice_is(text, "1") || slice_is(text, "true") ? SLICE_LITERAL("true")
                                                             : SLICE_LITERAL("false");
        return slice_is(text, "0") || slice_is(text, "false") || slice_is(*out, "true");
    case SCALAR_INTEGER:
    case SCALAR_NUMBER:
        return canonical_text(arena, type, value_number(arena, text), out) == STATUS_OK;
    case SCALAR_STRING:
    case SCALAR_UUID:
    case SCALAR_IPV6:
    case SCALAR_DATE_TIME:
        break;
    }
    text = type == SCALAR_DATE_TIME ? time_of_sql(arena, text) : text;
    of_format = scalar_canonical(type, text, scratch, &text);
    *out = arena_copy(arena, text);
    return of_format;
}

/* ------------------------------------------------------------------ what can end */

static bool *ends_of(const struct ways *ways, size_t part)
{
    return ways->ends + part * (ways->text.len + 1);
}

static struct slice piece(const struct ways *ways, size_t start, size_t end)
{
    return slice_of(ways->text.ptr + start, end - start);
}

static bool is_string(const struct plan_template_part *part)
{
    return part->type == SCALAR_STRING;
}

/* The value of PART may begin at START, and what is behind it may end. */
static bool value_ends(struct ways *ways, size_t index, size_t start, bool string_ends)
{
    const struct plan_template_part *part = &ways->tag->parts[index];
    const bool *ends = ends_of(ways, index + 1);
    struct slice text;

    if (part->name.len == 0) {
        return ends[start];
    }
    if (is_string(part)) {
        return string_ends;
    }
    arena_reset(&ways->probe);
    for (size_t end = start; end <= ways->text.len && end - start <= TYPED_MAX; end++) {
        if (ends[end] && text_of_sql(&ways->probe, part->type, piece(ways, start, end), &text)) {
            return true;
        }
    }
    return false;
}

static void find_ends(struct ways *ways, size_t index)
{
    struct slice literal = ways->tag->parts[index].literal;
    const bool *behind = ends_of(ways, index + 1);
    bool *ends = ends_of(ways, index);
    bool string_ends = false; /* behind it, from where its value begins on */

    for (size_t start = ways->text.len + 1; start-- > literal.len;) {
        string_ends |= behind[start];
        ends[start - literal.len] = slice_eq(piece(ways, start - literal.len, start), literal) &&
                                    value_ends(ways, index, start, string_ends);
    }
}

/* ------------------------------------------------------------------ sets of changes */

/* The same change of the same text is one, whatever the part. */
static struct change *change_make(struct ways *ways, struct change *parent, size_t start,
                                  size_t end, struct slice text)
{
    struct change *change;

    for (change = parent->children; change; change = change->sibling) {
        if (change->start == start && change->end == end && slice_eq(change->text, text)) {
            return change;
        }
    }
    change = ARENA_NEW(&ways->memory, struct change);
    *change = (struct change){.parent = parent,
                              .sibling = parent->children,
                              .start = start,
                              .end = end,
                              .text = arena_copy(&ways->memory, text)};
    parent->children = change;
    ways->too_many |= ++ways->changes > TAG_WAYS_MAX * ways->tag->part_count;
    return change;
}

/* Into the set that has the newest mark. */
static void set_add(struct ways *ways, struct set **set, size_t *count, struct change *change)
{
    struct set *added;

    if (change->mark == ways->mark) {
        return;
    }
    change->mark = ways->mark;
    added = ARENA_NEW(&ways->memory, struct set);
    *added = (struct set){*set, change};
    *set = added;
    ways->too_many |= ++*count > TAG_WAYS_MAX;
}

static void pass_literal(struct ways *ways, size_t index)
{
    size_t len = ways->tag->parts[index].literal.len;

    for (size_t end = len; end <= ways->text.len; end++) {
        ways->behind[end] = ends_of(ways, index + 1)[end] ? ways->before[end - len] : NULL;
    }
}

/* A string that begins at an offset may end at each later one. */
static void pass_string(struct ways *ways, size_t index)
{
    size_t len = ways->tag->parts[index].literal.len, count = 0;
    struct set *all = NULL;

    ways->mark++;
    for (size_t end = len; end <= ways->text.len && !ways->too_many; end++) {
        for (struct set *set = ways->before[end - len]; set; set = set->next) {
            set_add(ways, &all, &count, set->change);
        }
        ways->behind[end] = ends_of(ways, index + 1)[end] ? all : NULL;
    }
}

static void pass_value(struct ways *ways, size_t index, size_t end)
{
    const struct plan_template_part *part = &ways->tag->parts[index];
    size_t count = 0;

    ways->mark++;
    for (size_t len = 0; len <= TYPED_MAX && len + part->literal.len <= end; len++) {
        struct set *set = ways->before[end - len - part->literal.len];
        struct slice from = piece(ways, end - len, end), text;

        arena_reset(&ways->probe);
        if (!set || !text_of_sql(&ways->probe, part->type, from, &text)) {
            continue;
        }
        for (; set && !ways->too_many; set = set->next) {
            set_add(ways, &ways->behind[end], &count,
                    slice_eq(from, text) ? set->change
                                         : change_make(ways, set->change, end - len, end, text));
        }
    }
}

static void pass(struct ways *ways, size_t index)
{
    const struct plan_template_part *part = &ways->tag->parts[index];
    struct set **behind = ways->before;

    if (part->name.len == 0) {
        pass_literal(ways, index);
    } else if (is_string(part)) {
        pass_string(ways, index);
    } else {
        for (size_t end = 0; end <= ways->text.len && !ways->too_many; end++) {
            if (ends_of(ways, index + 1)[end]) {
                pass_value(ways, index, end);
            }
        }
    }
    ways->before = ways->behind;
    ways->behind = behind;
    memset(behind, 0, (ways->text.len + 1) * sizeof(struct set *));
}

/* ------------------------------------------------------------------ the tags */

/* SQL's text with the change and those before it. */
static struct slice changed(const struct ways *ways, struct arena *arena, const struct change *last)
{
    size_t len = ways->text.len, rest = len;
    char *start, *at;

    for (const struct change *change = last; change->parent; change = change->parent) {
        len = len + change->text.len - (change->end - change->start);
    }
    start = arena_bytes(arena, len);
    at = start + len;
    for (const struct change *change = last;; change = change->parent) {
        size_t from = change->parent ? change->end : 0;

        at -= rest - from;
        (void)slice_put(at, piece(ways, from, rest));
        if (!change->parent) {
            return slice_of(start, len);
        }
        at -= change->text.len;
        (void)slice_put(at, change->text);
        rest = change->start;
    }
}

static void find(struct ways *ways)
{
    size_t count = ways->tag->part_count, offsets = ways->text.len + 1;
    struct change *none = ARENA_NEW(&ways->memory, struct change);

    ways->ends = ARENA_ARRAY(&ways->memory, bool, (count + 1) * offsets);
    ways->before = ARENA_ARRAY(&ways->memory, struct set *, offsets);
    ways->behind = ARENA_ARRAY(&ways->memory, struct set *, offsets);
    ends_of(ways, count)[ways->text.len] = true;
    for (size_t index = count; index-- > 0;) {
        find_ends(ways, index);
    }
    if (ends_of(ways, 0)[0]) {
        ways->mark++;
        set_add(ways, &ways->before[0], &(size_t){0}, none);
    }
    for (size_t index = 0; index < count && !ways->too_many; index++) {
        pass(ways, index);
    }
}

enum status tag_of_sql(struct arena *arena, const struct plan_template *tag, struct slice text,
                       tag_fn *found, void *ctx)
{
    struct ways ways = {.tag = tag, .text = text};
    bool typed = false;

    for (size_t i = 0; i < tag->part_count; i++) {
        typed |= tag->parts[i].name.len > 0 && !is_string(&tag->parts[i]);
    }
    if (!typed) {
        return STATUS_OK;
    }
    find(&ways);
    for (struct set *set = ways.too_many ? NULL : ways.before[text.len]; set; set = set->next) {
        found(ctx, changed(&ways, arena, set->change));
    }
    arena_fini(&ways.probe);
    arena_fini(&ways.memory);
    return ways.too_many ? STATUS_TOO_LARGE : STATUS_OK;
}
