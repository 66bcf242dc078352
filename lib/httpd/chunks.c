/*
 * The chunked coding (RFC 9112 7.1), a byte at a time for the lines and at once for the data.
 *
 *     size [BWS ; BWS name [BWS = BWS value]]... CRLF  data CRLF
 *     ...
 *     0 [;...] CRLF  *( trailer CRLF ) CRLF
 *
 * A table of states says which bytes may follow which; whatever is not in it is refused. Extensions
 * and trailers are checked, bounded and dropped.
 *
 * Invariant: *out_len never grows by more than the bytes that were read, so decoding in place is
 * safe.
 */
#include "lib/httpd/http_char.h"
#include "lib/httpd/parse.h"

enum {
    SIZE_FIRST, /* zero is the start */
    SIZE,
    EXTENSION_BLANK, /* a blank: ';' must come */
    EXTENSION_START, /* after ';' */
    EXTENSION_NAME,
    EXTENSION_NAME_BLANK,
    EXTENSION_VALUE_START, /* after '=' */
    EXTENSION_VALUE,
    EXTENSION_QUOTED,
    EXTENSION_QUOTED_PAIR,
    EXTENSION_QUOTED_END,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER_START,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    END_LF,
    END,
    STATE_COUNT,
};

#define RULES 5

/* The first rule whose set or class holds the byte says what comes next. */
struct rule {
    const char *set;
    unsigned char classes, next;
};

// clang-format off
static const struct rule rules[STATE_COUNT][RULES] = {
    [SIZE_FIRST]            = {{"", HTTP_CHAR_HEX, SIZE}},
    [SIZE]                  = {{"", HTTP_CHAR_HEX, SIZE}, {"\r", 0, SIZE_LF},
                               {";", 0, EXTENSION_START}, {" \t", 0, EXTENSION_BLANK}},
    [EXTENSION_BLANK]       = {{" \t", 0, EXTENSION_BLANK}, {";", 0, EXTENSION_START}},
    [EXTENSION_START]       = {{" \t", 0, EXTENSION_START}, {"", HTTP_CHAR_TOKEN, EXTENSION_NAME}},
    [EXTENSION_NAME]        = {{"", HTTP_CHAR_TOKEN, EXTENSION_NAME},
                               {"=", 0, EXTENSION_VALUE_START}, {";", 0, EXTENSION_START},
                               {"\r", 0, SIZE_LF}, {" \t", 0, EXTENSION_NAME_BLANK}},
    [EXTENSION_NAME_BLANK]  = {{" \t", 0, EXTENSION_NAME_BLANK},
                               {"=", 0, EXTENSION_VALUE_START}, {";", 0, EXTENSION_START}},
    [EXTENSION_VALUE_START] = {{" \t", 0, EXTENSION_VALUE_START}, {"\"", 0, EXTENSION_QUOTED},
                               {"", HTTP_CHAR_TOKEN, EXTENSION_VALUE}},
    [EXTENSION_VALUE]       = {{"", HTTP_CHAR_TOKEN, EXTENSION_VALUE}, {";", 0, EXTENSION_START},
                               {"\r", 0, SIZE_LF}, {" \t", 0, EXTENSION_BLANK}},
    [EXTENSION_QUOTED]      = {{"\"", 0, EXTENSION_QUOTED_END}, {"\\", 0, EXTENSION_QUOTED_PAIR},
                               {"", HTTP_CHAR_VALUE, EXTENSION_QUOTED}},
    [EXTENSION_QUOTED_PAIR] = {{"", HTTP_CHAR_VALUE, EXTENSION_QUOTED}},
    [EXTENSION_QUOTED_END]  = {{";", 0, EXTENSION_START}, {"\r", 0, SIZE_LF},
                               {" \t", 0, EXTENSION_BLANK}},
    [SIZE_LF]               = {{"\n", 0, DATA}},
    [DATA_CR]               = {{"\r", 0, DATA_LF}},
    [DATA_LF]               = {{"\n", 0, SIZE_FIRST}},
    [TRAILER_START]         = {{"\r", 0, END_LF}, {"", HTTP_CHAR_TOKEN, TRAILER_NAME}},
    [TRAILER_NAME]          = {{"", HTTP_CHAR_TOKEN, TRAILER_NAME}, {":", 0, TRAILER_VALUE}},
    [TRAILER_VALUE]         = {{"", HTTP_CHAR_VALUE, TRAILER_VALUE}, {"\r", 0, TRAILER_LF}},
    [TRAILER_LF]            = {{"\n", 0, TRAILER_START}},
    [END_LF]                = {{"\n", 0, END}},
};
// clang-format on

