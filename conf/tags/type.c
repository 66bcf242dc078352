/*
 * Which equalities are of one text on both sides: integers, decimals of one scale, texts of
 * utf8mb4_bin. Dates, floats, bytes, ENUM and JSON have several texts for a value,
 * and other collations take several texts for one.
 */
#include "conf/tags/type.h"

/* What a text column without a collation has: the database's, which setup makes so. */
#define COLLATION SLICE_LITERAL("utf8mb4_bin")

/*
 * The one binary collation that pads with blanks, as the texts of tags do. Of those that do not
 * (utf8mb4_0900_bin) the server stores CHAR without the blanks by which a SELECT would ask.
 */
static bool is_binary(struct slice collation)
{
    return slice_eq_nocase(collation, COLLATION);
}

struct tag_type tag_type_of_column(const struct table_column *column)
{
    const struct column_type *holds = &column->holds;
    struct slice collation = column->collation.len > 0 ? column->collation : COLLATION;

    if (holds->generated) {
        return (struct tag_type){.family = TAG_FAMILY_NONE};
    }
    if (holds->family == COLUMN_INTEGER || holds->family == COLUMN_BOOLEAN) {
        return (struct tag_type){.family = TAG_FAMILY_INTEGER};
    }
    if (holds->family == COLUMN_DECIMAL) {
        return (struct tag_type){.family = TAG_FAMILY_DECIMAL, .places = holds->places};
    }
    if (holds->family == COLUMN_TEXT && is_binary(collation)) {
        return (struct tag_type){.family = TAG_FAMILY_TEXT, .collation = collation};
    }
    return (struct tag_type){.family = TAG_FAMILY_NONE};
}

static struct tag_type of_param(const struct analysis *analysis, struct slice name)
{
    if (!analysis->params) {
        return (struct tag_type){.family = TAG_FAMILY_ANY};
    }
    for (size_t i = 0; i < analysis->param_count; i++) {
        enum scalar type = analysis->params[i].type;

        if (slice_eq(analysis->params[i].name, name)) {
            return (struct tag_type){.family = scalar_is_text(type)    ? TAG_FAMILY_TEXT
                                               : type == SCALAR_NUMBER ? TAG_FAMILY_NUMBER
                                                                       : TAG_FAMILY_WHOLE};
        }
    }
    return (struct tag_type){.family = TAG_FAMILY_NONE};
}

/* A column, or a literal beside one. What a parameter makes of a UNION is the server's to say. */
static bool is_integer(const struct tag_type *type, const struct sqlquery *query, size_t column)
{
    const struct sqlexpr *item = query->core ? facts_leaf(query->core->outputs[column]) : NULL;

    return type->family == TAG_FAMILY_INTEGER ||
           (type->family == TAG_FAMILY_WHOLE && item && item->kind < SQLEXPR_PARAM);
}

/* An item of all SELECTs of a derived table: of one type in all of them. */
static struct tag_type of_derived(const struct analysis *analysis, const struct sqlquery *query,
                                  size_t column)
{
    struct tag_type type = {0}, other;
    bool integers = true; /* so far */

    if (query->core) {
        return tag_type_of(analysis, query->core->outputs[column]);
    }
    for (size_t i = 0; i < query->branch_count; i++) {
        other = of_derived(analysis, query->branches[i], column);
        integers &= is_integer(&other, query->branches[i], column);
        if (i > 0 && integers) {
            type.family = other.family == TAG_FAMILY_INTEGER ? other.family : type.family;
            continue;
        }
        if (i > 0 && (other.family != type.family || !tag_types_fit(&type, &other))) {
            return (struct tag_type){.family = TAG_FAMILY_NONE};
        }
        type = i > 0 && other.collation.len == 0 ? type : other;
    }
    return type;
}

struct tag_type tag_type_of(const struct analysis *analysis, const struct sqlexpr *leaf)
{
    const struct sqlsource *source;

    while (leaf->kind == SQLEXPR_COLUMN && leaf->item) {
        leaf = leaf->item;
    }
    source = leaf->source;
    if (leaf->kind == SQLEXPR_COLUMN && source && source->table) {
        return tag_type_of_column(&source->table->columns[leaf->column]);
    }
    if (leaf->kind == SQLEXPR_COLUMN && source && source->query) {
        return of_derived(analysis, source->query, leaf->column);
    }
    if (leaf->kind == SQLEXPR_PARAM) {
        return of_param(analysis, leaf->name);
    }
    if (leaf->kind == SQLEXPR_NUMBER) {
        bool whole = !memchr(leaf->name.ptr, '.', leaf->name.len);
        bool real = memchr(leaf->name.ptr, 'e', leaf->name.len) ||
                    memchr(leaf->name.ptr, 'E', leaf->name.len);

        return (struct tag_type){.family = real    ? TAG_FAMILY_NONE
                                           : whole ? TAG_FAMILY_WHOLE
                                                   : TAG_FAMILY_NUMBER};
    }
    return (struct tag_type){.family = leaf->kind == SQLEXPR_NULL      ? TAG_FAMILY_ANY
                                       : leaf->kind == SQLEXPR_BOOLEAN ? TAG_FAMILY_WHOLE
                                       : leaf->kind == SQLEXPR_STRING  ? TAG_FAMILY_TEXT
                                                                       : TAG_FAMILY_NONE};
}

static bool takes(const struct tag_type *column, const struct tag_type *value)
{
    if (value->family == TAG_FAMILY_WHOLE) {
        return column->family == TAG_FAMILY_INTEGER || column->family == TAG_FAMILY_DECIMAL;
    }
    return value->family == TAG_FAMILY_NUMBER && column->family == TAG_FAMILY_DECIMAL;
}

bool tag_types_fit(const struct tag_type *a, const struct tag_type *b)
{
    if (a->family == TAG_FAMILY_NONE || b->family == TAG_FAMILY_NONE) {
        return false;
    }
    if (a->family == TAG_FAMILY_ANY || b->family == TAG_FAMILY_ANY) {
        return true;
    }
    if (a->family != b->family) {
        return takes(a, b) || takes(b, a);
    }
    return a->places == b->places && (a->collation.len == 0 || b->collation.len == 0 ||
                                      slice_eq_nocase(a->collation, b->collation));
}
