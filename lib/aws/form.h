/*
 * The body of a request in AWS's query protocol: Action=...&Version=...&Name=value&...
 */
#ifndef LIB_AWS_FORM_H
#define LIB_AWS_FORM_H

#include "lib/base/buf.h"

/* FORM is empty. VERSION is the API's: "2011-06-15" of STS. */
void aws_form_open(struct buf *form, const char *action, const char *version);
/* NAME as AWS writes it, without what needs escaping: "Attributes.entry.1.key". */
void aws_form_add(struct buf *form, const char *name, struct slice value);

#endif
