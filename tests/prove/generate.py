"""Random models: tables, queries and statements over what conf/grammar reads, with few values, so
that rows meet each other. Weighted towards what is easily got wrong: outer joins, subqueries in
all places, unique keys that are met, values that have several texts.

Names of parameters say their types: i0 .. i3 are integers, n0 .. n3 numbers, s0 .. s3 strings.
"""

import re
from decimal import Decimal

# Types of columns: i INT, u BIGINT UNSIGNED, d DECIMAL(5,1), e DECIMAL(6,2), s VARCHAR by bytes,
# c VARCHAR without case, b BOOL, t DATETIME.
DDL = {"i": "INT", "u": "BIGINT UNSIGNED", "d": "DECIMAL(5,1)", "e": "DECIMAL(6,2)",
       "s": "VARCHAR(8)", "c": "VARCHAR(8) COLLATE utf8mb4_general_ci", "b": "BOOL",
       "t": "DATETIME(6)"}
TYPES = "iiiiiiiiuudddessssccb"
VALUES = {
    "i": [0, 1, 2, 3, -1], "b": [0, 1],
    "u": [0, 1, 2, 9223372036854775807, 18446744073709551615],
    "d": [Decimal(v) for v in ("0", "1", "1.5", "2", "-1.5")],
    "e": [Decimal(v) for v in ("0", "1", "1.5", "1.55", "2")],
    "s": ["a", "A", "b", "a ", "", "b\\"], "c": ["a", "A", "b", "B", "\u00e4"],
    "t": ["2026-01-01 00:00:00"], "o": [0, 1, 2]}
PARAMS = {"i": [0, 1, 1, 2, 2, 3, -1],
          "n": [Decimal(v) for v in ("0", "1", "2", "1.5", "1.55", "-1.5")],
          "s": VALUES["s"]}
# Which parameters equal a column of a type by one text.
FITS = {"i": "i", "u": "i", "b": "i", "d": "in", "e": "in", "s": "s", "c": "s", "t": "s", "o": "i"}
NUMBERS = "iudeb"


def quoted(value):
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def names_of(sql):
    return sorted(set(re.findall(r":([ins][0-9])\b", sql)))


def filled(sql, params):
    def text(match):
        value = params[match.group(1)]
        negative = not isinstance(value, (str, type(None))) and value < 0
        return "(" + quoted(value) + ")" if negative else quoted(value)
    return re.sub(r":([ins][0-9])\b", text, sql)


class Table:
    def __init__(self, name, columns, keys, ddl, counted):
        self.name, self.columns, self.keys, self.ddl = name, columns, keys, ddl
        self.counted = counted        # the AUTO_INCREMENT column
        self.types = {c: t for c, t, _ in columns}
        self.written = [c for c, _, how in columns if how != "made"]
        self.plain = [c for c, _, how in columns if not how]


