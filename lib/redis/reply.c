/*
 * RESP2 both ways.
 *
 * hiredis' reader asks us to build each object, when all its bytes are there: a reply of the top
 * level is the next element of the batch's array, an array's children are one array, and texts are
 * copied into an arena, for the reader's buffer moves. So a batch of replies costs no malloc.
 *
 * Texts of STRINGs, which may be long, go into the memory of whoever asked, so that they need not
 * be copied again. All else ends with the batch: it is looked at when the asker has gone.
 */
#include "lib/redis/reply.h"

#include <string.h>

#include <hiredis/hiredis.h>

#define ITEMS_MAX 1000000 /* of one array; what claims more is not Redis answering us */

/* ------------------------------------------------------------------ commands */

static char *append_count(char *at, char mark, size_t count)
{
    char digits[24];
    size_t length = 0;

    *at++ = mark;
    for (; count >= 10; count /= 10) {
        digits[length++] = (char)('0' + count % 10);
    }
    *at++ = (char)('0' + count);
    while (length > 0) {
        *at++ = digits[--length];
    }
    *at++ = '\r';
    *at++ = '\n';
    return at;
}

void redis_command_append(struct buf *out, const struct redis_command *command)
{
    size_t room = 32;
    char *at;

    for (size_t i = 0; i < command->count; i++) {
        room += 32 + command->args[i].len;
    }
    at = append_count(buf_reserve(out, room), '*', command->count);
    for (size_t i = 0; i < command->count; i++) {
        struct slice arg = command->args[i];

        at = append_count(at, '$', arg.len);
        if (arg.len > 0) {
            memcpy(at, arg.ptr, arg.len);
        }
        at += arg.len;
        *at++ = '\r';
        *at++ = '\n';
    }
    out->len = (size_t)(at - out->ptr);
}

/* ------------------------------------------------------------------ replies */

/* The place of the object that the reader is at; NULL when no reply is awaited. */
static struct redis_reply *place_of(const redisReadTask *task)
{
    struct redis_intake *intake = task->privdata;

    if (task->parent) {
        return &((struct redis_reply *)task->parent->obj)->items[task->idx];
    }
    return intake->done < intake->wanted ? &intake->replies[intake->done] : NULL;
}

static void *create_string(const redisReadTask *task, char *text, size_t length)
{
    struct redis_intake *intake = task->privdata;
    struct redis_reply *reply = place_of(task);

    if (!reply) {
        return NULL;
    }
    reply->type = task->type == REDIS_REPLY_ERROR    ? REDIS_ERROR
                  : task->type == REDIS_REPLY_STATUS ? REDIS_STATUS
                                                     : REDIS_STRING;
    reply->text = arena_copy(reply->type == REDIS_STRING ? intake->strings : intake->arena,
                             slice_of(text, length));
    return reply;
}

static void *create_array(const redisReadTask *task, int count)
{
    struct redis_intake *intake = task->privdata;
    struct redis_reply *reply = place_of(task);

    if (!reply || count < 0 || count > ITEMS_MAX) {
        return NULL;
    }
    reply->type = REDIS_ARRAY;
    reply->count = (size_t)count;
    reply->items = ARENA_ARRAY(intake->arena, struct redis_reply, (size_t)count);
    return reply;
}

static void *create_integer(const redisReadTask *task, long long integer)
{
    struct redis_reply *reply = place_of(task);

    if (reply) {
        reply->type = REDIS_INTEGER;
        reply->integer = integer;
    }
    return reply;
}

static void *create_nil(const redisReadTask *task)
{
    struct redis_reply *reply = place_of(task);

    if (reply) {
        reply->type = REDIS_NIL;
    }
    return reply;
}

static void free_object(void *reply)
{
    (void)reply; /* the arena's */
}

static redisReplyObjectFunctions functions = {
    .createString = create_string,
    .createArray = create_array,
    .createInteger = create_integer,
    .createNil = create_nil,
    .freeObject = free_object,
};

void redis_intake_attach(struct redis_intake *intake, struct redisContext *context)
{
    context->reader->fn = &functions;
    context->reader->privdata = intake;
}

void redis_intake_start(struct redis_intake *intake, struct arena *arena, size_t count)
{
    intake->arena = arena;
    intake->replies = ARENA_ARRAY(arena, struct redis_reply, count);
    intake->wanted = count;
    intake->done = 0;
}

enum status redis_intake_parse(struct redis_intake *intake, struct arena *strings,
                               struct redisContext *context, bool *whole_out)
{
    intake->strings = strings;
    if (intake->wanted == 0) {
        *whole_out = true;
        return context->reader->pos < context->reader->len ? STATUS_CORRUPT : STATUS_OK;
    }
    while (intake->done < intake->wanted) {
        void *reply = NULL;

        if (redisReaderGetReply(context->reader, &reply) != REDIS_OK) {
            return STATUS_CORRUPT;
        }
        if (!reply) {
            break;
        }
        intake->done++;
    }
    *whole_out = intake->done == intake->wanted;
    return STATUS_OK;
}

bool redis_reply_is_error(const struct redis_reply *reply, const char *code)
{
    return reply->type == REDIS_ERROR && slice_starts(reply->text, code);
}

/*
 * A script's error carries the code of the command that failed inside, before version 7 in the
 * middle of its text.
 */
bool redis_reply_is_foreign(const struct redis_reply *reply)
{
    if (reply->type != REDIS_ERROR) {
        return false;
    }
    return memmem(reply->text.ptr, reply->text.len, "READONLY ", 9) != NULL ||
           slice_starts(reply->text, "LOADING ") || slice_starts(reply->text, "MASTERDOWN ");
}

struct slice redis_info_value(struct slice info, const char *name)
{
    struct slice line, key, value;

    while (info.len > 0) {
        (void)slice_cut(info, '\n', &line, &info);
        if (slice_cut(slice_trim(line), ':', &key, &value) && slice_is(key, name)) {
            return value;
        }
    }
    return SLICE_EMPTY;
}
