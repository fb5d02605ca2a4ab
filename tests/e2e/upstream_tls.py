#!/usr/bin/env python3
"""upstream_tls.py BINARY_DIR FIXTURES: the built program in front of servers of others that speak TLS.

nginx, openssl's s_server, node's https and Python's ssl. Ends with 77, which ctest lists as skipped, where one is
missing.
"""
import http.client
import http.server
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True  # where the sources are
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + "/../support")
from certificates import make_certificates  # noqa: E402
from program import Program, ask  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
FOLDER = tempfile.TemporaryDirectory()
HERE = FOLDER.name
TRUST = {"SSL_CERT_FILE": f"{HERE}/ca.pem"}
NGINX = """
daemon off; master_process off; pid %(here)s/nginx.pid; error_log stderr;
events {}
http {
  access_log off; client_body_temp_path %(here)s/body; proxy_temp_path %(here)s/proxy;
  fastcgi_temp_path %(here)s/fastcgi; uwsgi_temp_path %(here)s/uwsgi; scgi_temp_path %(here)s/scgi;
  ssl_certificate %(here)s/good.pem; ssl_certificate_key %(here)s/good.key;
  server {
    listen 127.0.0.1:%(port)d ssl; ssl_protocols %(protocol)s; ssl_session_cache shared:a:1m; keepalive_requests 2;
    location / {
      return 200 "$ssl_protocol $ssl_session_reused $ssl_server_name $ssl_alpn_protocol $connection_requests";
    }
    location /body { client_max_body_size 9m; client_body_buffer_size 9m; return 200 "read\\n"; }
    location /file { root %(here)s; }
  }
}
"""
NODE = r"""
const https = require('https'), fs = require('fs'), here = process.argv[1];
const server = https.createServer({key: fs.readFileSync(here + '/good.key'), cert: fs.readFileSync(here + '/good.pem')},
  (req, res) => {
    if (req.method === 'POST') { res.writeHead(200, {'X-Method': req.method}); req.pipe(res); }
    else if (req.url === '/events') {
      res.writeHead(200, {'Content-Type': 'text/event-stream'});
      res.write('data: 1\n\n');
    }
    else res.end(req.headers.host);
  });
server.on('upgrade', (req, socket, head) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.write(head);
  socket.pipe(socket);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def serving(target, environment=None):
    return Program(BUILD, ["serve", "-p", "0", target], TRUST if environment is None else environment)


def wait_until_open(port):
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            pass


def nginx_keeps_connections_and_goes_on_with_sessions():
    with open(f"{HERE}/file", "wb") as file:
        file.write(os.urandom(1 << 20) * 4)
    for protocol in ("TLSv1.3", "TLSv1.2"):
        port = free_port()
        with open(f"{HERE}/nginx.conf", "w", encoding="utf-8") as file:
            file.write(NGINX % {"here": HERE, "port": port, "protocol": protocol})
        peer = subprocess.Popen([NGINX_PROGRAM, "-c", f"{HERE}/nginx.conf", "-p", HERE], stderr=subprocess.DEVNULL)
        try:
            wait_until_open(port)
            with serving(f"https://localhost:{port}") as program:
                seen = [ask(program.port(), "/")[2] for _ in range(4)]
                assert seen == [f"{protocol} {reused} localhost http/1.1 {count}"
                                for reused, count in ((".", 1), (".", 2), ("r", 1), ("r", 2))], seen
                assert ask(program.port(), "/body", "POST", body=b"x" * 3_000_000)[2] == "read\n"
                connection = http.client.HTTPConnection("127.0.0.1", program.port(), timeout=120)
                connection.request("GET", "/file")
                with open(f"{HERE}/file", "rb") as file:
                    assert connection.getresponse().read() == file.read()
                connection.close()
                assert program.stop() == 0
        finally:
            peer.kill()
            peer.wait()


def node_echoes_streams_and_switches():
    peer = subprocess.Popen([NODE_PROGRAM, "-e", NODE, HERE], stdout=subprocess.PIPE)
    try:
        port = int(peer.stdout.readline())
        with serving(f"https://localhost:{port}?host=url") as program:
            assert ask(program.port(), "/")[2] == f"localhost:{port}"
            body = "x" * 3_000_000
            assert ask(program.port(), "/", "POST", body=body)[2] == body
            with socket.create_connection(("127.0.0.1", program.port())) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
                reply = client.recv(65536)
                assert reply.startswith(b"HTTP/1.1 101"), reply
                client.sendall(b"late")
                client.shutdown(socket.SHUT_WR)
                while piece := client.recv(65536):
                    reply += piece
                assert reply.endswith(b"\r\n\r\nlate"), reply
            with socket.create_connection(("127.0.0.1", program.port())) as client:
                client.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
                reply = b""
                while b"data: 1\n\n" not in reply:
                    reply += client.recv(65536)
    finally:
        peer.kill()
        peer.wait()


class OpenSsl:
    """openssl s_server, whose side of the conversation is typed."""

    def __init__(self, *options):
        self.port = free_port()
        self.printed = b""
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", f"{HERE}/good.pem", "-key",
             f"{HERE}/good.key", "-crlf", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.read_until(b"ACCEPT")

    def read_until(self, end):
        """What it has printed and was not read before."""
        while end not in self.printed:
            piece = os.read(self.process.stdout.fileno(), 65536)
            assert piece, self.printed
            self.printed += piece
        seen, self.printed = self.printed.split(end, 1)
        return seen

    def type(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def asked(program, path):
    """The answer that comes, once it is waited for."""
    out = []
    thread = threading.Thread(target=lambda: out.append(ask(program.port(), path)))
    thread.start()

    def wait():
        thread.join(120)
        return out[0]
    return wait


def s_server_is_understood():
    with OpenSsl() as peer, serving(f"https://localhost:{peer.port}") as program:
        wait = asked(program, "/typed")
        assert b"GET /typed HTTP/1.1" in peer.read_until(b"X-Request-Id: ")
        peer.type(b"HTTP/1.1 200 OK\nContent-Length: 7\n\ntyped\n")
        status, _, body = wait()
        assert (status, body) == (200, "typed\r\n"), (status, body)


def a_renegotiation_is_refused():
    with OpenSsl("-tls1_2", "-msg") as peer, serving(f"https://localhost:{peer.port}") as program:
        wait = asked(program, "/again")
        peer.read_until(b"X-Request-Id: ")
        peer.type(b"R\n")
        assert b"ClientHello" not in peer.read_until(b"Alert [length 0002], warning no_renegotiation")
        peer.process.kill()
        assert wait()[0] == 502


def other_keys_are_taken_up():
    with OpenSsl("-tls1_3", "-msg") as peer, serving(f"https://localhost:{peer.port}") as program:
        for path in ("/first", "/second"):
            wait = asked(program, path)
            if path == "/second":
                peer.read_until(b"<<< TLS 1.3, Handshake [length 0005], KeyUpdate")
            peer.read_until(b"X-Request-Id: ")
            peer.type(b"K\n")  # other keys for it, and a wish for other keys of ours
            peer.read_until(b">>> TLS 1.3, Handshake [length 0005], KeyUpdate")
            peer.type(b"HTTP/1.1 200 OK\nContent-Length: 7\n\ntyped\n")
            assert wait()[2] == "typed\r\n"


def who_is_not_trusted_is_named_and_is_not_ready():
    with OpenSsl() as peer, serving(f"https://localhost:{peer.port}", {}) as program:
        assert ask(program.port(), "/")[0] == 502
        program.wait_for("nobody who is trusted here has signed the server's certificate")
        status, _, body = ask(program.port(), "/_turngate/ready")
        assert status == 503 and "signed the server's certificate" in body, body


def a_program_without_openssl_says_what_it_lacks():
    os.mkdir(f"{HERE}/empty")
    with open(f"{HERE}/empty/libssl.so.3", "wb"):
        pass
    run = subprocess.run([f"{BUILD}/bin/turngate", "invoke", "/", "-t", "https://localhost:1"], text=True,
                         env={**os.environ, "LD_LIBRARY_PATH": f"{HERE}/empty"}, stderr=subprocess.PIPE)
    assert run.returncode == 4, run
    assert "TLS needs OpenSSL 3, which cannot be loaded" in run.stderr, run.stderr


def authorities_that_cannot_be_read_are_named():
    for name in (f"{HERE}/none.pem", f"{HERE}/good.key"):
        run = subprocess.run([f"{BUILD}/bin/turngate", "invoke", "/", "-t", "https://localhost:1"], text=True,
                             env={**os.environ, "SSL_CERT_FILE": name}, stderr=subprocess.PIPE)
        assert run.returncode == 4 and f"SSL_CERT_FILE={name} is no file with certificates" in run.stderr, run


class Secured(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    got = []
    arrived = threading.Event()

    def do_GET(self):
        self.answer(b"hello\n")

    def do_POST(self):
        Secured.got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        Secured.arrived.set()
        self.answer(b"{}")

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def secured_server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Secured)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{HERE}/good.pem", f"{HERE}/good.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def live_traffic_of_an_https_server_is_recorded():
    server = secured_server()
    with Program(BUILD, ["record", "-l", "0", "-o", f"{HERE}/events", "--max", "1", "--to",
                         f"https://localhost:{server.server_port}"], TRUST) as program:
        port = int(program.wait_for(r"127\.0\.0\.1:(\d+)")[1])
        assert ask(port, "/hello")[2] == "hello\n"
        assert program.process.wait(60) == 0
    assert any(name.endswith(".reply.json") for _, _, names in os.walk(f"{HERE}/events") for name in names)
    server.shutdown()


def traces_reach_a_collector_by_https():
    server = secured_server()
    environment = {**TRUST, "OTEL_EXPORTER_OTLP_ENDPOINT": f"https://localhost:{server.server_port}"}
    with Program(BUILD, ["serve", "-p", "0", f"https://localhost:{server.server_port}"], environment) as program:
        assert ask(program.port(), "/a")[0] == 200
        assert program.stop() == 0  # which sends what there is
    assert Secured.arrived.wait(30) and Secured.got[0][0] == "/v1/traces"
    server.shutdown()


skipped = []
if not shutil.which("openssl"):
    print("SKIPPED: there is no openssl to make certificates")
    sys.exit(77)
make_certificates(HERE)
NGINX_PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
NODE_PROGRAM = shutil.which("node")
for needed, case in ((NGINX_PROGRAM, nginx_keeps_connections_and_goes_on_with_sessions),
                     (NODE_PROGRAM, node_echoes_streams_and_switches),
                     (True, s_server_is_understood),
                     (True, a_renegotiation_is_refused),
                     (True, other_keys_are_taken_up),
                     (True, who_is_not_trusted_is_named_and_is_not_ready),
                     (True, a_program_without_openssl_says_what_it_lacks),
                     (True, authorities_that_cannot_be_read_are_named),
                     (True, live_traffic_of_an_https_server_is_recorded),
                     (True, traces_reach_a_collector_by_https)):
    if needed:
        case()
        print("ok", case.__name__, flush=True)
    else:
        skipped.append(case.__name__)
for name in skipped:
    print("SKIPPED:", name, "(its server is not installed)")
sys.exit(77 if skipped else 0)
