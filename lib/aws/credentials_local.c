/*
 * Credentials that lie on this machine: environment variables, and the profile files
 * (~/.aws/credentials, ~/.aws/config).
 *
 * Of a profile: aws_access_key_id, aws_secret_access_key, aws_session_token, region. Profiles by
 * SSO, by a process or by an assumed role are not served; the log says so.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/aws/credentials_source.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

#define FILE_MAX ((size_t)1 << 20)

struct slice credentials_env(const char *name)
{
    const char *value = getenv(name); // NOLINT(concurrency-mt-unsafe): nothing sets any

    return value ? slice_str(value) : SLICE_EMPTY;
}

enum status credentials_read_file(struct arena *arena, const char *path, struct slice *out)
{
    FILE *file = fopen(path, "re");
    char *bytes;
    size_t len;

    if (!file) {
        return STATUS_NOT_FOUND;
    }
    bytes = arena_bytes(arena, FILE_MAX);
    len = fread(bytes, 1, FILE_MAX, file);
    *out = slice_of(bytes, len);
    (void)fclose(file);
    return STATUS_OK;
}

enum status credentials_from_environment(struct arena *arena, struct credentials *out)
{
    (void)arena;
    *out = (struct credentials){.access_key = credentials_env("AWS_ACCESS_KEY_ID"),
                                .secret_key = credentials_env("AWS_SECRET_ACCESS_KEY"),
                                .token = credentials_env("AWS_SESSION_TOKEN"),
                                .expires_ms = CLOCK_NEVER};
    return out->access_key.len > 0 && out->secret_key.len > 0 ? STATUS_OK : STATUS_NOT_FOUND;
}

/* ------------------------------------------------------------------ profiles */

static struct slice profile_name(void)
{
    struct slice name = credentials_env("AWS_PROFILE");

    return name.len > 0 ? name : slice_str("default");
}

static struct slice profile_file(struct arena *arena, const char *variable, const char *in_home)
{
    struct slice path = credentials_env(variable), home = credentials_env("HOME"),
                 text = SLICE_EMPTY;

    if (path.len == 0 && home.len > 0) {
        path = arena_printf(arena, "%.*s/.aws/%s", SLICE_ARG(home), in_home);
    }
    if (path.len == 0 ||
        credentials_read_file(arena, arena_cstr(arena, path), &text) != STATUS_OK) {
        return SLICE_EMPTY;
    }
    return text;
}

/* "[name]", and "[profile name]" in the config file. */
static bool opens(struct slice line, struct slice profile)
{
    struct slice name =
        slice_trim(slice_of(line.ptr + 1, line.len - 1 - (line.ptr[line.len - 1] == ']')));

    if (slice_starts(name, "profile ")) {
        name = slice_trim(slice_from(name, strlen("profile ")));
    }
    return slice_eq(name, profile);
}

/* The value of KEY in PROFILE's section; empty when there is none. */
static struct slice profile_get(struct slice text, struct slice profile, const char *key)
{
    struct slice rest = text, line, name, value;
    bool inside = false;

    while (rest.len > 0) {
        (void)slice_cut(rest, '\n', &line, &rest);
        line = slice_trim(line);
        if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';') {
            continue;
        }
        if (line.ptr[0] == '[') {
            inside = line.len > 1 && opens(line, profile);
        } else if (inside && slice_cut(line, '=', &name, &value) &&
                   slice_is(slice_trim(name), key)) {
            return slice_trim(value);
        }
    }
    return SLICE_EMPTY;
}

static void warn_unsupported(struct slice config, struct slice profile)
{
    static const char *const keys[] = {"role_arn", "sso_session", "sso_start_url",
                                       "credential_process"};

    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        if (profile_get(config, profile, keys[i]).len > 0) {
            log_warn("a profile's way to credentials is not served", "profile=\"%.*s\" key=%s",
                     SLICE_ARG(profile), keys[i]);
        }
    }
}

static bool profile_read(struct slice text, struct slice profile, struct credentials *out)
{
    *out = (struct credentials){.access_key = profile_get(text, profile, "aws_access_key_id"),
                                .secret_key = profile_get(text, profile, "aws_secret_access_key"),
                                .token = profile_get(text, profile, "aws_session_token"),
                                .expires_ms = CLOCK_NEVER};
    return out->access_key.len > 0 && out->secret_key.len > 0;
}

enum status credentials_from_profile(struct arena *arena, struct credentials *out)
{
    struct slice profile = profile_name();
    struct slice config;

    if (profile_read(profile_file(arena, "AWS_SHARED_CREDENTIALS_FILE", "credentials"), profile,
                     out)) {
        return STATUS_OK;
    }
    config = profile_file(arena, "AWS_CONFIG_FILE", "config");
    if (profile_read(config, profile, out)) {
        return STATUS_OK;
    }
    warn_unsupported(config, profile);
    return STATUS_NOT_FOUND;
}

struct slice credentials_find_region(struct arena *arena)
{
    struct slice region = credentials_env("AWS_REGION");

    if (region.len == 0) {
        region = credentials_env("AWS_DEFAULT_REGION");
    }
    if (region.len == 0) {
        region =
            profile_get(profile_file(arena, "AWS_CONFIG_FILE", "config"), profile_name(), "region");
    }
    return region;
}
