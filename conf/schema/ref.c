/*
 * $ref: JSON Pointers into the same document, resolved when all of it is compiled, so a schema may
 * refer to itself.
 *
 * A reference that leads back to itself without going deeper into the instance would never end:
 * such a circle is a complaint. With it refused, depth is bounded by the instance's.
 */
#include "conf/schema/rules.h"
#include "conf/text/source.h"
#include "conf/text/suggest.h"
#include "lib/data/percent.h"

static void complain(struct schema_document *document, const struct schema_reference *reference,
                     struct slice hint, const char *what)
{
    source_complain(&reference->source, reference->operand, hint, "%s", what);
    document->failed = true;
}

/* ------------------------------------------------------------------ pointers */

/* A token of a JSON Pointer as a name: ~1 is a slash, ~0 a tilde (RFC 6901). */
static struct slice token_name(struct arena *arena, struct slice token)
{
    char *name = arena_bytes(arena, token.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] == '~' && i + 1 < token.len) {
            name[len++] = token.ptr[++i] == '1' ? '/' : '~';
        } else {
            name[len++] = token.ptr[i];
        }
    }
    return slice_of(name, len);
}

static const struct value *element_at(const struct value *list, struct slice token)
{
    const struct value *element = list->first;
    uint64_t index;

    if (slice_parse_u64(token, &index) != STATUS_OK) {
        return NULL;
    }
    for (; element && index > 0; index--) {
        element = element->next;
    }
    return element;
}

/* POINTER: "" or "/a/b". NULL: there is nothing. */
static const struct value *follow(struct arena *arena, const struct value *root,
                                  struct slice pointer)
{
    const struct value *at = root;
    struct slice token, rest;
    bool more = slice_cut(pointer, '/', &token, &rest);

    if (token.len > 0) {
        return NULL;
    }
    while (more && at) {
        pointer = rest;
        more = slice_cut(pointer, '/', &token, &rest);
        token = token_name(arena, token);
        at = at->type == VALUE_LIST ? element_at(at, token) : value_get(at, token);
    }
    return at;
}

/* ------------------------------------------------------------------ targets */

static struct schema *find_node(const struct schema_document *document, const struct value *json)
{
    for (const struct schema_node *node = document->nodes; node; node = node->next) {
        if (node->schema->json == json) {
            return node->schema;
        }
    }
    return NULL;
}

static struct slice hint_for(const struct schema_document *document, struct slice pointer)
{
    const struct value *definitions = value_get(document->root, SLICE_LITERAL("$defs"));
    struct suggest suggest;

    suggest_init(&suggest, pointer);
    for (const struct value *member = definitions ? definitions->first : NULL; member;
         member = member->next) {
        suggest_offer(&suggest,
                      arena_printf(document->arena, "#/$defs/%.*s",
                                   SLICE_ARG(pointer_token(document->arena, member->name))));
    }
    return suggest_hint(&suggest, document->arena);
}

static void resolve(struct schema_document *document, const struct schema_reference *reference)
{
    struct slice text = reference->operand->text, pointer;
    struct json_source source = reference->source;
    const struct value *target;

    if (text.len == 0 || text.ptr[0] != '#' || (text.len > 1 && text.ptr[1] != '/')) {
        complain(document, reference,
                 SLICE_LITERAL("only \"#\" and \"#/...\", such as \"#/$defs/name\", are supported"),
                 "refers to another document or an anchor");
        return;
    }
    if (percent_decode(document->arena, slice_from(text, 1), false, &pointer) != STATUS_OK) {
        complain(document, reference, SLICE_EMPTY, "not a JSON Pointer");
        return;
    }
    target = follow(document->arena, document->root, pointer);
    if (!target) {
        complain(document, reference, hint_for(document, text), "there is nothing at this pointer");
        return;
    }
    reference->from->reference = find_node(document, target);
    if (!reference->from->reference) {
        reference->from->reference = schema_compile_node(document, target, &source);
    }
}

/* ------------------------------------------------------------------ circles */

static bool ends(const struct schema *schema);

static bool list_ends(const struct schema_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!ends(list->items[i])) {
            return false;
        }
    }
    return true;
}

/* Does every way from here that stays at one place of the instance end? */
static bool ends(const struct schema *schema)
{
    bool done;

    if (!schema || *schema->mark == MARK_DONE) {
        return true;
    }
    if (*schema->mark == MARK_OPEN) {
        return false;
    }
    *schema->mark = MARK_OPEN;
    done = ends(schema->reference) && list_ends(&schema->all) && list_ends(&schema->any) &&
           list_ends(&schema->one) && ends(schema->negated) && ends(schema->condition) &&
           ends(schema->then) && ends(schema->otherwise);
    *schema->mark = MARK_DONE;
    return done;
}

void schema_resolve(struct schema_document *document)
{
    struct schema_reference *all = NULL;

    while (document->references) {
        struct schema_reference *reference = document->references;

        document->references = reference->next; /* compiling its target may add some */
        resolve(document, reference);
        reference->next = all;
        all = reference;
    }
    for (; all && !document->failed; all = all->next) {
        if (!ends(all->from)) {
            complain(document, all, SLICE_EMPTY, "refers to itself without end");
        }
    }
}
