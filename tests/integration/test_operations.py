"""What an operator sees: metrics, health, logs, settings, and complaints about a model."""

import os
import re
import shutil
import subprocess

import pytest
import requests

from support.client import token
from support.stack import BUILD, ROOT
from support.wait import wait_until

GATEWAY_METRICS = [
    "http_requests_total", "http_request_duration_seconds", "cache_lookups_total",
    "cache_fills_total",
    "cache_coalesced_total", "sql_queries_total", "sql_query_duration_seconds", "sql_connections",
    "redis_commands_total", "redis_up", "dynamodb_requests_total",
    "dynamodb_request_duration_seconds",
    "commands_total", "build_info"]
PROJECTOR_METRICS = ["projector_records_total", "projector_lag_seconds",
                     "projector_transactions_total",
                     "projector_revision", "projector_dead_letters", "build_info"]


ENVIRONMENT = {**os.environ, "AWS_ACCESS_KEY_ID": "twofoldlocal",
               "AWS_SECRET_ACCESS_KEY": "twofoldlocal"}


def gateway(*words, stack=None):
    config = [f"--config={stack.config}"] if stack else []
    return subprocess.run([BUILD / "twofold-gateway", *config, *words], text=True, timeout=30,
                          env=ENVIRONMENT,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)


@pytest.fixture
def pages(stack, client, model):
    """Both expositions, after something happened."""
    product_id, _ = client.made()
    client.until_hit(model.one(product_id))
    return {name: requests.get(url + "/metrics", timeout=5)
            for name, url in (("gateway", stack.admin_url),
                              ("projector", stack.projector_admin_url))}


@pytest.mark.parametrize("name", ["gateway", "projector"])
def test_promtool_finds_nothing_to_say_about_the_metrics(pages, name):
    assert pages[name].headers["Content-Type"].startswith("text/plain; version=0.0.4")
    check = subprocess.run(["promtool", "check", "metrics"], input=pages[name].text, text=True,
                           capture_output=True)
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")


@pytest.mark.parametrize("name, families",
                         [("gateway", GATEWAY_METRICS), ("projector", PROJECTOR_METRICS)])
def test_the_metrics_have_the_names_that_are_documented(pages, name, families):
    missing = [family for family in families if f"# TYPE twofold_{family} " not in pages[name].text]
    assert missing == []
    assert "process_cpu_seconds_total" in pages[name].text


def sample(text, pattern):
    return sum(float(line.rsplit(" ", 1)[1])
               for line in text.splitlines() if re.match(pattern, line))


def test_hits_misses_and_commands_are_counted(stack, client, model):
    def counts():
        text = requests.get(stack.admin_url + "/metrics", timeout=5).text
        return (sample(text, r'twofold_cache_lookups_total\{.*result="hit"'),
                sample(text, r'twofold_cache_lookups_total\{.*result="(miss|stale)"'),
                sample(text, r"twofold_commands_total\{.*CreateProduct"))

    before = counts()
    product_id, _ = client.made()
    for _ in range(3):
        client.until_hit(model.one(product_id))
    after = counts()
    assert after[0] >= before[0] + 3 and after[1] >= before[1] + 1 and after[2] == before[2] + 1


def test_health_pages(stack):
    for url in (stack.admin_url, stack.projector_admin_url):
        assert requests.get(url + "/livez", timeout=5).status_code == 200
        assert requests.get(url + "/readyz", timeout=5).status_code == 200
        assert requests.get(url + "/nosuch", timeout=5).status_code == 404
    wait_until(lambda: requests.get(stack.admin_url + "/readyz",
                                    timeout=5).json() == {"ready": True, "missing": []}, 10,
               "nothing missing")


def test_the_dashboard_is_a_page_that_fetches_nothing_from_elsewhere(stack):
    for url in (stack.admin_url, stack.projector_admin_url):
        page = requests.get(url + "/", timeout=5)
        assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "://" not in page.text


def test_the_dashboard_shows_metrics_that_there_are(stack, client):
    client.made()
    metrics = "".join(requests.get(url + "/metrics", timeout=5).text
                      for url in (stack.admin_url, stack.projector_admin_url))
    families = set(re.findall(r"^# TYPE (\w+)", metrics, re.MULTILINE))
    page = requests.get(stack.admin_url + "/", timeout=5).text
    shown = {re.sub("_count$", "", name)
             for name in re.findall(r'"((?:twofold|process)_\w+)"', page)}
    assert len(shown) > 15 and shown <= families


def test_queues_are_empty_at_rest(stack):
    def waiting():
        metrics = requests.get(stack.admin_url + "/metrics", timeout=5).text
        names = ("twofold_http_inflight{server=\"clients\"}", "twofold_redis_pending",
                 "twofold_dynamodb_pending", "twofold_sql_queue",
                 "twofold_consistency_waiters")
        found = [float(value) for name in names
                 for value in re.findall(rf"^{re.escape(name)}(?:{{.*}})? (\S+)$", metrics,
                                         re.MULTILINE)]
        assert len(found) >= len(names)
        return sum(found)
    wait_until(lambda: waiting() == 0, 20, "nothing waits")


LOG_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warn|error) \S.*")


@pytest.mark.parametrize("name", ["gateway", "projector"])
def test_logs_are_events_one_a_line(stack, client, name):
    client.made()
    lines = stack.log(name).splitlines()
    assert lines and [line for line in lines if not LOG_LINE.fullmatch(line)] == []


