#!/usr/bin/python3
"""Throughput and cost of each path, beside nginx in the same run.

    loadtest/run.py [--seconds 5] [--connections 64] [scenario ...]

Starts the stack of `make run` (same binaries, same settings but one worker, so that figures are per core) in a folder and on ports of its own,
pins the server under test to core 0 and wrk to core 1, and prints for each scenario: requests/s, CPU microseconds of the server process per
request (user + system from /proc/PID/stat over the run: the figure that is stable on a noisy machine), its share of user time, the ratio to
nginx `return 200` with the same headers and body, and the hit ratio from /metrics. Bounded in time; stops what it started.
"""
import argparse
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUN_DIR = os.environ.get("RUN_DIR", os.path.join(ROOT, ".run-loadtest"))
PORT_BASE = int(os.environ.get("PORT_BASE", "18080"))
NGINX_PORT = PORT_BASE + 20
TICK = os.sysconf("SC_CLK_TCK")

CACHED_KEYS = 1000            # products that exist and are asked for again and again
ROWS_FIRST = 1_000_000        # rows that are in the read model only: each is asked for once, so never cached
ROWS_COUNT = 400_000
ABSENT_FIRST = 5_000_000


def environment():
    env = dict(os.environ, RUN_DIR=RUN_DIR, PORT_BASE=str(PORT_BASE), TWOFOLD_WORKERS="1")
    return env


