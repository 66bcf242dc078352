/*
 * What a command's own work costs, without a server: validating a payload of 1 KB and evaluating
 * expressions. Printed, not asserted: the goals are 10 us and 1 us (`make micro`). Each figure is
 * the best of several rounds, CPU time of this thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "conf/expr/expr.h"
#include "lib/data/json.h"

#define ROUNDS 7

static const char schema_text[] =
    "{\"type\":\"object\",\"additionalProperties\":false,"
    "\"required\":[\"orderId\",\"customer\",\"lines\",\"total\",\"currency\",\"placedAt\"],"
    "\"properties\":{"
    "\"orderId\":{\"type\":\"string\",\"format\":\"uuid\"},"
    "\"customer\":{\"type\":\"object\",\"additionalProperties\":false,"
    "\"required\":[\"customerId\",\"email\"],"
    "\"properties\":{\"customerId\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z0-9-]{1,64}$\"},"
    "\"email\":{\"type\":\"string\",\"format\":\"email\",\"maxLength\":254},"
    "\"name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":200},"
    "\"vip\":{\"type\":\"boolean\"}}},"
    "\"lines\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":100,"
    "\"items\":{\"$ref\":\"#/$defs/line\"}},"
    "\"total\":{\"$ref\":\"#/$defs/money\"},"
    "\"currency\":{\"enum\":[\"EUR\",\"USD\",\"GBP\",\"CHF\"]},"
    "\"placedAt\":{\"type\":\"string\",\"format\":\"date-time\"},"
    "\"note\":{\"type\":[\"string\",\"null\"],\"maxLength\":1000},"
    "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"uniqueItems\":true}},"
    "\"$defs\":{\"money\":{\"type\":\"number\",\"minimum\":0,\"multipleOf\":0.01},"
    "\"line\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"sku\","
    "\"quantity\",\"price\"],"
    "\"properties\":{\"sku\":{\"type\":\"string\",\"pattern\":\"^[A-Z]{3}-\\\\d{4,8}$\"},"
    "\"quantity\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":999},"
    "\"price\":{\"$ref\":\"#/$defs/money\"},\"gift\":{\"type\":\"boolean\"}}}}}";

static const char payload_text[] =
    "{\"orderId\":\"0192f3a4-5b6c-7d8e-9f01-23456789abcd\","
    "\"customer\":{\"customerId\":\"c-20260001\",\"email\":\"jane.doe@example.com\","
    "\"name\":\"Jane Doe\",\"vip\":true},"
    "\"lines\":["
    "{\"sku\":\"ABC-0001\",\"quantity\":1,\"price\":19.99,\"gift\":false},"
    "{\"sku\":\"ABC-0002\",\"quantity\":20,\"price\":5.49,\"gift\":false},"
    "{\"sku\":\"DEF-12345\",\"quantity\":3,\"price\":100,\"gift\":true},"
    "{\"sku\":\"XYZ-99999999\",\"quantity\":2,\"price\":0.5,\"gift\":false},"
    "{\"sku\":\"XYZ-88888888\",\"quantity\":7,\"price\":12.25,\"gift\":false},"
    "{\"sku\":\"QRS-4711\",\"quantity\":1,\"price\":1299.00,\"gift\":true}],"
    "\"total\":1814.04,\"currency\":\"EUR\",\"placedAt\":\"2026-11-21T08:30:06.283Z\","
    "\"note\":\"Please ring twice: the bell is old, and the dog is older. Leave the parcel with "
    "the neighbours on the "
    "ground floor if nobody opens, they know about it and are at home until six; after that the "
    "shop at the corner takes "
    "parcels too, against a signature. The invoice goes to the address that you know, with the "
    "number of the order on it, please, and not by mail but on paper.\",\"tags\":[\"web\","
    "\"spring\",\"first-order\",\"newsletter\"]}";

static const char *const expressions[] = {
    "state.status == 'ACTIVE'",
    "payload.customer.email == state.email",
    "payload.total * 2 + 1 > state.limit && payload.currency in ['EUR', 'CHF']",
    "has(state.email) && state.email.endsWith('@example.com') && size(payload.lines) < 10",
    "payload.customer.customerId.matches('^c-[0-9]+$')",
};

static const struct value *read_json(struct arena *arena, const char *text)
{
    const struct value *value;

    if (json_parse(arena, slice_str(text), &value, NULL) != STATUS_OK) {
        abort();
    }
    return value;
}

static double cpu_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* ------------------------------------------------------------------ measuring */

typedef void work_fn(void *ctx, struct arena *arena);

static void measure(const char *what, unsigned int count, work_fn *work, void *ctx)
{
    struct arena arena = {0};
    double best = 0;

    for (unsigned int round = 0; round < ROUNDS; round++) {
        double start = cpu_us(), each;

        for (unsigned int i = 0; i < count; i++) {
            work(ctx, &arena);
            arena_reset(&arena);
        }
        each = (cpu_us() - start) / count;
        best = round == 0 || each < best ? each : best;
    }
    printf("%8.3f us  %s\n", best, what);
    arena_fini(&arena);
}

static void read_work(void *ctx, struct arena *arena)
{
    (void)read_json(arena, ctx);
}

struct validation_work {
    const struct schema *schema;
    const struct value *payload;
};

static void validation_work(void *ctx, struct arena *arena)
{
    const struct validation_work *work = ctx;
    struct schema_errors errors;

    if (schema_validate(work->schema, work->payload, arena, &errors) != STATUS_OK) {
        fprintf(stderr, "%.*s %.*s\n", SLICE_ARG(errors.items[0].pointer),
                SLICE_ARG(errors.items[0].detail));
        abort();
    }
}

struct expr_work {
    const struct expr *expr;
    struct expr_env env;
};

static void expr_work(void *ctx, struct arena *arena)
{
    const struct expr_work *work = ctx;
    const char *error;
    bool holds;

    if (expr_test(work->expr, &work->env, arena, &holds, &error) != STATUS_OK) {
        fprintf(stderr, "%s\n", error);
        abort();
    }
}

int main(void)
{
    static char payload_copy[sizeof(payload_text)];
    struct arena arena = {0};
    struct diag diag = {0};
    const struct json_source source = {&diag, SLICE_LITERAL("micro"), slice_str(schema_text),
                                       SLICE_EMPTY};
    struct expr_scope scope = {.payload = true, .state = true};
    struct validation_work validation;
    struct expr_work expr = {0};

    memcpy(payload_copy, payload_text, sizeof(payload_text));
    validation.schema = schema_compile(&arena, read_json(&arena, schema_text), &source);
    validation.payload = read_json(&arena, payload_text);
    expr.env.payload = validation.payload;
    expr.env.state = read_json(
        &arena, "{\"email\":\"jane.doe@example.com\",\"status\":\"ACTIVE\",\"limit\":1000.5}");
    scope.payload_schema = validation.schema;
    printf("a payload of %zu bytes\n", sizeof(payload_text) - 1);
    measure("read", 20000, read_work, payload_copy);
    if (validation.schema) {
        measure("validated", 20000, validation_work, &validation);
    }
    for (size_t i = 0; i < ARRAY_COUNT(expressions); i++) {
        expr.expr = expr_compile(&arena, slice_str(expressions[i]), &scope, &source, 1);
        if (expr.expr) {
            measure(expressions[i], 200000, expr_work, &expr);
        }
    }
    diag_print(&diag, stderr);
    arena_fini(&arena);
    return diag.count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
