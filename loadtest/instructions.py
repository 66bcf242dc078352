#!/usr/bin/python3
"""Instructions of a worker for each request, counted by callgrind: steadier than time.

    loadtest/instructions.py [--build DIR] [--requests 2000] [--runs 3] [--functions N] [--copies]
                             [scenario ...]

Starts the stack of `make run` in a folder and on ports of its own, and beside it, under valgrind,
the gateway that is measured: with one worker, and the instant stub for DynamoDB. A scenario sends
its requests one after the other over one connection. Bounded in time; stops what it started.
"""
import argparse
import collections
import fcntl
import glob
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--build", metavar="DIR", help="binaries of another checkout")
parser.add_argument("--requests", type=int, default=2000, metavar="N", help="of a run")
parser.add_argument("--runs", type=int, default=3, metavar="N", help="their mean counts")
parser.add_argument("--functions", type=int, default=0, metavar="N", help="print the dearest N")
parser.add_argument("--copies", action="store_true", help="who copies how many bytes, instead")
parser.add_argument("scenarios", nargs="*", metavar="scenario")
OPTIONS = parser.parse_args()

# bench and peers read these when they are imported. The stub is this checkout's in any case.
HERE = os.path.dirname(os.path.abspath(__file__))
STUB = os.path.join(HERE, "..", os.environ.get("BUILD", "build"), "loadtest/stub")
os.environ.setdefault("RUN_DIR", os.path.join(HERE, "../.run/instructions"))
os.environ.setdefault("PORT_BASE", "19080")
if OPTIONS.build:
    os.environ["BUILD"] = os.path.abspath(OPTIONS.build)
import peers  # noqa: E402
from bench import BUILD, RUN_DIR, stack, stack_env, wait_until  # noqa: E402

LIMIT_S = 1800                # for all of it
REST_S = 6                    # how long is counted what runs without requests
WARM = 500                    # requests that do not count: until all connections are there
ONE, ABSENT = 500, 5_000_000  # a product with a short name, and one that does not exist
LIST = 200                    # products with long names: their list has some 30 KB
ROWS = 1_000_000              # from here on: rows that are asked for once each
SLOW = [f"--{name}_timeout=20s" for name in ("redis", "sql", "sql_replica", "dynamodb", "request")]
SIGNALS = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM
PAUSES_S = {"miss": 0.002}    # Redis acknowledges what is stored after the answer has left
FOLDER = os.path.join(RUN_DIR, "valgrind")
VGDB = f"--vgdb-prefix={FOLDER}/vgdb"

# valgrind makes system calls of them, Linux does not.
NO_CALLS = re.compile("clock_gettime|time_syscall|gettimeofday")

