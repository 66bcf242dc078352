/*
 * Runs the files of a folder through a fuzz harness, without a fuzzer: replay FOLDER. Each file is
 * also run cut to every shorter length (of the first 512), in memory of just that size, so that a
 * sanitizer sees a read beyond it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/memory.h"
#include "tests/fuzz/fuzz.h"

#define CUT_MAX 512

static void run_cut(const char *bytes, size_t count)
{
    char *copy = xrealloc(NULL, count);

    memcpy(copy, bytes, count);
    LLVMFuzzerTestOneInput((const uint8_t *)copy, count);
    xfree(copy);
}

static void run_file(FILE *file)
{
    static char bytes[1 << 20];
    size_t count = fread(bytes, 1, sizeof(bytes), file);

    run_cut(bytes, count);
    for (size_t cut = 0; cut < count && cut < CUT_MAX; cut++) {
        run_cut(bytes, cut);
    }
}

static size_t run_folder(DIR *folder, const char *path)
{
    const struct dirent *entry;
    size_t runs = 0;

    while ((entry = readdir(folder)) != NULL) {
        char name[1024];
        FILE *file;

        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        file = fopen(name, "rb");
        if (!file) {
            perror(name);
            abort();
        }
        run_file(file);
        (void)fclose(file);
        runs++;
    }
    return runs;
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    size_t runs;

    if (!folder) {
        (void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    runs = run_folder(folder, argv[1]);
    (void)closedir(folder);
    printf("%s: %zu inputs\n", argv[1], runs);
    return runs > 0 ? 0 : 1;
}
