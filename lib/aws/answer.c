/*
 *     JSON    {"__type": "namespace#Name", "message": ...}, or x-amzn-ErrorType: Name:http://...
 *     query   <ErrorResponse><Error><Code>Name</Code><Message>...</Message></Error>
 *             <RequestId>...</RequestId></ErrorResponse>
 *
 * Smithy, "AWS JSON 1.0 protocol: Operation error serialization" and "AWS query protocol: Error
 * responses".
 */
#include "lib/aws/answer.h"

#include "lib/data/json.h"

/*
 * What every service may say. AWS, "Common error types" (the query protocol's names are without
 * "Exception") and "Retry behavior: Throttling errors".
 */
// clang-format off
static const struct aws_error common[] = {
    {"ThrottlingException",                 STATUS_THROTTLED, true,  0},
    {"Throttling",                          STATUS_THROTTLED, true,  0},
    {"ThrottledException",                  STATUS_THROTTLED, true,  0},
    {"RequestThrottledException",           STATUS_THROTTLED, true,  0},
    {"RequestThrottled",                    STATUS_THROTTLED, true,  0},
    {"RequestLimitExceeded",                STATUS_THROTTLED, true,  0},
    {"TooManyRequestsException",            STATUS_THROTTLED, true,  0},
    {"AccessDeniedException",               STATUS_DENIED,    false, 0},
    {"AccessDenied",                        STATUS_DENIED,    false, 0},
    {"NotAuthorized",                       STATUS_DENIED,    false, 0},
    {"OptInRequired",                       STATUS_DENIED,    false, 0},
    {"UnrecognizedClientException",         STATUS_DENIED,    false, 0},
    {"InvalidClientTokenId",                STATUS_DENIED,    false, 0},
    {"IncompleteSignatureException",        STATUS_DENIED,    false, 0},
    {"IncompleteSignature",                 STATUS_DENIED,    false, 0},
    {"InvalidSignatureException",           STATUS_DENIED,    false, 0},
    {"SignatureDoesNotMatch",               STATUS_DENIED,    false, 0},
    {"MissingAuthenticationTokenException", STATUS_DENIED,    false, 0},
    {"MissingAuthenticationToken",          STATUS_DENIED,    false, 0},
    {"ExpiredTokenException",               STATUS_DENIED,    false, 0},
    {"ExpiredToken",                        STATUS_DENIED,    false, 0},
    {"RequestExpired",                      STATUS_DENIED,    false, 0},
};
// clang-format on

const struct aws_error *aws_error_find(const struct aws_error *rows, size_t count,
                                       struct slice name)
{
    for (size_t i = 0; name.len > 0 && i < count; i++) {
        if (slice_is(name, rows[i].name)) {
            return &rows[i];
        }
    }
    return NULL;
}

const struct aws_error *aws_error_common(struct slice name)
{
    return aws_error_find(common, ARRAY_COUNT(common), name);
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

/* "com.amazonaws.dynamodb.v20120810#ValidationException:http://..." -> what is between. */
static struct slice bare_name(struct slice type)
{
    struct slice before, name, rest;

    (void)slice_cut(type, ':', &type, &rest);
    return slice_cut(type, '#', &before, &name) ? name : type;
}

static void read_json_error(const struct http_answer *http, struct arena *arena,
                            struct aws_answer *out)
{
    struct slice type = value_text(out->body, "__type");

    if (type.len == 0) {
        type = arena_copy(arena, http_answer_header(http, "x-amzn-ErrorType"));
    }
    out->error = bare_name(type);
    out->message = value_text(out->body, "message");
    if (out->message.len == 0) {
        out->message = value_text(out->body, "Message");
    }
}

struct slice aws_answer_element(struct slice xml, const char *name)
{
    size_t len = strlen(name);
    struct slice rest = xml, before, text;

    while (slice_cut(rest, '<', &before, &rest)) {
        if (slice_starts(rest, name) && rest.len > len && rest.ptr[len] == '>') {
            (void)slice_cut(slice_from(rest, len + 1), '<', &text, &rest);
            return slice_trim(text);
        }
    }
    return SLICE_EMPTY;
}

static void read_query_error(struct aws_answer *out)
{
    out->error = aws_answer_element(out->text, "Code");
    out->message = aws_answer_element(out->text, "Message");
}

enum status aws_answer_read(enum aws_protocol protocol, const struct http_answer *http,
                            struct arena *arena, struct aws_answer *out)
{
    const struct aws_error *row;

    *out = (struct aws_answer){.code = http->code,
                               .text = arena_copy(arena, http->body),
                               .request_id =
                                   arena_copy(arena, http_answer_header(http, "x-amzn-RequestId"))};
    if (protocol != AWS_QUERY &&
        json_parse_stored(arena, out->text, &out->body, NULL) != STATUS_OK) {
        out->body = NULL;
        if (http->code == 200) {
            return STATUS_UNCERTAIN;
        }
    }
    if (http->code == 200) {
        return STATUS_OK;
    }
    if (protocol == AWS_QUERY) {
        read_query_error(out);
    } else {
        read_json_error(http, arena, out);
    }
    row = aws_error_common(out->error);
    return row ? row->status : status_of_code(http->code);
}
