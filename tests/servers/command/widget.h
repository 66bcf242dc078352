/*
 * Commands on widgets, the state store of tests/unit/command/widgets.h, on a bench.
 */
#ifndef TESTS_SERVERS_COMMAND_WIDGET_H
#define TESTS_SERVERS_COMMAND_WIDGET_H

#include "tests/servers/command/bench.h"
#include "tests/unit/command/widgets.h"

#define SMALL "{\"Name\":\"a\",\"Price\":1}"
#define LARGE "{\"Name\":\"b\",\"Price\":12345678901234567890.123456}"

extern struct widgets widgets;

int widget_bench_open(void **state);
int widget_bench_close(void **state);

/* The widget of TRIAL. */
enum status widget_run(struct trial *trial, enum widget_command which, const char *payload);
void widget_stocked(struct trial *trial, unsigned int stock);
const struct value *widget_item(struct trial *trial);
uint64_t widget_version(struct trial *trial); /* 0: none */

/* An item as other software writes it: no _version. */
const char *widget_foreign_put(struct trial *trial, unsigned int stock);
const char *widget_foreign_stock(struct trial *trial, unsigned int stock);
/* What another gateway does: version + 1 and a _write of its own. */
const char *widget_foreign_command(struct trial *trial);

#endif
