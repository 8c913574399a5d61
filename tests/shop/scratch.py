"""scratch - a shop to be thrown away: a copy of a PrestaShop, installed by its own installer, with servers of its own."""
import contextlib
import glob
import os
import re
import shutil
import subprocess
import zipfile

from servers import ADMIN_FOLDER, Database, SetupError, Web, free_port

ADMIN_EMAIL, ADMIN_PASSWORD = "owner@shop.example", "Correct.Horse-42.Battery"


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
