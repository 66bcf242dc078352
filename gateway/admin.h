/*
 * The admin port: /metrics, /livez, /readyz and the dashboard, on a thread of its own.
 */
#ifndef GATEWAY_ADMIN_H
#define GATEWAY_ADMIN_H

#include "gateway/worker.h"

MUST_CHECK enum status admin_start(const struct gateway *gateway);

#endif
