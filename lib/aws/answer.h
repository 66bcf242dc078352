/*
 * What the answer of an AWS service says, whichever service it is: its code, the error's name and
 * message, and the status that follows from these. What a name means to one service alone is in a
 * table of that service's client (dynamodb_error.c).
 */
#ifndef LIB_AWS_ANSWER_H
#define LIB_AWS_ANSWER_H

#include "lib/aws/service.h"
#include "lib/data/value.h"

/* In the request's arena. */
struct aws_answer {
    int code; /* of HTTP; 0: no answer came */
    /* JSON protocol: parsed, of an error too; NULL: the answer is no JSON. */
    const struct value *body;
    /* As it came. */
    struct slice text;
    /* "ThrottlingException", ...; empty when OK, or when the answer names none. */
    struct slice error;
    struct slice message;
    struct slice request_id;
};

/*
 * OK: code 200, and JSON where the protocol has it. Otherwise by the error's name if it is one that
 * all services share (THROTTLED, DENIED), else by the code: UNCERTAIN (5xx, and a 200 that cannot
 * be read: maybe applied); DENIED, THROTTLED, TOO_LARGE, INVALID: surely not applied.
 */
MUST_CHECK enum status aws_answer_read(enum aws_protocol protocol, const struct http_answer *http,
                                       struct arena *arena, struct aws_answer *out);

/*
 * The text of the first element NAME in an answer of the query protocol: MessageId, Code. Empty
 * when there is none. Entities stay as they are.
 */
struct slice aws_answer_element(struct slice xml, const char *name);

/* A row of a table of errors. */
struct aws_error {
    const char *name;
    enum status status;
    /* Surely not applied, and the same request may succeed later. */
    bool again;
    /* Of the table's owner; 0: nothing that it tells apart. */
    int kind;
};

/* The row of that name; NULL: there is none, or NAME is empty. */
const struct aws_error *aws_error_find(const struct aws_error *rows, size_t count,
                                       struct slice name);
/* Of the table that all services share: throttling and access. */
const struct aws_error *aws_error_common(struct slice name);

#endif
