/*
 * Tokens as texts. Pure functions, any thread.
 */
#include "cache/token.h"

#include <inttypes.h>

#include "cache/lookup.h"
#include "lib/data/percent.h"

static bool is_name_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~%:", c) != NULL);
}

static bool is_name(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_name_char(text.ptr[i])) {
            return false;
        }
    }
    return text.len > 0 && text.len <= PLAN_AGGREGATE_MAX;
}

/* "r<epoch>.<label>" */
static enum status parse_answer(struct slice text, struct token_answer *out)
{
    if (text.len < EPOCH_TEXT + 3 || text.ptr[0] != 'r' || text.ptr[EPOCH_TEXT + 1] != '.') {
        return STATUS_INVALID;
    }
    for (size_t i = 1; i <= EPOCH_TEXT; i++) {
        if (!strchr("0123456789abcdef", text.ptr[i]) || text.ptr[i] == '\0') {
            return STATUS_INVALID;
        }
    }
    memcpy(out->epoch, text.ptr + 1, EPOCH_TEXT);
    out->epoch[EPOCH_TEXT] = '\0';
    return slice_parse_u64(slice_from(text, EPOCH_TEXT + 2), &out->label);
}

/*
 * "<Aggregate>:<id>" with the id's canonical text: a token may be older than the model's format, or
 * written by hand, and what is waited for has one name.
 */
static enum status canonical_name(struct arena *arena, const struct plan_aggregate *aggregate,
                                  struct slice id, struct slice *name)
{
    char scratch[CANONICAL_MAX];

    if (aggregate->id_type == SCALAR_INTEGER || aggregate->id_type == SCALAR_STRING) {
        return STATUS_OK;
    }
    if (percent_decode(arena, id, false, &id) != STATUS_OK) {
        return STATUS_INVALID;
    }
    if (scalar_canonical(aggregate->id_type, id, scratch, &id)) {
        *name = aggregate_name(arena, aggregate->name, id);
    }
    return STATUS_OK;
}

/*
 * INVALID: no token at all. One of another model is left out, and so is version 0, before the
 * first: it is met, and nothing would ever say so.
 */
static enum status parse_one(struct arena *arena, struct slice text, const struct plan_model *model,
                             struct tokens *out)
{
    struct slice name, rest, version;
    struct token_command command;
    struct token_answer answer;
    enum status status;

    if (!slice_cut(text, ':', &name, &rest) || !is_name(name)) {
        return STATUS_INVALID;
    }
    if (slice_cut(rest, '@', &rest, &version)) {
        command.aggregate = slice_of(text.ptr, name.len + 1 + rest.len);
        if (rest.len == 0 || !is_name(command.aggregate) ||
            slice_parse_u64(version, &command.version) != STATUS_OK) {
            return STATUS_INVALID;
        }
        if (!slice_eq(name, model->aggregate.name)) {
            return STATUS_OK;
        }
        status = canonical_name(arena, &model->aggregate, rest, &command.aggregate);
        out->commands[out->command_count] = command;
        out->command_count += status == STATUS_OK && command.version > 0;
        return status;
    }
    if (parse_answer(rest, &answer) != STATUS_OK) {
        return STATUS_INVALID;
    }
    if (slice_eq(name, model->name)) {
        out->answers[out->answer_count++] = answer;
    }
    return STATUS_OK;
}

enum status tokens_parse(struct arena *arena, struct slice header, const struct plan_model *model,
                         struct tokens *out)
{
    size_t count = 0;

    out->command_count = out->answer_count = 0;
    while (header.len > 0) {
        struct slice one;

        (void)slice_cut(header, ',', &one, &header);
        one = slice_trim(one);
        if (one.len == 0) {
            continue; /* RFC 9110, 5.6.1.2: empty elements of a list are ignored */
        }
        if (++count > TOKENS_MAX || parse_one(arena, one, model, out) != STATUS_OK) {
            return STATUS_INVALID;
        }
    }
    return STATUS_OK;
}

bool tokens_known(const struct tokens *tokens, const char *epoch, uint64_t revision)
{
    for (size_t i = 0; i < tokens->answer_count; i++) {
        const struct token_answer *token = &tokens->answers[i];

        if (memcmp(token->epoch, epoch, EPOCH_TEXT) != 0 || token->label > revision) {
            return false;
        }
    }
    return true;
}

bool tokens_future(const struct tokens *tokens, const char *epoch, uint64_t revision)
{
    for (size_t i = 0; i < tokens->answer_count; i++) {
        const struct token_answer *token = &tokens->answers[i];

        if (memcmp(token->epoch, epoch, EPOCH_TEXT) == 0 && token->label > revision) {
            return true;
        }
    }
    return false;
}

struct slice token_of_command(struct arena *arena, const struct plan_model *model,
                              struct slice id_text, uint64_t version)
{
    struct slice name = aggregate_name(arena, model->aggregate.name, id_text);

    return arena_printf(arena, "%.*s@%" PRIu64, SLICE_ARG(name), version);
}

struct slice token_of_answer(struct arena *arena, const struct plan_model *model,
                             const struct answer *answer)
{
    char *text = arena_bytes(arena, model->name.len + EPOCH_TEXT + U64_DIGITS + 3), *at = text;

    at = slice_put(at, model->name);
    at = slice_put(at, SLICE_LITERAL(":r"));
    at = slice_put(at, slice_of(answer->epoch, EPOCH_TEXT));
    *at++ = '.';
    at = u64_put(at, answer->label);
    return slice_of(text, (size_t)(at - text));
}
