/*
 * Attributes that the contracts in our headers use.
 */
#ifndef LIB_BASE_COMPILER_H
#define LIB_BASE_COMPILER_H

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_COUNT(array)     (sizeof(array) / sizeof((array)[0]))

#endif
