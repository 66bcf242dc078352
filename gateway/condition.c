/*
 * Lists of entity tags. Lines of the same name are one list (RFC 9110 5.3); a comma may be
 * inside of a tag.
 */
#include "gateway/condition.h"

/* ------------------------------------------------------------------ lists */

struct tags {
    struct slice rest;
    struct slice opaque; /* of the tag at hand, without its quotes */
    bool weak;
    bool malformed;
};

/* To the next tag; false at the end, and where the list is malformed. */
static bool tags_next(struct tags *tags)
{
    struct slice rest = tags->rest, text;

    while (rest.len > 0 && (rest.ptr[0] == ',' || rest.ptr[0] == ' ' || rest.ptr[0] == '\t')) {
        rest = slice_from(rest, 1);
    }
    if (rest.len == 0) {
        return false;
    }
    tags->weak = slice_starts(rest, "W/");
    text = slice_from(rest, tags->weak ? 2 : 0);
    tags->malformed = text.len == 0 || text.ptr[0] != '"' ||
                      !slice_cut(slice_from(text, 1), '"', &tags->opaque, &rest);
    if (!tags->malformed) {
        tags->rest = slice_trim(rest);
        tags->malformed = tags->rest.len > 0 && tags->rest.ptr[0] != ',';
    }
    return !tags->malformed;
}

/* ------------------------------------------------------------------ queries */

/* ETAG as it is sent: strong, in quotes. */
static bool names(struct slice list, struct slice etag, bool strongly)
{
    struct tags tags = {.rest = list};
    struct slice opaque = slice_of(etag.ptr + 1, etag.len - 2);

    if (slice_is(list, "*")) {
        return true;
    }
    while (tags_next(&tags)) {
        if (slice_eq(tags.opaque, opaque) && !(strongly && tags.weak)) {
            return true;
        }
    }
    return false;
}

int condition_of_query(const struct request *request, struct slice etag)
{
    struct slice match = request_header(request, "If-Match");
    struct slice none_match = request_header(request, "If-None-Match");

    if (match.len > 0 && !names(match, etag, true)) { /* first of the two (RFC 9110 13.2.2) */
        return 412;
    }
    return none_match.len > 0 && names(none_match, etag, false) ? 304 : 200;
}

/* ------------------------------------------------------------------ commands */

/*
 * The versions that the tags of TEXT begin with: "<version>", "<version>-<hash>". A tag that is no
 * version of ours is none of a current item. False: no list of tags.
 */
static bool read_versions(struct slice text, bool strongly, struct version_list *out)
{
    struct tags tags = {.rest = text};

    *out = (struct version_list){.given = true, .any = slice_is(text, "*")};
    if (out->any) {
        return true;
    }
    while (tags_next(&tags)) {
        struct slice version, hash;
        uint64_t number;

        slice_cut(tags.opaque, '-', &version, &hash);
        if ((strongly && tags.weak) || slice_parse_u64(version, &number) != STATUS_OK) {
            continue;
        }
        if (out->count == VERSION_LIST_MAX) {
            return false;
        }
        out->versions[out->count++] = number;
    }
    return !tags.malformed;
}

/* One version may be assumed without reading the item; 0 is no item's. */
static const char *take_match(struct precondition *demand, const struct version_list *list)
{
    uint64_t version = list->count == 1 ? list->versions[0] : 0;

    if (list->count > 1) {
        demand->one_of = *list;
        return NULL;
    }
    if (demand->has_expected && (list->any || version != demand->expected)) {
        return "If-Match and expectedVersion differ";
    }
    demand->has_expected = true;
    demand->expected_by_header = true;
    demand->expected_any = list->any;
    demand->expected = version;
    return NULL;
}

const char *condition_of_command(struct request *request)
{
    struct slice match = request_header(request, "If-Match");
    struct slice none_match = request_header(request, "If-None-Match");
    struct version_list list;

    if (none_match.len > 0 &&
        !read_versions(none_match, false, &request->command.precondition.none_of)) {
        return "If-None-Match must be some entity tags in quotes, or *";
    }
    if (match.len == 0) {
        return NULL;
    }
    if (!read_versions(match, true, &list)) {
        return "If-Match must be some entity tags in quotes, or *";
    }
    return take_match(&request->command.precondition, &list);
}
