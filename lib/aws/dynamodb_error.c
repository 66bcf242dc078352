/*
 * One table: the error's name -> status; another for the reasons of a cancelled transaction. What is
 * in neither is judged by the HTTP code: 5xx may have been applied (UNCERTAIN), 4xx was not.
 */
#include "lib/aws/dynamodb_error.h"

#include "lib/data/json.h"

#define CONDITION_FAILED "ConditionalCheckFailedException"

struct error_row {
    const char *name;
    enum status status;
    bool again; /* surely not applied, and the same request may succeed later */
};

// clang-format off
static const struct error_row errors[] = {
    {CONDITION_FAILED,                           STATUS_CONFLICT,    false},
    {"TransactionConflictException",             STATUS_CONFLICT,    true},
    {"TransactionInProgressException",           STATUS_CONFLICT,    true},
    {"TransactionCanceledException",             STATUS_CONFLICT,    false},
    {"ResourceInUseException",                   STATUS_CONFLICT,    false},
    {"ProvisionedThroughputExceededException",   STATUS_THROTTLED,   true},
    {"ThrottlingException",                      STATUS_THROTTLED,   true},
    {"Throttling",                               STATUS_THROTTLED,   true},
    {"RequestLimitExceeded",                     STATUS_THROTTLED,   true},
    {"LimitExceededException",                   STATUS_THROTTLED,   true},
    {"TableNotFoundException",                   STATUS_NOT_FOUND,   false},
    {"ResourceNotFoundException",                STATUS_NOT_FOUND,   false},
    {"TrimmedDataAccessException",               STATUS_TRIMMED,     false},
    {"ExpiredIteratorException",                 STATUS_INVALID,     false},
    {"ValidationException",                      STATUS_INVALID,     false},
    {"SerializationException",                   STATUS_INVALID,     false},
    {"IdempotentParameterMismatchException",     STATUS_INVALID,     false},
    {"ItemCollectionSizeLimitExceededException", STATUS_TOO_LARGE,   false},
    {"AccessDeniedException",                    STATUS_DENIED,      false},
    {"UnrecognizedClientException",              STATUS_DENIED,      false},
    {"IncompleteSignatureException",             STATUS_DENIED,      false},
    {"InvalidSignatureException",                STATUS_DENIED,      false},
    {"MissingAuthenticationTokenException",      STATUS_DENIED,      false},
    {"InvalidClientTokenId",                     STATUS_DENIED,      false},
    {"ExpiredTokenException",                    STATUS_DENIED,      false},
};
// clang-format on

/* CancellationReasons of a TransactionCanceledException, the weightier first: one failed condition outweighs a conflict, for deciding again helps
 * both. AWS, "TransactWriteItems": Cancellation reasons. */
static const struct error_row reasons[] = {
    {"ConditionalCheckFailed",          STATUS_CONFLICT,  false},
    {"ItemCollectionSizeLimitExceeded", STATUS_TOO_LARGE, false},
    {"ValidationError",                 STATUS_INVALID,   false},
    {"AccessDenied",                    STATUS_DENIED,    false},
    {"TransactionConflict",             STATUS_CONFLICT,  true },
    {"ProvisionedThroughputExceeded",   STATUS_THROTTLED, true },
    {"ThrottlingError",                 STATUS_THROTTLED, true },
    {"RequestLimitExceeded",            STATUS_THROTTLED, true },
};

static const struct error_row *row_of(struct slice name)
{
    for (size_t i = 0; i < ARRAY_COUNT(errors); i++) {
        if (slice_is(name, errors[i].name)) {
            return &errors[i];
        }
    }
    return NULL;
}

static struct slice text_of(const struct value *map, const char *name)
{
    const struct value *value = value_get(map, slice_str(name));

    return value && value->type == VALUE_STRING ? value->text : SLICE_EMPTY;
}

/* "com.amazonaws.dynamodb.v20120810#ValidationException" -> what is behind the '#'. */
static struct slice name_of(const struct value *body)
{
    struct slice type = text_of(body, "__type"), before, name;

    return slice_cut(type, '#', &before, &name) ? name : type;
}

static enum status status_of_code(int code)
{
    switch (code) {
    case 401:
    case 403:
        return STATUS_DENIED;
    case 413:
        return STATUS_TOO_LARGE;
    case 429:
        return STATUS_THROTTLED;
    default:
        return code >= 500 ? STATUS_UNCERTAIN : STATUS_INVALID;
    }
}

static bool says(struct slice text, const char *words)
{
    return text.len > 0 && memmem(text.ptr, text.len, words, strlen(words));
}

/* The weightiest reason of a cancelled transaction; NULL: none that we know. */
static const struct error_row *reason_of(const struct value *body, struct slice *message_out)
{
    const struct value *list = value_get(body, slice_str("CancellationReasons"));
    const struct error_row *weightiest = NULL;

    for (const struct value *reason = list ? list->first : NULL; reason; reason = reason->next) {
        for (size_t i = 0; i < ARRAY_COUNT(reasons); i++) {
            if (slice_is(text_of(reason, "Code"), reasons[i].name) &&
                (!weightiest || &reasons[i] < weightiest)) {
                weightiest = &reasons[i];
                *message_out = text_of(reason, "Message");
            }
        }
    }
    return weightiest;
}

/* Limits of size come as ValidationException: "Item size has exceeded the maximum allowed size",
 * "Item size to update has exceeded ...". */
static enum status status_of_error(int code, const struct dynamodb_answer *answer)
{
    const struct error_row *row = row_of(answer->error);
    struct slice message = answer->message;

    if (!row) {
        return status_of_code(code);
    }
    if (slice_is(answer->error, "TransactionCanceledException")) {
        const struct error_row *reason = reason_of(answer->body, &message);

        row = reason ? reason : row;
    }
    if (row->status == STATUS_INVALID &&
        (says(message, "Item size") || says(message, "Nesting Levels") ||
         says(message, "aggregated size"))) {
        return STATUS_TOO_LARGE;
    }
    return row->status;
}

enum status dynamodb_translate(const struct http_answer *http, struct arena *arena,
                               struct dynamodb_answer *out)
{
    enum status parsed = json_parse_stored(arena, arena_copy(arena, http->body), &out->body, NULL);

    out->request_id = arena_copy(arena, http_answer_header(http, "x-amzn-RequestId"));
    if (parsed != STATUS_OK) {
        out->body = NULL;
        return http->code == 200 ? STATUS_UNCERTAIN : status_of_code(http->code);
    }
    if (http->code == 200) {
        return STATUS_OK;
    }
    out->error = name_of(out->body);
    out->message = text_of(out->body, "message");
    if (out->message.len == 0) {
        out->message = text_of(out->body, "Message");
    }
    out->condition_failed = slice_is(out->error, CONDITION_FAILED);
    return status_of_error(http->code, out);
}

bool dynamodb_not_applied(enum status status, const struct dynamodb_answer *answer)
{
    const struct error_row *row = answer ? row_of(answer->error) : NULL;
    struct slice message;

    if (row && slice_is(answer->error, "TransactionCanceledException")) {
        row = reason_of(answer->body, &message);
    }
    if (status == STATUS_THROTTLED || status == STATUS_UNAVAILABLE || status == STATUS_TIMEOUT) {
        return true;
    }
    return row && row->again;
}
