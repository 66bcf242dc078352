/*
 * What a fuzz harness defines. libFuzzer calls it with inputs of its own, replay.c with those of
 * the corpus.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/*
 * BYTES may be NULL when COUNT is 0. Returns 0; an input that is handled wrongly ends the process.
 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#endif
