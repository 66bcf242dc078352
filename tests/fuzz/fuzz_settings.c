/*
 * A file of settings: complaints, or settings that are printed, and what was printed reads back as
 * the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/settings/settings.h"
#include "tests/fuzz/fuzz.h"

/* TEXT is written to PATH and loaded. */
static enum status load(const char *path, const char *text, size_t count, struct settings *out)
{
    char name[] = "fuzz", flag[64];
    char *argv[] = {name, flag, NULL};
    int argc = 2;
    FILE *file = fopen(path, "w");

    if (!file || fwrite(text, 1, count, file) != count || fclose(file) != 0) {
        abort();
    }
    (void)snprintf(flag, sizeof(flag), "--config=%s", path);
    return settings_load(out, &argc, argv, NULL);
}

static char *print(const struct settings *settings, size_t *count_out)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, count_out);

    if (!out) {
        abort();
    }
    settings_print(settings, out);
    (void)fclose(out);
    return text;
}

static void print_and_load_again(const char *path, const struct settings *settings)
{
    struct settings again = {0};
    size_t count, count_again;
    char *text = print(settings, &count), *text_again;

    if (load(path, text, count, &again) != STATUS_OK || again.role != settings->role ||
        again.log_level != settings->log_level) {
        abort();
    }
    text_again = print(&again, &count_again);
    if (count != count_again || memcmp(text, text_again, count) != 0) {
        abort();
    }
    free(text);
    free(text_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static char path[] = "/tmp/twofold-fuzz-XXXXXX";
    static bool ready;
    struct settings settings = {0};

    if (!ready) {
        int file = mkstemp(path);

        /* the complaints; a sanitizer's report is not written by this */
        stderr = fopen("/dev/null", "w");
        if (file < 0 || close(file) != 0 || !stderr) {
            abort();
        }
        ready = true;
    }
    if (load(path, (const char *)bytes, count, &settings) == STATUS_OK) {
        print_and_load_again(path, &settings);
    }
    return 0;
}
