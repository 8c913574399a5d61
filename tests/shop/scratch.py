"""scratch - a shop to be thrown away: its files, MariaDB, PHP-FPM and nginx, on loopback, in one folder.

Nothing of the system is used or changed: no service is started, every process is a child and is ended by its id.
"""
import contextlib
import glob
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import zipfile

import pymysql

ADMIN_EMAIL, ADMIN_PASSWORD = "owner@shop.example", "Correct.Horse-42.Battery"
ADMIN_FOLDER = "backoffice"


class SetupError(Exception):
    """The shop cannot be set up, and why."""


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(condition, seconds, what):
    """The first true value of condition(), asked every 20 ms."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
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
        done = subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data", "--skip-test-db",
                               "--auth-root-authentication-method=normal"] + self._as_root(),
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
             f"--port={self.port}", "--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-buffer-pool-size=256M",
             "--character-set-server=utf8mb4", "--skip-log-bin", *self._as_root()], stdout=log, stderr=log)
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
    location ~ /(app|bin|cache|classes|config|localization|pdf|src|tools|translations|var|vendor|\\.git)/ {{ deny all; }}
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


class Shop:
    """A copy of DIR, installed and running."""

    def __init__(self, source, folder, installer=None):
        self.source, self.folder, self.installer = os.path.abspath(source), folder, installer
        self.root = os.path.join(folder, "shop")
        self.host = "localhost"
        self.marker = os.path.join(folder, "installed")
        self.port = self._former_port() or free_port()
        self.url = f"http://{self.host}:{self.port}"
        self.admin = f"{self.url}/{ADMIN_FOLDER}"
        self.db = Database(os.path.join(folder, "db"))
        self.web = Web(folder, self.root, self.port)
        self.version = self._version()

    def _former_port(self):
        """Of a shop that a former run installed in this folder."""
        with contextlib.suppress(OSError, ValueError):
            with open(self.marker, encoding="ascii") as f:
                return int(f.read())
        return 0

    @property
    def installed(self):
        return os.path.exists(self.marker)

    def again(self):
        """Starts what a former run installed."""
        self.db.port = int(re.search(r"'database_port' => '?(\d+)", self._parameters()).group(1))
        self.db.start()
        self.web.write()
        self.clear_cache()

    def _parameters(self):
        with open(os.path.join(self.root, "app/config/parameters.php"), encoding="utf-8") as f:
            return f.read()

    def _version(self):
        path = os.path.join(self.source, "src/Core/Version.php")
        if not os.path.exists(path):
            raise SetupError(f"{self.source} is not the folder of a PrestaShop 8.x or 9.x: src/Core/Version.php is missing")
        with open(path, encoding="utf-8") as f:
            return re.search(r"VERSION = '([0-9.]+)", f.read()).group(1)

    @property
    def major(self):
        return int(self.version.split(".")[0])

    def copy(self):
        os.makedirs(os.path.join(self.folder, "tmp"), exist_ok=True)
        shutil.copytree(self.source, self.root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        subprocess.run(["chmod", "-R", "u+w", self.root], check=True, timeout=120)
        install = os.path.join(self.root, "install")
        given = self.installer or next((p for p in (install, os.path.join(self.root, "install-dev"))
                                        if os.path.exists(os.path.join(p, "index_cli.php"))), None)
        if given is None or not os.path.exists(os.path.join(given, "index_cli.php")):
            raise SetupError(f"{given or self.source + '/install'} has no index_cli.php: a shop that is installed has lost its "
                             "installer; name one of the same minor version with --installer FOLDER")
        if os.path.abspath(given) != install:
            shutil.rmtree(install, ignore_errors=True)
            shutil.copytree(given, install)
        self._forget_former_life()
        self._rename_admin("admin")
        self._language_packs("en-US", "fr-FR")

    def _forget_former_life(self):
        """What an installation leaves behind, if DIR was one."""
        for name in ("app/config/parameters.php", "app/config/parameters.yml", "config/settings.inc.php", ".htaccess"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(os.path.join(self.root, name))
        for name in ("var/cache", "var/logs", "var/sessions", "config/themes"):
            shutil.rmtree(os.path.join(self.root, name), ignore_errors=True)
            os.makedirs(os.path.join(self.root, name))
        shutil.rmtree(os.path.join(self.root, "modules/product_sync"), ignore_errors=True)

    def _rename_admin(self, name):
        found = [os.path.dirname(os.path.dirname(p)) for p in glob.glob(self.root + "/*/themes/new-theme")]
        if len(found) != 1:
            raise SetupError(f"{self.source}: no back-office folder (one with themes/new-theme)")
        if os.path.basename(found[0]) != name:
            os.rename(found[0], os.path.join(self.root, name))

    def _language_packs(self, *locales):
        """Where a pack is missing the installer would ask the network: an empty one leaves the texts in English."""
        for locale in locales:
            old = os.path.join(self.root, "translations", locale[:2] + ".gzip")
            new = os.path.join(self.root, "translations", f"sf-{locale}.zip")
            if not os.path.exists(old):
                open(old, "wb").close()
            if not os.path.exists(new):
                with zipfile.ZipFile(new, "w") as z:
                    z.writestr(f"{locale}/index.txt", "no texts\n")

    def install(self):
        """Through the shop's own installer: France, euro, 20 % VAT, English and French, no demo products."""
        self.db.create()
        self.web.write()
        args = {"domain": f"{self.host}:{self.port}", "db_server": f"127.0.0.1:{self.db.port}", "db_user": self.db.user,
                "db_password": self.db.password, "db_name": self.db.name, "prefix": "ps_", "db_clear": 1, "country": "fr",
                "language": "en", "email": ADMIN_EMAIL, "password": ADMIN_PASSWORD, "fixtures": 0, "name": "Scratch shop",
                "theme": "classic" if os.path.isdir(self.root + "/themes/classic") else ""}
        done = self.php("install/index_cli.php", *[f"--{k}={v}" for k, v in args.items() if v != ""], timeout=600)
        if done.returncode or not os.path.exists(os.path.join(self.root, "app/config/parameters.php")):
            raise SetupError(f"the shop's installer failed:\n{(done.stdout + done.stderr)[-3000:]}")
        if not self.db.value("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema=%s AND table_name="
                             "'ps_product_shop'", self.db.name):
            raise SetupError(f"the shop's installer made no tables:\n{(done.stdout + done.stderr)[-3000:]}")
        shutil.rmtree(os.path.join(self.root, "install"))
        self._rename_admin(ADMIN_FOLDER)
        with open(self.marker, "w", encoding="ascii") as f:
            f.write(str(self.port))

    def php(self, script, *args, timeout=300, ini=(), input=None):
        """A script of the shop, or of ours, on the command line, from the shop's root."""
        env = dict(os.environ, https_proxy="http://127.0.0.1:9", no_proxy="127.0.0.1,localhost")
        flags = [word for setting in ini for word in ("-d", setting)]
        return subprocess.run(["php", "-c", self.web.ini, *flags, script, *[str(a) for a in args]], cwd=self.root, env=env,
                              timeout=timeout, capture_output=True, text=True, errors="backslashreplace", input=input)

    def console(self, *args, timeout=300):
        """bin/console of the shop."""
        return self.php("bin/console", *args, "--no-interaction", timeout=timeout)

    def clear_cache(self):
        shutil.rmtree(os.path.join(self.root, "var/cache"), ignore_errors=True)
        os.makedirs(os.path.join(self.root, "var/cache"))

    def start(self):
        self.web.start()

    def stop(self):
        self.web.stop()
        self.db.stop()
