"""Figures -> lines, the table of goals, loadtest/report.md and plots (SVG, drawn here: no plotting
library is needed).
"""
import datetime
import os
import re

from bench import ROOT

REPORT = os.path.join(ROOT, "loadtest/report.md")
PLOTS = os.path.join(ROOT, "loadtest/plots")
BEGIN, END = "<!-- figures: written by loadtest/run.py --report -->", "<!-- end of figures -->"


# ---------------------------------------------------------------- lines

def heading():
    return (f"{'scenario':14} {'server':20} {'requests/s':>10} {'CPU us':>8} {'user':>7} "
            f"{'x nginx':>8}  what")


def line(result, base):
    head = f"{result['scenario']:14} {result['server']:20} "
    if "p50" in result:
        return head + (f"p50 {result['p50']} us, p99 {result['p99']} us, p99.9 {result['p999']} us "
                       f" {result['note']}")
    if "bytes" in result:
        return head + f"{result['bytes'] / 1024:.2f} KB each  {result['note']}"
    ratio = f"{result['cpu'] / base:8.2f}"
    beside = "".join(f", {name} {result[name]:.1f} us"
                     for name in ("redis", "mariadbd") if name in result)
    hits = f", hit ratio {result['hit_ratio']:.3f}" if result.get("hit_ratio") is not None else ""
    return head + (f"{result['rate']:10,.0f} {result['cpu']:8.2f} {result['user']:7.2f} {ratio}  "
                   f"{result['note']}{hits}{beside}")


# ---------------------------------------------------------------- goals
# loadtest/README.md "Goals": what is checked

def find(results, scenario, server="twofold"):
    return next((one for one in results if one["scenario"] == scenario and one["server"] == server),
                None)


def ratio(results, scenario, server, of_scenario, of_server, key="cpu"):
    one, other = find(results, scenario, server), find(results, of_scenario, of_server)
    return one[key] / other[key] if one and other and other.get(key) else None


def value(results, scenario, key, scale=1.0):
    one = find(results, scenario)
    return one[key] / scale if one and key in one else None


def goals(results):
    """(what, limit, unit, value or None)"""
    return [
        ("hit: CPU, x nginx `return 200`", 1.4, "",
         ratio(results, "hit", "twofold", "hit", "nginx")),
        ("hit: CPU, x webdis", 0.45, "", ratio(results, "hit", "twofold", "hit", "webdis")),
        ("hit: p99, x webdis", 1.0, "",
         ratio(results, "latency-hit", "twofold", "latency-hit", "webdis", "p99")),
        ("pipelined hits: CPU, x unpipelined", 0.15, "",
         ratio(results, "pipelined", "twofold", "hit", "twofold")),
        ("miss: CPU, x node fastify + mysql2", 0.55, "",
         ratio(results, "miss", "twofold", "miss", "node")),
        ("miss: CPU of mariadbd, x node's", 1.25, "",
         ratio(results, "miss", "twofold", "miss", "node", "mariadbd")),
        ("command at the stub: CPU of the gateway", 60, "us", value(results, "command", "cpu")),
        ("10,000 idle connections: memory of each", 4, "KB", value(results, "idle", "bytes", 1024)),
        ("1,000 routes: CPU, x 10 routes", 1.05, "",
         ratio(results, "routes", "twofold, 1000 routes", "routes", "twofold, 10 routes")),
    ]


def goal_rows(results):
    for what, limit, unit, got in goals(results):
        if got is not None:
            yield (what, f"{limit:g} {unit}".strip(), f"{got:.2f} {unit}".strip(),
                   "met" if got <= limit else "missed")


def goals_text(results):
    return "\n".join(f"{what:42} at most {limit:8} here {got:10} {verdict}"
                     for what, limit, got, verdict in goal_rows(results))


# ---------------------------------------------------------------- report.md

def machine():
    with open("/proc/cpuinfo") as info:
        names = re.findall(r"^model name\s*: (.*)$", info.read(), re.M)
    return f"{len(names)} x {names[0]}" if names else "unknown"


