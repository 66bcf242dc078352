/*
 * Signatures: AWS's published vectors, and what the key cache must not do.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/aws/sigv4.h"
#include "lib/base/clock.h"
#include "lib/data/json.h"
#include "tests/unit/unit.h"

#define VECTORS "tests/unit/lib/aws/sigv4_vectors.jsonl"

static struct slice text_of(const struct value *map, const char *name)
{
    const struct value *value = value_get(map, slice_str(name));

    return value && value->type == VALUE_STRING ? value->text : SLICE_EMPTY;
}

static bool flag_of(const struct value *map, const char *name)
{
    return value_get(map, slice_str(name))->boolean;
}

static void assert_text(struct slice got, const struct value *expect, const char *name,
                        struct slice id)
{
    struct slice wanted = text_of(expect, name);

    if (!slice_eq(got, wanted)) {
        fail_msg("%.*s: %s is\n%.*s\nnot\n%.*s", SLICE_ARG(id), name, SLICE_ARG(got),
                 SLICE_ARG(wanted));
    }
}

static void check_vector(struct sigv4 *signer, const struct value *vector, struct arena *arena)
{
    const struct value *expect = value_get(vector, slice_str("expect")),
                       *headers = value_get(vector, slice_str("headers"));
    const struct credentials credentials = {.access_key = text_of(vector, "access_key"),
                                            .secret_key = text_of(vector, "secret_key"),
                                            .token = text_of(vector, "token")};
    struct sigv4_header *list = ARENA_ARRAY(arena, struct sigv4_header, headers->count);
    struct sigv4_input input = {.method = text_of(vector, "method"),
                                .headers = list,
                                .body = text_of(vector, "body"),
                                .region = text_of(vector, "region"),
                                .service = text_of(vector, "service"),
                                .normalize_path = flag_of(vector, "normalize"),
                                .sign_body_header = flag_of(vector, "sign_body"),
                                .omit_token = flag_of(vector, "omit_session_token")};
    struct sigv4_output output;

    for (const struct value *pair = headers->first; pair; pair = pair->next) {
        list[input.header_count++] = (struct sigv4_header){pair->first->text, pair->last->text};
    }
    (void)slice_cut(text_of(vector, "uri"), '?', &input.path, &input.query);
    assert_status(clock_parse_rfc3339(text_of(vector, "timestamp"), &input.wall_ms), STATUS_OK);
    assert_status(sigv4_sign(signer, &credentials, &input, arena, &output), STATUS_OK);
    assert_text(output.canonical_request, expect, "canonical_request", text_of(vector, "id"));
    assert_text(output.string_to_sign, expect, "string_to_sign", text_of(vector, "id"));
    assert_text(output.signature, expect, "signature", text_of(vector, "id"));
    assert_text(output.authorization, expect, "authorization", text_of(vector, "id"));
}

static void test_published_vectors_are_reproduced(void **state)
{
    struct sigv4 *signer = sigv4_create();
    FILE *file = fopen(VECTORS, "re");
    struct arena arena = {0};
    char *line = NULL;
    size_t size = 0, count = 0;

    (void)state;
    assert_non_null(file);
    while (getline(&line, &size, file) > 0) {
        const struct value *vector = NULL;

        assert_status(json_parse(&arena, slice_str(line), &vector, NULL), STATUS_OK);
        check_vector(signer, vector, &arena);
        arena_reset(&arena);
        count++;
    }
    assert_int_equal(count, 38);
    free(line);
    (void)fclose(file);
    arena_fini(&arena);
    sigv4_destroy(signer);
}

static struct slice sign_with(struct sigv4 *signer, const char *secret, const char *region,
                              uint64_t wall_ms, struct arena *arena)
{
    const struct credentials credentials = {.access_key = SLICE_LITERAL("A"),
                                            .secret_key = slice_str(secret)};
    const struct sigv4_header host = {SLICE_LITERAL("host"), SLICE_LITERAL("h")};
    const struct sigv4_input input = {.method = SLICE_LITERAL("POST"),
                                      .path = SLICE_LITERAL("/"),
                                      .headers = &host,
                                      .header_count = 1,
                                      .region = slice_str(region),
                                      .service = SLICE_LITERAL("dynamodb"),
                                      .wall_ms = wall_ms,
                                      .normalize_path = true};
    struct sigv4_output output;

    assert_status(sigv4_sign(signer, &credentials, &input, arena, &output), STATUS_OK);
    return output.signature;
}

static void test_kept_key_serves_its_own_scope_only(void **state)
{
    static const struct {
        const char *secret, *region;
        uint64_t wall_ms;
    } cases[] = {
        {"one", "us-east-1", 1440938160000           },
        {"two", "us-east-1", 1440938160000           },
        {"one", "eu-west-1", 1440938160000           },
        {"one", "us-east-1", 1440938160000 + 86400000},
        {"one", "us-east-1", 1440938160000           }
    };
    struct sigv4 *kept = sigv4_create();
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct sigv4 *fresh = sigv4_create();
        struct slice expected =
            sign_with(fresh, cases[i].secret, cases[i].region, cases[i].wall_ms, &arena);

        for (int again = 0; again < 2; again++) {
            assert_true(slice_eq(
                sign_with(kept, cases[i].secret, cases[i].region, cases[i].wall_ms, &arena),
                expected));
        }
        sigv4_destroy(fresh);
    }
    sigv4_destroy(kept);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_vectors_are_reproduced),
        cmocka_unit_test(test_kept_key_serves_its_own_scope_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
