/*
 * The sources of the credential chain, for credentials.c alone.
 */
#ifndef LIB_AWS_CREDENTIALS_SOURCE_H
#define LIB_AWS_CREDENTIALS_SOURCE_H

#include "lib/aws/credentials.h"

/*
 * OK with *out in ARENA; NOT_FOUND: this source is not set up here; other statuses: it is, but gave
 * none. May block for a few seconds.
 */
typedef enum status credential_source_fn(struct arena *arena, struct credentials *out);

/* credentials_local.c */
enum status credentials_from_environment(struct arena *arena, struct credentials *out);
enum status credentials_from_profile(struct arena *arena, struct credentials *out);
struct slice credentials_find_region(struct arena *arena);
/* The whole file, at most 1 MB; NOT_FOUND when it cannot be read. */
MUST_CHECK enum status credentials_read_file(struct arena *arena, const char *path,
                                             struct slice *out);
/* A variable's value; empty when it is unset. */
struct slice credentials_env(const char *name);

/* credentials_remote.c */
enum status credentials_from_web_identity(struct arena *arena, struct credentials *out);
enum status credentials_from_container(struct arena *arena, struct credentials *out);
enum status credentials_from_instance(struct arena *arena, struct credentials *out);

#endif
