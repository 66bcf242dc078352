/*
 * Events with fields, one line each on standard error:
 *     2026-11-21T11:05:26.123Z warn redis lost peer=127.0.0.1:6379 retry_ms=120
 * The first argument names the event; the second is a printf format of key=value fields, or NULL.
 * Control characters and bytes that are not UTF-8 are escaped. Never a secret. Any thread; a line
 * is one write().
 *
 * What happens per request is a counter; what an operator acts on is a log line. log_*_every() says
 * at most one line of that place in the code per second, and then how many were left out.
 */
#ifndef LIB_BASE_LOG_H
#define LIB_BASE_LOG_H

#include "lib/base/compiler.h"

enum log_level {
    LOG_DEBUG,
    LOG_INFO,
    LOG_WARN,
    LOG_ERROR
};

void log_level_set(enum log_level level);
void log_event(enum log_level level, const char *event, const char *format, ...) PRINTF_LIKE(3, 4);

struct log_limit {
    _Atomic unsigned long long next_us;
    _Atomic unsigned int left_out;
};
void log_event_limited(struct log_limit *limit, enum log_level level, const char *event,
                       const char *format, ...) PRINTF_LIKE(4, 5);

#define log_debug(...) log_event(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)  log_event(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_event(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_event(LOG_ERROR, __VA_ARGS__)
#define log_warn_every(...)                                \
    do {                                                   \
        static struct log_limit limit_;                    \
        log_event_limited(&limit_, LOG_WARN, __VA_ARGS__); \
    } while (0)

#endif
