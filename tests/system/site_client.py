"""site - `serve` over TCP, for the tests of it: started, with users and tokens, and a client that sends what it is told to."""
import contextlib
import http.client
import json
import socket

from harness import Home, free_port, wait_for

PASSWORD = "correct horse battery"


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    @property
    def json(self):
        return json.loads(self.body)

    def field(self, name):
        return next((v for n, v in self.fields if n.lower() == name.lower()), None)


class Site:
    """A Home with a running `serve`; use as a context manager."""

    def __init__(self, url="http://127.0.0.1:9/products", users=("anna",), text="", start=True, tls=None, env=None, **settings):
        self.port, self.tls = free_port(), tls
        settings.setdefault("serve__listen", f"127.0.0.1:{self.port}")
        self.home = Home(url, text=text, **settings)
        self.tokens = {}
        for user in users:
            self.home.run("user", "add", user, input=PASSWORD + "\n")
        if start:
            self.start(env=env)

    def start(self, **kw):
        self.process = self.home.start("serve", **kw)

        def ready():
            assert self.process.poll() is None, f"serve ended with {self.process.returncode}: {self.process.stderr.read()}"
            with contextlib.suppress(OSError):
                self.connect().close()
                return True
        wait_for(ready, what="serve")
        return self.process

    def token(self, scope, *flags):
        """A new token's text."""
        name = f"t{len(self.tokens)}"
        self.tokens[name] = self.home.run("token", "add", name, "--scope", scope, *flags).stdout.strip()
        return self.tokens[name]

    def connect(self, timeout=20):
        s = socket.create_connection(("127.0.0.1", self.port), timeout)
        return self.tls.wrap_socket(s, server_hostname="127.0.0.1") if self.tls else s

    def ask(self, method, target, body=None, token=None, timeout=30, **fields):
        """One request on a connection of its own. A field's name has _ for -; host="" leaves Host out."""
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        host = fields.pop("host", f"127.0.0.1:{self.port}")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        connection.sock = self.connect(timeout)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in ([("Host", host)] if host else []) + list(fields.items()):
                for one in value if isinstance(value, list) else [value]:
                    connection.putheader(name, one)
            if token:
                connection.putheader("Authorization", f"Bearer {token}")
            data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
            if data is not None and not any(n.lower() == "content-type" for n in fields):
                connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(data or b"")))
            connection.endheaders(data)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def login(self, user="anna", password=PASSWORD, **fields):
        """(the answer, the fields that a browser would send from now on)."""
        answer = self.ask("POST", "/v1/login", {"user": user, "password": password}, **fields)
        if answer.status != 200:
            return answer, {}
        return answer, {"Cookie": answer.field("Set-Cookie").split(";")[0], "X-CSRF-Token": answer.json["csrf"]}

    def stop(self):
        self.process.terminate()
        return self.process.wait(60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.home.close()
