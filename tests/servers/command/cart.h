/*
 * Commands on carts, the event store of tests/unit/command/carts.h, on a bench.
 */
#ifndef TESTS_SERVERS_COMMAND_CART_H
#define TESTS_SERVERS_COMMAND_CART_H

#include "tests/servers/command/bench.h"
#include "tests/unit/command/carts.h"

#define ONE "{\"Count\":1}"

extern struct carts carts;

int cart_bench_open(void **state);
int cart_bench_close(void **state);

/* The cart of TRIAL. */
struct slice cart_id(struct trial *trial);
enum status cart_run(struct trial *trial, enum cart_command which, const char *payload);
/* By a gateway that knows nothing. */
enum status cart_run_cold(struct trial *trial, enum cart_command which, const char *payload);
/* Makes the trial and opens its cart. */
void cart_open(struct trial *trial);
void cart_fresh_key(struct trial *trial);

/* All items of the cart, ascending. */
const struct value *cart_items(struct trial *trial);
/* Events are numbered 1 to n, the times of ours rise; n comes back. */
uint64_t cart_check_events(struct trial *trial);

/* What another gateway writes. payload: typed members. */
const char *cart_foreign_event_of(struct trial *trial, unsigned long long version, const char *type,
                                  struct slice payload);
/* Added {"Count": count} */
const char *cart_foreign_event(struct trial *trial, unsigned long long version, unsigned int count);
void cart_foreign_append(struct trial *trial, unsigned long long version, unsigned int count);

#endif
