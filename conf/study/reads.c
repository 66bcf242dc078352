#include "conf/study/reads.h"

size_t reads_tables(struct arena *arena, const struct sqltree *tree, const struct slice **out)
{
    struct slice *names = ARENA_ARRAY(arena, struct slice, tree->source_count);
    size_t count = 0;

    for (size_t i = 0; i < tree->source_count; i++) {
        const struct table *table = tree->sources[i]->table;
        size_t j = 0;

        while (table && j < count && !slice_eq(names[j], table->name)) {
            j++;
        }
        if (table && j == count) {
            names[count++] = table->name;
        }
    }
    *out = names;
    return count;
}
