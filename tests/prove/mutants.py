#!/usr/bin/python3
"""Would prove.py notice? Each mutant is a rule of conf/tags left out, in a copy of the tree; random
models run until one is stale, or SECONDS are over. A mutant that lives needs a case of its own in
tests/unit/conf/tags; those are run too.

    tests/prove/mutants.py [--seconds 60] [--only NAME ...] [--list]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

from server import Server

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TAGS = "conf/tags/"

# (name, file, old text, new text): what is wrong in it is the name.
MUTANTS = [
    # facts and joins
    ("facts are taken out of NOT", TAGS + "facts.c",
     "truth = truth_of(fold(analysis, expr->args[0]));\n"
     "        return truth < 0 ? expr : &analysis->truths[!truth];",
     "return fold(analysis, expr->args[0]);"),
    ("a guard is folded the wrong way", TAGS + "facts.c",
     "!= 0) != expr->negated];", "!= 0) == expr->negated];"),
    ("NOT EXISTS implies", TAGS + "facts.c",
     "core->one_row || expr->negated ||", "core->one_row ||"),
    ("EXISTS of an aggregate of nothing implies", TAGS + "facts.c",
     "if (!core || core->one_row || expr->negated ||", "if (!core || expr->negated ||"),
    ("<=> rejects NULL", TAGS + "facts.c",
     'slice_is(expr->name, "<=>") ? 0 : first', 'slice_is(expr->name, "<=>") ? first : first'),
    ("IS NULL rejects NULL", TAGS + "facts.c",
     "return expr->negated ? first : 0;\n    }\n    return expr->kind == SQLEXPR_OR",
     "return first;\n    }\n    return expr->kind == SQLEXPR_OR"),
    ("NOT IN of a query rejects NULL", TAGS + "facts.c",
     "return expr->negated ? 0 : first;", "return first;"),
    ("NOT BETWEEN rejects NULL bounds", TAGS + "facts.c",
     "return expr->negated ? first : first |", "return first |"),
    ("an OR rejects what one part rejects", TAGS + "facts.c",
     "found &= facts_rejected(analysis, &part);", "found = facts_rejected(analysis, &part);"),
    ("ON makes its own LEFT JOIN inner", TAGS + "joins.c",
     "rejected & joins_sources(from->right))) {",
     "(rejected | rejected_by_on(analysis, from)) & joins_sources(from->right))) {"),
    ("the left side of a LEFT JOIN gains from ON", TAGS + "context.c",
     "joins_facts(analysis, from->left, &left_facts);\n    from_context(analysis, from->left,",
     "joins_facts(analysis, from->left, &left_facts);\n"
     "    facts_conjuncts(analysis, from->on, &left_facts);\n"
     "    from_context(analysis, from->left,"),
    ("the right side of a LEFT JOIN keeps what mentions it", TAGS + "context.c",
     "struct facts right_facts = without(analysis, above, right);",
     "struct facts right_facts = without(analysis, above, 0);"),
    ("... also of outer facts", TAGS + "context.c",
     "struct facts right_outer = without(analysis, outer, right), with_outer;",
     "struct facts right_outer = without(analysis, outer, 0), with_outer;"),
    ("facts of a LEFT JOIN's right side are facts of its rows", TAGS + "joins.c",
     "joins_facts(analysis, from->left, facts);\n    if (from->kind == SQLFROM_INNER) {",
     "joins_facts(analysis, from->left, facts);\n    {"),
    ("subqueries in an aggregate's items get WHERE", TAGS + "context.c",
     "*inside = core->one_row ? *outer : where;", "*inside = where;"),
    # derived tables
    ("conditions go behind a LIMIT", TAGS + "context.c",
     "if (cut || core->one_row || core->windows) {", "if (core->one_row || core->windows) {"),
    ("conditions go into an aggregate", TAGS + "context.c",
     "if (cut || core->one_row || core->windows) {", "if (cut || core->windows) {"),
    ("conditions go behind a window", TAGS + "context.c",
     "if (cut || core->one_row || core->windows) {", "if (cut || core->one_row) {"),
    ("conditions go into a UNION of types", TAGS + "context.c",
     "return column->source->query->core || (", "return true || ("),
    ("a derived aggregate has facts", TAGS + "joins.c",
     "if (!core || core->one_row) {", "if (!core) {"),
    # classes and covers
    ("texts of all collations have one text", TAGS + "type.c",
     "if (holds->family == COLUMN_TEXT && is_binary(collation)) {",
     "if (holds->family == COLUMN_TEXT) {"),
    ("a number fits a text", TAGS + "type.c",
     "return takes(a, b) || takes(b, a);", "return true;"),
    ("< is an equality", TAGS + "classes.c",
     'bool strict = slice_is(fact->name, "=");', "bool strict = true;"),
    ("<=> binds no NULL", TAGS + "classes.c",
     "unite(classes, a, b, strict);", "unite(classes, a, b, true);"),
    ("NOT IN binds", TAGS + "classes.c",
     "if (fact->negated || !is_column(fact->args[0]) ||", "if (!is_column(fact->args[0]) ||"),
    ("IS NOT NULL binds NULL", TAGS + "classes.c",
     "if (fact->negated || !is_column(column)) {", "if (!is_column(column)) {"),
    ("a part of an OR without a cover is left out", TAGS + "cover.c",
     "if (cover.count == 0 || all.count", "if (all.count"),
    ("a list's first value is enough", TAGS + "classes.c",
     "out->value_count = class->list->arg_count - 1;", "out->value_count = 1;"),
    # what is pruned
    ("a computed column is read alone", TAGS + "query.c",
     "all |= source->reads[i] && table->columns[i].holds.generated;", "all |= false;"),
    ("ON UPDATE sets nothing", TAGS + "change.c",
     "(change->sets[i] || change->table->columns[i].renewed)", "change->sets[i]"),
    ("an UPDATE affects no shape", TAGS + "change.c",
     "!= SQLVERB_UPDATE || sets_any(change, reads);", "!= SQLVERB_UPDATE;"),
    ("a class reads what its first use reads", TAGS + "model.c",
     "class->shape.reads[i] |= use->shape.reads[i];",
     "class->shape.reads[i] |= use->shape.reads[i] && same == 0;"),
    # INSERT
    ("a row that is met has no old values", TAGS + "insert.c",
     "return meets && count > 0 &&", "return false && meets && count > 0 &&"),
    ("one key that holds the columns is enough", TAGS + "insert.c",
     "if (!table_key_has(&table->unique[i], links[j])) {\n                return false;",
     "if (table_key_has(&table->unique[i], links[j])) {\n                return true;"),
    ("only the first key is asked", TAGS + "insert.c",
     "for (size_t j = 0; j < table->unique_count && known; j++) {",
     "for (size_t j = 0; j < 1 && known; j++) {"),
    ("only the first row's keys are asked", TAGS + "insert.c",
     "for (size_t i = 0; i < change->row_count && known; i++) {",
     "for (size_t i = 0; i < 1 && known; i++) {"),
    ("rows of one INSERT do not meet each other", TAGS + "insert.c",
     "add_met(touching, i, TAG_ROWS_NONE, rows[k], rows[j]);",
     "if (j == k) add_met(touching, i, TAG_ROWS_NONE, rows[k], rows[j]);"),
    ("an old row is what it was", TAGS + "insert.c",
     "if (needs) {\n                add_met(", "if (false) {\n                add_met("),
    ("ON DUPLICATE KEY UPDATE sets no link", TAGS + "insert.c",
     "if (touching->change->sets[column] || table->columns[column].renewed) {", "if (false) {"),
    ("VALUES(a) of another type", TAGS + "insert.c",
     "return tag_types_fit(&from, &to) ? row[column]", "return true ? row[column]"),
    ("a default is NULL", TAGS + "insert.c",
     "if (of->has_default || of->counted ||", "if (of->counted ||"),
    ("AUTO_INCREMENT stores NULL", TAGS + "insert.c",
     "expr->kind < SQLEXPR_PARAM && !of->counted", "expr->kind < SQLEXPR_PARAM"),
    ("INSERT SELECT meets nothing", TAGS + "insert.c",
     "    touch_met_by_query(touching);\n}", "}"),
    ("INSERT SELECT asks by names of its list", TAGS + "insert.c",
     "core->group_count == 0 &&\n           !core->having &&", "true &&"),
    ("INSERT SELECT asks of an aggregate of nothing", TAGS + "insert.c",
     "!core->windows && !core->one_row &&", "!core->windows &&"),
    ("INSERT SELECT converts nothing", TAGS + "insert.c",
     "from.family == to.family &&\n           tag_types_fit(&from, &to);", "true;"),
    # UPDATE, DELETE
    ("what is set reads no other", TAGS + "change.c",
     "unknown |= wanted[column] && cells[column].from == TAG_FROM_SERVER;",
     "if (cells[column].from == TAG_FROM_SERVER) continue;"),
    ("an UPDATE has no old row", TAGS + "change.c",
     "    add_all(touching, rows, cells);\n    if (change->tree->change->verb == SQLVERB_DELETE) {",
     "    if (change->tree->change->verb == SQLVERB_DELETE) {\n"
     "        add_all(touching, rows, cells);"),
    ("an UPDATE has no new row", TAGS + "change.c",
     "        return;\n    }\n    add_all(touching, rows, cells);\n}", "        return;\n    }\n}"),
    ("the same WHERE finds the same rows", TAGS + "change.c",
     "return written->from->kind == SQLFROM_SOURCE && !written->limit &&\n"
     "           !reads_set(change, written->where);",
     "return written->from->kind == SQLFROM_SOURCE && !written->limit;"),
    ("a computed column is the same behind an UPDATE", TAGS + "change.c",
     "(change->sets[expr->column] || change->table->columns[expr->column].holds.generated);",
     "change->sets[expr->column];"),
    ("LIMIT chooses the same rows twice", TAGS + "change.c",
     "written->from->kind == SQLFROM_SOURCE && !written->limit &&",
     "written->from->kind == SQLFROM_SOURCE &&"),
    ("one of several known values is enough", TAGS + "change.c",
     "if (!combine(touching, wanted, i, cells)) {",
     "if (i > 0 || !combine(touching, wanted, i, cells)) {"),
    ("joined records have one's row beside another's value", TAGS + "change.c",
     "return touch->rows == TAG_ROWS_NONE || rows == 0 || values == 0;",
     "return touch->rows == TAG_ROWS_NONE || rows + values < 100;"),
    ("joined records find what another leaves", TAGS + "change.c",
     "out->after.select.sql.len > 0 || !can_ask_after(touching->change)) {",
     "out->after.select.sql.len > 0) {"),
    ("c = c is kept of another table too", TAGS + "change.c",
     "set->value->source == set->column->source &&\n           ", ""),
    ("what the server knows touches no wildcard", TAGS + "model.c",
     "model->classes[out->items[i].shape].wild |=\n            is_unknown(",
     "model->classes[out->items[i].shape].wild |= false &&\n            is_unknown("),
]


def copied(folder):
    for name in ("conf", "lib", "tests/prove", "tests/unit/conf/tags", "Makefile",
                 "build/conf", "build/lib", "build/gen", "build/tests", "build/flags",
                 "build/version"):
        source, to = os.path.join(TREE, name), os.path.join(folder, name)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        if os.path.isdir(source):
            shutil.copytree(source, to, copy_function=shutil.copy2)
        elif os.path.exists(source):
            shutil.copy2(source, to)
    shutil.copy2(os.path.join(TREE, "tests/unit/unit.h"), os.path.join(folder, "tests/unit"))


UNITS = ["build/tests/unit/conf/tags/test_query", "build/tests/unit/conf/tags/test_change"]


def build(folder):
    return subprocess.run(["make", "-s", "VERSION=mutant", "build/tests/prove/derive", *UNITS],
                          cwd=folder, capture_output=True, text=True)


def is_caught_by_units(folder):
    return any(subprocess.run([os.path.join(folder, unit)], capture_output=True).returncode
               for unit in UNITS)


def tried(folder, mutant, socket, seconds, seed):
    """(by random models after how many seconds or None, by unit tests)"""
    name, file, old, new = mutant
    path = os.path.join(folder, file)
    with open(path, encoding="utf-8") as opened:
        text = opened.read()
    if text.count(old) != 1:
        return f"the text is there {text.count(old)} times", None, None
    try:
        with open(path, "w", encoding="utf-8") as opened:
            opened.write(text.replace(old, new))
        built = build(folder)
        if built.returncode:
            return built.stderr.strip()[-300:], None, None
        began = time.monotonic()
        run = subprocess.run(
            [sys.executable, os.path.join(TREE, "tests/prove/prove.py"), "--seconds", str(seconds),
             "--faults", "1", "--quiet", "--seed", str(seed)],
            env={**os.environ, "PROVE_SOCKET": socket,
                 "DERIVE": os.path.join(folder, "build/tests/prove/derive")},
            capture_output=True, text=True)
        took = time.monotonic() - began if run.returncode == 1 and "STALE" in run.stdout else None
        if run.returncode not in (0, 1) or "Traceback" in run.stderr:
            return run.stderr.strip()[-300:], None, None
        return None, took, is_caught_by_units(folder)
    finally:
        with open(path, "w", encoding="utf-8") as opened:
            opened.write(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    chosen = [m for m in MUTANTS if not args.only or any(o in m[0] for o in args.only)]
    if args.list:
        print("\n".join(m[0] for m in chosen))
        return 0
    folder, server, live = tempfile.mkdtemp(prefix="twofold-mutants-"), Server(), []
    try:
        copied(folder)
        for mutant in chosen:
            wrong, took, by_unit = tried(folder, mutant, server.socket, args.seconds, args.seed)
            how = wrong or (f"caught in {took:.0f} s" if took is not None else "not by chance")
            print(f"{mutant[0]}: {how}" + (", and by a unit test" if by_unit else ""), flush=True)
            if wrong or (took is None and not by_unit):
                live.append(mutant[0])
        print(f"mutants: {len(chosen) - len(live)} of {len(chosen)} caught; live: {live}")
        return 1 if live else 0
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