# To valgrind each step of `rep movsb`, which is a byte, is an instruction: so glibc shall copy
# long blocks as it copies short ones, by 32 bytes.
TUNABLES = f"GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold={1 << 40}"


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def put(path, body):
    return (f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


unasked = itertools.count(ROWS)
REQUESTS = {
    "hit": lambda: get(f"/products/{ONE}"),
    "list": lambda: get(f"/products?limit={LIST}"),
    "absent": lambda: get(f"/products/{ABSENT}"),
    "miss": lambda: get(f"/products/{next(unasked)}"),
    "command": lambda: put(f"/products/{ONE}", '{"Name":"Tea","Price":4.5,"OutOfStock":true}'),
}
ANSWERS = {  # how their heads begin, and what these hold
    "hit": (b"HTTP/1.1 200 ", b"\r\nCache-Status: twofold; hit"),
    "list": (b"HTTP/1.1 200 ", b"\r\nCache-Status: twofold; hit"),
    "absent": (b"HTTP/1.1 404 ", b"\r\nCache-Status: twofold; hit"),
    "miss": (b"HTTP/1.1 200 ", b"\r\nCache-Status: twofold; fwd=miss; stored; detail=replica"),
    "command": (b"HTTP/1.1 200 ", b"\r\nConsistency-Token: "),
}


def fill(env):
    """Rows of the read model. They have no revision, so nobody may have asked for them before."""
    last = ROWS + OPTIONS.runs * (OPTIONS.requests + WARM)
    insert = "INSERT IGNORE INTO products (ProductId, Name, Price, OutOfStock)"
    long_name = "CONCAT(REPEAT('A name that is long, ', 4), seq)"
    sql = (f"{insert} VALUES ({ONE}, 'Tea from the northern hills of the island', 4.25, 0);"
           f"{insert} SELECT seq, {long_name}, 1.5, 0 FROM seq_1_to_{LIST};"
           f"{insert} SELECT seq, CONCAT('Row ', seq), 1.5, 0 FROM seq_{ROWS}_to_{last}")

    def mariadb(node, text):
        words = ["mariadb", "-N", "-S", env[f"TWOFOLD_SQL_{node}"], env["TWOFOLD_SQL_DATABASE"],
                 "-e", text]
        return subprocess.run(words, check=True, capture_output=True, text=True, timeout=120).stdout

    def replicated():
        """the replica has the rows"""
        count = f"SELECT COUNT(*) FROM products WHERE ProductId = {last}"
        return mariadb("REPLICA", count).strip() == "1"
    mariadb("PRIMARY", sql)
    wait_until(replicated, 60)


class Client:
    """One connection, one request at a time."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, scenario, count):
        """COUNT requests, each answered as it should be; the size of the last body."""
        begins, holds = ANSWERS[scenario]
        for _ in range(count):
            head, size = self.ask(REQUESTS[scenario]())
            if not head.startswith(begins) or holds not in head:
                raise SystemExit(f"{scenario}: another answer was wanted:\n{head.decode()}")
            time.sleep(PAUSES_S.get(scenario, 0))
        return size

    def warm(self, scenario):
        """The first request fills the cache."""
        self.ask(REQUESTS[scenario]())
        return self.send(scenario, WARM - 1)

    def ask(self, request):
        """Head of the answer, and the size of its body."""
        self.socket.sendall(request)
        text = b""
        while b"\r\n\r\n" not in text:
            text += self.more()
        head, body = text.split(b"\r\n\r\n", 1)
        size, got = int(re.search(rb"Content-Length: (\d+)", head)[1]), len(body)
        while got < size:
            got += len(self.more())
        return head, size

    def more(self):
        piece = self.socket.recv(1 << 20)
        if not piece:
            raise SystemExit("the gateway closed the connection")
        return piece


def gateway(*tool):
    """The gateway that is measured, under a tool of valgrind that writes into FOLDER."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    stub = f"--dynamodb_endpoint=http://127.0.0.1:{peers.PORTS['stub']}"
    return peers.gateway(stub, *SLOW, under=["env", TUNABLES, "valgrind", VGDB, *tool])


# ---------------------------------------------------------------- instructions: callgrind

class Callgrind:
    """The gateway, whose start is not counted and so is quick, and its only client."""

    def __init__(self):
        self.dumps, self.idle = 0, (0, 0)
        self.gateway = gateway("--tool=callgrind", "--instr-atstart=no", "--separate-threads=yes",
                               "--collect-systime=yes", f"--callgrind-out-file={FOLDER}/out")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gateway.stop()

    def vgdb(self, *words):
        """What callgrind_control calls; returns valgrind's answer."""
        words = ["vgdb", VGDB, f"--pid={self.gateway.pid()}", *words]
        return subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout

    def thread_names(self):
        """By valgrind's numbers."""
        names, thread = {}, re.compile(r"^Thread (\d+):.*\(lwpid (\d+)\)", re.M)
        for number, process in thread.findall(self.vgdb("v.info", "scheduler")):
            with open(f"/proc/{self.gateway.pid()}/task/{process}/comm") as comm:
                names[number] = comm.read().strip()
        return names

    def during(self, work):
        """Seconds that WORK took; the worker's dump of that time; those of the other threads.

        The admin port's thread has no part in requests and is left out.
        """
        self.vgdb("dump")  # "zero" would leave system calls as they are
        start = time.monotonic()
        work()
        self.vgdb("dump")
        seconds = time.monotonic() - start
        self.dumps += 2
        names, worker, others = self.thread_names(), [], []
        for path in glob.glob(f"{FOLDER}/out.{self.dumps}-*"):
            name = names.get(path.rsplit("-", 1)[1].lstrip("0"))
            if name != "admin":
                (worker if name == "worker" else others).append(path)
        return seconds, worker, others

    def rest(self):
        """What runs without requests: timers, and what the SQL threads do for probes of health."""
        self.client = Client(self.gateway.port)
        self.vgdb("instrumentation", "on")
        self.client.warm("hit")
        seconds, worker, others = self.during(lambda: time.sleep(REST_S))
        self.idle = total(worker) / seconds, total(others) / seconds

    def run(self, scenario):
        """A request's instructions, the worker's and the others'; the body's size; functions."""
        count, size = OPTIONS.requests, self.client.warm(scenario)
        seconds, worker, others = self.during(lambda: self.client.send(scenario, count))
        return ((total(worker) - self.idle[0] * seconds) / count,
                (total(others) - self.idle[1] * seconds) / count, size,
                functions(worker), functions(worker + others))


def count_instructions(scenarios):
    """Each run has a gateway of its own: where malloc finds its memory is not always the same."""
    found = {scenario: [] for scenario in scenarios}
    for _ in range(OPTIONS.runs):
        with Callgrind() as callgrind:
            callgrind.rest()
            for scenario in scenarios:
                found[scenario].append(callgrind.run(scenario))
    worker, others = callgrind.idle
    print(f"at rest {worker:,.0f} instructions/second, others {others:,.0f}; taken off here:")
    for scenario in scenarios:
        print_result(scenario, found[scenario])


def print_result(scenario, runs):
    """The mean of the runs; functions and system calls are the last one's."""
    instructions, others = (sum(run[i] for run in runs) / len(runs) for i in (0, 1))
    spread = (max(run[0] for run in runs) - min(run[0] for run in runs)) / instructions * 100
    size, of_worker, of_all = runs[-1][2:]
    calls = {name: it.calls_of_system / OPTIONS.requests for name, it in of_worker.items()}
    system = sum(number for name, number in calls.items() if not NO_CALLS.search(name))
    print(f"{scenario:8}{instructions:,.0f} instructions/request "
          f"(N={OPTIONS.requests}, {len(runs)} runs within {spread:.2f} %); "
          f"other threads {max(others, 0):,.0f}; {system:.2f} system calls; body of {size:,} bytes")
    if OPTIONS.functions:
        print_functions(of_all)
        print("\n    the worker's system calls: " + ", ".join(
            f"{name} {number:.2f}" for name, number in highest(calls.items(), 20, float)
            if number >= 0.005) + "\n")


def total(paths):
    """Instructions of all threads."""
    count = 0
    for path in paths:
        with open(path) as file:
            count += int(re.search(r"^totals: (\d+)", file.read(), re.M)[1])
    return count


class Function:
    """Instructions without and with what it calls; how often it is called; its system calls."""

    def __init__(self):
        self.own = self.all = self.calls = self.calls_of_system = 0


def functions(paths):
    """What the dumps say, by name; where a library has no symbols, by its name and the place."""
    found = collections.defaultdict(Function)
    for path in paths:
        names, library, caller, called = {}, {}, None, None
        with open(path) as lines:
            for line in lines:
                place = re.match(r"(c?)(ob|fn)=(\(\d+\))(?: (.*))?", line)
                if place and place[2] == "ob":
                    file = os.path.basename(place[4] or "")
                    library[place[1]] = names.setdefault("ob" + place[3], file)
                elif place:
                    name = place[4] or ""
                    if name.startswith("0x"):
                        name = f"{library.get(place[1]) or library['']} {int(name, 16):#x}"
                    called = names.setdefault(place[3], name)
                    caller = caller if place[1] else called
                elif line.startswith("calls="):
                    found[called].calls += int(line[6:].split()[0])
                    found[caller].all += int(next(lines).split()[1])
                    library.pop("c", None)
                elif line[0] in "+-*0123456789":
                    own, system = [*map(int, line.split()[1:]), 0][:2]
                    found[caller].own += own
                    found[caller].all += own
                    found[caller].calls_of_system += system
    return found


def highest(pairs, count, key):
    return sorted(pairs, key=lambda pair: key(pair[1]), reverse=True)[:count]


def print_functions(found):
    for title, key in (("by their own", lambda it: it.own),
                       ("with what they call", lambda it: it.all)):
        print(f"\n    {title:40}{'own':>10}{'with calls':>12}{'calls':>8}   a request")
        for name, it in highest(found.items(), OPTIONS.functions, key):
            own, every, calls = (of / OPTIONS.requests for of in (it.own, it.all, it.calls))
            print(f"    {name:40}{own:10,.0f}{every:12,.0f}{calls:8.2f}")


# ---------------------------------------------------------------- copied bytes: DHAT

def print_copies(scenario):
    """What memcpy, memmove, strcpy and their like moved for the worker, by who called them."""
    count, out = OPTIONS.requests + WARM, os.path.join(FOLDER, "copies.json")
    tool = ["--tool=dhat", "--mode=copy", "--num-callers=60", f"--dhat-out-file={out}"]
    with gateway(*tool) as peer:
        client = Client(peer.port)
        client.warm(scenario)
        size = client.send(scenario, OPTIONS.requests)
    with open(out) as file:
        told = json.load(file)
    frames = [frame_name(frame) for frame in told["ftbl"]]
    found = collections.defaultdict(lambda: (0, 0))
    for point in told["pps"]:
        names = [frames[frame] for frame in point["fs"]]
        if "worker_main" in names:
            by = " < ".join(name for name in names[:6] if name not in ("memcpy", "memmove"))
            found[by] = (found[by][0] + point["tb"] / count, found[by][1] + point["tbk"] / count)
    copied, pieces = map(sum, zip(*found.values()))
    print(f"{scenario:8}{copied:,.0f} bytes/request copied (N={count}) in {pieces:.1f} pieces; "
          f"body of {size:,} bytes", flush=True)
    for by, (copied, pieces) in highest(found.items(), OPTIONS.functions or 10, lambda it: it[0]):
        print(f"    {copied:10,.0f}{pieces:8.2f}  {by}")


def frame_name(frame):
    """Of '0x12AB: function (file.c:1)' and '0x12AB: ??? (in /usr/lib/library.so.1)'."""
    parts = re.match(r"0x\w+: (\S+) \((?:in )?(.*)\)$", frame)
    if not parts:
        return frame
    return os.path.basename(parts[2]) if parts[1] == "???" else parts[1]


# ---------------------------------------------------------------- all of it

def measure(scenarios):
    with peers.Peer("stub", [STUB, str(peers.PORTS["stub"])]):
        if not OPTIONS.copies:
            count_instructions(scenarios)
            return
        for scenario in scenarios:
            print_copies(scenario)


def ended(number, _):
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN)  # what is going to be stopped is stopped once
    raise SystemExit(f"ended by {signal.Signals(number).name}")


def main():
    scenarios = list(dict.fromkeys(OPTIONS.scenarios or REQUESTS))
    if not set(scenarios) <= set(REQUESTS):
        parser.error(f"scenarios are: {' '.join(REQUESTS)}")
    if min(OPTIONS.requests, OPTIONS.runs) < 1:
        parser.error("there must be a request and a run")
    os.makedirs(RUN_DIR, exist_ok=True)
    with open(os.path.join(RUN_DIR, "instructions.lock"), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"another one runs in {RUN_DIR}") from None
        for one in SIGNALS:
            signal.signal(one, ended)
        signal.alarm(LIMIT_S)
        try:
            stack("down")  # Redis begins empty, so that it knows no older answers
            stack("up")
            print(subprocess.run([os.path.join(BUILD, "twofold-gateway"), "--version"],
                                 check=True, capture_output=True, text=True).stdout, end="")
            sys.stdout.flush()
            fill(stack_env())
            measure(scenarios)
        finally:
            signal.alarm(0)
            stack("down")


if __name__ == "__main__":
    sys.exit(main())