class Generator:
    def __init__(self, random):
        self.r = random
        self.next = 0
        self.tables = [self.table(f"t{i}") for i in range(random.choice((2, 2, 3)))]

    def p(self, chance):
        return self.r.random() < chance

    def alias(self):
        self.next += 1
        return f"a{self.next}"

    # ------------------------------------------------------------------ tables

    def table(self, name):
        r, columns, lines, keys = self.r, [], [], []
        counted = self.p(0.25)
        for i in range(r.randint(3, 5)):
            column, of = f"c{i}", r.choice(TYPES)
            if i == 0 and counted:
                lines.append(f"{column} INT NOT NULL AUTO_INCREMENT")
                columns.append((column, "i", ""))
                continue
            null = self.p(0.6)
            default = "" if self.p(0.7) else f" DEFAULT {quoted(r.choice(VALUES[of]))}"
            lines.append(f"{column} {DDL[of]} {'NULL' if null else 'NOT NULL'}{default}")
            columns.append((column, of, ""))
        numbers = [c for c, of, _ in columns if of == "i" and not (c == "c0" and counted)]
        if numbers and self.p(0.25):
            lines.append(f"g INT AS ({r.choice(numbers)} + {r.choice((0, 1))}) "
                         + r.choice(("VIRTUAL", "STORED")))
            columns.append(("g", "i", "made"))
        if self.p(0.12):
            lines.append("z DATETIME(6) NULL ON UPDATE CURRENT_TIMESTAMP(6)")
            columns.append(("z", "t", "renewed"))
        plain = [c for c, _, how in columns if not how]
        if counted:
            keys.append(["c0"])
            lines.append("PRIMARY KEY (c0)")
        for i in range(r.choice((0, 1, 1, 1, 2, 2, 3)) - counted):
            key = r.sample(plain, r.choice((1, 1, 2)))
            texts = [c for c in key if dict((c, t) for c, t, _ in columns)[c] in "sc"]
            written = [f"{c}(1)" if c in texts and self.p(0.2) else c for c in key]
            keys.append(key)
            kind = "PRIMARY KEY" if i == 0 and not counted and self.p(0.4) else f"UNIQUE KEY k{i}"
            if kind == "PRIMARY KEY":
                for c in key:
                    n = [x for x, _, _ in columns].index(c)
                    lines[n] = lines[n].replace(" NULL", " NOT NULL").replace("NOT NOT", "NOT")
            lines.append(f"{kind} ({', '.join(written)})")
        if self.p(0.5):
            lines.append(f"KEY x ({r.choice(plain)})")
        ddl = (f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(lines)}) ENGINE=InnoDB "
               "DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin")
        return Table(name, columns, keys, ddl, "c0" if counted else None)

    def row(self, table):
        """An INSERT with values of its own: what the tables hold at first."""
        names = [c for c in table.plain if c != table.counted or self.p(0.5)]
        values = [quoted(None if self.p(0.2) else self.r.choice(VALUES[table.types[c]]))
                  for c in names]
        return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(values)})"

    def params(self, names, null=0.2):
        return {n: None if self.p(null) else self.r.choice(PARAMS[n[0]]) for n in names}

    # ------------------------------------------------------------------ values

    def param(self, of):
        return f":{self.r.choice(FITS[of])}{self.r.choice((0, 0, 0, 1, 1, 2))}"

    def value(self, of, param=0.75, null=0.04):
        """What may equal a column of the type; now and then of another type."""
        if self.p(null):
            return "NULL"
        if self.p(0.04):
            return f":{self.r.choice('ins')}0"
        if self.p(param):
            return self.param(of)
        value = self.r.choice(VALUES[of])
        if of in "ib" and self.p(0.15):
            return self.r.choice(("TRUE", "FALSE"))
        return quoted(value)

    def column(self, scope, kinds=None):
        """Of a scope, [(alias, {column: type})]: ("a1.c0", type)."""
        all_ = [(f"{alias}.{c}", of) for alias, columns in scope for c, of in columns.items()
                if not kinds or of in kinds]
        return self.r.choice(all_) if all_ else None

    def pair(self, left, right):
        """Two columns that can be equal."""
        for _ in range(8):
            a = self.column(left)
            b = self.column(right, {"d": "de", "e": "de"}.get(a[1], a[1])
                            if self.p(0.92) else (NUMBERS if a[1] in NUMBERS else "sc"))
            if b and a[0] != b[0]:
                return a, b
        return None

    # ------------------------------------------------------------------ conditions

    def equal(self, scope):
        column, of = self.column(scope)
        op = "<=>" if self.p(0.15) else "="
        value = self.value(of)
        return f"{value} {op} {column}" if self.p(0.2) else f"{column} {op} {value}"

    def linked(self, left, right):
        found = self.pair(left, right)
        if not found:
            return self.equal(right)
        (a, _), (b, _) = found
        return f"{a} {'<=>' if self.p(0.1) else '='} {b}"

    def opaque(self, scope):
        column, of = self.column(scope)
        if of in NUMBERS:
            return self.r.choice((
                f"COALESCE({column}, 0) = {self.value(of)}", f"{column} + 0 = {self.value(of)}",
                f"{column} > {self.value(of)}", f"{column} <> {self.value(of)}",
                f"{column} BETWEEN {self.value(of)} AND {self.value(of)}",
                f"{column} NOT BETWEEN 1 AND {self.value(of)}",
                f"CASE WHEN {column} IS NULL THEN 1 ELSE {column} END = {self.value(of)}",
                f"({column}, 1) = ({self.value(of)}, 1)", f"-{column} = -{self.param(of)}",
                f"{column} = {self.value(of)} XOR {column} IS NULL", f"{column}",
                f"({column} = {self.value(of)}) IS TRUE", f"({column} IS NULL) = 1"))
        if of == "t":
            return f"{column} IS NULL"
        return self.r.choice((
            f"LOWER({column}) = {self.value(of)}", f"{column} LIKE 'a%'",
            f"{column} NOT LIKE 'b%'", f"{column} >= {self.value(of)}",
            f"{column} = {self.param(of)} COLLATE utf8mb4_general_ci",
            f"{column} COLLATE utf8mb4_bin = {self.param(of)}",
            f"{column} BETWEEN {self.value(of)} AND {self.value(of)}"))

    def condition(self, scope, depth, outer=()):
        r, x = self.r, self.r.random()
        if x < 0.34:
            return self.equal(scope)
        if x < 0.42:
            return self.linked(scope, list(outer) or scope)
        if x < 0.50:
            column, of = self.column(scope)
            count = r.choice((1, 2, 2, 3, 5))
            values = ", ".join(self.value(of, null=0.01) for _ in range(count))
            return f"{column} {'NOT ' if self.p(0.15) else ''}IN ({values})"
        if x < 0.56:
            return f"{self.column(scope)[0]} IS {'NOT ' if self.p(0.4) else ''}NULL"
        if x < 0.62:
            column, of = self.column(scope)
            param = self.param(of)
            return r.choice((f"({param} IS NULL OR {column} = {param})",
                             f"({param} IS NOT NULL AND {column} = {param})",
                             f"(NOT ({param} IS NOT NULL) OR {column} <=> {param})"))
        if x < 0.68:
            return self.opaque(scope)
        if depth <= 0:
            return self.equal(scope)
        if x < 0.76:
            return "(" + " OR ".join(self.condition(scope, depth - 1, outer)
                                     for _ in range(r.choice((2, 2, 3)))) + ")"
        if x < 0.81:
            return "(" + " AND ".join(self.condition(scope, depth - 1, outer)
                                      for _ in range(2)) + ")"
        if x < 0.84:
            return f"NOT ({self.condition(scope, depth - 1, outer)})"
        if x < 0.85:
            return r.choice(("TRUE", "1", "1 = 1", "FALSE OR " + self.equal(scope)))
        return self.subquery_condition(scope, depth - 1)

    def subquery_condition(self, scope, depth):
        x, negated = self.r.random(), "NOT " if self.p(0.35) else ""
        if x < 0.45:
            return f"{negated}EXISTS ({self.core(depth, outer=scope)[0]})"
        column, of = self.column(scope)
        if x < 0.85:
            return f"{column} {negated}IN ({self.core(depth, outer=scope, wants=of)[0]})"
        return f"{column} = ({self.core(depth, outer=scope, wants=of, single=True)[0]})"

    def where(self, scope, depth, outer=(), least=0):
        parts = [self.condition(scope, depth, outer)
                 for _ in range(self.r.choice((least, 1, 1, 2, 2, 3)))]
        if outer and self.p(0.75):
            parts.append(self.linked(list(outer), scope))
        self.r.shuffle(parts)
        return " AND ".join(parts)

    # ------------------------------------------------------------------ FROM

    def source(self, depth):
        if depth > 0 and self.p(0.25):
            alias = self.alias()
            sql, columns = self.query_columns(depth - 1)
            return f"({sql}) {alias}", [(alias, columns)]
        table = self.r.choice(self.tables)
        if self.p(0.15):
            names = {n for n, _ in self.mentioned}
            if table.name not in names:
                self.mentioned.append((table.name, 0))
                return table.name, [(table.name, dict(table.types))]
        alias = self.alias()
        return f"{table.name} {alias}", [(alias, dict(table.types))]

    def joined(self, depth, count):
        text, scope = self.source(depth)
        for _ in range(count):
            if count > 1 and self.p(0.25):
                right, more = self.joined(depth, 1)
                right = f"({right})"
            else:
                right, more = self.source(depth)
            kind = self.r.choice(("JOIN", "JOIN", "INNER JOIN", "LEFT JOIN", "LEFT JOIN",
                                  "LEFT OUTER JOIN", "RIGHT JOIN", "CROSS JOIN"))
            on = [self.linked(scope, more)] if self.p(0.9) else []
            while self.p(0.35) or not on:
                on.append(self.condition(scope + more, 1 if self.p(0.3) else 0))
            on = " ON " + " AND ".join(on) if kind != "CROSS JOIN" else ""
            text, scope = f"{text} {kind} {right}{on}", scope + more
        return text, scope

    # ------------------------------------------------------------------ SELECT

    def item(self, scope, of, depth):
        """An expression of the type (None: any), and its type; o: opaque."""
        if of:
            column = self.column(scope, of)
            return (column or (self.value(of, null=0), of))
        x = self.r.random()
        if x < 0.82:
            return self.column(scope)
        if x < 0.88:
            of = self.r.choice("ids")
            return self.value(of), "o"
        if x < 0.94 and depth > 0:
            return f"({self.core(depth - 1, outer=scope, wants='i', single=True)[0]})", "o"
        column, of = self.column(scope)
        return (f"COALESCE({column}, {quoted(VALUES[of][0])})", "o")

    def core(self, depth, outer=(), wants=None, single=False, plain=False):
        """One SELECT: its text and {label: type}."""
        kept, self.mentioned = getattr(self, "mentioned", []), list(getattr(self, "mentioned", []))
        count = self.r.choice((0, 0, 0, 1, 1, 2)) if depth > 0 else self.r.choice((0, 0, 1))
        text, scope = self.joined(max(0, depth - 1), count)
        where = self.where(scope, depth, outer)
        tail = f" FROM {text}" + (f" WHERE {where}" if where else "")
        x = self.r.random()
        self.mentioned = kept
        if single or (x < 0.15 and not plain):
            return self.aggregate(scope, tail, wants)
        if x < 0.30 and not plain and not wants:
            return self.grouped(scope, tail, depth)
        items, columns = [], {}
        if wants:
            items.append(self.item(scope, wants, 0)[0])
            columns["x0"] = wants
        elif self.p(0.1) and len(scope) == 1 and not plain:
            columns = dict(scope[0][1])
            items.append("*" if self.p(0.5) else f"{scope[0][0]}.*")
        else:
            for i in range(self.r.randint(1, 3)):
                expr, of = self.item(scope, None, depth)
                items.append(f"{expr} {'AS ' if self.p(0.3) else ''}x{i}")
                columns[f"x{i}"] = of
            if self.p(0.07) and not plain:
                column = self.column(scope)[0]
                over = f"PARTITION BY {self.column(scope, 'iudebs')[0]}" \
                    if self.p(0.7) and self.column(scope, "iudebs") else ""
                items.append(f"COUNT({column}) OVER ({over}) w")
                columns["w"] = "o"
        distinct = "DISTINCT " if self.p(0.1) and not self.loose(columns) else ""
        return f"SELECT {distinct}{', '.join(items)}{tail}", columns

    @staticmethod
    def loose(columns):
        """Several texts are one to DISTINCT and the like, and the server chooses."""
        return "c" in columns.values() or "o" in columns.values()

    def aggregate(self, scope, tail, wants):
        number = self.column(scope, "iudeb")
        texts = self.column(scope, "s")
        if wants in ("s", "c") and texts:
            return f"SELECT MAX({texts[0]}) x0{tail}", {"x0": "o"}
        options = ["COUNT(*)"]
        if number:
            options += [f"COUNT({number[0]})", f"MAX({number[0]})", f"SUM({number[0]})",
                        f"MIN({number[0]})"]
        return f"SELECT {self.r.choice(options)} x0{tail}", {"x0": "o"}

    def grouped(self, scope, tail, depth):
        all_ = [(f"{a}.{c}", of) for a, columns in scope for c, of in columns.items()
                if of not in "co"]
        if not all_:
            return self.aggregate(scope, tail, None)
        groups = self.r.sample(all_, min(len(all_), self.r.choice((1, 1, 2))))
        items = [f"{g} x{i}" for i, (g, _) in enumerate(groups)]
        columns = {f"x{i}": of for i, (_, of) in enumerate(groups)}
        number = self.column(scope, "iudeb")
        items.append((f"SUM({number[0]})" if number and self.p(0.5) else "COUNT(*)") + " n")
        having = ""
        if self.p(0.35):
            group, of = self.r.choice(groups)
            having = " HAVING " + self.r.choice((f"{group} = {self.value(of)}",
                                                 f"COUNT(*) > {self.r.choice((0, 1))}"))
        columns["n"] = "o"
        by = ", ".join(g for g, _ in groups)
        return f"SELECT {', '.join(items)}{tail} GROUP BY {by}{having}", columns

    def query_columns(self, depth):
        """With UNION, ORDER and LIMIT."""
        if self.p(0.15):
            kinds = [self.r.choice("iiisd") for _ in range(self.r.choice((1, 1, 2)))]
            parts = []
            for _ in range(self.r.choice((2, 2, 3))):
                text, scope = self.joined(0, self.r.choice((0, 0, 1)))
                where = self.where(scope, 0)
                items = []
                for i, of in enumerate(kinds):
                    expr = self.item(scope, of if self.p(0.93) else self.r.choice("isdc"), 0)[0]
                    if of == "s" and self.p(0.07):
                        expr += " COLLATE utf8mb4_general_ci"
                    items.append(f"{expr} x{i}")
                parts.append(f"SELECT {', '.join(items)} FROM {text}"
                             + (f" WHERE {where}" if where else ""))
            joint = self.r.choice((" UNION ALL ", " UNION ALL ", " UNION ", " EXCEPT "))
            if "COLLATE" in "".join(parts):
                joint = " UNION ALL "
            sql, columns = joint.join(parts), {f"x{i}": of for i, of in enumerate(kinds)}
        else:
            sql, columns = self.core(depth)
        if self.p(0.12) and not self.loose(columns) and "*" not in sql.split("FROM")[0] \
                and "COLLATE" not in sql:  # 'A' and 'a' would be in no order
            order = ", ".join(str(i + 1) for i in range(len(columns)))
            sql += f" ORDER BY {order} LIMIT {self.r.choice((1, 2, 3))}"
            sql += " OFFSET 1" if self.p(0.2) else ""
        return sql, columns

    # ------------------------------------------------------------------ traps

    def base(self):
        """A table under an alias: (text, alias, scope)."""
        table, alias = self.r.choice(self.tables), self.alias()
        return f"{table.name} {alias}", alias, [(alias, dict(table.types))]

    def bound(self, scope):
        """A column that equals a parameter, in one of the ways that bind."""
        column, of = self.column(scope, "iudesb") or self.column(scope)
        param, other = self.param(of), self.param(of)
        return self.r.choice((f"{column} = {param}",) * 6 + (
            f"{column} <=> {param}", f"{column} IN ({param}, {other})", f"{param} = {column}"))

    def shown_items(self, scope):
        items = [self.column(scope)[0] for _ in range(self.r.choice((1, 1, 2)))]
        return ", ".join(f"{item} x{i}" for i, item in enumerate(items))

    def trap(self):
        return self.r.choice((self.trap_exists, self.trap_outer, self.trap_outer, self.trap_nested,
                              self.trap_derived, self.trap_or, self.trap_path, self.trap_item,
                              self.trap_plain))()

    def trap_plain(self):
        text, _, scope = self.base()
        return f"SELECT {self.shown_items(scope)} FROM {text} WHERE {self.bound(scope)}" \
            + (f" AND {self.bound(scope)}" if self.p(0.4) else "")

    def trap_exists(self):
        (text, _, scope), (inner, _, more) = self.base(), self.base()
        link = self.linked(scope, more)
        column, of = self.column(scope)
        item = (self.column(more, of) or (self.param(of), of))[0]
        what = self.r.choice((
            f"EXISTS (SELECT 1 FROM {inner} WHERE {link} AND {self.bound(more)})",
            f"EXISTS (SELECT COUNT(*) FROM {inner} WHERE {self.bound(scope)} AND {link})",
            f"EXISTS (SELECT 1 FROM {inner} WHERE {self.bound(scope)})",
            f"{column} IN (SELECT {item} FROM {inner} WHERE {self.bound(more)})",
            f"{column} IN (SELECT {item} FROM {inner} WHERE {self.bound(scope)} AND {link})"))
        if self.p(0.4):
            what = self.r.choice((f"NOT {what}", f"({what}) IS NOT TRUE",
                                  what.replace(" IN (", " NOT IN (", 1)))
        more = f" AND {self.bound(scope)}" if self.p(0.2) else ""
        return f"SELECT {self.shown_items(scope)} FROM {text} WHERE {what}{more}"

    def of_outer(self, scope):
        """A condition on what a LEFT JOIN may lack."""
        column, of = self.column(scope, "iudeb") or self.column(scope)
        other = self.column(scope)[0]
        return self.r.choice((
            f"{column} <=> {self.param(of)}", f"{column} IS NULL", f"{column} = {self.param(of)}",
            f"({column} = {self.param(of)} OR {other} IS NULL)",
            f"({other} IS NULL OR {column} = {self.param(of)})", f"{column} IS NOT NULL",
            f"{self.param(of)} NOT BETWEEN {column} AND 1", f"{column} IN ({self.param(of)}, 1)",
            f"NOT ({column} = {self.param(of)})", f"COALESCE({column}, 1) = {self.param(of)}",
            self.not_in(column, of), self.not_in(column, of)))

    def not_in(self, column, of):
        text, _, scope = self.base()
        item = (self.column(scope, of) or (self.param(of), of))[0]
        return f"{column} NOT IN (SELECT {item} FROM {text} WHERE {self.bound(scope)})"

    def trap_outer(self):
        (text, _, scope), (inner, _, more) = self.base(), self.base()
        on = [self.linked(scope, more)]
        on += [self.bound(scope)] if self.p(0.3) else []
        on += [self.bound(more)] if self.p(0.3) else []
        where = [self.of_outer(more)] if self.p(0.6) else []
        where += [self.bound(scope)] if self.p(0.4) else []
        kind = "LEFT JOIN"
        if self.p(0.2):
            text, inner, kind = inner, text, "RIGHT JOIN"
        items = self.shown_items(scope + more) if self.p(0.7) else "COUNT(*) n"
        return f"SELECT {items} FROM {text} {kind} {inner} ON {' AND '.join(on)}" \
            + (f" WHERE {' AND '.join(where)}" if where else "")

    def trap_nested(self):
        (a, _, one), (b, _, two), (c, _, three) = self.base(), self.base(), self.base()
        kinds = [self.r.choice(("LEFT JOIN", "LEFT JOIN", "JOIN")) for _ in "12"]
        inner = self.linked(two, three)
        inner += f" AND {self.bound(two + three)}" if self.p(0.3) else ""
        outer = self.linked(one, two + three)
        outer += f" AND {self.bound(one + two)}" if self.p(0.3) else ""
        where = self.r.choice((self.of_outer(three), self.of_outer(two), self.bound(one),
                               self.of_outer(three) + " AND " + self.bound(one)))
        text = f"{a} {kinds[0]} ({b} {kinds[1]} {c} ON {inner}) ON {outer}" if self.p(0.5) else \
            f"{a} {kinds[0]} {b} ON {self.linked(one, two)} {kinds[1]} {c} ON {inner}"
        return f"SELECT {self.shown_items(one + two + three)} FROM {text} WHERE {where}"

    def trap_derived(self):
        text, _, scope = self.base()
        column, of = self.column(scope, "iudesb") or self.column(scope)
        other = self.column(scope, "iudebs" if of != "c" else None)[0]
        where = f" WHERE {self.bound(scope)}" if self.p(0.35) else ""
        second, _, more = self.base()
        item = (self.column(more, of) or (self.param(of), of))[0]
        sql = self.r.choice((
            f"SELECT {column} x0, {other} x1 FROM {text}{where} ORDER BY 1, 2 LIMIT 2",
            f"SELECT {column} x0, COUNT(*) x1 FROM {text}{where} GROUP BY {column}",
            f"SELECT COUNT(*) x1, {self.param(of)} x0 FROM {text}{where}",
            f"SELECT {column} x0, COUNT(*) OVER () x1 FROM {text}{where}",
            f"SELECT {column} x0, 1 x1 FROM {text}{where} UNION "
            f"SELECT {item} x0, 2 x1 FROM {second}",
            f"SELECT {column} x0, 1 x1 FROM {text}{where} EXCEPT "
            f"SELECT {item} x0, 1 x1 FROM {second}",
            f"SELECT {column} x0, {other} x1 FROM {text}{where}"))
        alias = self.alias()
        outer = [(alias, {"x0": of})]
        param = self.param(of)
        if self.p(0.5):
            return f"SELECT {alias}.* FROM ({sql}) {alias} WHERE {alias}.x0 = {param}"
        right, _, side = self.base()
        kind = self.r.choice(("JOIN", "LEFT JOIN"))
        extra = f" AND {alias}.x0 = {param}" if self.p(0.4) else ""
        tail = self.r.choice(("", f" WHERE {self.bound(side)}", f" WHERE {alias}.x0 IS NULL",
                              f" WHERE {alias}.x0 <=> {param}"))
        return f"SELECT {self.shown_items(side)}, {alias}.x1 y FROM {right} {kind} ({sql}) " \
            f"{alias} ON {self.linked(side, outer)}{extra}{tail}"

    def trap_or(self):
        text, _, scope = self.base()
        column, of = self.column(scope)
        parts = [self.bound(scope) for _ in range(self.r.choice((2, 2, 3)))]
        if self.p(0.3):
            parts[-1] = self.opaque(scope)
        if self.p(0.3):
            parts[0] = f"({parts[0]} AND {self.bound(scope)})"
        what = self.r.choice((
            "(" + " OR ".join(parts) + ")", f"NOT ({parts[0]})",
            f"{column} NOT IN ({self.param(of)}, {self.param(of)})",
            f"({parts[0]} OR {column} IS NULL)", f"({self.param(of)} IS NULL OR {parts[0]})"))
        return f"SELECT {self.shown_items(scope)} FROM {text} WHERE {what}"

    def trap_path(self):
        (a, _, one), (b, _, two), (c, _, three) = self.base(), self.base(), self.base()
        link, far = self.linked(one, two), self.linked(two, three)
        kind = "LEFT JOIN" if self.p(0.2) else "JOIN"
        if self.p(0.5):
            return f"SELECT {self.shown_items(one)} FROM {a} {kind} {b} ON {link} " \
                f"WHERE {self.bound(two)}"
        return f"SELECT {self.shown_items(one)} FROM {a} JOIN {b} ON {link} {kind} {c} ON {far} " \
            f"WHERE {self.bound(three)}"

    def trap_item(self):
        (text, _, scope), (inner, _, more) = self.base(), self.base()
        link = self.linked(scope, more).replace(" = ", " <=> " if self.p(0.3) else " = ")
        number = self.column(more, NUMBERS)
        of = self.r.choice(("COUNT(*)", f"MAX({number[0]})" if number else "COUNT(*)"))
        items = self.shown_items(scope) if self.p(0.7) else "COUNT(*) n"
        return f"SELECT {items}, (SELECT {of} FROM {inner} WHERE {link}) z FROM {text} " \
            f"WHERE {self.bound(scope)}"

    def query(self):
        self.next = 0
        self.mentioned = []
        if self.p(0.5):
            return self.trap()
        depth = self.r.choice((0, 1, 1, 2, 2))
        if self.p(0.06):
            inner, columns = self.query_columns(0)
            first, second = self.alias(), self.alias()
            scope = [(first, columns)]
            where = self.where(scope, 1)
            twice = f" JOIN d {second} ON {self.linked(scope, [(second, columns)])}" \
                if self.p(0.4) else ""
            return (f"WITH d AS ({inner}) SELECT {first}.* FROM d {first}{twice}"
                    + (f" WHERE {where}" if where else ""))
        return self.query_columns(depth)[0]

    # ------------------------------------------------------------------ statements

    def stored(self, table, column):
        x = self.r.random()
        if column == table.counted and x < 0.3:
            return self.r.choice(("NULL", "DEFAULT", "0"))
        if x < 0.04:
            return "DEFAULT"
        if x < 0.10 and table.types[column] in "ideu":
            return f"{self.param(table.types[column])} + 1"
        return self.value(table.types[column], param=0.85)

    def sets(self, table, prefix="", new=False, scope=()):
        names = [c for c in table.plain]
        chosen = self.r.sample(names, min(len(names), self.r.choice((1, 1, 1, 2, 2, 3))))
        out = []
        for c in chosen:
            of, x = table.types[c], self.r.random()
            value = self.stored(table, c)
            if new and x < 0.45:
                same = [n for n in table.plain if table.types[n] == of]
                value = f"VALUES({c if self.p(0.7) else self.r.choice(same)})"
            elif x < 0.60 and of in "idu":
                value = self.r.choice((f"{prefix}{c} + 1", f"{prefix}{c} - 1",
                                       f"COALESCE({prefix}{c}, 0)"))
            elif x < 0.68:
                other = self.column(scope, of) if scope else None
                same = [n for n in table.plain if table.types[n] == of]
                value = other[0] if other else prefix + self.r.choice(same)
            elif x < 0.71 and of == "i" and not new:
                value = f"({self.core(0, wants='i', single=True)[0]})"
            out.append(f"{prefix}{c} = {value}")
        return ", ".join(out)

    def insert(self, table):
        names = table.plain[:]
        if self.p(0.25) and len(names) > 1:
            names.remove(self.r.choice(names))
        if table.counted in names and self.p(0.5):
            names.remove(table.counted)
        if not names:
            names = [table.plain[-1]]
        self.r.shuffle(names)
        verb = "REPLACE" if self.p(0.3) else "INSERT"
        into = self.r.choice(("", "INTO "))
        tail = ""
        if verb == "INSERT" and self.p(0.55):
            tail = f" ON DUPLICATE KEY UPDATE {self.sets(table, new=True)}"
        x = self.r.random()
        if x < 0.22:
            text, scope = self.joined(0, self.r.choice((0, 0, 1)))
            items = [self.item(scope, table.types[c] if self.p(0.95) else None, 0)[0]
                     for c in names]
            where = self.where(scope, 1)
            cut = f" ORDER BY {', '.join(str(i + 1) for i in range(len(items)))} LIMIT 2" \
                if self.p(0.2) and "c" not in [table.types[c] for c in names] else ""
            return (f"{verb} {into}{table.name} ({', '.join(names)}) SELECT "
                    f"{'DISTINCT ' if self.p(0.2) else ''}{', '.join(items)} FROM {text}"
                    + f" WHERE {where or 'TRUE'}" + cut + tail)
        if x < 0.30:
            return (f"{verb} {into}{table.name} SET "
                    + ", ".join(f"{c} = {self.stored(table, c)}" for c in names) + tail)
        rows = ", ".join("(" + ", ".join(self.stored(table, c) for c in names) + ")"
                         for _ in range(self.r.choice((1, 1, 1, 2, 2, 3))))
        return f"{verb} {into}{table.name} ({', '.join(names)}) VALUES {rows}{tail}"

    def one_where(self, scope, table, alias):
        """Of a change: often by a whole key."""
        parts = []
        if table.keys and self.p(0.55):
            key = self.r.choice(table.keys)
            parts = [f"{alias}.{c} = {self.param(table.types[c])}" for c in key]
            if self.p(0.7):
                return " AND ".join(parts)
        return " AND ".join(parts + [self.where(scope, 1, least=1)])

    def update(self, table):
        if self.p(0.25):
            text, scope = self.joined(0, 1)
            alias, columns = self.r.choice(scope)
            table = [t for t in self.tables if t.types.keys() >= columns.keys()
                     and f"{t.name} {alias}" in text or t.name == alias]
            if not table:
                return None
            return (f"UPDATE {text} SET {self.sets(table[0], alias + '.', scope=scope)} "
                    f"WHERE {self.where(scope, 1, least=1)}")
        alias = table.name if self.p(0.5) else self.alias()
        of = table.name if alias == table.name else f"{table.name} {alias}"
        scope = [(alias, dict(table.types))]
        prefix = f"{alias}." if self.p(0.5) else ""
        sql = f"UPDATE {of} SET {self.sets(table, prefix)} " \
              f"WHERE {self.one_where(scope, table, alias)}"
        if self.p(0.1):
            sql += f" ORDER BY {alias}.{self.r.choice(table.plain)} LIMIT 1"
        return sql

    def delete(self, table):
        if self.p(0.3):
            text, scope = self.joined(0, 1)
            alias = self.r.choice(scope)[0]
            return f"DELETE {alias} FROM {text} WHERE {self.where(scope, 1, least=1)}"
        scope = [(table.name, dict(table.types))]
        sql = f"DELETE FROM {table.name} WHERE {self.one_where(scope, table, table.name)}"
        if self.p(0.1):
            sql += f" ORDER BY {self.r.choice(table.plain)} LIMIT 1"
        return sql

    def statement(self):
        while True:
            self.next, self.mentioned = 0, []
            table, x = self.r.choice(self.tables), self.r.random()
            sql = (self.insert(table) if x < 0.5 else
                   self.update(table) if x < 0.85 else self.delete(table))
            if sql:
                return sql
