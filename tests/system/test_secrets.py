"""A token is in the configuration and in the request, and nowhere else."""
import html
import json
import os
import resource
import subprocess
import urllib.parse

import pytest

from harness import PROGRAM, Ear, Home, Mock, Server, answer, product, products

SECRET = "s3cr3t-Tr0ub4dor-and-3"
HEADER = "h1dden-Correct-Horse"


def everything_in(folder):
    """All files there, as bytes, but for the configuration and what the test wrote itself."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if not name.startswith(("productsync.conf", "token")) and os.path.isfile(path):
                with open(path, "rb") as f:
                    found[path] = f.read()
    return found


def check_nowhere(home, said):
    for text in said:
        assert SECRET not in text and HEADER not in text, text
    for path, content in everything_in(home.folder).items():
        assert SECRET.encode() not in content and HEADER.encode() not in content, path


def arguments(child):
    """What `ps` shows of a process."""
    return subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(child.pid)], capture_output=True, text=True).stdout


@pytest.mark.parametrize("where", ["token", "token_file", "environment"])
def test_a_token_is_never_said(where):
    with Mock("--token", SECRET, token="") as api, Home() as home:
        env, settings = {}, f"[destination]\nurl = {api.url}\nheaders = X-Tenant: {HEADER}\n"
        if where == "token":
            settings += f"token = {SECRET}\n"
        elif where == "token_file":
            path = os.path.join(home.folder, "token")
            with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
                f.write(SECRET + "\n")
            settings += f"token_file = {path}\n"
        else:
            env = {"MY_API_TOKEN": SECRET}
        home.configure(text=settings, log__level="debug")
        said = []

        def run(*args, **kw):
            done = home.run(*args, env=env, code=None, **kw)
            said.extend([done.stdout, done.stderr])
            return done
        api.rules({"products": [3], "status": 422, "title": "no"}, {"products": [4], "reset": "before"})
        run("simple", "--verbose", input=products(1, 4))
        run("async", "--verbose", "--set", "async.retries=0", input=products(1, 4))
        run("produce", "--verbose", input=products(1, 4))
        run("work", "--drain", "--verbose", "--set", "work.drain_wait=0")
        for args in (["status"], ["status", "--json"], ["show", "3"], ["show", "3", "--json"], ["dead", "list"],
                     ["dead", "show", "3"], ["dead", "show", "3", "--json"], ["destination", "list", "--json"],
                     ["test"], ["test", "--json"], ["config", "show"], ["config", "show", "--json"],
                     ["config", "check"], ["resend", "1"], ["queue", "check"], ["queue", "backup", "copy.db"],
                     ["work", "--drain", "--nonsense"], ["status", "--set", "retry.attempts=none"]):
            run(*args)
        assert api.summary()["effects"] == 2, "the right token was sent"
        worker = home.worker(env=env)
        ear, out = Ear(worker.stderr), Ear(worker.stdout)
        for target in ("/v1/config", "/v1/status", "/v1/owner", "/v1/destinations", "/v1/messages", "/v1/dead/groups"):
            status, answer = home.call("GET", target)
            assert status == 200
            said.append(str(answer))
        said.append(arguments(worker))
        assert "productsync" in said[-1]
        home.configure(text=settings + "rate = none\n")
        worker.send_signal(1)
        ear.wait_for("reload refused")
        home.configure(text=settings.replace(SECRET, "another-token-1234").replace(HEADER, "another-header-12"))
        ear.forget()
        worker.send_signal(1)
        ear.wait_for("settings reloaded")
        worker.terminate()
        worker.wait(20)
        said.extend(ear.lines + out.lines)
        check_nowhere(home, said)
        for text in said:
            assert "another-token-1234" not in text and "another-header-12" not in text


def test_a_wrong_setting_does_not_repeat_a_secret():
    with Home("https://api.example.com/products") as home:
        said = []
        for text in (f"token = {SECRET}\ntoken = {SECRET}\n", f"tokn = {SECRET}\n", f"headers = {SECRET}\n",
                     f"headers = Authorization: {SECRET}\n", f"{SECRET}\n", f"{SECRET}.{SECRET} = x\n",
                     f"[http]\nproxy = ftp://user:{SECRET}@host\n"):
            home.configure("https://api.example.com/products", token=HEADER, text=text)
            done = home.run("config", "check", code=None)
            said.extend([done.stdout, done.stderr])
        home.configure("https://api.example.com/products")
        for setting in ("token", "headers"):
            done = home.run("status", "--set", f"destination.{setting}={SECRET}", code=2)
            said.append(done.stderr)
        for text in said:
            assert HEADER not in text and SECRET not in text, text


@pytest.mark.parametrize("token", [SECRET + "\x07", SECRET + "\x7f", SECRET[:5] + "\t" + SECRET[5:], "é" + SECRET])
def test_a_token_with_control_characters_is_refused_unsaid(token):
    with Home() as home:
        home.configure("https://api.example.com/products", token=token)
        for env in ({}, {"MY_API_TOKEN": token}):
            done = home.run("status", env=env, code=2)
            assert "token" in done.stderr or "control character" in done.stderr
            assert SECRET[5:] not in done.stderr and len(done.stderr.strip().split("\n")) == 1
        path = os.path.join(home.folder, "token")
        with open(path, "w", encoding="utf-8") as f:
            f.write(token + "\n")
        home.configure(text=f"url = https://api.example.com/products\ntoken_file = {path}\n")
        done = home.run("status", code=2)
        assert SECRET[5:] not in done.stderr and path in done.stderr


def test_a_file_with_a_token_that_others_can_read():
    with Home("https://api.example.com/products") as home:
        assert "warning" not in home.run("config", "check").stderr
        os.chmod(home.conf, 0o644)
        done = home.run("config", "check")
        assert "warning" in done.stderr and home.conf in done.stderr and "chmod 600" in done.stderr
        home.configure(text="url = https://api.example.com/products\nauth = none\n")
        os.chmod(home.conf, 0o644)
        assert "warning" not in home.run("config", "check").stderr, "there is nothing to hide in it"


def test_a_token_file_that_others_can_read():
    with Home() as home:
        path = os.path.join(home.folder, "token")
        with open(path, "w") as f:
            f.write(SECRET)
        os.chmod(path, 0o644)
        home.configure(text=f"url = https://api.example.com/products\ntoken_file = {path}\n")
        assert f"chmod 600 {path}" in home.run("config", "check").stderr


def test_a_missing_token_is_said():
    with Home() as home:
        home.configure(text="url = https://api.example.com/products\n")
        assert "there is no token" in home.run("config", "check", code=2).stderr
        home.configure(text=f"url = https://api.example.com/products\ntoken_file = {home.folder}/token.none\n")
        assert "token.none" in home.run("config", "check", code=2).stderr


def test_a_token_file_that_cannot_be_read_is_missed_only_by_who_delivers():
    """As systemd's credentials, which are there while the service runs: what waits can be seen and saved without it."""
    with Home() as home:
        path = os.path.join(home.folder, "token.none")
        home.configure(text=f"url = https://api.example.com/products\ntoken_file = {path}\n")
        home.run("produce", input=product(1))
        for command in (["status"], ["show", "1"], ["dead", "list"], ["config", "show"], ["queue", "check"], ["user", "list"],
                        ["queue", "backup", "copy.db"], ["resend", "1", "--force"]):
            assert "token" not in home.run(*command).stderr
        for command in (["work", "--drain"], ["serve"], ["simple"], ["test"], ["config", "check"]):
            said = home.run(*command, input=product(1), code=2).stderr
            assert f"destination.token_file = {path}: there is no such file" in said and said.count("\n") == 1, said


