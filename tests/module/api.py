"""api - the product API that the module sends to: notes each request in a file, and answers as a second file says. Each
request in a thread of its own."""
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOLDER = os.environ["MODULE_TEST_FOLDER"]
lock = threading.Lock()


class Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        key = self.headers.get("Idempotency-Key") or ""
        note = {
            "at": time.time(),
            "method": self.command,
            "uri": self.path,
            "authorization": self.headers.get("Authorization") or "",
            "type": self.headers.get("Content-Type") or "",
            "accept": self.headers.get("Accept") or "",
            "key": key,
            "body": body,
        }
        if self.path != "/alive":
            with lock, open(FOLDER + "/received", "a", encoding="utf-8") as file:
                file.write(json.dumps(note) + "\n")
        told = self.rule(key)
        while told.get("held"):  # until the file says otherwise
            time.sleep(0.01)
            told = self.rule(key)
        time.sleep(told.get("sleep", 0))
        text = told.get("body", "{}").encode()
        self.send_response(told["status"])
        for line in told.get("headers", []):
            self.send_header(*line.split(": ", 1))
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    @staticmethod
    def rule(key):
        try:
            with open(FOLDER + "/answers", encoding="utf-8") as file:
                rules = json.load(file) or {}
        except OSError:
            rules = {}
        return rules.get(key) or rules.get("*") or {"status": 201}

    def log_message(self, *_):
        pass

    do_GET = do_HEAD = do_POST = do_OPTIONS = answer


ThreadingHTTPServer.daemon_threads = True
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Api).serve_forever()
