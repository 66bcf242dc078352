/*
 * A line is made on the stack and leaves by one write(), so lines of several threads never mix and
 * logging never allocates.
 *
 *     time, level, event, fields -> text (at most TEXT_MAX bytes) -> escaped -> write(2)
 *
 * A quote is the end of a value if the format has it, and a character of a value if not. To tell
 * them apart the fields are made twice, of the format as it is and of one with other quotes.
 *
 * Invariants: what is written holds no control character but its final newline, and is UTF-8; a
 * quote or a backslash within a quoted value has a backslash before it.
 */
#include "lib/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/utf8.h"

#define TEXT_MAX      4096 /* below PIPE_BUF when nothing is escaped: whole lines on a pipe too */
#define ESCAPED       4    /* bytes of "\xNN" */
#define LIMIT_SPAN_US 1000000

static _Atomic int level_least = LOG_INFO;

void log_level_set(enum log_level level)
{
    level_least = (int)level;
}

static const char *level_name(enum log_level level)
{
    static const char *const names[] = {
        [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"};

    return names[level];
}

/* Where OTHER differs from TEXT, the quote is the format's own. OUT holds ESCAPED * count bytes. */
static size_t escape(const char *text, const char *other, size_t count, char *out)
{
    static const char hex[] = "0123456789abcdef";
    const unsigned char *bytes = (const unsigned char *)text;
    bool quoted = false;
    size_t length = 0;

    for (size_t i = 0; i < count;) {
        bool control = bytes[i] < 0x20 || bytes[i] == 0x7f;
        size_t run = control ? 0 : utf8_length(slice_of(text + i, count - i));

        if (text[i] != other[i]) {
            quoted = !quoted;
        } else if (quoted && (text[i] == '"' || text[i] == '\\')) {
            out[length++] = '\\';
        }
        if (run > 0) {
            memcpy(out + length, text + i, run);
            length += run;
            i += run;
            continue;
        }
        out[length] = '\\';
        out[length + 1] = 'x';
        out[length + 2] = hex[bytes[i] >> 4];
        out[length + 3] = hex[bytes[i] & 15];
        length += ESCAPED;
        i++;
    }
    return length;
}

static void write_all(const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = write(STDERR_FILENO, bytes, count);

        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return; /* nobody reads our log: nothing better can be done */
        }
        bytes += written;
        count -= (size_t)written;
    }
}

/* What snprintf has put into SIZE bytes. */
static size_t stored(int printed, size_t size)
{
    if (printed < 0) {
        return 0;
    }
    return (size_t)printed < size ? (size_t)printed : size - 1;
}

/* FORMAT with apostrophes for its quotes; what does not fit is the end of the line anyhow. */
static void other_quotes(const char *format, char out[TEXT_MAX])
{
    size_t i;

    for (i = 0; i < TEXT_MAX - 1 && format[i] != '\0'; i++) {
        out[i] = (char)(format[i] == '"' ? '\'' : format[i]);
    }
    out[i] = '\0';
}

/* FORMAT's fields into SIZE bytes, and again with apostrophes for its quotes. */
static size_t PRINTF_LIKE(4, 0)
    print_fields(char *text, char *other, size_t size, const char *format, va_list args)
{
    char changed[TEXT_MAX];
    va_list again;
    size_t used;

    va_copy(again, args);
    used = stored(vsnprintf(text, size, format, args), size);
    other_quotes(format, changed);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* FORMAT, which the caller's compiler saw */
    (void)vsnprintf(other, size, changed, again);
#pragma GCC diagnostic pop
    va_end(again);
    return used;
}

static void PRINTF_LIKE(4, 0) log_line(enum log_level level, unsigned int left_out,
                                       const char *event, const char *format, va_list args)
{
    char time[CLOCK_TEXT];
    char text[TEXT_MAX], other[TEXT_MAX];
    char line[TEXT_MAX * ESCAPED + 1];
    size_t used;
    size_t length;

    clock_rfc3339(clock_wall_ms(), time);
    used = stored(snprintf(text, sizeof(text), "%s %s %s", time, level_name(level), event),
                  sizeof(text));
    if (left_out > 0) {
        used += stored(snprintf(text + used, sizeof(text) - used, " left_out=%u", left_out),
                       sizeof(text) - used);
    }
    if (format && used + 1 < sizeof(text)) {
        text[used++] = ' ';
        memcpy(other, text, used);
        used += print_fields(text + used, other + used, sizeof(text) - used, format, args);
    } else {
        memcpy(other, text, used);
    }
    length = escape(text, other, used, line);
    line[length] = '\n';
    write_all(line, length + 1);
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    va_list args;

    if ((int)level < level_least) {
        return;
    }
    va_start(args, format);
    log_line(level, 0, event, format, args);
    va_end(args);
}

/* Whether this place may speak now; counts it otherwise. */
static bool limit_pass(struct log_limit *limit, unsigned int *left_out)
{
    unsigned long long next = limit->next_us;
    unsigned long long now = clock_us();

    if (now < next ||
        !atomic_compare_exchange_strong(&limit->next_us, &next, now + LIMIT_SPAN_US)) {
        limit->left_out++;
        return false;
    }
    *left_out = limit->left_out;
    limit->left_out -= *left_out;
    return true;
}

void log_event_limited(struct log_limit *limit, enum log_level level, const char *event,
                       const char *format, ...)
{
    unsigned int left_out = 0;
    va_list args;

    if ((int)level < level_least || !limit_pass(limit, &left_out)) {
        return;
    }
    va_start(args, format);
    log_line(level, left_out, event, format, args);
    va_end(args);
}
