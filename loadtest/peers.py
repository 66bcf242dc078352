"""Servers beside the stack, each one process with one thread of work: nginx, webdis, node, the
DynamoDB stub, further gateways.
"""
import json
import os
import shutil
import signal
import subprocess

from bench import BUILD, CACHE, PORT_BASE, ROOT, RUN_DIR, request, wait_until

PORTS = {"nginx": PORT_BASE + 20, "webdis": PORT_BASE + 21, "node": PORT_BASE + 22,
         "stub": PORT_BASE + 23, "gateway": PORT_BASE + 24}


class Peer:
    """A child process that answers on a port, until stop()."""

    def __init__(self, name, words, path="/", env=None, port=None):
        self.name, self.port, self.path = name, port or PORTS[name], path
        self.log = open(os.path.join(folder(), name + ".log"), "w")
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, env=env)
        try:
            wait_until(self.answers)
        except BaseException:
            self.stop()
            raise

    def answers(self):
        """the server answers"""
        if self.process.poll() is not None:
            raise SystemExit(f"{self.name} ended; see {self.log.name}")
        try:
            return request(self.port, "GET", self.path)[0].status < 500
        except OSError:
            return False

    def pid(self):
        return self.process.pid

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def folder():
    path = os.path.join(RUN_DIR, "peers")
    os.makedirs(path, exist_ok=True)
    return path


def write(name, text):
    path = os.path.join(folder(), name)
    with open(path, "w") as file:
        file.write(text)
    return path


# ---------------------------------------------------------------- nginx: return 200

def nginx_conf(answer, body):
    """The headers and the body of one of our own answers. Date, Content-Length and Connection are
    the server's.
    """
    skip = {"date", "content-length", "connection", "content-type", "server"}
    quoted = ((name, f"'{value}'" if '"' in value else f'"{value}"')
              for name, value in answer.getheaders() if name.lower() not in skip)
    headers = "\n".join(f"            add_header {name} {value};" for name, value in quoted)
    at = folder()
    return f"""
worker_processes 1;
pid {at}/nginx.pid;
error_log {at}/nginx-error.log;
daemon off;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path {at}/a; proxy_temp_path {at}/b; fastcgi_temp_path {at}/c;
    uwsgi_temp_path {at}/d; scgi_temp_path {at}/e;
    server {{
        listen 127.0.0.1:{PORTS['nginx']} reuseport;
        location / {{
            default_type application/json;
{headers}
            return 200 '{body.decode()}';
        }}
    }}
}}
"""


class Nginx(Peer):
    def __init__(self, answer, body):
        conf = write("nginx.conf", nginx_conf(answer, body))
        super().__init__("nginx",
                         ["/usr/sbin/nginx", "-e", os.path.join(folder(), "nginx-error.log"), "-c",
                          conf])

    def pid(self):
        """The worker's."""
        return int(subprocess.run(["pgrep", "-P", str(self.process.pid)], check=True,
                                  capture_output=True, text=True).stdout.split()[0])


# ---------------------------------------------------------------- webdis, node

def webdis(redis_port):
    conf = {"redis_host": "127.0.0.1", "redis_port": redis_port, "http_host": "127.0.0.1",
            "http_port": PORTS["webdis"],
            "threads": 1, "daemonize": False, "database": 0, "verbosity": 0,
            "logfile": os.path.join(folder(), "webdis-own.log")}
    return Peer("webdis", ["webdis", write("webdis.json", json.dumps(conf))], "/PING")


def node_modules():
    """Installed once into the cache folder, by package.json's exact versions."""
    home = os.path.join(CACHE, "loadtest-node")
    if not os.path.exists(os.path.join(home, "installed")):
        os.makedirs(home, exist_ok=True)
        shutil.copy(os.path.join(ROOT, "loadtest/peers/package.json"), home)
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=home,
                       check=True, stdin=subprocess.DEVNULL)
        open(os.path.join(home, "installed"), "w").close()
    return os.path.join(home, "node_modules")


def node(redis_port, sql_port, database):
    words = ["node", os.path.join(ROOT, "loadtest/peers/server.js"), PORTS["node"], redis_port,
             sql_port, "twofold_gateway",
             os.path.join(RUN_DIR, "secrets/sql_gateway"), database]
    return Peer("node", list(map(str, words)), "/products/1",
                dict(os.environ, NODE_PATH=node_modules(), NODE_ENV="production"))


# ---------------------------------------------------------------- ours

def stub():
    return Peer("stub", [os.path.join(BUILD, "loadtest/stub"), str(PORTS["stub"])])


def gateway(*settings, port=PORTS["gateway"], under=()):
    """One more gateway on the stack, with one worker and further settings; its admin port is the
    next one.

    UNDER: a tool that runs it, such as valgrind.
    """
    env = dict(os.environ, AWS_ACCESS_KEY_ID="twofoldlocal", AWS_SECRET_ACCESS_KEY="twofoldlocal",
               AWS_EC2_METADATA_DISABLED="true")
    words = [*under, os.path.join(BUILD, "twofold-gateway"), f"--config={RUN_DIR}/twofold.conf",
             f"--listen=127.0.0.1:{port}", f"--admin_listen=127.0.0.1:{port + 1}",
             "--workers=1", *settings]
    return Peer(f"gateway-{port}", words, "/products/1", env, port)


def model_with_routes(count):
    """The products model with so many more queries that it has COUNT routes; returns its folder of
    models.
    """
    source = os.path.join(ROOT, "conf/models/products")
    models = os.path.join(folder(), f"models-{count}")
    target = os.path.join(models, "products")
    shutil.rmtree(models, ignore_errors=True)
    shutil.copytree(source, target)
    with open(os.path.join(target, "model.json")) as file:
        model = json.load(file)
    routes = sum("route" in one for kind in ("commands", "queries") for one in model[kind].values())
    with open(os.path.join(target, "queries.sql"), "a") as sql:
        for i in range(count - routes):
            model["queries"][f"More{i}"] = {"route": f"GET /more/r{i}/{{ProductId}}",
                                            "ttl": "1h"}
            sql.write(
                f"\n-- name: More{i} :one\n"
                "SELECT ProductId, Name FROM products WHERE ProductId = :ProductId;\n")
    with open(os.path.join(target, "model.json"), "w") as file:
        json.dump(model, file)
    return models