def test_no_secret_is_in_a_log(stack):
    secrets = [path.read_text() for path in (stack.run_dir / "secrets").iterdir()]
    assert len(secrets) >= 3
    for log in (stack.run_dir / "logs").iterdir():
        text = log.read_text(errors="replace")
        assert not any(secret in text for secret in secrets), log.name


def test_settings_print_with_units_and_without_secrets(stack):
    done = gateway("--print-settings", stack=stack)
    assert done.returncode == 0
    settings = dict(re.split(r"\s*=\s*", line, 1)
                    for line in done.stdout.splitlines() if re.match(r"\w+\s*=", line))
    assert settings["listen"].startswith(stack.url.removeprefix("http://"))
    assert settings["lease"].startswith("600ms")
    assert settings["sql_password"].startswith("***")
    assert not any(path.read_text() in done.stdout
                   for path in (stack.run_dir / "secrets").iterdir())


@pytest.mark.parametrize("flag, said", [("--lisen=127.0.0.1:1", "lisen"), ("--lease=600", "lease"),
                                        ("--lease=2h", "lease"),
                                        ("--sql_threads=0", "sql_threads")])
def test_a_bad_setting_ends_the_start_and_says_what_is_allowed(stack, flag, said):
    done = gateway(flag, stack=stack)
    assert done.returncode != 0
    assert said in done.stdout


def test_a_second_gateway_on_the_same_port_does_not_start(stack):
    done = gateway(stack=stack)
    assert done.returncode != 0
    assert stack.url.rpartition(":")[2] in done.stdout


def test_check_is_content_with_the_shipped_models(stack):
    done = gateway("--check", stack=stack)
    assert done.returncode == 0, done.stdout


def test_check_lists_all_complaints_with_file_and_line(stack, tmp_path):
    models = tmp_path / "models"
    shutil.copytree(ROOT / "conf/models/products", models / "products")
    model = models / "products/model.json"
    queries = models / "products/queries.sql"
    text = model.read_text().replace('"that": "!exists"', '"that": "!exist"')
    model.write_text(text.replace('"ttl": "1h"', '"ttl": "1x"', 1))
    queries.write_text(queries.read_text().replace("FROM products;", "FROM product;"))
    done = gateway("--check", f"--models={models}", stack=stack)
    assert done.returncode != 0
    complaints = [line for line in done.stdout.splitlines()
                  if re.search(r"(model\.json|queries\.sql):\d+", line)]
    assert len(complaints) >= 2, done.stdout
    assert any("exist" in line for line in complaints)


def test_check_asks_the_real_read_model(stack, tmp_path):
    models = tmp_path / "models"
    shutil.copytree(ROOT / "conf/models/products", models / "products")
    schema, queries = models / "products/schema.sql", models / "products/queries.sql"
    schema.write_text(schema.read_text().replace("    OutOfStock ",
                                                 "    Colour VARCHAR(9) NOT NULL,\n"
                                                 "    OutOfStock "))
    queries.write_text(queries.read_text().replace("OutOfStock\nFROM", "OutOfStock, Colour\nFROM"))
    done = gateway("--check", f"--models={models}", stack=stack)
    assert done.returncode != 0
    assert "Colour" in done.stdout


def test_a_daemon_locks_its_pid_file(stack, tmp_path):
    held = tmp_path / "gateway.pid"
    with held.open("w") as file:
        subprocess.run(["flock", "-n", str(file.fileno())], pass_fds=[file.fileno()], check=True)
        done = gateway(f"--pid_file={held}", "--listen=127.0.0.1:0", "--admin_listen=127.0.0.1:0",
                       stack=stack)
    assert done.returncode != 0
    assert "gateway.pid" in done.stdout


def test_a_poison_item_becomes_a_dead_letter_and_the_others_go_on(stack, client, model):
    """Other software may put what the read model cannot hold: a name of 300 characters."""
    poisoned = model.new_id()
    stack.dynamodb.put(model, poisoned, "x" * 300, "1", False)
    healthy, _ = client.made()
    assert client.read(healthy).status_code == 200
    mine = (f"FROM {model.database}.twofold_dead_letter WHERE aggregate = "
            f"'{model.aggregate}:{poisoned}'")
    letters = wait_until(lambda: stack.sql(f"SELECT * {mine}"), 10)
    assert letters[0]["error"]

    wait_until(lambda: 'twofold_projector_dead_letters{model="products"} ' in
               requests.get(stack.projector_admin_url + "/metrics", timeout=5).text, 5)
    blocked = client.read(poisoned,
                          {"Consistency-Token": f"{model.aggregate}:{poisoned}@1"})
    assert blocked.status_code == 423, blocked.text

    later = client.update(poisoned, name="short")
    wait_until(lambda: client.read(poisoned, token(later)).status_code == 200, 10, "it is mended")
    assert stack.sql(f"SELECT * {mine}") == []
    stack.dynamodb.delete(model, poisoned)


def test_another_version_makes_one_object_anew(tmp_path):
    """Not every object, and not none: twofold_build_info said what the first build had been."""
    def built(version):
        make = ["make", "--no-print-directory", f"BUILD={tmp_path}", f"VERSION={version}",
                f"{tmp_path}/lib/run/version.o", f"{tmp_path}/lib/base/slice.o"]
        said = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        names = re.findall(r"CC \S*/(\w+)\.o", said)
        return names, f"{version}\0".encode() in (tmp_path / "lib/run/version.o").read_bytes()

    assert built("one") == (["version", "slice"], True)
    assert built("one") == ([], True)
    assert built("two") == (["version"], True)
