"""servers - MariaDB, PHP-FPM and nginx of our own, on loopback, in a folder of their own.

Nothing of the system is used or changed: no service is started, every process is a child and is ended by its id.
"""
import contextlib
import glob
import os
import shutil
import signal
import socket
import subprocess
import time

import pymysql

ADMIN_FOLDER = "backoffice"


class SetupError(Exception):
    """The shop cannot be set up, and why."""


def check_tools():
    """Says at once what is missing, with Debian's names for it."""
    os.environ["PATH"] += ":/usr/local/sbin:/usr/sbin:/sbin"
    wanted = {"php": "php-cli", "mariadbd": "mariadb-server-core", "mariadb-install-db": "mariadb-server-core",
              "nginx": "nginx-light"}
    missing = sorted({package for tool, package in wanted.items() if not shutil.which(tool)})
    if not missing:
        loaded = subprocess.run(["php", "-m"], capture_output=True, text=True, timeout=30).stdout.lower().split()
        extensions = {"curl": "curl", "pdo_mysql": "mysql", "simplexml": "xml", "mbstring": "mbstring", "intl": "intl",
                      "gd": "gd", "zip": "zip"}
        missing = [f"php-{package}" for name, package in extensions.items() if name not in loaded]
    if missing:
        raise SetupError(f"missing, by Debian's names: {', '.join(missing)}")
    php_fpm()


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(condition, seconds, what):
    """The first true value of condition(), asked every 20 ms. `what` is a text, or makes one when it is needed."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.02)


def ask_to_end(process, seconds=30):
    """SIGTERM, then SIGKILL."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    if process.poll() is None:
        process.kill()
        process.wait()


class Database:
    """A MariaDB of our own: reached over TCP by the shop, over its socket by us."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None
        self.socket = os.path.join(folder, "db.sock")
        self.user, self.password, self.name = "shop", "shop-secret", "shop"
        self.log = os.path.join(folder, "mariadb.log")

    def create(self):
        os.makedirs(os.path.join(self.folder, "data"))
        done = subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data",
                               f"--tmpdir={self.folder}", "--skip-test-db", "--auth-root-authentication-method=normal"] + self._as_root(),
                              capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise SetupError(f"mariadb-install-db: {done.stdout[-500:]}{done.stderr[-500:]}")
        self.start()
        with self.connect(user="root", password="", database=None) as c:
            c.execute(f"CREATE DATABASE {self.name} CHARACTER SET utf8mb4")
            for host in ("localhost", "127.0.0.1"):
                c.execute(f"CREATE USER '{self.user}'@'{host}' IDENTIFIED BY '{self.password}'")
                c.execute(f"GRANT ALL ON {self.name}.* TO '{self.user}'@'{host}'")

    @staticmethod
    def _as_root():
        return ["--user=root"] if os.geteuid() == 0 else []

    def start(self):
        log = open(self.log, "ab")
        self.process = subprocess.Popen(
            ["mariadbd", "--no-defaults", f"--datadir={self.folder}/data", f"--socket={self.socket}",
             f"--tmpdir={self.folder}", f"--port={self.port}", "--bind-address=127.0.0.1", "--skip-name-resolve",
             "--innodb-buffer-pool-size=256M", "--character-set-server=utf8mb4", "--skip-log-bin", *self._as_root()], stdout=log, stderr=log)
        log.close()

        def up():
            if self.process.poll() is not None:
                raise SetupError(f"mariadbd ended; see {self.log}")
            with contextlib.suppress(pymysql.err.OperationalError):
                pymysql.connect(unix_socket=self.socket, user="root").close()
                return True
            return False
        wait_for(up, 60, "MariaDB answers")

    def stop(self, kill=False):
        if self.process:
            if kill:
                self.process.kill()
            ask_to_end(self.process, 60)

    @contextlib.contextmanager
    def connect(self, user=None, password=None, database="-"):
        connection = pymysql.connect(unix_socket=self.socket, user=user or self.user, charset="utf8mb4", autocommit=True,
                                     password=self.password if password is None else password,
                                     database=self.name if database == "-" else database)
        try:
            with connection.cursor(pymysql.cursors.DictCursor) as cursor:
                yield cursor
        finally:
            connection.close()

    def rows(self, sql, *args):
        """The rows, as dictionaries; `ps_` in the statement is the shop's prefix."""
        with self.connect() as c:
            c.execute(sql, args or None)
            return list(c.fetchall())

    def row(self, sql, *args):
        found = self.rows(sql, *args)
        return found[0] if found else None

    def value(self, sql, *args):
        found = self.row(sql, *args)
        return next(iter(found.values())) if found else None

    def run(self, sql, *args):
        """A statement; how many rows it touched."""
        with self.connect() as c:
            return c.execute(sql, args or None)


