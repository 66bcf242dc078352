#!/usr/bin/python3
"""Throughput, cost, latency and memory of each path, beside peers in the same run.

    loadtest/run.py [--seconds 3] [--connections 64] [--report] [scenario ...]

Starts the stack of `make run` (same binaries, same settings but one worker, so that figures are per
core) in a folder and on ports of its own, pins the server under test to core 0 and the client to
core 1, and prints a line for each server and scenario. The figure to compare is CPU microseconds of
the server process per request (user + system, from /proc/PID/stat over the run), and only within
one run. --report also writes loadtest/report.md and its plots. Bounded in time; stops what it
started.
"""
import argparse
import json
import os
import resource
import socket
import subprocess
import sys

import peers
import report
from bench import (PORT_BASE, RUN_DIR, lookups, measure, open_loop, pid_of, request, resident,
                   run_wrk, stack, stack_env, wait_until)

# Of keys.lua: products that exist and are asked for again and again.
CACHED = (1, 1000, 0)
# Rows that are in the read model only: each is asked for once, so never cached.
ROWS_FIRST = 1_000_000
ROWS_COUNT = 800_000
ABSENT = (5_000_000, 1000, 0)
ROUTES = (10, 1000)
IDLE = 10_000
HIT_RATE, MISS_RATE = 4000, 1000
TURNS = 3


