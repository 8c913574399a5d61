"""Who is spoken to: certificates, TLS versions, plain http, private addresses."""
import ipaddress
import json
import socket
import ssl
import urllib.request

import pytest

from harness import Home, Mock, Server, answer, certificate, free_port, product, tls_server

NOT_TRUSTED = "certificate not trusted"


def refused(home, words, env=None):
    """One product by `simple`: it is not delivered, and the reason has these words."""
    done = home.run("simple", input=product(1), code=1, env=env)
    assert "0 delivered, 1 not delivered" in done.stdout
    assert words in done.stdout
    return done


def delivered(home):
    assert "1 delivered" in home.run("simple", input=product(1)).stdout


def api_requests(api):
    """Requests that a mock with TLS got."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    with urllib.request.urlopen(api.base + "/ledger/summary", timeout=30, context=unchecked) as reply:
        return json.loads(reply.read())["requests"]


def test_an_unknown_certificate_is_refused_until_it_is_trusted():
    with Home() as home:
        pem = home.folder + "/api.pem"
        with Mock("--tls", "good", "--certificate", pem) as api:
            home.configure(api.url)
            refused(home, NOT_TRUSTED)
            assert api_requests(api) == 0
            home.configure(api.url, http__ca_file=pem)
            delivered(home)
            assert api_requests(api) == 1


@pytest.mark.parametrize("kind, words", [("expired", "expired"), ("wrong-host", "127.0.0.1")])
def test_a_bad_certificate_is_refused_although_trusted(kind, words):
    with Home() as home:
        pem = home.folder + "/api.pem"
        with Mock("--tls", kind, "--certificate", pem) as api:
            home.configure(api.url, http__ca_file=pem)
            refused(home, NOT_TRUSTED)
            assert words in home.run("test", code=1).stdout
            assert api_requests(api) == 0


def test_a_queue_waits_for_the_certificate_to_be_mended():
    with Home() as home:
        pem = home.folder + "/api.pem"
        with Mock("--tls", "good", "--certificate", pem) as api:
            home.configure(api.url)
            home.run("produce", input=product(1))
            home.run("work", "--drain", "--set", "work.drain_wait=0s", code=1)
            history = home.message(1)["history"]
            assert history[0]["status"] == 0 and NOT_TRUSTED in history[0]["error"] and not history[0]["counted"]
            home.configure(api.url, http__ca_file=pem)
            home.run("work", "--drain")
            assert api_requests(api) == 1


def test_a_ca_file_that_is_none_is_named_at_start():
    with Home("https://127.0.0.1/products", http__ca_file="/no/such.pem") as home:
        assert "/no/such.pem" in home.run("simple", input=product(1), code=2).stderr


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_tls_1_1_is_not_spoken():
    """Although the system's OpenSSL would: it is told to allow everything."""
    with Home() as home:
        made, key = certificate(home.folder, "api")
        with open(home.folder + "/openssl.cnf", "w", encoding="ascii") as f:
            f.write("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = any\n"
                    "[any]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n")
        lax = {"OPENSSL_CONF": home.folder + "/openssl.cnf"}
        old = tls_server(made, key)
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with Server(answer(201), tls=old) as api:
            client = ssl.create_default_context(cafile=made)
            client.set_ciphers("ALL:@SECLEVEL=0")
            client.minimum_version = ssl.TLSVersion.TLSv1_1
            with socket.create_connection(("127.0.0.1", api.port)) as s:  # the server does speak it
                with client.wrap_socket(s, server_hostname="127.0.0.1") as spoken:
                    assert spoken.version() == "TLSv1.1"
            home.configure(api.url, http__ca_file=made)
            refused(home, "TLS failed", env=lax)
        newer = tls_server(made, key)
        newer.maximum_version = ssl.TLSVersion.TLSv1_2
        with Server(answer(201), tls=newer) as api:
            home.configure(api.url, http__ca_file=made)
            delivered(home)


def test_a_client_certificate():
    with Home() as home:
        made, key = certificate(home.folder, "api")
        mine, my_key = certificate(home.folder, "shop")
        asks = tls_server(made, key)
        asks.verify_mode = ssl.CERT_REQUIRED
        asks.load_verify_locations(mine)
        subjects = []

        def respond(_, connection):
            subjects.append(dict(name[0] for name in connection.getpeercert()["subject"])["commonName"])
            return answer(201)

        with Server(respond, tls=asks) as api:
            home.configure(api.url, http__ca_file=made)
            home.run("simple", input=product(1), code=1)
            assert subjects == []
            home.configure(api.url, http__ca_file=made, http__client_cert=mine, http__client_key=my_key)
            delivered(home)
            assert subjects == ["shop"]


@pytest.mark.parametrize("command", [["simple"], ["async"], ["work", "--drain"], ["test"], ["config", "check"]])
def test_plain_http_only_to_this_machine(command):
    with Home(f"http://api.example.com:{free_port()}/products") as home:
        done = home.run(*command, input=product(1), code=2)
        assert "productsync.conf:4: destination.url" in done.stderr
        assert "https" in done.stderr and "allow_http" in done.stderr


def test_plain_http_by_the_operators_word():
    with Mock() as api:
        port = api.url.split(":")[2].split("/")[0]
        with Home(f"http://127.0.0.1:{port}/products") as home:
            delivered(home)
        with Home(f"http://localhost:{port}/products") as home:
            delivered(home)
        with Home("http://no-such-host.invalid/products", destination__allow_http="yes") as home:
            refused(home, "name not found")


def name_of_this_machine():
    """A name, not "localhost", that leads to an address of this machine or of a private network."""
    for name in (socket.gethostname(), "name.localhost"):
        try:
            found = {info[4][0] for info in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)}
        except OSError:
            continue
        if "127.0.0.1" in found and not any(ipaddress.ip_address(a.split("%")[0]).is_global for a in found):
            return name
    pytest.skip("no name here leads to 127.0.0.1 but localhost")
    return None


def test_a_name_that_leads_to_a_private_address():
    name = name_of_this_machine()
    with Mock() as api:
        url = api.url.replace("127.0.0.1", name)
        with Home(url, destination__allow_http="yes") as home:
            refused(home, "private address refused")
            assert "allow_private" in home.run("test", code=1).stdout
            assert api.summary()["requests"] == 0
            home.configure(url, destination__allow_http="yes", destination__allow_private="yes")
            delivered(home)


def test_an_address_written_by_the_operator_is_his_word():
    with Home(f"https://10.255.255.1:{free_port()}/products", http__connect_timeout="200ms") as home:
        done = home.run("simple", input=product(1), code=1)
        assert "private address" not in done.stdout
