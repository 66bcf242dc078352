/*
 * The status lines of answers. http_reason itself is declared in lib/httpd/httpd.h.
 */
#ifndef LIB_HTTPD_HTTP_REASON_H
#define LIB_HTTPD_HTTP_REASON_H

#include "lib/base/slice.h"

/* "HTTP/1.1 404 Not Found\r\n"; of a code that is not in the table the line of 500. */
struct slice http_status_line(int code);

#endif