def stack(*words):
    subprocess.run([os.path.join(ROOT, "conf/local/stack"), *words], env=environment(), check=True,
                   stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def stack_env():
    with open(os.path.join(RUN_DIR, "env")) as lines:
        return dict(line.strip().split("=", 1) for line in lines if "=" in line)


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


def pin(pid, core):
    subprocess.run(["taskset", "-a", "-p", "-c", str(core), str(pid)], check=True, stdout=subprocess.DEVNULL)


def lookups(admin_port):
    """Lookups by result, summed over queries."""
    _, text = request(admin_port, "GET", "/metrics")
    found = {}
    for result, value in re.findall(rb'^twofold_cache_lookups_total\{.*result="(\w+)"\} (\S+)$', text, re.M):
        found[result.decode()] = found.get(result.decode(), 0) + float(value)
    return found


def run_wrk(port, args, connections, seconds):
    words = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s",
             "-s", os.path.join(ROOT, "loadtest/keys.lua"), f"http://127.0.0.1:{port}", "--", *map(str, args)]
    text = subprocess.run(words, check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
    count, _ = re.search(r"(\d+) requests in ([\d.]+)", text).groups()
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    errors = re.search(r"Socket errors: (.*)", text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)
    return int(count), float(rate), int(bad.group(1)) if bad else 0, errors.group(1) if errors else None


def measure(pid, port, args, options, seconds=None):
    user0, system0 = cpu(pid)
    count, rate, bad, errors = run_wrk(port, args, options.connections, seconds or options.seconds)
    user, system = cpu(pid)
    user, system = user - user0, system - system0
    return {"count": count, "rate": rate, "bad": bad, "errors": errors,
            "cpu": (user + system) / max(count, 1) * 1e6, "user": user / max(count, 1) * 1e6}


# ---------------------------------------------------------------- nginx beside it

def nginx_conf(folder, answer, body):
    """The headers and the body of one of our own answers. Date, Content-Length and Connection are the server's."""
    skip = {"date", "content-length", "connection", "content-type", "server"}
    headers = "\n".join(f'            add_header {name} "{value}";' if '"' not in value else f"            add_header {name} '{value}';"
                        for name, value in answer.getheaders() if name.lower() not in skip)
    return f"""
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
daemon off;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {{
        listen 127.0.0.1:{NGINX_PORT} reuseport;
        location / {{
            default_type application/json;
{headers}
            return 200 '{body.decode()}';
        }}
    }}
}}
"""


class Nginx:
    def __init__(self, answer, body):
        self.folder = tempfile.mkdtemp(prefix="twofold-nginx-")
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w") as conf:
            conf.write(nginx_conf(self.folder, answer, body))
        self.process = subprocess.Popen(["nginx", "-e", os.path.join(self.folder, "error.log"), "-c", path],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wait_until(self.answers)

    def answers(self):
        """nginx answers"""
        try:
            return request(NGINX_PORT, "GET", "/")[0].status == 200
        except OSError:
            return False

    def worker(self):
        return int(subprocess.run(["pgrep", "-P", str(self.process.pid)], check=True, capture_output=True,
                                  text=True).stdout.split()[0])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        subprocess.run(["rm", "-rf", self.folder], check=True)


# ---------------------------------------------------------------- what is there to ask for

def fill(port, env):
    """Products that exist, and rows for misses."""
    for key in range(1, CACHED_KEYS + 1):
        answer, text = request(port, "POST", "/products",
                               f'{{"ProductId":{key},"Name":"Tea {key}","Price":{key}.25,"OutOfStock":false}}')
        if answer.status not in (201, 409):
            raise SystemExit(f"POST /products: {answer.status} {text!r}")
    sql = (f"INSERT IGNORE INTO products (ProductId, Name, Price, OutOfStock) "
           f"SELECT seq, CONCAT('Row ', seq), 1.5, 0 FROM seq_{ROWS_FIRST}_to_{ROWS_FIRST + ROWS_COUNT}")
    subprocess.run(["mariadb", "-S", env["TWOFOLD_SQL_PRIMARY"], env["TWOFOLD_SQL_DATABASE"], "-e", sql], check=True)

    def replicated():
        """the replica has the rows"""
        count = subprocess.run(["mariadb", "-N", "-S", env["TWOFOLD_SQL_REPLICA"], env["TWOFOLD_SQL_DATABASE"], "-e",
                                f"SELECT COUNT(*) FROM products WHERE ProductId >= {ROWS_FIRST}"],
                               check=True, capture_output=True, text=True).stdout
        return int(count) > ROWS_COUNT

    def visible():
        """the last product is visible"""
        return request(port, "GET", f"/products/{CACHED_KEYS}")[0].status == 200
    wait_until(replicated, 60)
    wait_until(visible)


SCENARIOS = {
    # name: (arguments of keys.lua, what it is)
    "hit": ((1, CACHED_KEYS, 0), "one of 1,000 cached products"),
    "absent": ((ABSENT_FIRST, CACHED_KEYS, 0), "one of 1,000 products that do not exist, cached as such"),
    "miss": ((ROWS_FIRST, ROWS_COUNT, 1), "each product once: read from the replica, stored"),
    "command": ((1, CACHED_KEYS, 0, "PUT"), "PUT to DynamoDB Local"),
}


def run(options):
    env = stack_env()
    pid, port = int(env["TWOFOLD_GATEWAY_PID"]), PORT_BASE
    fill(port, env)
    pin(pid, 0)
    answer, body = request(port, "GET", "/products/1")
    answer, body = request(port, "GET", "/products/1")
    nginx = Nginx(answer, body)
    try:
        pin(nginx.worker(), 0)
        run_wrk(NGINX_PORT, (1, CACHED_KEYS, 0), options.connections, 1)
        base = measure(nginx.worker(), NGINX_PORT, (1, CACHED_KEYS, 0), options)
    finally:
        nginx.stop()
    print(f"{'':10} {'requests/s':>12} {'CPU us/request':>15} {'of which user':>14} {'x nginx':>8} {'hit ratio':>10}  what")
    print(f"{'nginx':10} {base['rate']:12,.0f} {base['cpu']:15.2f} {base['user']:14.2f} {1:8.2f} {'':>10}  return 200, same headers and body")
    for name in options.scenarios or SCENARIOS:
        args, what = SCENARIOS[name]
        if name in ("hit", "absent"):
            measure(pid, port, args, options, 1)
        before = lookups(PORT_BASE + 1)
        result = measure(pid, port, args, options)
        after = lookups(PORT_BASE + 1)
        asked = sum(after.values()) - sum(before.values())
        hits = sum(after.get(r, 0) - before.get(r, 0) for r in ("hit", "negative_hit", "near_hit"))
        ratio = f"{hits / asked:10.4f}" if asked else f"{'':>10}"
        trouble = f"  ! {result['errors']}" if result["errors"] else ""
        if result["bad"] and name != "absent":
            trouble += f"  ! {result['bad']} answers were neither 2xx nor 3xx"
        print(f"{name:10} {result['rate']:12,.0f} {result['cpu']:15.2f} {result['user']:14.2f} "
              f"{result['cpu'] / base['cpu']:8.2f} {ratio}  {what}{trouble}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("scenarios", nargs="*", choices=[[], *SCENARIOS])
    options = parser.parse_args()
    stack("up")
    try:
        run(options)
    finally:
        stack("down")


if __name__ == "__main__":
    sys.exit(main())
