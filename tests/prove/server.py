"""A server of its own for a test: a socket, no port, nothing kept. SERVERS=mysql: mysqld."""

import os
import shutil
import subprocess
import tempfile
import time

import pymysql

# What lib/sql/session.c says on each connection.
SESSION = ("SET NAMES utf8mb4 COLLATE utf8mb4_bin, time_zone = '+00:00', sql_mode = "
           "'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
           "NO_ENGINE_SUBSTITUTION'")


class Server:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="twofold-prove-")
        self.socket = os.path.join(self.folder, "s")
        data, user = os.path.join(self.folder, "data"), subprocess.getoutput("id -un")
        log = open(os.path.join(self.folder, "log"), "wb")
        common = ["--no-defaults", f"--datadir={data}", f"--user={user}"]
        if os.environ.get("SERVERS") == "mysql":
            subprocess.run(["mysqld", *common, "--initialize-insecure"], check=True,
                           stdout=log, stderr=log)
            program = ["mysqld", *common, "--mysqlx=OFF", "--skip-log-bin",
                       "--performance-schema=OFF", "--secure-file-priv=NULL"]
        else:
            subprocess.run(["mariadb-install-db", *common, "--skip-test-db",
                            "--auth-root-authentication-method=normal"], check=True,
                           stdout=log, stderr=log)
            program = ["mariadbd", *common]
        self.process = subprocess.Popen(
            [*program, f"--socket={self.socket}", "--skip-networking",
             f"--pid-file={self.folder}/pid", "--innodb-flush-log-at-trx-commit=0",
             "--transaction-isolation=READ-COMMITTED"], stdout=log, stderr=log)
        self.version = self.until_ready()

    def until_ready(self):
        limit = time.monotonic() + 60
        while True:
            try:
                connection = self.connect()
                version = connection.get_server_info()
                connection.close()
                return version
            except pymysql.err.OperationalError:
                if time.monotonic() > limit or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def connect(self):
        connection = pymysql.connect(unix_socket=self.socket, user="root", autocommit=True,
                                     charset="utf8mb4",
                                     client_flag=pymysql.constants.CLIENT.FOUND_ROWS)
        connection.query("CREATE DATABASE IF NOT EXISTS prove COLLATE utf8mb4_bin")
        connection.select_db("prove")
        connection.query(SESSION)
        return connection

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
