/*
 * Forms, percent-encoded: a space becomes %20, which AWS and every other server read too.
 */
#include "lib/aws/form.h"

#include "lib/data/percent.h"

void aws_form_open(struct buf *form, const char *action, const char *version)
{
    aws_form_add(form, "Action", slice_str(action));
    aws_form_add(form, "Version", slice_str(version));
}

void aws_form_add(struct buf *form, const char *name, struct slice value)
{
    if (form->len > 0) {
        buf_append_char(form, '&');
    }
    buf_append_str(form, name);
    buf_append_char(form, '=');
    percent_append(form, value);
}
