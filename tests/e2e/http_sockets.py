#!/usr/bin/env python3
"""http_sockets.py BINARY_DIR ...: sockets that are handed over: to a successor under load, and with little room."""
import contextlib
import http.client
import http.server
import os
import re
import socket
import sys
import tempfile
import threading

from peers import check, finish, serving

BUILD = os.path.abspath(sys.argv[1])
TURNGATE = f"{BUILD}/bin/turngate"
SIZE = 10 << 20
BODY = b"".join(b"%015d\n" % line for line in range(SIZE // 16))
ROUNDS, CLIENTS = 5, 8


class Client:
    """Asks again and again, each time for another path; every path that it has an answer for is in `answered`."""

    def __init__(self, port, number):
        self.port, self.number = port, number
        self.answered, self.wrong = [], []
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        connection = None
        while not self.ends.is_set():
            path = f"/{self.number}-{len(self.answered)}"
            is_kept = connection is not None
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                connection.request("GET", path)
                reply = connection.getresponse()
                reply.read()
                if reply.status != 200:
                    self.wrong.append(f"{path}: {reply.status}")
                self.answered.append(path)
                if reply.will_close:
                    connection = None
            except (OSError, http.client.HTTPException) as error:
                # RFC 9112 section 9.3.1: who uses a connection again reckons with its end.
                if not is_kept or not isinstance(error, (ConnectionError, http.client.RemoteDisconnected)):
                    self.wrong.append(f"{path}: {error!r}")
                connection = None

    def stop(self):
        self.ends.set()
        self.thread.join()


def upgrade():
    """A successor gets the same socket, is ready, and then the predecessor ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    with listener, tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.bind(f"{place}/notices")
        manager.settimeout(60)

        def start():
            door = stack.enter_context(serving([TURNGATE, "serve", f"plugin:{BUILD}/e2e/e2e_handler.so"], {
                "NOTIFY_SOCKET": f"{place}/notices", "LOG_LEVEL": "info", "TURNGATE_LOG_FORMAT": "json"},
                listener=listener))
            while not manager.recv(4096).startswith(b"READY=1"):
                pass
            return door

        doors = [start()]
        clients = [Client(listener.getsockname()[1], number) for number in range(CLIENTS)]
        for _ in range(ROUNDS):
            before = sum(len(client.answered) for client in clients)
            doors.append(start())
            check("the predecessor ends", doors[-2].stop() == 0)
            while sum(len(client.answered) for client in clients) < before + 10 * CLIENTS and not any(
                    client.wrong for client in clients):
                pass
        for client in clients:
            client.stop()
        check("the last one ends", doors[-1].stop() == 0)
        wrong = sum((client.wrong for client in clients), [])
        check("nobody is refused, and nothing breaks off", not wrong, wrong)
        answered = sum((client.answered for client in clients), [])
        served = re.findall(r'"path":"([^"]*)"', "".join(door.said() for door in doors))
        check(f"each of {len(answered)} requests is served once, and answered", sorted(served) == sorted(answered),
              set(served) ^ set(answered))


class Large(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(SIZE))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):
        pass


def little_room(what, command, request):
    """Sockets inherit their send buffer from the listener; the client has hardly any room to receive."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2048)
        with serving(command, listener=listener) as door, socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            client.settimeout(60)
            client.connect(listener.getsockname())
            client.sendall(request)
            reply, early, most = bytearray(), 0, 0
            while piece := client.recv(65536):
                before = len(reply)
                reply += piece
                if before >> 20 == len(reply) >> 20:
                    continue
                most = max(most, door.memory())
                early = early or most
            head, _, body = bytes(reply).partition(b"\r\n\r\n")
            check(f"little room, {what}: 10 MiB arrive as they are", head.startswith(b"HTTP/1.1 200 ") and body == BODY,
                  (head, len(body)))
            check(f"little room, {what}: and take no memory", most - early < 4 << 20, (early, most))


def main():
    upgrade()
    get = b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with tempfile.TemporaryDirectory() as place:
        with open(f"{place}/large", "wb") as file:
            file.write(BODY)
        little_room("a file", [TURNGATE, "serve", f"files:{place}"], get)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Large)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    little_room("an upstream", [TURNGATE, "serve", f"http://127.0.0.1:{server.server_port}"], get)
    server.shutdown()
    little_room("an echo", [f"{BUILD}/tests/turngate_door_program"],
                b"POST /echo HTTP/1.0\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (SIZE, BODY))


main()
finish()
