/*
 * The credential chain: each source, their order, and the refresh.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/aws/credentials.h"
#include "lib/base/clock.h"
#include "tests/unit/lib/http/tiny_server.h"
#include "tests/unit/unit.h"

static struct bench {
    struct tiny_server server;
    char folder[64], url[64];
    char answer[1024];
    char expiry[32];
} bench;

static const char *const variables[] = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_SESSION_NAME",
    "AWS_ENDPOINT_URL_STS",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
};

static void body(const char *text)
{
    (void)snprintf(bench.answer, sizeof(bench.answer),
                   "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(text), text);
}

/* STS, the container's agent and the instance's metadata in one. */
static const char *serve(struct tiny_server *server, const char *request)
{
    char text[512];

    (void)server;
    if (strncmp(request, "PUT /latest/api/token", 21) == 0) {
        body(strstr(request, "X-aws-ec2-metadata-token-ttl-seconds: ") ? "SESSION" : "no ttl");
        return bench.answer;
    }
    if (strncmp(request, "GET /latest/meta-data/iam/security-credentials/ ", 48) == 0) {
        body(strstr(request, "X-aws-ec2-metadata-token: SESSION\r\n") ? "role-of-host\n" : "");
        return bench.answer;
    }
    if (strncmp(request, "POST /sts", 9) == 0) {
        bool good = strstr(request, "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&") &&
                    strstr(request, "WebIdentityToken=ey%2Bx") &&
                    strstr(request, "Accept: application/json");

        (void)snprintf(
            text, sizeof(text),
            "{\"AssumeRoleWithWebIdentityResponse\":{\"AssumeRoleWithWebIdentityResult\":{\"Credentials\":{\"AccessKeyId\":"
            "\"%s\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\",\"Expiration\":4.1e9}}}}",
            good ? "STS" : "bad request");
        body(text);
        return bench.answer;
    }
    (void)snprintf(
        text, sizeof(text),
        "{\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"s%u\",\"Token\":\"t\",\"Expiration\":\"%s\"}",
        strstr(request, "/role-of-host")
            ? "INSTANCE"
            : (strstr(request, "Authorization: Basic x\r\n") ? "CONTAINER" : "no token"),
        (unsigned int)server->requests, bench.expiry);
    body(text);
    return bench.answer;
}

static void write_file(const char *name, const char *text, char path[128])
{
    FILE *file;

    (void)snprintf(path, 128, "%s/%s", bench.folder, name);
    file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(variables); i++) {
        (void)unsetenv(variables[i]);
    }
    (void)snprintf(bench.folder, sizeof(bench.folder), "/tmp/twofold-test-XXXXXX");
    if (!mkdtemp(bench.folder)) {
        return 1;
    }
    tiny_start(&bench.server, serve);
    (void)snprintf(bench.url, sizeof(bench.url), "http://127.0.0.1:%u", bench.server.port);
    (void)snprintf(bench.expiry, sizeof(bench.expiry), "2099-01-01T00:00:00Z");
    (void)setenv("HOME", bench.folder, 1);
    (void)setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    return 0;
}

static int teardown(void **state)
{
    char command[128];

    (void)state;
    tiny_stop(&bench.server);
    (void)snprintf(command, sizeof(command), "rm -rf %s", bench.folder);
    return system(command);
}

static void assert_found(const char *access_key, const char *secret_key, const char *token)
{
    struct credential_provider *provider = NULL;
    struct arena arena = {0};
    struct credentials now;

    assert_status(credential_provider_create(&provider), STATUS_OK);
    now = credentials_now(provider, &arena);
    assert_slice(now.access_key, access_key);
    if (secret_key) {
        assert_slice(now.secret_key, secret_key);
    }
    assert_slice(now.token, token);
    credential_provider_destroy(provider);
    arena_fini(&arena);
}

static void use_environment(void)
{
    (void)setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
}

static void use_profile(void)
{
    char path[128];

    write_file(
        "credentials",
        "[default]\n aws_access_key_id = DEFAULT\naws_secret_access_key=d\n; comment\n"
        "[work]\naws_access_key_id = WORK\naws_secret_access_key = w==\naws_session_token = tok\n",
        path);
    (void)setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1);
}

