/*
 * SQL files -> blocks -> statements -> tokens.
 *
 *     -- name: GetThing :one        <- opens a block
 *     SELECT ... WHERE id = :id;    <- statements end at ; or with the block
 *
 * The statement's text is written anew while it is read: a comment becomes a blank, a parameter a
 * ?, the rest stays as it is; tokens know their places in it, so callers may cut it.
 */
#include "conf/sql/file.h"

#include "conf/sql/lexer.h"
#include "lib/base/buf.h"

#define NAME_MARK "-- name:"

struct reader {
    struct arena *arena;
    struct diag *diag;
    struct slice path, whole, rest, block_name;
    unsigned int line;
    const char *line_start;
    struct buf text; /* of the statement at hand */
    struct sqltoken *tokens;
    size_t token_count, token_room;
    unsigned int depth;
    bool faulty;
};

static void complain(struct reader *reader, const char *text)
{
    diag_add(reader->diag, reader->path, reader->line, reader->block_name, SLICE_EMPTY, "%s", text);
}

static void add_token(struct reader *reader, struct sqltoken token)
{
    if (reader->token_count == reader->token_room) {
        size_t room = reader->token_room ? 2 * reader->token_room : 64;
        struct sqltoken *tokens = ARENA_ARRAY(reader->arena, struct sqltoken, room);

        for (size_t i = 0; i < reader->token_count; i++) {
            tokens[i] = reader->tokens[i];
        }
        reader->tokens = tokens;
        reader->token_room = room;
    }
    reader->tokens[reader->token_count++] = token;
}

static bool is_mark(const struct sqllex *lex, char mark)
{
    return lex->token == SQLTOKEN_MARK && lex->raw.ptr[0] == mark;
}

/*
 * t.value, t.order, t.group: whatever word stands behind a name's dot is a name, as if it were
 * quoted, and no scanner takes it for a keyword.
 */
static bool is_behind_dot(const struct reader *reader, const struct sqllex *lex)
{
    size_t count = reader->token_count;

    return lex->token == SQLTOKEN_WORD && count > 1 &&
           sqltoken_is(&reader->tokens[count - 1], ".") &&
           sqltoken_is_name(&reader->tokens[count - 2]);
}

static void take_token(struct reader *reader, const struct sqllex *lex)
{
    struct sqltoken token = {.kind = is_behind_dot(reader, lex) ? SQLTOKEN_QUOTED : lex->token,
                             .text = lex->text,
                             .line = reader->line,
                             .column = (unsigned int)(lex->raw.ptr - reader->line_start) + 1};

    if (is_mark(lex, ')')) {
        if (reader->depth == 0) {
            complain(reader, "a ')' without its '('");
            reader->faulty = true;
        } else {
            reader->depth--;
        }
    }
    token.depth = reader->depth;
    reader->depth += is_mark(lex, '(');
    token.start = reader->text.len;
    if (lex->token == SQLTOKEN_PARAM) {
        buf_append_char(&reader->text, '?');
    } else {
        buf_append(&reader->text, lex->raw);
    }
    token.end = reader->text.len;
    add_token(reader, token);
}

static void skip(struct reader *reader, struct slice raw)
{
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] == '\n') {
            reader->line++;
            reader->line_start = raw.ptr + i + 1;
        }
    }
    reader->rest = slice_from(reader->rest, raw.len);
}

/* Of what is behind the last token, on the line where we are. */
static unsigned int end_column(const struct reader *reader)
{
    return reader->rest.len > 0 ? (unsigned int)(reader->rest.ptr - reader->line_start) + 1 : 0;
}

/* The statement up to ; or the end. False: there was nothing. */
static bool read_statement(struct reader *reader, struct sqlstatement *out)
{
    struct sqllex lex;

    buf_clear(&reader->text);
    reader->tokens = NULL;
    reader->token_count = reader->token_room = 0;
    reader->depth = 0;
    reader->faulty = false;
    for (;;) {
        lex = sqllex_next(reader->rest);
        if (lex.kind == SQLLEX_BAD) {
            complain(reader, lex.text.ptr);
            reader->rest = SLICE_EMPTY;
            return false;
        }
        if (lex.kind == SQLLEX_TOKEN && !is_mark(&lex, ';')) {
            take_token(reader, &lex);
        } else if (lex.kind == SQLLEX_BLANK && reader->token_count > 0) {
            buf_append(&reader->text, lex.raw);
        } else if (lex.kind == SQLLEX_COMMENT && reader->token_count > 0) {
            buf_append_char(&reader->text, ' ');
        }
        skip(reader, lex.raw);
        if (lex.kind == SQLLEX_END || (lex.kind == SQLLEX_TOKEN && is_mark(&lex, ';'))) {
            break;
        }
    }
    if (reader->depth > 0) {
        complain(reader, "a '(' without its ')'");
        reader->faulty = true;
    }
    if (reader->token_count == 0) {
        return false;
    }
    out->line = reader->tokens[0].line;
    out->token_count = reader->token_count;
    out->faulty = reader->faulty;
    out->text = arena_copy(reader->arena,
                           slice_of(reader->text.ptr, reader->tokens[reader->token_count - 1].end));
    add_token(reader, (struct sqltoken){.kind = SQLTOKEN_END,
                                        .text = SLICE_EMPTY,
                                        .line = reader->line,
                                        .column = end_column(reader),
                                        .start = out->text.len,
                                        .end = out->text.len});
    out->tokens = reader->tokens;
    return true;
}