def test_what_the_api_answers_is_made_harmless():
    """An answer is somebody else's text: it moves no cursor and colours no terminal."""
    title = b'{"title":"\\u001b[31mred\\u0007\xc2\x9b2J\\r\\nproductsync: all well"}'
    odd = answer(422, title, Content_Type="application/problem+json", X_Odd="\x1b[2J")
    with Server(odd) as api, Home(api.url) as home:
        home.run("produce", input=product(1))
        home.run("work", "--drain")
        said = home.run("dead", "list").stdout + home.run("dead", "show", home.message(1)["id"]).stdout
        said += home.run("simple", input=product(2), code=1).stdout
        assert "red" in said
        for line in said.split("\n"):
            assert all(ord(c) >= 32 and not 0x7f <= ord(c) <= 0x9f for c in line), repr(line)
        assert "\nproductsync: all well" not in said


def test_an_echo_in_another_notation_is_masked_too():
    token, header = "s3cr3t/Tr0ub4dor+and=3", 'h1dden"Correct\\Horse'
    quoted = json.dumps(token + " " + header)[1:-1]
    echoes = [quoted, quoted.replace("/", "\\/"), urllib.parse.quote(token, safe="") + urllib.parse.quote(header, safe=""),
              "".join(f"\\u{ord(c):04X}" for c in token), html.escape(token + header).replace("/", "&#47;")]

    def echo(request, _):
        text = echoes[json.loads(request.body)["id"] - 1]
        return answer(422, b'{"title":"bad: %s"}' % text.encode(), Content_Type="application/problem+json", X_Echo=text)

    with Server(echo) as api, Home() as home:
        home.configure(text=f"[destination]\nurl = {api.url}\ntoken = {token}\nheaders = X-Tenant: {header}\n")
        said = [home.run("simple", "--verbose", input=products(1, 5), code=1)]
        home.run("produce", input=products(1, 5))
        said += [home.run("work", "--drain", "--verbose"), home.run("dead", "list", "--each", "--json"),
                 *(home.run("dead", "show", str(n), "--json") for n in range(1, 6))]
        found = [done.stdout + done.stderr for done in said]
        found += [text.decode(errors="replace") for text in everything_in(home.folder).values()]
        assert sum("bad: ***" in text for text in found) > 5
        for text in found:
            assert "Tr0ub4dor" not in text and "Correct" not in text and "\\u0073" not in text, text


def test_no_core_is_dumped():
    """It would hold the token. The limit of the process says so, whatever it was before."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if hard == 0:
        pytest.skip("no core is dumped here anyway")
    with subprocess.Popen([PROGRAM, "mock", "--json"], stdout=subprocess.PIPE, text=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))) as child:
        child.stdout.readline()
        with open(f"/proc/{child.pid}/limits", encoding="ascii") as f:
            line = next(line for line in f if line.startswith("Max core file size"))
        child.terminate()
    assert line.split()[4] == "0"