static void use_web_identity(void)
{
    char path[128], url[128];

    write_file("token", "ey+x\n", path);
    (void)snprintf(url, sizeof(url), "%s/sts", bench.url);
    (void)setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/r", 1);
    (void)setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path, 1);
    (void)setenv("AWS_ENDPOINT_URL_STS", url, 1);
}

static void use_container(void)
{
    char url[128];

    (void)snprintf(url, sizeof(url), "%s/agent", bench.url);
    (void)setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
    (void)setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic x", 1);
}

static void use_instance(void)
{
    (void)setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
    (void)setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", bench.url, 1);
}

static void test_each_source_gives_what_it_has(void **state)
{
    (void)state;
    use_instance();
    assert_found("INSTANCE", NULL, "t");
    use_container();
    assert_found("CONTAINER", NULL, "t");
    use_profile();
    assert_found("DEFAULT", "d", "");
    (void)setenv("AWS_PROFILE", "work", 1);
    assert_found("WORK", "w==", "tok");
    use_web_identity();
    assert_found("STS", "s", "t");
    use_environment();
    assert_found("ENV", "secret", "");
}

static void test_no_source_is_not_found(void **state)
{
    struct credential_provider *provider = NULL;

    (void)state;
    assert_status(credential_provider_create(&provider), STATUS_NOT_FOUND);
}

/* Each of these would reach the server. */
static void test_container_is_not_asked_in_the_clear_on_another_host(void **state)
{
    static const char *const hosts[] = {"0.0.0.0", "127.0.0.1:80@127.0.0.1", "x@127.0.0.1"};
    struct credential_provider *provider = NULL;

    (void)state;
    use_container();
    for (size_t i = 0; i < ARRAY_COUNT(hosts); i++) {
        char url[128];

        (void)snprintf(url, sizeof(url), "http://%s:%u/agent", hosts[i], bench.server.port);
        (void)setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
        assert_status(credential_provider_create(&provider), STATUS_NOT_FOUND);
    }
    assert_int_equal(bench.server.requests, 0);
}

static void test_region_comes_from_environment_or_profile(void **state)
{
    struct credential_provider *provider = NULL;
    char path[128];

    (void)state;
    use_environment();
    write_file("config", "[default]\nregion = eu-west-3\n[profile work]\nregion=ap-south-1\n",
               path);
    (void)setenv("AWS_CONFIG_FILE", path, 1);
    (void)setenv("AWS_PROFILE", "work", 1);
    assert_status(credential_provider_create(&provider), STATUS_OK);
    assert_slice(credentials_region(provider), "ap-south-1");
    credential_provider_destroy(provider);
    (void)setenv("AWS_REGION", "sa-east-1", 1);
    assert_status(credential_provider_create(&provider), STATUS_OK);
    assert_slice(credentials_region(provider), "sa-east-1");
    credential_provider_destroy(provider);
}

static void test_credentials_are_refreshed_before_their_end(void **state)
{
    struct credential_provider *provider = NULL;
    struct arena arena = {0};
    struct slice first, now;
    uint64_t until_us = clock_deadline(10000000);

    (void)state;
    use_container();
    clock_rfc3339(clock_wall_ms() + 3000,
                  bench.expiry); /* 3 s to live: asked again after half of them */
    assert_status(credential_provider_create(&provider), STATUS_OK);
    first = credentials_now(provider, &arena).secret_key;
    (void)snprintf(bench.expiry, sizeof(bench.expiry), "2099-01-01T00:00:00Z");
    do {
        now = credentials_now(provider, &arena).secret_key;
        (void)usleep(10000);
    } while (slice_eq(first, now) && clock_left_us(until_us) > 0);
    assert_false(slice_eq(first, now));
    credential_provider_destroy(provider);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(test_each_source_gives_what_it_has),
        TEST(test_no_source_is_not_found),
        TEST(test_container_is_not_asked_in_the_clear_on_another_host),
        TEST(test_region_comes_from_environment_or_profile),
        TEST(test_credentials_are_refreshed_before_their_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