class Bench:
    """The stack, filled, and what was measured on it."""

    def __init__(self, options):
        self.options, self.env, self.results = options, stack_env(), []
        self.redis_port = PORT_BASE + 4
        self.primary_port, self.replica_port = PORT_BASE + 5, PORT_BASE + 6
        self.misses = ROWS_FIRST  # rows below were asked for
        self.base = None          # nginx's CPU per request

    def gateway(self):
        return pid_of("gateway")

    def node(self):
        return peers.node(self.redis_port, self.replica_port, self.env["TWOFOLD_SQL_DATABASE"])

    def record(self, scenario, server, result, note=""):
        result.update(scenario=scenario, server=server, note=note)
        self.results.append(result)
        print(report.line(result, self.base), flush=True)
        return result

    def closed(self, scenario, server, pid, port, args, note="", beside=()):
        """wrk as fast as it goes, after a second of warming up unless that changes what is
        measured.
        """
        if not scenario.startswith(("command", "mix")):
            run_wrk(port, args, self.options.connections, 1)
        return self.taken(scenario, server, [self.once(scenario, pid, port, args, beside)], note)

    def in_turns(self, scenario, servers, beside=()):
        """Each of the servers in turn, several times: what else the machine does then falls on all.
        SERVERS: (server, pid, port, arguments, note)
        """
        runs = {server[0]: [] for server in servers}
        for _ in range(TURNS):
            for server, pid, port, args, _ in servers:
                runs[server].append(self.once(scenario, pid, port, args, beside))
        for server, _, _, _, note in servers:
            self.taken(scenario, server, runs[server], note)

    def once(self, scenario, pid, port, args, beside):
        before = lookups(PORT_BASE + 1)
        result = measure(pid, port, args or self.unasked(), self.options.connections,
                         self.options.seconds, beside)
        if port == PORT_BASE:
            result["hit_ratio"] = hit_ratio(before, lookups(PORT_BASE + 1))
        result["bad"] = 0 if scenario == "absent" else result["bad"]
        if not args:
            self.asked(result["count"])
        return result

    def taken(self, scenario, server, runs, note):
        """The median of the runs, by CPU."""
        result = sorted(runs, key=lambda run: run["cpu"])[len(runs) // 2]
        if result["bad"]:
            note += f" ! {result['bad']} answers neither 2xx nor 3xx"
        if result["errors"]:
            note += f" ! {result['errors']}"
        if server == "nginx":
            self.base = result["cpu"]
        return self.record(scenario, server, result, note)

    def unasked(self):
        """keys.lua's arguments for rows that nobody asked for."""
        return (self.misses, ROWS_FIRST + ROWS_COUNT - self.misses, 1)

    def asked(self, count):
        """So many of them were asked for (wrk asks for some more than it counts)."""
        self.misses += count + 2 * self.options.connections

    def warm(self, port, args, requests=25_000):
        """Until a just-in-time compiler has had its requests, or 20 s."""
        done = 0
        for _ in range(10):
            if done < requests:
                count = run_wrk(port, args or self.unasked(), self.options.connections, 2)["count"]
                done += count
                if not args:
                    self.asked(count)


def hit_ratio(before, after):
    asked = sum(after.values()) - sum(before.values())
    hits = sum(after.get(name, 0) - before.get(name, 0)
               for name in ("hit", "negative_hit", "near_hit"))
    return hits / asked if asked else None


# ---------------------------------------------------------------- what is there to ask for

def fill(bench):
    """Products that exist, rows for misses, and the peers' cached keys."""
    for key in range(1, CACHED[1] + 1):
        answer, text = request(PORT_BASE, "POST", "/products",
                               f'{{"ProductId":{key},"Name":"Tea '
                               f'{key}","Price":{key}.25,"OutOfStock":false}}')
        if answer.status not in (201, 409):
            raise SystemExit(f"POST /products: {answer.status} {text!r}")
    sql = (f"INSERT IGNORE INTO products (ProductId, Name, Price, OutOfStock) "
           "SELECT seq, CONCAT('Row ', seq), 1.5, 0 FROM "
           f"seq_{ROWS_FIRST}_to_{ROWS_FIRST + ROWS_COUNT}")
    database = bench.env["TWOFOLD_SQL_DATABASE"]
    subprocess.run(["mariadb", "-S", bench.env["TWOFOLD_SQL_PRIMARY"], database, "-e", sql],
                   check=True)

    def replicated():
        """the replica has the rows"""
        count = subprocess.run(["mariadb", "-N", "-S", bench.env["TWOFOLD_SQL_REPLICA"], database,
                                "-e",
                                f"SELECT COUNT(*) FROM products WHERE ProductId >= {ROWS_FIRST}"],
                               check=True, capture_output=True, text=True).stdout
        return int(count) > ROWS_COUNT

    def visible():
        """the last product is visible"""
        return request(PORT_BASE, "GET", f"/products/{CACHED[1]}")[0].status == 200
    wait_until(replicated, 90)
    wait_until(visible)
    lines = "".join(
        f"SET peer:{key} '{request(PORT_BASE, 'GET', f'/products/{key}')[1].decode()}'\n"
        for key in range(1, CACHED[1] + 1))
    subprocess.run(["redis-cli", "-p", str(bench.redis_port)], input=lines, text=True, check=True,
                   stdout=subprocess.DEVNULL)


# ---------------------------------------------------------------- scenarios

def nginx(bench):
    """nginx answers with the headers and the body of a hit."""
    request(PORT_BASE, "GET", "/products/1")
    return peers.Nginx(*request(PORT_BASE, "GET", "/products/1"))


def hit(bench):
    """In every run: the others are compared with it."""
    with nginx(bench) as still, peers.webdis(bench.redis_port) as webdis, bench.node() as node:
        bench.warm(node.port, CACHED)
        run_wrk(PORT_BASE, CACHED, bench.options.connections, 1)
        bench.in_turns("hit",
                       [("nginx", still.pid(), still.port, CACHED,
                         "return 200, same headers and body"),
                        ("twofold", bench.gateway(), PORT_BASE, CACHED, "one of 1,000 products"),
                        ("webdis", webdis.pid(), webdis.port, (*CACHED, "GET", "/GET/peer:"),
                         "GET of the same bodies"),
                        ("node", node.pid(), node.port, CACHED, "fastify + ioredis")],
                       [("redis", pid_of("redis"))])


def pipelined(bench):
    bench.closed("pipelined", "twofold", bench.gateway(), PORT_BASE,
                 (*CACHED, "GET", "/products/", 16), "hits, 16 in one write")


def absent(bench):
    bench.closed("absent", "twofold", bench.gateway(), PORT_BASE, ABSENT,
                 "one of 1,000 ids that do not exist")


def miss(bench):
    with bench.node() as node:
        bench.warm(node.port, None)
        bench.in_turns("miss",
                       [("twofold", bench.gateway(), PORT_BASE, None, "each row once, and stored"),
                        ("node", node.pid(), node.port, None, "fastify + ioredis + mysql2")],
                       [("mariadbd", pid_of("replica"))])


def command(bench):
    updates = (*CACHED, "PUT")
    with (peers.stub() as stub,
          peers.gateway(f"--dynamodb_endpoint=http://127.0.0.1:{stub.port}") as gateway):
        run_wrk(gateway.port, updates, bench.options.connections, 1)
        bench.closed("command", "twofold", gateway.pid(), gateway.port, updates,
                     "PUT, conditional UpdateItem at the instant stub")
    bench.closed("command-local", "twofold", bench.gateway(), PORT_BASE, updates,
                 "the same at DynamoDB Local")


def mix(bench):
    bench.closed("mix", "twofold", bench.gateway(), PORT_BASE, (*CACHED, "MIX"),
                 "95 GET, 5 PUT in 100; DynamoDB Local")


def latency(bench):
    """Open loop, well below saturation."""
    seconds = bench.options.seconds
    run_wrk(PORT_BASE, CACHED, 4, 1)

    def one(scenario, server, port, rate, prefix, first, count):
        result = open_loop(port, rate, seconds, prefix, first, count)
        bench.record(scenario, server, result,
                     f"at {rate}/s" + (f" ! {result['failed']} failed" if result["failed"] else ""))
    with nginx(bench) as peer:
        one("latency-hit", "nginx", peer.port, HIT_RATE, "/products/", *CACHED[:2])
    one("latency-hit", "twofold", PORT_BASE, HIT_RATE, "/products/", *CACHED[:2])
    with peers.webdis(bench.redis_port) as peer:
        one("latency-hit", "webdis", peer.port, HIT_RATE, "/GET/peer:", *CACHED[:2])
    with bench.node() as peer:
        bench.warm(peer.port, CACHED)
        one("latency-hit", "node", peer.port, HIT_RATE, "/products/", *CACHED[:2])
        bench.warm(peer.port, None)
        first, count, _ = bench.unasked()
        one("latency-miss", "node", peer.port, MISS_RATE, "/products/", first, -count)
    bench.asked(MISS_RATE * seconds)
    first, count, _ = bench.unasked()
    one("latency-miss", "twofold", PORT_BASE, MISS_RATE, "/products/", first, -count)


def idle(bench):
    """Memory of connections that have asked once and now rest."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(IDLE, hard - 100)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count + 100), hard))
    connections = []
    with peers.gateway() as gateway:  # a fresh one: no free memory of earlier work may serve them
        run_wrk(gateway.port, CACHED, bench.options.connections, 1)
        before = resident(gateway.pid())
        for key in range(count):
            connections.append(socket.create_connection(("127.0.0.1", gateway.port), 10))
            connections[-1].sendall(
                b"GET /products/%d HTTP/1.1\r\nHost: a\r\n\r\n" % (key % CACHED[1] + 1))
            if not connections[-1].recv(4096).startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"connection {key} was refused")
        grown = resident(gateway.pid()) - before
        for connection in connections:
            connection.close()
    bench.record("idle", "twofold", {"bytes": grown / count}, f"{count} connections")


def routes(bench):
    """OPTIONS is answered when its route is found: what it costs is reading, routing and answering.
    """
    port = peers.PORTS["gateway"]
    models = [f"--models={peers.model_with_routes(count)}" for count in ROUTES]
    with (peers.gateway(models[0], port=port) as few,
          peers.gateway(models[1], port=port + 2) as many):
        bench.in_turns("routes", [(f"twofold, {count} routes", peer.pid(), peer.port,
                                   (*CACHED, "OPTIONS", "/more/r1/"),
                                   "OPTIONS of a path with a parameter")
                                  for peer, count in zip((few, many), ROUTES)])


SCENARIOS = {one.__name__: one for one in (hit, pipelined, absent, miss, command, mix, latency,
                                           idle, routes)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--report", action="store_true",
                        help="write loadtest/report.md and its plots")
    parser.add_argument("scenarios", nargs="*", choices=[[], *SCENARIOS])
    options = parser.parse_args()
    stack("up")
    try:
        bench = Bench(options)
        fill(bench)
        print(report.heading())
        for name in dict.fromkeys(["hit", *(options.scenarios or SCENARIOS)]):
            SCENARIOS[name](bench)
        print("\n" + report.goals_text(bench.results))
        with open(os.path.join(RUN_DIR, "results.json"), "w") as file:
            json.dump(bench.results, file, indent=1)
        if options.report:
            report.write(bench.results)
    finally:
        stack("down")


if __name__ == "__main__":
    sys.exit(main())
