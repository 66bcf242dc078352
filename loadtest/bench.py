"""What every scenario needs: the stack, a process's CPU, wrk, the open-loop client."""
import http.client
import os
import re
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
RUN_DIR = os.path.abspath(os.environ.get("RUN_DIR", os.path.join(ROOT, ".run", "loadtest")))
CACHE = os.path.abspath(os.environ.get("CACHE", os.path.join(ROOT, ".run", "cache")))
PORT_BASE = int(os.environ.get("PORT_BASE", "18080"))
TICK = os.sysconf("SC_CLK_TCK")
SERVER_CORE, CLIENT_CORE = "0", "1"


def stack(*words):
    env = dict(os.environ, RUN_DIR=RUN_DIR, PORT_BASE=str(PORT_BASE), CACHE=CACHE, BUILD=BUILD,
               TWOFOLD_WORKERS="1")
    process = subprocess.Popen([os.path.join(ROOT, "conf/local/stack"), *words], env=env,
                               stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        status = process.wait()
    except BaseException:
        process.terminate()  # not kill: it ends what it has started
        process.wait(120)
        raise
    if status != 0:
        raise SystemExit(f"conf/local/stack {' '.join(words)}: failed")


def stack_env():
    with open(os.path.join(RUN_DIR, "env")) as lines:
        return dict(line.strip().split("=", 1) for line in lines if "=" in line)


def pid_of(name):
    """The process of a piece of the stack."""
    with open(os.path.join(RUN_DIR, "pids", name + ".pid")) as file:
        return int(file.read())


def wait_until(condition, seconds=30):
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise SystemExit(f"gave up after {seconds} s: {condition.__doc__ or condition}")
        time.sleep(0.02)


def request(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer, text


def cpu(pid):
    """User and system seconds of a process so far."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return int(fields[11]) / TICK, int(fields[12]) / TICK


def resident(pid):
    """Bytes of memory that are the process's own."""
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        return sum(int(kb) for kb in re.findall(r"^Private_\w+:\s+(\d+) kB", rollup.read(),
                                                re.M)) * 1024


def pin(pid, core=SERVER_CORE):
    subprocess.run(["taskset", "-a", "-p", "-c", core, str(pid)], check=True,
                   stdout=subprocess.DEVNULL)


def lookups(admin_port):
    """Lookups by result, summed over queries."""
    _, text = request(admin_port, "GET", "/metrics")
    found = {}
    for result, value in re.findall(rb'^twofold_cache_lookups_total\{.*result="(\w+)"\} (\S+)$',
                                    text, re.M):
        found[result.decode()] = found.get(result.decode(), 0) + float(value)
    return found


def run_wrk(port, args, connections, seconds):
    words = ["taskset", "-c", CLIENT_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
             "--timeout", "10s",
             "-s", os.path.join(ROOT, "loadtest/keys.lua"), f"http://127.0.0.1:{port}", "--",
             *map(str, args)]
    text = subprocess.run(words, check=True, capture_output=True, text=True,
                          timeout=seconds + 60).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    errors = re.search(r"Socket errors: (.*)", text)
    return {"count": int(re.search(r"(\d+) requests in", text).group(1)),
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
            "bad": int(bad.group(1)) if bad else 0, "errors": errors.group(1) if errors else None}


def measure(pid, port, args, connections, seconds, beside=()):
    """A closed loop of wrk; CPU microseconds per request of PID, and of the processes BESIDE it."""
    pin(pid)
    before = cpu(pid)
    others = {name: sum(cpu(other)) for name, other in beside}
    result = run_wrk(port, args, connections, seconds)
    count = max(result["count"], 1)
    user, system = (after - start for after, start in zip(cpu(pid), before))
    result.update(cpu=(user + system) / count * 1e6, user=user / count * 1e6)
    for name, other in beside:
        result[name] = (sum(cpu(other)) - others[name]) / count * 1e6
    return result


def open_loop(port, rate, seconds, prefix, first, count):
    """Latencies in microseconds at a fixed rate; COUNT < 0: each key once."""
    words = ["taskset", "-c", CLIENT_CORE, os.path.join(BUILD, "loadtest/openloop"), str(port),
             str(rate), str(seconds), "64",
             prefix, str(first), str(count)]
    text = subprocess.run(words, check=True, capture_output=True, text=True,
                          timeout=seconds + 30).stdout
    names = ("sent", "answered", "failed", "p50", "p90", "p99", "p999", "max")
    return dict(zip(names, map(int, text.split())))
