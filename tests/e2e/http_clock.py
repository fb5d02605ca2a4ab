#!/usr/bin/env python3
"""http_clock.py BINARY_DIR ...: the clock of the day jumps; the process stands still and then goes on.

The jumps are libfaketime's, which leaves the monotonic clock alone. Ends with 77 where that is absent.
"""
import email.utils
import glob
import http.server
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time

from peers import check, failed, finish, serving, skipped

BUILD = os.path.abspath(sys.argv[1])
TURNGATE = f"{BUILD}/bin/turngate"
CONNECTIONS = 50
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Held(http.server.BaseHTTPRequestHandler):
    """Answers at once, except for /held."""
    protocol_version = "HTTP/1.1"
    asked, released = threading.Event(), threading.Event()

    def do_GET(self):
        if self.path == "/held":
            self.asked.set()
            self.released.wait()
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"hi")

    def log_message(self, *_):
        pass


def answer(client, end=b"hi"):
    """The status of the reply, whose body ends so."""
    reply = b""
    while not reply.endswith(end) and (piece := client.recv(65536)):
        reply += piece
    return int(reply.split()[1]) if reply else 0


def send(door, request):
    client = door.connect()
    client.sendall(request)
    return client


def readable(clients):
    return select.select(clients, [], [], 0)[0]


def preload():
    """What LD_PRELOAD has to be: a sanitizer's library wants to be first."""
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    needed = subprocess.run(["ldd", TURNGATE], capture_output=True, text=True, check=True).stdout
    return [*re.findall(r"=> (\S+/lib[at]san\S+)", needed), *found] if found else None


def date(door):
    reply = door.ask(b"GET /_turngate/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    text = re.search(rb"\r\nDate: ([^\r]+)", reply)[1].decode()
    return email.utils.parsedate_to_datetime(text).timestamp()


def clock_jumps(libraries):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Held)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.NamedTemporaryFile("w", suffix=".jump") as jump:
        def set_to(text):
            jump.seek(0)
            jump.write(text)
            jump.flush()

        set_to("+0h\n")
        faked = ["env", "LD_PRELOAD=" + " ".join(libraries), "FAKETIME_TIMESTAMP_FILE=" + jump.name, "FAKETIME_NO_CACHE=1",
                 "FAKETIME_DONT_FAKE_MONOTONIC=1"]
        limits = {f"TURNGATE_{name}_TIMEOUT": "30m" for name in ("HEADER", "IDLE", "WRITE", "DRAIN")}
        with serving([*faked, TURNGATE, "serve", f"http://127.0.0.1:{server.server_port}?timeout=30m"],
                     {"TURNGATE_BODY_TIMEOUT": "500ms", **limits}) as door:
            idle = [send(door, GET) for _ in range(CONNECTIONS)]
            check("all are answered", [answer(client) for client in idle] == [200] * CONNECTIONS)
            at_work = send(door, b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
            Held.asked.wait()
            slow = send(door, b"GET / HTTP/1.1\r\nHost")
            for hours in (1, -1, 0):
                set_to(f"{hours:+}h\n")
                while abs(date(door) - time.time() - hours * 3600) > 600:
                    pass  # until Date follows
                late = send(door, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1")
                check(f"{hours:+} h: a time that is up is", answer(late, b"in time\n") == 408)
                check(f"{hours:+} h: no other is", readable([*idle, at_work, slow]) == [])
            slow.sendall(b": x\r\n\r\n")
            check("a slow head may go on", answer(slow) == 200)
            Held.released.set()
            check("a request at work is answered", answer(at_work) == 200)
            for client in idle:
                client.sendall(GET)
            check("idle connections may go on", [answer(client) for client in idle] == [200] * CONNECTIONS)
    server.shutdown()


def stop_process(pid):
    os.kill(pid, signal.SIGSTOP)
    while True:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            if stat.read().rpartition(")")[2].split()[0] == "T":
                return


def stands_still():
    """Its times are up meanwhile; who has sent something meanwhile was in time."""
    limit = 2
    limits = {f"TURNGATE_{name}_TIMEOUT": f"{limit}s" for name in ("HEADER", "IDLE", "BODY")}
    firsts = {"idle": b"", "heads": b"GET / HTTP/1.1\r\nHost",
              "bodies": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1"}
    rests = {"idle": GET, "heads": b": x\r\n\r\n", "bodies": b"2"}
    with serving([f"{BUILD}/tests/turngate_mirror_program"], limits) as door:
        waiting = {}
        while not all(waiting.get(kind) for kind in firsts):  # again if the times were up too early
            waiting = {kind: [send(door, GET) for _ in range(CONNECTIONS)] for kind in firsts}
            silent = [send(door, GET) for _ in range(CONNECTIONS)]
            for client in [*sum(waiting.values(), []), *silent]:
                answer(client, b"}\n")
            for kind, clients in waiting.items():
                for client in clients:
                    client.sendall(firsts[kind])
            date(door)  # all of it has been read
            stop_process(door.process.pid)
            for kind, clients in waiting.items():
                gone = readable(clients)
                waiting[kind] = [client for client in clients if client not in gone]
            if not all(waiting.values()):
                os.kill(door.process.pid, signal.SIGCONT)
        for kind, clients in waiting.items():
            for client in clients:
                client.sendall(rests[kind])
        time.sleep(1.5 * limit)
        os.kill(door.process.pid, signal.SIGCONT)
        for kind, clients in waiting.items():
            seen = [answer(client, b"}\n") for client in clients]
            check(f"stopped meanwhile: {len(seen)} {kind} are answered", seen == [200] * len(seen), seen)
        check("stopped meanwhile: who has sent nothing is not", [client.recv(1) for client in silent] == [b""] * CONNECTIONS)


def main():
    stands_still()
    libraries = preload()
    if libraries:
        clock_jumps(libraries)
    else:
        (failed if os.environ.get("CI") else skipped).append("there is no libfaketime")


main()
finish()
