/*
 * AWS credentials by the standard chain (AWS SDKs reference, "Standardized credential providers"):
 * environment, profile files, web identity, container, instance metadata (IMDSv2). One provider per
 * process, shared by all threads; refreshed by a thread of its own before they end.
 */
#ifndef LIB_AWS_CREDENTIALS_H
#define LIB_AWS_CREDENTIALS_H

#include "lib/aws/sigv4.h"
#include "lib/base/arena.h"

struct credential_provider;

/*
 * Finds the first source of the chain that answers. NOT_FOUND: none does; the log names those that
 * were tried.
 */
MUST_CHECK enum status credential_provider_create(struct credential_provider **out);
void credential_provider_destroy(struct credential_provider *provider);

/* The current ones, copied into ARENA; never blocks. */
struct credentials credentials_now(struct credential_provider *provider, struct arena *arena);

/* AWS_REGION, AWS_DEFAULT_REGION or the profile's; empty when none is set. */
struct slice credentials_region(struct credential_provider *provider);

#endif
