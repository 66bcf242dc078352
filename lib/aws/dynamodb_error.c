/*
 * One table: the error's name -> status; another for the reasons of a cancelled transaction. What
 * is in neither was judged by answer.c: by the names that all services share, else by the code.
 */
#include "lib/aws/dynamodb_error.h"

/* What callers tell apart; of a reason it is its enum dynamodb_reason. */
enum {
    KIND_OTHER,
    KIND_CONDITION_FAILED,
    KIND_CANCELLED,
    KIND_EXISTS_ALREADY,
    KIND_ITERATOR_EXPIRED
};

// clang-format off
static const struct aws_error errors[] = {
    {"ConditionalCheckFailedException",          STATUS_CONFLICT,  false, KIND_CONDITION_FAILED},
    {"TransactionConflictException",             STATUS_CONFLICT,  true,  KIND_OTHER},
    {"TransactionInProgressException",           STATUS_CONFLICT,  true,  KIND_OTHER},
    {"TransactionCanceledException",             STATUS_CONFLICT,  false, KIND_CANCELLED},
    {"ResourceInUseException",                   STATUS_CONFLICT,  false, KIND_EXISTS_ALREADY},
    {"ProvisionedThroughputExceededException",   STATUS_THROTTLED, true,  KIND_OTHER},
    {"LimitExceededException",                   STATUS_THROTTLED, true,  KIND_OTHER},
    {"TableNotFoundException",                   STATUS_NOT_FOUND, false, KIND_OTHER},
    {"ResourceNotFoundException",                STATUS_NOT_FOUND, false, KIND_OTHER},
    {"TrimmedDataAccessException",               STATUS_TRIMMED,   false, KIND_OTHER},
    {"ExpiredIteratorException",                 STATUS_INVALID,   false, KIND_ITERATOR_EXPIRED},
    {"ValidationException",                      STATUS_INVALID,   false, KIND_OTHER},
    {"SerializationException",                   STATUS_INVALID,   false, KIND_OTHER},
    {"IdempotentParameterMismatchException",     STATUS_INVALID,   false, KIND_OTHER},
    {"ItemCollectionSizeLimitExceededException", STATUS_TOO_LARGE, false, KIND_OTHER},
};

/*
 * CancellationReasons of a TransactionCanceledException, the weightier first: one failed condition
 * outweighs a conflict, for deciding again helps both. AWS, "TransactWriteItems": Cancellation
 * reasons.
 */
static const struct aws_error reasons[] = {
    {"ConditionalCheckFailed",          STATUS_CONFLICT,  false, DYNAMODB_REASON_CONDITION_FAILED},
    {"ItemCollectionSizeLimitExceeded", STATUS_TOO_LARGE, false, DYNAMODB_REASON_OTHER},
    {"ValidationError",                 STATUS_INVALID,   false, DYNAMODB_REASON_OTHER},
    {"AccessDenied",                    STATUS_DENIED,    false, DYNAMODB_REASON_OTHER},
    {"TransactionConflict",             STATUS_CONFLICT,  true,  DYNAMODB_REASON_CONFLICT},
    {"ProvisionedThroughputExceeded",   STATUS_THROTTLED, true,  DYNAMODB_REASON_THROTTLED},
    {"ThrottlingError",                 STATUS_THROTTLED, true,  DYNAMODB_REASON_THROTTLED},
    {"RequestLimitExceeded",            STATUS_THROTTLED, true,  DYNAMODB_REASON_THROTTLED},
};
// clang-format on

static bool says(struct slice text, const char *words)
{
    return text.len > 0 && memmem(text.ptr, text.len, words, strlen(words));
}

static const struct aws_error *reason_find(const struct value *reason)
{
    return aws_error_find(reasons, ARRAY_COUNT(reasons), value_text(reason, "Code"));
}

enum dynamodb_reason dynamodb_reason_of(const struct dynamodb_answer *answer, size_t index,
                                        const struct value **item_out)
{
    const struct value *list = value_get(answer->body, slice_str("CancellationReasons"));
    const struct value *reason = list ? list->first : NULL;
    const struct aws_error *row;

    for (size_t i = 0; reason && i < index; i++) {
        reason = reason->next;
    }
    *item_out = value_get(reason, slice_str("Item"));
    row = reason_find(reason);
    return row ? (enum dynamodb_reason)row->kind : DYNAMODB_REASON_NONE;
}

/* The weightiest reason of a cancelled transaction; NULL: none that we know. */
static const struct aws_error *weightiest_reason(const struct value *body,
                                                 struct slice *message_out)
{
    const struct value *list = value_get(body, slice_str("CancellationReasons"));
    const struct aws_error *weightiest = NULL;

    for (const struct value *reason = list ? list->first : NULL; reason; reason = reason->next) {
        const struct aws_error *row = reason_find(reason);

        if (row && (!weightiest || row < weightiest)) {
            weightiest = row;
            *message_out = value_text(reason, "Message");
        }
    }
    return weightiest;
}

static const struct aws_error *error_find(struct slice name)
{
    return aws_error_find(errors, ARRAY_COUNT(errors), name);
}

/*
 * Limits of size come as ValidationException: "Item size has exceeded the maximum allowed size",
 * "Item size to update has exceeded ...".
 */
static bool is_limit_of_size(struct slice message)
{
    return says(message, "Item size") || says(message, "Nesting Levels") ||
           says(message, "aggregated size");
}

static enum status status_of(const struct aws_error *error, const struct dynamodb_answer *answer)
{
    struct slice message = answer->message;

    if (error->kind == KIND_CANCELLED) {
        const struct aws_error *reason = weightiest_reason(answer->body, &message);

        error = reason ? reason : error;
    }
    return error->status == STATUS_INVALID && is_limit_of_size(message) ? STATUS_TOO_LARGE
                                                                        : error->status;
}

/*
 * An error says in its body what it met: the item of a failed condition, the reasons of a cancelled
 * transaction. A header that names one without a body that can be read is not DynamoDB's, and must
 * not be taken for "there is no item": the code alone judges it.
 */
static enum status translate_unreadable(enum status status, const struct aws_answer *answer)
{
    return answer->code >= 500 ? STATUS_UNCERTAIN : status;
}

enum status dynamodb_translate(enum status status, const struct aws_answer *answer,
                               struct dynamodb_answer *out)
{
    const struct aws_error *error;

    *out = (struct dynamodb_answer){
        .body = answer->body, .message = answer->message, .request_id = answer->request_id};
    if (!answer->body) {
        return translate_unreadable(status, answer);
    }
    out->error = answer->error;
    error = error_find(answer->error);
    if (!error) {
        return status;
    }
    out->condition_failed = error->kind == KIND_CONDITION_FAILED;
    out->exists_already = error->kind == KIND_EXISTS_ALREADY;
    out->iterator_expired = error->kind == KIND_ITERATOR_EXPIRED;
    return status_of(error, out);
}

bool dynamodb_not_applied(enum status status, const struct dynamodb_answer *answer)
{
    const struct aws_error *error;
    struct slice message;

    if (status == STATUS_THROTTLED || status == STATUS_UNAVAILABLE || status == STATUS_TIMEOUT) {
        return true;
    }
    error = answer ? error_find(answer->error) : NULL;
    if (error && error->kind == KIND_CANCELLED) {
        error = weightiest_reason(answer->body, &message);
    }
    return error && error->again;
}