def closed_table(results):
    yield "| scenario | server | requests/s | CPU us/request | of which user | beside it | what |"
    yield "|---|---|---|---|---|---|---|"
    for one in results:
        if "cpu" in one:
            beside = ", ".join(f"{name} {one[name]:.1f}"
                               for name in ("redis", "mariadbd") if name in one)
            hits = f"; hit ratio {one['hit_ratio']:.3f}" if one.get("hit_ratio") is not None else ""
            yield (
                f"| {one['scenario']} | {one['server']} | {one['rate']:,.0f} | {one['cpu']:.2f} | "
                f"{one['user']:.2f} | {beside} "
                f"| {one['note']}{hits} |")


def latency_table(results):
    yield "| scenario | server | p50 us | p90 us | p99 us | p99.9 us | what |"
    yield "|---|---|---|---|---|---|---|"
    for one in results:
        if "p50" in one:
            yield (f"| {one['scenario']} | {one['server']} | {one['p50']} | {one['p90']} | "
                   f"{one['p99']} | {one['p999']} | {one['note']} |")


def goal_table(results):
    yield "| goal | at most | here | |"
    yield "|---|---|---|---|"
    for row in goal_rows(results):
        yield "| " + " | ".join(row) + " |"


def write(results):
    os.makedirs(PLOTS, exist_ok=True)
    cpu_plot(results)
    latency_plot(results)
    parts = [BEGIN, "", f"{datetime.date.today()}, {machine()}, load {os.getloadavg()[0]:.0f}.", "",
             "## Goals", "", *goal_table(results), "",
             "## Throughput and cost", "", "![CPU per request](plots/cpu.svg)", "",
             *closed_table(results), "",
             "## Latency at a fixed rate", "", "![latency](plots/latency.svg)", "",
             *latency_table(results), "", END]
    with open(REPORT) as file:
        before, _, rest = file.read().partition(BEGIN)
    after = rest.partition(END)[2]
    with open(REPORT, "w") as file:
        file.write(before + "\n".join(parts) + after)


# ---------------------------------------------------------------- plots

BAR, GAP, LEFT, WIDTH = 18, 8, 220, 760
COLORS = {"twofold": "#2458a6", "nginx": "#5b8c3e", "webdis": "#b5762a", "node": "#8a4b8f"}


def bars(name, title, rows):
    """ROWS: (label, colour's key, parts to be drawn one behind the other, text)"""
    longest = max((sum(parts) for _, _, parts, _ in rows), default=0) or 1
    height = 44 + len(rows) * (BAR + GAP)
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="10" y="22" font-size="14">{title}</text>']
    for i, (label, server, parts, text) in enumerate(rows):
        y, x = 36 + i * (BAR + GAP), float(LEFT)
        svg.append(f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{label}</text>')
        for shade, part in enumerate(parts):
            width = part / longest * (WIDTH - LEFT - 150)
            svg.append(
                f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" '
                f'fill="{COLORS.get(server, "#2458a6")}" opacity="{1 - 0.45 * shade}"/>')
            x += width
        svg.append(f'<text x="{x + 6:.1f}" y="{y + 13}">{text}</text>')
    with open(os.path.join(PLOTS, name), "w") as file:
        file.write("\n".join(svg) + "\n</svg>\n")


def cpu_plot(results):
    rows = [(f"{one['scenario']}: {one['server']}", one["server"].split(",")[0],
             (one["user"], one["cpu"] - one["user"]), f"{one['cpu']:.1f} us")
            for one in results if "cpu" in one and one["scenario"] != "command-local"]
    bars("cpu.svg", "CPU per request of the server: user (dark), system (light)", rows)


def latency_plot(results):
    rows = [(f"{one['scenario']}: {one['server']}", one["server"],
             (one["p50"], one["p99"] - one["p50"]), f"p50 {one['p50']}, p99 {one['p99']} us")
            for one in results if "p50" in one]
    bars("latency.svg",
         "Latency at a fixed rate, from the intended send time: p50 (dark), p99 (light)", rows)
