/*
 * Texts of the path and the query string -> typed values.
 */
#ifndef GATEWAY_PARAM_H
#define GATEWAY_PARAM_H

#include "gateway/request.h"

/*
 * One text as TYPE that satisfies SCHEMA (may be NULL). INVALID with a text in ARENA that names the
 * parameter. Values are canonical: an integer "007" or "+1" is none, a UUID, IPv6 address or
 * date-time becomes its one text. param_as_sent keeps the text of those.
 */
MUST_CHECK enum status param_as_sent(struct arena *arena, struct slice name, enum scalar type,
                                     const struct schema *schema, struct slice text,
                                     const struct value **out, const char **detail_out);
MUST_CHECK enum status param_read(struct arena *arena, struct slice name, enum scalar type,
                                  const struct schema *schema, struct slice text,
                                  const struct value **out, const char **detail_out);

/*
 * Could VALUE equal the columns that PARAM is compared with? INVALID with a text in ARENA, or
 * static, if none can.
 */
MUST_CHECK enum status param_fits(struct arena *arena, const struct plan_param *param,
                                  const struct value *value, const char **detail_out);

/* Fills the input of a query from its path and query string: parameters, limit, cursor, links.
 * INVALID with detail. */
MUST_CHECK enum status params_of_query(struct request *request, struct lookup_input *input,
                                       const char **detail_out);

/*
 * Merges the command's path parameters other than the id into PAYLOAD (NULL: no body), before
 * anything is validated: {pictureId} of "POST /pictures/{pictureId}/comments" becomes the member
 * pictureId, typed as the payload's schema says. *out is PAYLOAD itself when there is nothing to
 * merge. *sent_out: as *out, with the texts of the path as they are; NULL: they
 * differ in nothing.
 *
 * INVALID with detail: a parameter is not of its type (400). SCHEMA with errors: PAYLOAD has the
 * member too, and another value (422).
 */
MUST_CHECK enum status params_of_command(struct request *request,
                                         const struct plan_command *command,
                                         const struct value *payload, const struct value **out,
                                         const struct value **sent_out,
                                         struct schema_errors *errors_out, const char **detail_out);

/* The path of ROUTE with its parameters' canonical, encoded texts. */
struct slice route_path(struct arena *arena, const struct plan_route *route,
                        const struct slice *texts);

#endif