static void read_statements(struct reader *reader, struct sqlblock *block)
{
    struct sqlstatement statement;

    while (reader->rest.len > 0) {
        struct sqlstatement *grown;

        if (!read_statement(reader, &statement)) {
            continue;
        }
        grown = ARENA_ARRAY(reader->arena, struct sqlstatement, block->statement_count + 1);
        for (size_t i = 0; i < block->statement_count; i++) {
            grown[i] = block->statements[i];
        }
        grown[block->statement_count++] = statement;
        block->statements = grown;
    }
    buf_fini(&reader->text);
}

/* ------------------------------------------------------------------ blocks */

/* "X :one" */
static void read_name(struct reader *reader, struct slice text, struct sqlblock *block)
{
    struct slice rows;

    slice_cut(slice_trim(text), ' ', &block->name, &rows);
    rows = slice_trim(rows);
    reader->block_name = block->name;
    if (slice_is(rows, ":one")) {
        block->rows = SQLBLOCK_ONE;
    } else if (slice_is(rows, ":many")) {
        block->rows = SQLBLOCK_MANY;
    } else if (rows.len > 0) {
        complain(reader, "after the name comes :one, :many or nothing");
    }
    if (block->name.len == 0) {
        complain(reader, "a block needs a name: -- name: X");
    }
}

/*
 * Where the next block's line begins, or the end. A name line inside a string is none; strings over
 * lines are rare enough to be read by the lexer.
 */
static size_t block_end(struct slice text)
{
    size_t used = 0;

    while (used < text.len) {
        struct sqllex lex = sqllex_next(slice_from(text, used));

        if (lex.kind == SQLLEX_BAD) {
            return text.len;
        }
        if (lex.kind == SQLLEX_COMMENT && slice_starts(lex.raw, NAME_MARK)) {
            return used;
        }
        used += lex.raw.len;
    }
    return text.len;
}

static void complain_outside(struct reader *reader, struct slice text)
{
    while (text.len > 0) {
        struct sqllex lex = sqllex_next(text);

        if (lex.kind == SQLLEX_TOKEN || lex.kind == SQLLEX_BAD) {
            complain(reader, "a statement before the first -- name: line");
            return;
        }
        skip(reader, lex.raw);
        text = slice_from(text, lex.raw.len);
    }
}

static struct sqlblock *add_block(struct arena *arena, struct sqlfile *file)
{
    struct sqlblock *blocks = ARENA_ARRAY(arena, struct sqlblock, file->block_count + 1);

    for (size_t i = 0; i < file->block_count; i++) {
        blocks[i] = file->blocks[i];
    }
    file->blocks = blocks;
    return &blocks[file->block_count++];
}

/* TEXT begins with the name's line; returns what follows the block. */
static struct slice read_block(struct reader *reader, struct slice text, struct sqlfile *file)
{
    struct sqlblock block = {0};
    struct slice head;
    size_t end;

    reader->line = diag_line_of(reader->whole, (size_t)(text.ptr - reader->whole.ptr));
    block.line = reader->line;
    slice_cut(text, '\n', &head, &text);
    reader->block_name = SLICE_EMPTY;
    read_name(reader, slice_from(head, strlen(NAME_MARK)), &block);
    if (sqlfile_find(file, block.name)) {
        complain(reader, "this name is in the file twice");
    }
    end = block_end(text);
    reader->line++;
    reader->rest = slice_of(text.ptr, end);
    reader->line_start = text.ptr;
    read_statements(reader, &block);
    *add_block(reader->arena, file) = block;
    return slice_from(text, end);
}

void sqlfile_parse(struct arena *arena, struct slice path, struct slice text, struct diag *diag,
                   struct sqlfile *out)
{
    struct reader reader = {.arena = arena,
                            .diag = diag,
                            .path = path,
                            .whole = text,
                            .line = 1,
                            .line_start = text.ptr};
    size_t end = block_end(text);

    *out = (struct sqlfile){.path = path};
    reader.rest = slice_of(text.ptr, end);
    complain_outside(&reader, reader.rest);
    text = slice_from(text, end);
    while (text.len > 0) {
        text = read_block(&reader, text, out);
    }
}

void sqlfile_parse_plain(struct arena *arena, struct slice path, struct slice text,
                         struct diag *diag, struct sqlblock *out)
{
    struct reader reader = {.arena = arena,
                            .diag = diag,
                            .path = path,
                            .whole = text,
                            .line = 1,
                            .rest = text,
                            .line_start = text.ptr};

    *out = (struct sqlblock){.line = 1};
    read_statements(&reader, out);
}

struct sqlblock *sqlfile_find(const struct sqlfile *file, struct slice name)
{
    for (size_t i = 0; i < file->block_count; i++) {
        if (slice_eq(file->blocks[i].name, name)) {
            return &file->blocks[i];
        }
    }
    return NULL;
}

bool sqltoken_is(const struct sqltoken *token, const char *word)
{
    return (token->kind == SQLTOKEN_WORD || token->kind == SQLTOKEN_MARK) &&
           slice_eq_nocase(token->text, slice_str(word));
}

bool sqltoken_is_any(const struct sqltoken *token, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sqltoken_is(token, words[i])) {
            return true;
        }
    }
    return false;
}

bool sqltoken_is_name(const struct sqltoken *token)
{
    return token->kind == SQLTOKEN_WORD || token->kind == SQLTOKEN_QUOTED;
}
