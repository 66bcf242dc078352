/*
 * twofold-projector: follows the models' DynamoDB streams and keeps their read models and cached
 * answers right.
 *
 *     twofold-projector [--key=value ...]        the daemon; SIGTERM finishes the batch in hand and
 *                                                gives its leases back
 *     twofold-projector setup [--create-tables]  makes what the daemons need
 *     twofold-projector dead-letters list|retry|discard ...
 *     twofold-projector --print-settings | --version
 */
#include <stdio.h>

#include "conf/build/load.h"
#include "conf/settings/settings.h"
#include "lib/aws/dynamodb.h"
#include "lib/base/log.h"
#include "lib/run/process.h"
#include "lib/run/version.h"
#include "projector/daemon.h"
#include "projector/letters.h"
#include "projector/setup.h"

enum {
    EXIT_OK,
    EXIT_FAILED,
    EXIT_USAGE
};

// clang-format off
static const char usage[] =
    "usage: twofold-projector [--config=FILE] [--KEY=VALUE ...] [COMMAND]\n"
    "  (none)                                 follow the streams until SIGTERM\n"
    "  setup [--create-tables]                make databases, tables and users; on a local"
    " endpoint, or when told to, DynamoDB's tables\n"
    "  dead-letters list [MODEL]              records that could not be projected, oldest first\n"
    "  dead-letters retry MODEL [AGGREGATE]   project them now, in their order; AGGREGATE is\n"
    "                                         Type:id, as list shows it\n"
    "  dead-letters discard MODEL ID          forget one\n"
    "  --print-settings                       show what is set\n"
    "  --version\n";
// clang-format on

static bool take_flag(int *argc, char **argv, const char *flag)
{
    int i, kept = 1;
    bool found = false;

    for (i = 1; i < *argc; i++) {
        if (strcmp(argv[i], flag) == 0) {
            found = true;
        } else {
            argv[kept++] = argv[i];
        }
    }
    *argc = kept;
    return found;
}

static struct plan *load_plan(const struct settings *settings)
{
    struct diag diag = {0};
    struct plan *plan = plan_load(settings->models, &diag);

    if (!plan || diag.count > 0) {
        diag_print(&diag, stderr);
    }
    diag_fini(&diag);
    return plan;
}

static int run_setup(const struct settings *settings, struct plan *plan, bool create_tables)
{
    struct credential_provider *credentials = NULL;
    enum status status = credential_provider_create(&credentials);

    if (status == STATUS_OK) {
        status = setup_run(settings, plan, credentials, create_tables);
        credential_provider_destroy(credentials);
    }
    return status == STATUS_OK ? EXIT_OK : EXIT_FAILED;
}

static enum status run_letters(const struct settings *settings, const struct plan *plan, int count,
                               char **words)
{
    const char *first = count > 1 ? words[1] : NULL, *second = count > 2 ? words[2] : NULL;

    if (count <= 2 && strcmp(words[0], "list") == 0) {
        return letters_list(settings, plan, first, stdout);
    }
    if (first && count <= 3 && strcmp(words[0], "retry") == 0) {
        return letters_retry(settings, plan, first, second, stdout);
    }
    if (second && count == 3 && strcmp(words[0], "discard") == 0) {
        return letters_discard(settings, plan, first, second, stdout);
    }
    fputs(usage, stderr);
    return STATUS_INVALID;
}

static int run(const struct settings *settings, int argc, char **argv, bool create_tables)
{
    struct plan *plan = NULL;
    int code = EXIT_USAGE;

    if (argc == 1) {
        plan = load_plan(settings);
        code = plan && daemon_run(settings, plan) == STATUS_OK ? EXIT_OK : EXIT_FAILED;
    } else if (argc == 2 && strcmp(argv[1], "setup") == 0) {
        plan = load_plan(settings);
        code = plan ? run_setup(settings, plan, create_tables) : EXIT_FAILED;
    } else if (argc >= 3 && strcmp(argv[1], "dead-letters") == 0) {
        plan = load_plan(settings);
        code = plan && run_letters(settings, plan, argc - 2, argv + 2) == STATUS_OK ? EXIT_OK
                                                                                    : EXIT_FAILED;
    } else {
        fputs(usage, stderr);
    }
    if (plan) {
        plan_put(plan);
    }
    return code;
}

int main(int argc, char **argv)
{
    static const char *const own[] = {"create-tables", "print-settings", "version", "help", NULL};
    struct settings settings;
    bool create_tables;

    if (settings_load(&settings, &argc, argv, own) != STATUS_OK) {
        return EXIT_USAGE;
    }
    if (take_flag(&argc, argv, "--help")) {
        fputs(usage, stdout);
        return EXIT_OK;
    }
    if (take_flag(&argc, argv, "--version")) {
        printf("twofold-projector %s\n", version_text());
        return EXIT_OK;
    }
    if (take_flag(&argc, argv, "--print-settings")) {
        settings_print(&settings, stdout);
        return EXIT_OK;
    }
    create_tables = take_flag(&argc, argv, "--create-tables");
    log_level_set(settings.log_level);
    process_prepare();
    return run(&settings, argc, argv, create_tables);
}
