/*
 * Answers: header lines in the worker's scratch, and request->body.
 */
#ifndef GATEWAY_REPLY_H
#define GATEWAY_REPLY_H

#include "gateway/problem.h"
#include "gateway/request.h"

/* Starts an answer: its code, the headers that each has, and no body. */
void reply_begin(struct request *request, int code);

/* Adds "NAME: VALUE". VALUE must hold no control characters. */
void reply_header(struct request *request, const char *name, struct slice value);

/* A whole problem answer; returns NEXT_REPLY. detail may be NULL. */
enum next reply_problem(struct request *request, enum problem problem, const char *detail);
enum next reply_problem_details(struct request *request, const struct problem_details *details);

/* "GET, HEAD" of a bit mask of methods, in ARENA. */
struct slice reply_allow(struct arena *arena, unsigned int methods);

#endif
