#!/usr/bin/env python3
"""http_spawned.py BINARY_DIR ...: applications of node and python behind `http:spawn:`, as behind an adapter.

The variables are those of Lambda Web Adapter. Ends with 77 where something is absent.
"""
import gzip
import http.client
import json
import os
import re
import signal
import sys
import tempfile
import threading
import time

from peers import check, finish, free_port, gate, need

BUILD = os.path.abspath(sys.argv[1])
APP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "app.mjs")


class App:
    """The gate in front of app.mjs, and what the application has noted."""

    def __init__(self, place, node, environment):
        self.log = f"{place}/{len(os.listdir(place))}.log"
        open(self.log, "w", encoding="utf-8").close()
        self.gate = gate(BUILD, f"http:spawn:exec {node} {APP}", environment={"APP_LOG": self.log, **environment})

    def __enter__(self):
        self.door = self.gate.__enter__()
        return self

    def __exit__(self, *exception):
        return self.gate.__exit__(*exception)

    def noted(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read().splitlines()

    def ask(self, path, method="GET", body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.door.port, timeout=120)
        connection.request(method, path, body=body, headers=headers or {})
        reply = connection.getresponse()
        return reply, reply.read()

    def until(self, what, holds):
        end = time.monotonic() + 120
        while not holds():
            if time.monotonic() > end:
                check(what + " came about", False, self.noted())
                return
            time.sleep(0.01)


def slow_and_unwell(place, node):
    with App(place, node, {"SLOW_START": "700", "UNWELL": "3", "AWS_LWA_READINESS_CHECK_PATH": "/healthz",
                           "AWS_LWA_READINESS_CHECK_HEALTHY_STATUS": "200-299"}) as app:
        reply, body = app.ask("/first", "POST", b"abc")
        noted = app.noted()
        check("an early request waits until the program is well", reply.status == 200 and
              json.loads(body)["bytes"] == 3 and noted[0].startswith("listens") and
              noted[1:6] == ["health 503"] * 3 + ["health 204", "began POST /first"], noted)
    check("SIGTERM reaches it", app.noted()[-2:] == ["SIGTERM", "left"], app.noted())


def readiness_by_tcp(place, node):
    for names in ({"AWS_LWA_READINESS_CHECK_PROTOCOL": "tcp"}, {"READINESS_CHECK_PROTOCOL": "tcp"},
                  {"TURNGATE_READINESS_CHECK_PROTOCOL": "tcp", "AWS_LWA_READINESS_CHECK_PROTOCOL": "http"}):
        with App(place, node, names) as app:
            reply, _ = app.ask("/")
            check(f"readiness by {list(names)[0]}", reply.status == 200 and
                  [line for line in app.noted() if "listens" not in line][0] == "began GET /", app.noted())


def fixed_port(place, node):
    port = free_port()
    with App(place, node, {"AWS_LWA_PORT": str(port), "PORT": "1", "HOST": "192.0.2.1"}) as app:
        reply, _ = app.ask("/")
        check("AWS_LWA_PORT is the program's PORT", reply.status == 200 and app.noted()[0] == f"listens {port}",
              app.noted())


def what_is_done_to_requests(place, node):
    with App(place, node, {"AWS_LWA_REMOVE_BASE_PATH": "/prod", "AWS_LWA_ENABLE_COMPRESSION": "true",
                           "AWS_LWA_AUTHORIZATION_SOURCE": "X-Token"}) as app:
        for path, seen in (("/prod/a?b=/prod/c", "/a?b=/prod/c"), ("/prod", "/"), ("/production", "/production"),
                           ("/a/prod/b", "/a/prod/b"), ("/prod/prod/x", "/prod/x")):
            _, body = app.ask(path)
            check(f"a base path is taken off: {path}", json.loads(body)["url"] == seen, body)
        _, body = app.ask("/", headers={"X-Token": "Bearer t", "Authorization": "AWS4-HMAC-SHA256 s"})
        headers = json.loads(body)["headers"]
        check("a token is moved", headers.get("authorization") == "Bearer t" and "x-token" not in headers, headers)
        reply, body = app.ask("/text", headers={"Accept-Encoding": "gzip"})
        check("text is compressed", reply.headers["Content-Encoding"] == "gzip" and
              gzip.decompress(body) == b"all the same " * 1000, reply.headers)
        reply, body = app.ask("/text")
        check("... for who wants it", reply.headers["Content-Encoding"] is None and len(body) == 13000)
        reply, body = app.ask("/events?ms=300", headers={"Accept-Encoding": "gzip"})
        check("events are not", body == b"data: 1\n\ndata: 2\n\n" and reply.headers["Content-Encoding"] is None,
              body)


def crash(place, node):
    with App(place, node, {}) as app:
        first = json.loads(app.ask("/")[1])["pid"]
        check("a request the program dies under gets 502", app.ask("/crash")[0].status == 502)
        reply, body = app.ask("/after")
        check("the next waits for its successor", reply.status == 200 and json.loads(body)["pid"] != first, body)
        os.kill(json.loads(body)["pid"], signal.SIGKILL)
        app.until("the restart", lambda: sum("listens" in line for line in app.noted()) >= 3)
        check("so it is after SIGKILL", app.ask("/again")[0].status == 200)


def drained(place, node):
    with App(place, node, {}) as app:
        answered, wrong, stop = set(), [], threading.Event()

        def keep_asking(number):
            connection, i = None, 0
            while not stop.is_set():
                i += 1
                path = f"/{number}-{i}?ms=20"
                try:
                    connection = connection or http.client.HTTPConnection("127.0.0.1", app.door.port, timeout=120)
                    connection.request("POST", path, body=b"x" * 1000)
                    reply = connection.getresponse()
                    reply.read()
                    (answered.add(path) if reply.status == 200 else wrong.append((path, reply.status)))
                    if reply.will_close:
                        connection = None
                except ConnectionRefusedError:
                    return
                except (ConnectionError, http.client.HTTPException):
                    connection = None

        threads = [threading.Thread(target=keep_asking, args=(number,)) for number in range(16)]
        long, slow = [], threading.Thread(target=lambda: long.append(app.ask("/long?ms=1500")[0].status))
        for thread in [*threads, slow]:
            thread.start()
        app.until("the long request", lambda: "began GET /long?ms=1500" in app.noted() and len(answered) > 200)
        status = app.door.stop()
        for thread in [*threads, slow]:
            thread.join()
        stop.set()
        noted = app.noted()
        began = {line.split()[2] for line in noted if line.startswith("began POST")}
        check("SIGTERM: a long request is answered", long == [200], long)
        check(f"SIGTERM: none of {len(began)} requests is lost", began == answered and not wrong,
              (began ^ answered, wrong))
        check("SIGTERM: the program ends behind its last request", noted[-2:] == ["SIGTERM", "left"], noted[-5:])
        check("SIGTERM: and so do we", status == 0 and not app.door.said(), (status, app.door.said()))


def python_server(place):
    with open(f"{place}/page.html", "w", encoding="utf-8") as file:
        file.write("<p>page</p>")
    command = f"exec {sys.executable} -m http.server $PORT -d {place} 2>/dev/null"
    with gate(BUILD, "http:spawn:" + command) as door:
        reply = door.ask(b"GET /page.html HTTP/1.1\r\nHost: x\r\n\r\nHEAD /page.html HTTP/1.1\r\nHost: x\r\n\r\n"
                         b"GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        check("python -m http.server", re.findall(rb"HTTP/1.1 (\d+)", reply) == [b"200", b"200", b"404"] and
              reply.count(b"<p>page</p>") == 1, reply)


def main():
    with tempfile.TemporaryDirectory() as place:
        python_server(place)
        if node := need("node"):
            for part in (slow_and_unwell, readiness_by_tcp, fixed_port, what_is_done_to_requests, crash, drained):
                part(place, node)


main()
finish()
