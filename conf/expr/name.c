/*
 * What names mean in expressions: variables (roots) and functions, each a row of a table.
 */
#include "conf/expr/parse.h"
#include "conf/text/suggest.h"

/* ------------------------------------------------------------------ variables */

static const struct {
    const char *name;
    enum root root;
    size_t in_scope; /* offset of the flag in struct expr_scope */
} roots[] = {
    {"payload", ROOT_PAYLOAD, offsetof(struct expr_scope, payload)},
    {"state",   ROOT_STATE,   offsetof(struct expr_scope, state)  },
    {"event",   ROOT_EVENT,   offsetof(struct expr_scope, event)  },
    {"claims",  ROOT_CLAIMS,  offsetof(struct expr_scope, claims) },
    {"id",      ROOT_ID,      offsetof(struct expr_scope, id)     },
    {"exists",  ROOT_EXISTS,  offsetof(struct expr_scope, exists) },
    {"version", ROOT_VERSION, offsetof(struct expr_scope, version)},
    {"now",     ROOT_NOW,     offsetof(struct expr_scope, now)    },
};

static bool in_scope(const struct expr_scope *scope, size_t offset)
{
    return *(const bool *)((const char *)scope + offset);
}

/* Free expressions: what CEL finds out when it runs. */
static struct node *make_failure(struct parser *parser, size_t column, struct slice what)
{
    struct node *node = parser_make(parser, OP_FAIL, column, NULL, NULL);

    if (node) {
        node->name = what;
    }
    return node;
}

/* "as", "break", ...: CEL keeps these for later. */
static bool is_reserved(struct slice name)
{
    static const char *const words[] = {
        "as",  "break", "const",   "continue",  "else",   "for", "function", "if",    "import",
        "let", "loop",  "package", "namespace", "return", "var", "void",     "while", "in"};

    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (slice_is(name, words[i])) {
            return true;
        }
    }
    return false;
}

static struct node *free_root(struct parser *parser, struct token name)
{
    struct node *node;

    if (is_reserved(name.text)) {
        parser->token = name;
        return parser_fail(parser, "expected a name that is not reserved");
    }
    node = parser_make(parser, OP_ROOT, name.column, NULL, NULL);
    if (node) {
        node->root = ROOT_FREE;
        node->name = name.text;
    }
    return node;
}

struct node *parser_root(struct parser *parser, struct token name)
{
    const struct expr_scope *scope = parser->build->scope;
    struct suggest suggest;

    if (parser->build->expr->free) {
        return free_root(parser, name);
    }
    suggest_init(&suggest, name.text);
    for (size_t i = 0; i < ARRAY_COUNT(roots); i++) {
        if (!in_scope(scope, roots[i].in_scope)) {
            continue;
        }
        if (slice_is(name.text, roots[i].name)) {
            struct node *node = parser_make(parser, OP_ROOT, name.column, NULL, NULL);

            if (node) {
                node->root = roots[i].root;
                node->name = name.text;
            }
            return node;
        }
        suggest_offer(&suggest, slice_str(roots[i].name));
    }
    if (!parser->build->failed) {
        expr_complain(parser->build, name.column, suggest_hint(&suggest, parser->build->arena),
                      "unknown name '%.*s'", SLICE_ARG(name.text));
    }
    return NULL;
}

/* ------------------------------------------------------------------ functions */

static const struct {
    const char *name;
    enum operation operation;
    bool on_receiver, global; /* x.f(y), f(x) */
    size_t arguments;         /* the receiver not counted */
} functions[] = {
    {"size",       OP_SIZE,        true,  false, 0},
    {"size",       OP_SIZE,        false, true,  1},
    {"startsWith", OP_STARTS_WITH, true,  false, 1},
    {"endsWith",   OP_ENDS_WITH,   true,  false, 1},
    {"contains",   OP_CONTAINS,    true,  false, 1},
    {"matches",    OP_MATCHES,     true,  false, 1},
    {"matches",    OP_MATCHES,     false, true,  2},
    {"has",        OP_HAS,         false, true,  1},
};

/* Standard functions and macros of CEL that this subset leaves out. */
static bool is_left_out(struct slice name)
{
    static const char *const names[] = {"all",
                                        "exists",
                                        "exists_one",
                                        "existsOne",
                                        "map",
                                        "filter",
                                        "int",
                                        "uint",
                                        "double",
                                        "string",
                                        "bytes",
                                        "bool",
                                        "type",
                                        "dyn",
                                        "duration",
                                        "timestamp",
                                        "getDate",
                                        "getDayOfMonth",
                                        "getDayOfWeek",
                                        "getDayOfYear",
                                        "getFullYear",
                                        "getHours",
                                        "getMilliseconds",
                                        "getMinutes",
                                        "getMonth",
                                        "getSeconds",
                                        "cel",
                                        "optional",
                                        "orValue",
                                        "or",
                                        "value",
                                        "hasValue",
                                        "optMap",
                                        "optFlatMap",
                                        "bind",
                                        "charAt",
                                        "indexOf",
                                        "lastIndexOf",
                                        "lowerAscii",
                                        "upperAscii",
                                        "replace",
                                        "split",
                                        "substring",
                                        "trim",
                                        "format",
                                        "join",
                                        "reverse",
                                        "quote"};

    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (slice_is(name, names[i])) {
            return true;
        }
    }
    return false;
}

bool parser_leaves_out(struct parser *parser, struct token name)
{
    struct expr_build *build = parser->build;

    if (!is_left_out(name.text)) {
        return false;
    }
    build->unsupported = true;
    expr_complain(build, name.column, SLICE_LITERAL("conf/README.md lists the functions"),
                  "the function '%.*s' is not supported", SLICE_ARG(name.text));
    return true;
}

static struct node *unknown_function(struct parser *parser, struct token name)
{
    struct expr_build *build = parser->build;
    struct suggest suggest;

    if (build->expr->free) {
        return make_failure(parser, name.column, SLICE_LITERAL("no such overload"));
    }
    suggest_init(&suggest, name.text);
    for (size_t i = 0; i < ARRAY_COUNT(functions); i++) {
        suggest_offer(&suggest, slice_str(functions[i].name));
    }
    expr_complain(build, name.column, suggest_hint(&suggest, build->arena),
                  "no function '%.*s' with these arguments", SLICE_ARG(name.text));
    return NULL;
}

/* The field is not read, but asked for. */
static struct node *make_has(struct parser *parser, struct token name, struct node *argument)
{
    if (argument->operation != OP_FIELD) {
        expr_complain(parser->build, name.column, SLICE_EMPTY,
                      "has() asks for a field, such as has(payload.Name)");
        return NULL;
    }
    argument->operation = OP_HAS;
    return argument;
}

struct node *parser_call(struct parser *parser, struct token name, struct node *receiver,
                         const struct elements *arguments)
{
    for (size_t i = 0; i < ARRAY_COUNT(functions); i++) {
        bool fits = receiver ? functions[i].on_receiver : functions[i].global;
        struct node *first = arguments->first;

        if (!fits || !slice_is(name.text, functions[i].name) ||
            arguments->count != functions[i].arguments) {
            continue;
        }
        if (functions[i].operation == OP_HAS) {
            return make_has(parser, name, first);
        }
        return receiver
                   ? parser_make(parser, functions[i].operation, name.column, receiver, first)
                   : parser_make(parser, functions[i].operation, name.column, first, first->next);
    }
    return unknown_function(parser, name);
}
