/*
 * The format of entries. Pure functions, any thread. Bytes from Redis are not trusted: what would
 * break a header of the answer is CORRUPT.
 */
#include "cache/entry.h"

#include "cache/page.h"

static const char magic[4] = {'T', 'W', 'E', '1'};

enum {
    KIND_AT = 4,
    ETAG_AT = 5,
    LINK_AT = 6,
    EPOCH_AT = 8,
    LABEL_AT = 24,
    CREATED_AT = 32,
    BODY_AT = 40
};

static size_t read_size(const char *bytes, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        size = size << 8 | (unsigned char)bytes[i];
    }
    return size;
}

static void append_size(struct buf *buf, size_t size, size_t count)
{
    while (count-- > 0) {
        buf_append_char(buf, (char)(size >> (8 * count)));
    }
}

/* Visible ASCII and blanks: nothing that ends a header line. */
static bool is_header_value(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < ' ' || text.ptr[i] > '~') {
            return false;
        }
    }
    return true;
}

static bool is_epoch(const char *text)
{
    for (size_t i = 0; i < EPOCH_TEXT; i++) {
        if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f'))) {
            return false;
        }
    }
    return true;
}

enum status entry_decode(struct slice bytes, struct entry *out)
{
    const char *at = bytes.ptr;
    size_t etag_len, link_len, body_len;

    if (bytes.len < ENTRY_HEADER_BYTES || memcmp(at, magic, sizeof(magic)) != 0 ||
        (at[KIND_AT] != ANSWER_ROWS && at[KIND_AT] != ANSWER_ABSENT) || !is_epoch(at + EPOCH_AT)) {
        return STATUS_CORRUPT;
    }
    etag_len = read_size(at + ETAG_AT, 1);
    link_len = read_size(at + LINK_AT, 2);
    body_len = read_size(at + BODY_AT, 4);
    if (bytes.len - ENTRY_HEADER_BYTES != etag_len + link_len + body_len) {
        return STATUS_CORRUPT;
    }
    out->kind = at[KIND_AT] == ANSWER_ROWS ? ANSWER_ROWS : ANSWER_ABSENT;
    out->epoch = at + EPOCH_AT;
    out->label = page_number(at + LABEL_AT);
    out->created_ms = page_number(at + CREATED_AT);
    at += ENTRY_HEADER_BYTES;
    out->etag = slice_of(at, etag_len);
    out->link = slice_of(at + etag_len, link_len);
    out->body = slice_of(at + etag_len + link_len, body_len);
    return is_header_value(out->etag) && is_header_value(out->link) ? STATUS_OK : STATUS_CORRUPT;
}

enum status entry_encode(struct buf *buf, const struct entry *entry)
{
    char number[PAGE_SLOT_BYTES];

    if (entry->etag.len > UINT8_MAX || entry->link.len > UINT16_MAX ||
        entry->body.len > UINT32_MAX) {
        return STATUS_TOO_LARGE;
    }
    buf_append(buf, slice_of(magic, sizeof(magic)));
    buf_append_char(buf, (char)entry->kind);
    append_size(buf, entry->etag.len, 1);
    append_size(buf, entry->link.len, 2);
    buf_append(buf, slice_of(entry->epoch, EPOCH_TEXT));
    page_number_write(entry->label, number);
    buf_append(buf, slice_of(number, sizeof(number)));
    page_number_write(entry->created_ms, number);
    buf_append(buf, slice_of(number, sizeof(number)));
    append_size(buf, entry->body.len, 4);
    buf_append(buf, entry->etag);
    buf_append(buf, entry->link);
    buf_append(buf, entry->body);
    return STATUS_OK;
}