NGINX = """
{user}worker_processes 2; daemon off; error_log {folder}/nginx-error.log; pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
  types {{ text/html html; text/css css; application/javascript js; image/png png; image/jpeg jpg; image/svg+xml svg;
          font/woff2 woff2; }}
  access_log {folder}/access.log; client_max_body_size 64m; sendfile on;
  client_body_temp_path {folder}/nginx-body; proxy_temp_path {folder}/nginx-proxy; fastcgi_temp_path {folder}/nginx-fcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi; scgi_temp_path {folder}/nginx-scgi;
  map $request_uri $as_if_tls {{ ~^/admin-api on; default ""; }} # the Admin API insists on it
  server {{
    listen 127.0.0.1:{port}; server_name localhost; root {root}; index index.php;
    location ~ ^/(app|bin|cache|classes|config|localization|pdf|src|tools|translations|var|vendor|\\.git)/ {{ deny all; }}
    location /api {{ rewrite ^/api/?(.*)$ /webservice/dispatcher.php?url=$1 last; }}
    rewrite "^/(\\d)(-[_a-zA-Z0-9-]*)?(-\\d+)?/.+\\.jpg$" /img/p/$1/$1$2$3.jpg last;
    rewrite "^/(\\d)(\\d)(-[_a-zA-Z0-9-]*)?(-\\d+)?/.+\\.jpg$" /img/p/$1/$2/$1$2$3$4.jpg last;
    location / {{ try_files $uri $uri/ /index.php$is_args$args; }}
    location /{admin}/ {{ if (!-e $request_filename) {{ rewrite ^/.*$ /{admin}/index.php last; }} }}
    location /admin-api {{ if (!-e $request_filename) {{ rewrite ^/.*$ /admin-api/index.php last; }} }}
    location ~ \\.php(/|$) {{
      fastcgi_split_path_info ^(.+\\.php)(/.*)$; fastcgi_pass unix:{folder}/fpm.sock; fastcgi_index index.php;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_param SCRIPT_NAME $fastcgi_script_name;
      fastcgi_param PATH_INFO $fastcgi_path_info; fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri;
      fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param DOCUMENT_URI $document_uri; fastcgi_param DOCUMENT_ROOT $document_root;
      fastcgi_param SERVER_PROTOCOL $server_protocol; fastcgi_param REQUEST_SCHEME $scheme;
      fastcgi_param GATEWAY_INTERFACE CGI/1.1; fastcgi_param SERVER_SOFTWARE nginx; fastcgi_param REDIRECT_STATUS 200;
      fastcgi_param REMOTE_ADDR $remote_addr; fastcgi_param REMOTE_PORT $remote_port;
      fastcgi_param SERVER_ADDR $server_addr; fastcgi_param SERVER_PORT $server_port; fastcgi_param SERVER_NAME $host;
      fastcgi_param HTTPS $as_if_tls if_not_empty;
      fastcgi_param HTTP_HOST $http_host; fastcgi_param HTTP_AUTHORIZATION $http_authorization;
      fastcgi_read_timeout 600; fastcgi_buffers 32 32k; fastcgi_buffer_size 64k;
    }}
  }}
}}
"""

