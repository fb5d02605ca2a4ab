#!/usr/bin/env python3
"""upstream_peers.py BINARY_DIR: puts servers that others wrote behind `turngate serve http://...`.

Python's http.server, and node's http where there is one. Ends with 77, which ctest lists as
skipped, where something could not be tried.
"""
import http.server
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import threading
import time

NODE = r"""
const http = require('http');
const server = http.createServer((req, res) => {
  if (req.url === '/echo') { res.writeHead(200, {'X-Method': req.method}); req.pipe(res); }
  else if (req.url === '/events') {
    res.writeHead(200, {'Content-Type': 'text/event-stream'});
    res.write('data: 1\n\n');
    req.socket.on('close', () => console.log('left'));
  }
  else if (req.url === '/trailers') {
    res.writeHead(200, {'Trailer': 'X-Sum'});
    res.write('body'); res.addTrailers({'X-Sum': '4'}); res.end();
  }
  else if (req.url === '/early') {
    res.writeHead(413, {'Connection': 'close'}); res.end('too large');
  }
  else res.end(JSON.stringify(req.headers));
});
server.on('upgrade', (req, socket, head) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.write(head);
  socket.pipe(socket);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
"""

skipped = []
failed = []


def check(what, good, seen=b""):
    print(("ok      " if good else "FAILED  ") + what)
    if not good:
        failed.append(what)
        print("        ", seen[:400])


class Echo(http.server.BaseHTTPRequestHandler):
    """http.server of the standard library, kept alive."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = repr(sorted(self.headers.items())).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Gate:
    """The program, serving an upstream on a port of the kernel's choice."""

    def __init__(self, program, target):
        self.process = subprocess.Popen([program, "serve", "-p", "0", target], stderr=subprocess.PIPE)
        self.seen = b""
        while not (found := re.search(rb"127\.0\.0\.1:(\d+)", self.seen.replace(target.encode(), b""))):
            line = self.process.stderr.readline()
            if not line:
                sys.exit("turngate does not serve: " + repr(self.seen))
            self.seen += line
        self.port = int(found[1])
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), 20)

    def ask(self, request, until=None):
        """All that comes back, or what comes until these bytes are in it."""
        with self.connect() as client:
            client.sendall(request)
            reply = b""
            while until is None or until not in reply:
                piece = client.recv(65536)
                if not piece:
                    break
                reply += piece
            if until is not None:
                time.sleep(0.3)  # a client that ends at once may have shut down its side alone
            return reply


def get(path, more=b""):
    return b"GET %s HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n%s\r\n" % (path, more)


def try_python(program):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with Gate(program, "http://127.0.0.1:%d" % server.server_port) as gate:
        reply = gate.ask(get(b"/", b"X-Real-IP: 6.6.6.6\r\nX-A: b\r\n"))
        check("python: a request and its fields", b"('X-A', 'b')" in reply and b"6.6.6.6" not in reply and
              b"('X-Real-IP', '127.0.0.1')" in reply and b"('Host', 'shop')" in reply, reply)
        body = os.urandom(1 << 20)
        reply = gate.ask(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" %
                         (len(body), body))
        check("python: a megabyte there and back", reply.endswith(body), reply)
    server.shutdown()


def try_node(program, node):
    peer = subprocess.Popen([node, "-e", NODE], stdout=subprocess.PIPE)
    port = int(peer.stdout.readline())
    try:
        with Gate(program, "http://127.0.0.1:%d" % port) as gate:
            reply = gate.ask(get(b"/"))
            check("node: a request", b'"host":"shop"' in reply and b'"x-forwarded-for":"127.0.0.1"' in reply, reply)
            chunks = b"".join(b"8000\r\n" + b"x" * 0x8000 + b"\r\n" for _ in range(100))
            reply = gate.ask(b"PATCH /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                             b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
            check("node: an echo in chunks", reply.count(b"x") >= 0x8000 * 100 and b"PATCH" in reply and
                  reply.endswith(b"0\r\n\r\n"), reply)
            reply = gate.ask(get(b"/events"), b"data: 1\n\n")
            check("node: an event comes at once", b"data: 1\n\n" in reply, reply)
            check("node: ... and its client's leaving is noticed",
                  bool(select.select([peer.stdout], [], [], 120)[0]) and peer.stdout.readline() == b"left\n")
            reply = gate.ask(get(b"/trailers", b"TE: trailers\r\n"))
            check("node: a body with trailers", b"body" in reply, reply)
            reply = gate.ask(b"POST /early HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                             b"Content-Length: 100000000\r\n\r\n", b"too large")
            check("node: an early reply", reply.startswith(b"HTTP/1.1 413") or b"too large" in reply, reply)
            try_upgrade(gate)
    finally:
        peer.kill()
        peer.wait()


def try_upgrade(gate):
    with gate.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly ")
        reply = client.recv(65536)
        if reply.startswith(b"HTTP/1.1 501"):
            skipped.append("this front door does not switch protocols")
            return
        client.sendall(b"late")
        client.shutdown(socket.SHUT_WR)
        while piece := client.recv(65536):
            reply += piece
        check("node: a switched protocol", reply.startswith(b"HTTP/1.1 101") and
              reply.endswith(b"\r\n\r\nearly late"), reply)


def main():
    program = os.path.abspath(sys.argv[1]) + "/bin/turngate"
    try_python(program)
    node = shutil.which("node")
    if node:
        try_node(program, node)
    else:
        skipped.append("there is no node")
    for why in skipped:
        print("SKIPPED: " + why)
    sys.exit(1 if failed else 77 if skipped else 0)


main()
