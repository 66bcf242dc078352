/*
 * Complaints about what a user wrote, kept in the order met and printed one line each.
 * Everything is copied: a complaint outlives the text that it is about.
 */
#include "conf/text/diag.h"

#include <stdarg.h>

#include "lib/base/buf.h"

void diag_fini(struct diag *diag)
{
    arena_fini(&diag->arena);
    *diag = (struct diag){0};
}

static void add(struct diag *diag, const struct diag_place *place, struct slice hint,
                const char *format, va_list args) PRINTF_LIKE(4, 0);

static void add(struct diag *diag, const struct diag_place *place, struct slice hint,
                const char *format, va_list args)
{
    struct diag_entry *entry;
    struct buf text = {0};

    diag->count++;
    if (diag->count > DIAG_MAX) {
        return;
    }
    buf_vprintf(&text, format, args);
    entry = ARENA_NEW(&diag->arena, struct diag_entry);
    entry->file = arena_copy(&diag->arena, place->file);
    entry->path = arena_copy(&diag->arena, place->path);
    entry->hint = arena_copy(&diag->arena, hint);
    entry->text = arena_copy(&diag->arena, buf_slice(&text));
    entry->line = place->line;
    entry->column = place->column;
    buf_fini(&text);
    if (diag->last) {
        diag->last->next = entry;
    } else {
        diag->first = entry;
    }
    diag->last = entry;
}

void diag_add_at(struct diag *diag, const struct diag_place *place, struct slice hint,
                 const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(diag, place, hint, format, args);
    va_end(args);
}

void diag_add(struct diag *diag, struct slice file, unsigned int line, struct slice path,
              struct slice hint, const char *format, ...)
{
    const struct diag_place place = {.file = file, .path = path, .line = line};
    va_list args;

    va_start(args, format);
    add(diag, &place, hint, format, args);
    va_end(args);
}

static void entry_print(const struct diag_entry *entry, FILE *out)
{
    fprintf(out, "%.*s", SLICE_ARG(entry->file));
    if (entry->line > 0) {
        fprintf(out, ":%u", entry->line);
    }
    if (entry->column > 0) {
        fprintf(out, ":%u", entry->column);
    }
    if (entry->path.len > 0) {
        fprintf(out, ": %.*s", SLICE_ARG(entry->path));
    }
    fprintf(out, ": %.*s", SLICE_ARG(entry->text));
    if (entry->hint.len > 0) {
        fprintf(out, " (hint: %.*s)", SLICE_ARG(entry->hint));
    }
    fputc('\n', out);
}

void diag_print(const struct diag *diag, FILE *out)
{
    for (const struct diag_entry *entry = diag->first; entry; entry = entry->next) {
        entry_print(entry, out);
    }
    if (diag->count > DIAG_MAX) {
        fprintf(out, "and %u more\n", diag->count - DIAG_MAX);
    }
}

unsigned int diag_line_of(struct slice text, size_t offset)
{
    unsigned int line = 1;

    for (size_t i = 0; i < offset && i < text.len; i++) {
        line += text.ptr[i] == '\n';
    }
    return line;
}