# The proxy that does not exist keeps the shop from waiting for addresses outside; loopback is excepted.
FPM = """
[global]
daemonize = no
error_log = {folder}/fpm.log
[shop]
listen = {folder}/fpm.sock
pm = static
pm.max_children = 4
catch_workers_output = yes
clear_env = no
env[https_proxy] = http://127.0.0.1:9
env[no_proxy] = 127.0.0.1,localhost
{user}
"""

PHP_INI = """
memory_limit = 512M
max_execution_time = 300
max_input_vars = 20000
post_max_size = 64M
upload_max_filesize = 64M
date.timezone = Europe/Paris
display_errors = Off
log_errors = On
error_reporting = E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED & ~E_NOTICE
error_log = {folder}/php-errors.log
default_socket_timeout = 3
sys_temp_dir = {folder}/tmp
session.save_path = {folder}/tmp
realpath_cache_size = 16M
realpath_cache_ttl = 600
opcache.enable = 1
opcache.memory_consumption = 256
opcache.max_accelerated_files = 40000
opcache.revalidate_freq = 0
apc.enable_cli = 0
sendmail_path = {mail}
{more}
"""


class Web:
    """nginx and PHP-FPM on one root."""

    def __init__(self, folder, root, port):
        self.folder, self.root, self.port, self.fpm, self.nginx = folder, root, port, None, None
        self.ini = os.path.join(folder, "php.ini")

    def write(self, more=""):
        """The configuration; `more` lines of php.ini. Takes effect at the next start()."""
        mails = os.path.join(self.folder, "mails")
        os.makedirs(mails, exist_ok=True)
        catcher = os.path.join(self.folder, "sendmail")
        with open(catcher, "w", encoding="ascii") as f:
            f.write(f"#!/bin/sh\ncat >\"{mails}/$$-$(date +%s%N)\"\n")
        os.chmod(catcher, 0o755)
        with open(self.ini, "w", encoding="utf-8") as f:
            f.write(PHP_INI.format(folder=self.folder, mail=catcher, more=more))
        root = os.geteuid() == 0
        with open(os.path.join(self.folder, "fpm.conf"), "w", encoding="utf-8") as f:
            f.write(FPM.format(folder=self.folder, user="user = root\ngroup = root" if root else ""))
        with open(os.path.join(self.folder, "nginx.conf"), "w", encoding="utf-8") as f:
            f.write(NGINX.format(folder=self.folder, root=self.root, port=self.port, admin=ADMIN_FOLDER,
                                 user="user root; " if root else ""))

    def start(self):
        out = open(os.path.join(self.folder, "servers.log"), "ab")
        self.fpm = subprocess.Popen([php_fpm(), "-c", self.ini, "-y", os.path.join(self.folder, "fpm.conf"),
                                     *(["--allow-to-run-as-root"] if os.geteuid() == 0 else [])], stdout=out, stderr=out)
        self.nginx = subprocess.Popen(["nginx", "-p", self.folder, "-c", os.path.join(self.folder, "nginx.conf")],
                                      stdout=out, stderr=out)
        out.close()

        def up():
            if self.fpm.poll() is not None or self.nginx.poll() is not None:
                raise SetupError(f"PHP-FPM or nginx ended; see {self.folder}")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return os.path.exists(os.path.join(self.folder, "fpm.sock"))
            return False
        wait_for(up, 30, "nginx and PHP-FPM answer")

    def stop(self):
        for process in (self.nginx, self.fpm):
            if process:
                ask_to_end(process)

    def workers(self):
        """The process ids of PHP-FPM's children."""
        with open(f"/proc/{self.fpm.pid}/task/{self.fpm.pid}/children", encoding="ascii") as f:
            return [int(pid) for pid in f.read().split()]


def php_fpm():
    """PHP-FPM has its version in its name on Debian."""
    for folder in ("/usr/sbin", "/usr/local/sbin", "/usr/bin"):
        found = sorted(glob.glob(os.path.join(folder, "php-fpm*")))
        if found:
            return found[-1]
    raise SetupError("there is no php-fpm: install php-fpm")
