/*
 * One AWS service as one thread talks to it: where it is, in which protocol, signed by whom. Makes
 * the signed request; call.h sends it, answer.h reads what comes back.
 *
 *     target, body --aws_service_request--> http_call --call.h--> http_answer --answer.h--> status
 *                     |   ^
 *                     |   '-- credentials_now, the clock
 *                     '-- endpoint, region, signer
 *
 * dynamodb.h is built on it. Another service begins with its kind:
 *
 *     {"sqs",    "sqs",    AWS_JSON_1_0}      target "AmazonSQS.SendMessage"
 *     {"events", "events", AWS_JSON_1_1}      target "AWSEvents.PutEvents"
 *     {"sns",    "sns",    AWS_QUERY}         body Action=Publish&Version=2010-03-31&... (form.h)
 */
#ifndef LIB_AWS_SERVICE_H
#define LIB_AWS_SERVICE_H

#include "lib/aws/credentials.h"
#include "lib/http/http.h"

enum aws_protocol {
    /* JSON in both directions; the operation is in X-Amz-Target. */
    AWS_JSON_1_0,
    AWS_JSON_1_1,
    /* A form with Action and Version; the answer is XML. */
    AWS_QUERY
};

/* Static. */
struct aws_service_kind {
    /* As a signature names it: "dynamodb". */
    const char *name;
    /* Of AWS's host: "streams.dynamodb" in streams.dynamodb.eu-west-1.amazonaws.com. */
    const char *prefix;
    enum aws_protocol protocol;
};

/* Slices are copied. */
struct aws_service_config {
    struct slice endpoint; /* URL without a path; empty: AWS's of the region */
    struct slice region;   /* empty: the credential chain's */
    uint64_t timeout_us;   /* of one request */
    size_t answer_max;     /* bytes */
};

/* One thread's. Its members are for service.c and call.c. */
struct aws_service {
    const struct aws_service_kind *kind;
    struct credential_provider *credentials;
    struct sigv4 *signer;
    char *region;
    char *url;         /* "http://127.0.0.1:8000/" */
    struct slice host; /* as in the Host header; points into url */
    uint64_t timeout_us;
    size_t answer_max;
};

/*
 * INVALID, with a log line: no region, or an endpoint that is no URL. CREDENTIALS outlive the
 * service. Whatever the status, aws_service_fini may be called.
 */
MUST_CHECK enum status aws_service_init(struct aws_service *service,
                                        const struct aws_service_kind *kind,
                                        const struct aws_service_config *config,
                                        struct credential_provider *credentials);
/* A service of zero bytes is left as it is. */
void aws_service_fini(struct aws_service *service);

struct aws_request {
    struct slice target; /* "DynamoDB_20120810.PutItem"; empty in the query protocol */
    struct slice body;   /* JSON, or a form; borrowed until the answer is there */
    uint64_t deadline_us;
    /* What is made for the request, and its answer. */
    struct arena *arena;
};

/*
 * The signed request, in the request's arena. Its deadline is the nearer one of the request's and
 * of timeout_us. INTERNAL: the signature could not be made.
 */
MUST_CHECK enum status aws_service_request(struct aws_service *service,
                                           const struct aws_request *request,
                                           struct http_call *out);

/* Its pure part: the header lines of REQUEST at WALL_MS, signed with CREDENTIALS. */
MUST_CHECK enum status aws_service_sign(struct aws_service *service,
                                        const struct credentials *credentials,
                                        const struct aws_request *request, uint64_t wall_ms,
                                        struct http_call *out);

#endif
