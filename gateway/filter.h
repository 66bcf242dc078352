/*
 * Filters for published test suites: JSON Schema and expressions without a model. A line in, a line
 * out, in order.
 */
#ifndef GATEWAY_FILTER_H
#define GATEWAY_FILTER_H

/*
 * {"id", "schema", "instance"} -> valid, invalid or unsupported (also what is no such line).
 * Returns the exit code.
 */
int filter_validate(void);

/*
 * {"id", "expr", "bindings": {name: value}} -> {"value": ...}, {"error": text} or
 * {"unsupported": text}.
 */
int filter_eval(void);

#endif
