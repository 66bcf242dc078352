"""Condition, key-condition and update expressions of DynamoDB, evaluated on typed items ({"Name":
{"S": "x"}}).

Text -> tokens -> closures over an item. Errors carry the texts of AWS. Paths are top-level
attributes only.
"""
import re
from decimal import Decimal

RESERVED = set("""
    ADD ALL AND ANY AS BETWEEN BY COUNT COUNTER CREATE DATA DATE DAY DELETE DOMAIN DURATION EXISTS
    FROM GROUP HASH IN INDEX ITEM ITEMS KEY KEYS LANGUAGE LAST LEVEL LIMIT LIST LOCATION LOCK MAP
    MONTH NAME NAMES NOT NULL NUMBER OF OFFSET OR ORDER OWNER PASSWORD PATH PERCENT POSITION PUBLIC
    RANGE REGION ROLE ROLES ROW SET SIZE STATE STATUS STORAGE STRING SUM TABLE TEXT TIME TIMESTAMP
    TOKEN TOTAL TTL TYPE UPDATE URL USE USER USERS UUID VALUE VALUES VIEW VIEWS YEAR""".split())
TOKEN = re.compile(
    r"\s*(?:(?P<name>#[A-Za-z0-9_]+)|(?P<value>:[A-Za-z0-9_]+)|(?P<word>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<op><>|<=|>=|[=<>(),+\-.\[\]]))")


class Invalid(Exception):
    """A ValidationException with its text."""


def number(text):
    """The exact number of an N, or the complaint of AWS."""
    if not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", text or ""):
        raise Invalid("The parameter cannot be converted to a numeric value: " + str(text))
    value = Decimal(text.strip())
    if value and (value.adjusted() > 125 or value.adjusted() < -130):
        raise Invalid(
            "Number overflow. Attempting to store a number with magnitude larger than supported "
            "range")
    digits = "".join(map(str, value.as_tuple().digits)).strip("0")
    if len(digits) > 38:
        raise Invalid("Attempting to store more than 38 significant digits in a Number")
    return value


def number_text(value):
    """Plain notation without trailing zeros, as DynamoDB gives it back."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def comparable(typed):
    """A Python value that equals another's exactly if DynamoDB says so."""
    (tag, content), = typed.items()
    if tag == "N":
        return tag, number(content)
    if tag in ("SS", "BS"):
        return tag, frozenset(content)
    if tag == "NS":
        return tag, frozenset(number(text) for text in content)
    if tag == "L":
        return tag, tuple(comparable(child) for child in content)
    if tag == "M":
        return tag, tuple(sorted((name, comparable(child)) for name, child in content.items()))
    return tag, content


class Context:
    """Names and values of one request; remembers which were used."""

    def __init__(self, names, values):
        for field, given in (("ExpressionAttributeNames", names),
                             ("ExpressionAttributeValues", values)):
            if given is not None and not given:
                raise Invalid(f"{field} must not be empty")
        self.names, self.values = names or {}, values or {}
        self.used = set()

    def check_all_used(self, any_expression):
        for field, given in (("ExpressionAttributeNames", self.names),
                             ("ExpressionAttributeValues", self.values)):
            if given and not any_expression:
                raise Invalid(f"{field} can only be specified when using expressions")
            unused = sorted(set(given) - self.used)
            if unused:
                raise Invalid(
                    f"Value provided in {field} unused in expressions: keys: "
                    f"{{{', '.join(unused)}}}")