static enum http_parse refuse(struct http_refusal *refusal, int code, const char *detail)
{
    *refusal = (struct http_refusal){code, detail};
    return HTTP_PARSE_REFUSED;
}

/* The state after C, STATE_COUNT when C must not come. */
static unsigned int next_state(unsigned int state, char c)
{
    for (size_t i = 0; i < RULES && rules[state][i].set; i++) {
        const struct rule *rule = &rules[state][i];

        if (http_char_is(c, rule->classes) || (c != '\0' && strchr(rule->set, c))) {
            return rule->next;
        }
    }
    return STATE_COUNT;
}

/* Lines of sizes and trailers, and extensions as a whole, are bounded (RFC 9112 7.1.1). */
static enum http_parse count(struct http_chunks *chunks, const struct http_limits *limits,
                             struct http_refusal *refusal)
{
    if (chunks->state >= TRAILER_START) {
        if (++chunks->trailer > limits->header_max) {
            return refuse(refusal, 431, "RFC 6585 5: trailers too large");
        }
        return HTTP_PARSE_DONE;
    }
    if (chunks->state >= EXTENSION_BLANK && chunks->state <= EXTENSION_QUOTED_END) {
        chunks->extensions++;
    }
    if (++chunks->line > limits->line_max || chunks->extensions > limits->header_max) {
        return refuse(refusal, 400, "RFC 9112 7.1.1: chunk extensions too long");
    }
    return HTTP_PARSE_DONE;
}

/* One byte of a line. */
static enum http_parse step(struct http_chunks *chunks, char c, struct http_refusal *refusal)
{
    unsigned int next = next_state(chunks->state, c);

    if (next == STATE_COUNT) {
        return refuse(refusal, 400, "RFC 9112 7.1: malformed chunk");
    }
    if (next == SIZE) {
        if (chunks->left > UINT64_MAX >> 4) {
            return refuse(refusal, 400, "RFC 9112 7.1: chunk size beyond 64 bits");
        }
        chunks->left = chunks->left << 4 | http_char_hex(c);
    }
    if (next == DATA) {
        chunks->line = 0;
        next = chunks->left > 0 ? DATA : TRAILER_START;
    }
    chunks->state = (unsigned char)next;
    return HTTP_PARSE_DONE;
}

static void take_data(struct http_chunks *chunks, struct slice *bytes, char *out, size_t *out_len)
{
    size_t size = chunks->left < bytes->len ? (size_t)chunks->left : bytes->len;

    memmove(out + *out_len, bytes->ptr, size);
    *out_len += size;
    *bytes = slice_from(*bytes, size);
    chunks->left -= size;
    if (chunks->left == 0) {
        chunks->state = DATA_CR;
    }
}

enum http_parse http_parse_chunks(struct http_chunks *chunks, struct slice *bytes,
                                  const struct http_limits *limits, char *out, size_t *out_len,
                                  struct http_refusal *refusal_out)
{
    while (bytes->len > 0 && chunks->state != END) {
        enum http_parse result;

        if (chunks->state == DATA) {
            take_data(chunks, bytes, out, out_len);
            continue;
        }
        result = count(chunks, limits, refusal_out);
        if (result == HTTP_PARSE_DONE) {
            result = step(chunks, bytes->ptr[0], refusal_out);
        }
        if (result != HTTP_PARSE_DONE) {
            return result;
        }
        *bytes = slice_from(*bytes, 1);
    }
    return chunks->state == END ? HTTP_PARSE_DONE : HTTP_PARSE_MORE;
}
