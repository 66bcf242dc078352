"""gateway --validate and --eval: a line in, a line out, in order, whatever the line is. No server
is needed.
"""

import json
import subprocess

import pytest

from support.stack import BUILD


def filtered(action, lines, end="\n"):
    run = subprocess.run([BUILD / "twofold-gateway", action], input="\n".join(lines) + end,
                         text=True, timeout=60,
                         stdout=subprocess.PIPE, check=True)
    assert run.stdout.endswith("\n")
    return run.stdout[:-1].split("\n")


def judged(schema, instance):
    return filtered("--validate",
                    [json.dumps({"id": 1, "schema": schema, "instance": instance})])[0]


def value_of(expr, bindings=None):
    return json.loads(filtered("--eval",
                               [json.dumps({"id": 1, "expr": expr,
                                            "bindings": bindings or {}})])[0])


@pytest.mark.parametrize("end", ["\n", ""])
def test_each_line_is_answered_in_order_also_one_that_is_none(end):
    case = {"schema": {"type": "integer"}, "instance": 1}
    lines = [json.dumps(case), "", "nonsense", json.dumps({**case, "instance": "1"}), "[]",
             '{"schema":true}',
             json.dumps({"schema": {"$id": "x"}, "instance": 1}), json.dumps(case)]
    assert filtered("--validate", lines, end) == [
        "valid", "unsupported", "unsupported", "invalid", "unsupported", "unsupported",
        "unsupported", "valid"]
    answers = [json.loads(line)
               for line in filtered("--eval", ["x", "", '{"expr":1}', '{"expr":"1 + 1"}'], end)]
    assert [sorted(answer) for answer in answers] == [["error"], ["error"], ["error"], ["value"]]


@pytest.mark.parametrize("action, line, answer", [
    ("--validate", '{"schema":{},"instance":1}', "valid"),
    ("--eval", '{"expr":"1"}', '{"value":1}')])
def test_a_line_is_answered_before_the_next_one_comes(action, line, answer):
    with subprocess.Popen([BUILD / "twofold-gateway", action], text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as run:
        for _ in range(2):
            run.stdin.write(line + "\n")
            run.stdin.flush()
            assert run.stdout.readline() == answer + "\n"
        run.stdin.close()
        assert run.wait(10) == 0


def test_many_lines_and_long_ones_pass():
    long = {"schema": {"items": {"type": "integer"}, "uniqueItems": True},
            "instance": list(range(50_000))}
    assert filtered("--validate",
                    [json.dumps(long)] + ['{"schema":false,"instance":1}'] * 20_000) == \
        ["valid"] + ["invalid"] * 20_000


def test_json_schema_rules_in_the_filter_not_the_limits_of_payloads():
    assert judged({"const": "a\0b"}, "a\0b") == "valid"
    assert judged({"type": "integer"}, 10 ** 60) == "valid"
    assert judged({"required": ["a"], "additionalProperties": False}, {}) == "invalid"
    assert judged({"enum": []}, 1) == "invalid"


def test_no_pattern_runs_away():
    assert judged({"pattern": "^(a+)+$"}, "a" * 50 + "b") == "invalid"
    assert judged({"items": {"pattern": "(a|aa)+$"}}, ["a" * 60 + "b"] * 2000) == "invalid"
    assert "error" in value_of("x.matches('(a|a)*[bd]')", {"x": "a" * 10_000 + "c" * 30})


def test_expressions_are_exact_and_say_what_they_leave_out():
    assert value_of("x.y * 3 == 0.3 && has(x.y)", {"x": {"y": 0.1}}) == {"value": True}
    assert value_of("z || true") == {"value": True}
    assert "error" in value_of("z")
    assert "error" in value_of("1 < 'a'")
    assert "unsupported" in value_of("[1].map(x, x)")