class Parser:
    """Recursive descent over one expression. KIND is its parameter's name, for the texts of errors.
    """

    def __init__(self, kind, text, context):
        self.kind, self.text, self.context = kind, text, context
        if not text.strip():
            raise Invalid(f"Invalid {kind}: The expression can not be empty;")
        self.tokens, place = [], 0
        while place < len(text.rstrip()):
            match = TOKEN.match(text, place)
            if not match:
                bad = text[place:].lstrip()
                raise Invalid(
                    f'Invalid {kind}: Syntax error; token: "{bad[0]}", near: "{bad[:12]}"')
            self.tokens.append((match.lastgroup, match.group().strip()))
            place = match.end()
        self.tokens.append(("end", "<EOF>"))
        self.place = 0

    def fail(self):
        near = " ".join(token for _, token in self.tokens[max(0, self.place - 1):self.place + 2])
        raise Invalid(
            f'Invalid {self.kind}: Syntax error; token: "{self.tokens[self.place][1]}", near: '
            f'"{near}"')

    def peek(self, *texts):
        return self.tokens[self.place][1].upper() in texts

    def take(self, *texts):
        kind, text = self.tokens[self.place]
        if texts and text.upper() not in texts:
            self.fail()
        self.place += 1
        return kind, text

    def accept(self, *texts):
        found = self.peek(*texts)
        self.place += found
        return found

    def path(self):
        kind, text = self.take()
        if kind == "name":
            if text not in self.context.names:
                raise Invalid(
                    f"Invalid {self.kind}: An expression attribute name used in the document path "
                    "is not defined; "
                    f"attribute name: {text}")
            self.context.used.add(text)
            return self.context.names[text]
        if kind != "word":
            self.place -= 1
            self.fail()
        if text.upper() in RESERVED:
            raise Invalid(
                f"Invalid {self.kind}: Attribute name is a reserved keyword; reserved keyword: "
                f"{text}")
        return text

    def value(self):
        _, text = self.take()
        if text not in self.context.values:
            raise Invalid(
                f"Invalid {self.kind}: An expression attribute value used in expression is not "
                "defined; "
                f"attribute value: {text}")
        self.context.used.add(text)
        return self.context.values[text]

    def operand(self):
        """A closure: item -> typed value or None."""
        if self.tokens[self.place][0] == "value":
            value = self.value()
            return lambda item: value
        if self.peek("SIZE") and self.tokens[self.place + 1][1] == "(":
            self.place += 2
            path = self.path()
            self.take(")")
            return lambda item: {
                "N": str(len(next(iter(item[path].values()))))} if path in item else None
        path = self.path()
        return lambda item: item.get(path)

    # ---- conditions

    def condition(self):
        test = self.disjunction()
        if self.tokens[self.place][0] != "end":
            self.fail()
        return test

    def disjunction(self):
        tests = [self.conjunction()]
        while self.accept("OR"):
            tests.append(self.conjunction())
        return lambda item: any(test(item) for test in tests)

    def conjunction(self):
        tests = [self.negation()]
        while self.accept("AND"):
            tests.append(self.negation())
        return lambda item: all(test(item) for test in tests)

    def negation(self):
        if self.accept("NOT"):
            test = self.negation()
            return lambda item: not test(item)
        if self.accept("("):
            test = self.disjunction()
            self.take(")")
            return test
        return self.function() or self.comparison()

    def function(self):
        name = self.tokens[self.place][1]
        if self.tokens[self.place + 1][1] != "(" or name == "size":
            return None
        self.place += 2
        path = self.path()
        argument = None
        if name in ("begins_with", "contains", "attribute_type"):
            self.take(",")
            argument = self.operand()
        self.take(")")
        tests = {
            "attribute_exists": lambda item: path in item,
            "attribute_not_exists": lambda item: path not in item,
            "attribute_type": lambda item: path in item and argument(item)["S"] in item[path],
            "begins_with": lambda item: path in item
            and str(item[path].get("S", "\0")).startswith(argument(item).get("S", "\1")),
            "contains": lambda item: path in item and contains(item[path], argument(item)),
        }
        if name not in tests:
            raise Invalid(f"Invalid {self.kind}: Invalid function name; function: {name}")
        return tests[name]

    def comparison(self):
        left = self.operand()
        if self.accept("BETWEEN"):
            low = self.operand()
            self.take("AND")
            high = self.operand()
            return lambda item: compare(left(item), ">=",
                                        low(item)) and compare(left(item), "<=", high(item))
        if self.accept("IN"):
            self.take("(")
            options = [self.operand()]
            while self.accept(","):
                options.append(self.operand())
            self.take(")")
            return lambda item: any(compare(left(item), "=", option(item)) for option in options)
        _, operator = self.take("=", "<>", "<", "<=", ">", ">=")
        right = self.operand()
        return lambda item: compare(left(item), operator, right(item))

    # ---- updates

    def update(self):
        """[(attribute, closure: item -> typed value, or None to remove it)]"""
        changes = []
        while self.tokens[self.place][0] != "end":
            _, clause = self.take("SET", "REMOVE", "ADD")
            while True:
                path = self.path()
                if clause.upper() == "SET":
                    self.take("=")
                    changes.append((path, self.sum()))
                elif clause.upper() == "ADD":
                    changes.append((path, self.addition(path)))
                else:
                    changes.append((path, None))
                if not self.accept(","):
                    break
        names = [name for name, _ in changes]
        for name in names:
            if names.count(name) > 1:
                raise Invalid(
                    f"Invalid {self.kind}: Two document paths overlap with each other; must remove "
                    "or rewrite one of "
                    f"these paths; path one: [{name}], path two: [{name}]")
        return changes

    def addition(self, path):
        value = self.value()
        return lambda item: {"N": number_text(number(item.get(path, {"N": "0"})["N"]) +
                                              number(value["N"]))}

    def sum(self):
        left = self.set_operand()
        if not self.peek("+", "-"):
            return left
        _, sign = self.take()
        right = self.set_operand()

        def total(item):
            terms = []
            for operand in (left, right):
                typed = operand(item)
                if "N" not in typed:
                    raise Invalid("An operand in the update expression has an incorrect data type")
                terms.append(number(typed["N"]))
            return {"N": number_text(terms[0] + terms[1] if sign == "+" else terms[0] - terms[1])}
        return total

    def set_operand(self):
        if self.tokens[self.place][1] == "if_not_exists":
            self.place += 1
            self.take("(")
            path = self.path()
            self.take(",")
            fallback = self.set_operand()
            self.take(")")
            return lambda item: item[path] if path in item else fallback(item)
        operand = self.operand()

        def present(item):
            typed = operand(item)
            if typed is None:
                raise Invalid(
                    "The provided expression refers to an attribute that does not exist in the "
                    "item")
            return typed
        return present


def contains(typed, part):
    (tag, content), = typed.items()
    if tag == "S":
        return "S" in part and part["S"] in content
    if tag == "L":
        return comparable(part) in [comparable(child) for child in content]
    return next(iter(part.values())) in content


def compare(left, operator, right):
    """An absent operand makes every comparison false but <>."""
    if left is None or right is None:
        return operator == "<>" and left is not right
    a, b = comparable(left), comparable(right)
    if operator == "=":
        return a == b
    if operator == "<>":
        return a != b
    if a[0] != b[0] or a[0] not in ("N", "S", "B"):
        return False
    return {"<": a[1] < b[1], "<=": a[1] <= b[1], ">": a[1] > b[1], ">=": a[1] >= b[1]}[operator]
