/*
 * POST /commands: any command of any model, in one form (docs/architecture.md "HTTP").
 *
 *     {"commandId": "...", "commandType": "UpdateThing", "aggregateId": "7", "payload": {...},
 *      "expectedVersion": 3, "timestamp": "2026-11-21T11:05:26Z"}
 */
#ifndef GATEWAY_ENVELOPE_H
#define GATEWAY_ENVELOPE_H

#include "gateway/request.h"

extern const struct step envelope_steps[];

#endif
