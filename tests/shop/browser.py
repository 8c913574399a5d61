"""browser - an HTTP client with cookies that reads forms as a browser would send them."""
import html
import html.parser
import http.client
import http.cookies
import json
import re
import urllib.parse


class Page:
    """An answer."""

    def __init__(self, url, status, headers, body, hops):
        self.url, self.status, self.headers, self.body, self.hops = url, status, headers, body, hops

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.text)

    def forms(self):
        parser = _Forms(self.url)
        parser.feed(self.text)
        return parser.forms

    def form(self, name):
        """The form of this name or id."""
        forms = self.forms()
        for form in forms:
            if name in (form.name, form.id):
                return form
        raise AssertionError(f"{self.url} ({self.status}) has no form {name}, but {[f.name or f.id for f in forms]}")

    def __repr__(self):
        return f"{self.status} {self.url} {self.text[:300]!r}"


class Form:
    """What a form would send: a list of (name, value) pairs."""

    def __init__(self, attributes, base):
        self.name, self.id = attributes.get("name"), attributes.get("id")
        self.action = urllib.parse.urljoin(base, attributes.get("action") or base)
        self.method = (attributes.get("method") or "get").upper()
        self.fields, self.buttons = [], []

    def names(self):
        return [name for name, _ in self.fields]

    def get(self, name):
        return next((value for n, value in self.fields if n == name), None)

    def set(self, name, value):
        """Sets a field; None takes it away (an unticked box), a list gives several."""
        values = value if isinstance(value, list) else [] if value is None else [value]
        at = next((i for i, (n, _) in enumerate(self.fields) if n == name), len(self.fields))
        rest = [(n, v) for n, v in self.fields if n != name]
        self.fields = rest[:at] + [(name, str(v)) for v in values] + rest[at:]
        return self

    def matching(self, pattern):
        return [n for n in self.names() if re.search(pattern, n)]


class _Forms(html.parser.HTMLParser):
    """Collects forms with the values they would send."""

    def __init__(self, base):
        super().__init__(convert_charrefs=True)
        self.base, self.forms, self.form, self.loose = base, [], None, []
        self.select, self.options, self.area, self.option, self.by_id = None, [], None, None, {}

    def _target(self, attributes):
        return self.by_id.get(attributes["form"], self.form) if attributes.get("form") else self.form

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.form = Form(a, self.base)
            self.forms.append(self.form)
            if self.form.id:
                self.by_id[self.form.id] = self.form
        elif tag == "input" and self._target(a):
            self._input(a, self._target(a))
        elif tag == "button" and self._target(a) and a.get("name"):
            self._target(a).buttons.append((a["name"], a.get("value") or ""))
        elif tag == "select":
            self.select, self.options = a, []
        elif tag == "option" and self.select is not None:
            self.options.append((a.get("value"), "selected" in a, "disabled" in a))
        elif tag == "textarea":
            self.area = [a, ""]

    @staticmethod
    def _input(a, form):
        kind, name = (a.get("type") or "text").lower(), a.get("name")
        if not name or "disabled" in a or kind in ("button", "image", "reset", "file"):
            return
        if kind == "submit":
            form.buttons.append((name, a.get("value") or ""))
        elif kind in ("checkbox", "radio"):
            if "checked" in a:
                form.fields.append((name, a.get("value", "on")))
        else:
            form.fields.append((name, a.get("value") or ""))

    def handle_data(self, data):
        if self.area is not None:
            self.area[1] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select" and self.select is not None:
            form, a = self._target(self.select), self.select
            if form and a.get("name") and "disabled" not in a:
                chosen = [v for v, selected, _ in self.options if selected]
                if not chosen and "multiple" not in a:
                    chosen = [v for v, _, disabled in self.options if not disabled][:1]
                form.fields += [(a["name"], v or "") for v in chosen]
            self.select = None
        elif tag == "textarea" and self.area is not None:
            form, a = self._target(self.area[0]), self.area[0]
            if form and a.get("name") and "disabled" not in a:
                # A browser drops the line break right after the tag.
                form.fields.append((a["name"], re.sub(r"\A\r?\n", "", self.area[1])))
            self.area = None


class Browser:
    """Cookies, redirects, nothing else; `hops` of a page are the addresses it was sent along."""

    def __init__(self, base, timeout=300):
        self.base, self.timeout, self.cookies = base, timeout, {}

    def request(self, method, url, body=None, headers=None, redirects=10):
        url, hops = urllib.parse.urljoin(self.base + "/", url), []
        for _ in range(redirects + 1):
            page = self._once(method, url, body, headers or {}, hops)
            if page.status not in (301, 302, 303, 307) or not redirects:
                return page
            url = urllib.parse.urljoin(url, page.headers["location"])
            hops.append(url)
            if page.status != 307:
                method, body = "GET", None
                headers = {k: v for k, v in (headers or {}).items() if k.lower() != "content-type"}
        raise AssertionError(f"redirected for ever: {hops[-3:]}")

    def _once(self, method, url, body, headers, hops):
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=self.timeout)
        try:
            fields = {"Host": parts.netloc, "User-Agent": "Mozilla/5.0", **headers}
            if self.cookies:
                fields["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
            target = urllib.parse.quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
            target += "?" + parts.query.replace(" ", "%20") if parts.query else ""
            connection.request(method, target, body, fields)
            answer = connection.getresponse()
            for value in answer.headers.get_all("Set-Cookie") or []:
                self._cookie(value)
            return Page(url, answer.status, answer.headers, answer.read(), hops)
        finally:
            connection.close()

    def _cookie(self, value):
        name, _, rest = value.partition("=")
        content = rest.split(";")[0]
        if content in ("", "deleted"):
            self.cookies.pop(name.strip(), None)
        else:
            self.cookies[name.strip()] = content

    def get(self, url, **kw):
        return self.request("GET", url, **kw)

    def post(self, url, fields, headers=None, **kw):
        body = urllib.parse.urlencode(fields)
        return self.request("POST", url, body, {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})},
                            **kw)

    def submit(self, form, **kw):
        return self.post(form.action, form.fields, **kw) if form.method == "POST" else \
            self.get(form.action + "?" + urllib.parse.urlencode(form.fields), **kw)

    def upload(self, url, fields, files, **kw):
        """multipart/form-data; files: {field: (name, bytes)}."""
        line, parts = "----a-boundary-of-the-shop-tests", []
        for name, value in fields:
            parts.append(f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
        for name, (filename, data) in files.items():
            parts.append(f'--{line}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
                         "Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n")
        return self.request("POST", url, b"".join(parts) + f"--{line}--\r\n".encode(),
                            {"Content-Type": f"multipart/form-data; boundary={line}"}, **kw)


def unescape(text):
    return html.unescape(text)
