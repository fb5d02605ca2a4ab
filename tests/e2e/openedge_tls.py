#!/usr/bin/env python3
"""openedge_tls.py BINARY_DIR ...: functions of Baetyl 2, which are called by mutual TLS, with a gRPC library of others."""
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile

from peers import check, finish, free_port, need

BUILD = os.path.abspath(sys.argv[1])
HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = f"{BUILD}/tests/turngate_openedge_program"
PYTHON = "/usr/bin/python3"  # which has Debian's grpc
CERTIFICATES = "var/lib/baetyl/system/certs"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def authority(place, name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", f"{place}/{name}.key", "-out", f"{place}/{name}.pem")


def certificate(place, name, ca):
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{place}/{name}.key", "-out", f"{place}/{name}.csr")
    with open(f"{place}/{name}.ext", "w", encoding="ascii") as file:
        file.write("subjectAltName = DNS:localhost\n")
    openssl("x509", "-req", "-in", f"{place}/{name}.csr", "-CA", f"{place}/{ca}.pem", "-CAkey", f"{place}/{ca}.key",
            "-CAcreateserial", "-days", "2", "-extfile", f"{place}/{name}.ext", "-out", f"{place}/{name}.pem")


def prepare(place):
    """As Baetyl 2 lays it out, with clients of this authority and of another."""
    for name in ("ca", "other-ca"):
        authority(place, name)
    for name, ca in (("server", "ca"), ("client", "ca"), ("stranger", "other-ca")):
        certificate(place, name, ca)
    os.makedirs(f"{place}/{CERTIFICATES}")
    for name, source in (("ca.pem", "ca.pem"), ("crt.pem", "server.pem"), ("key.pem", "server.key")):
        os.symlink(f"{place}/{source}", f"{place}/{CERTIFICATES}/{name}")
    os.makedirs(f"{place}/etc/baetyl")
    os.makedirs(f"{place}/var/lib/baetyl/code/f")
    with open(f"{place}/etc/baetyl/conf.yml", "w", encoding="ascii") as file:
        file.write("functions:\n  - {name: sayhi, handler: sayhi.handler, codedir: f}\n"
                   "  - {name: echo, handler: app.echo, codedir: f}\n")


class Function:
    def __init__(self, place, **environment):
        names = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH")
        self.port = free_port()
        variables = {"BAETYL_RUN_MODE": "native", "BAETYL_SERVICE_NAME": "s",
                     "BAETYL_SERVICE_DYNAMIC_PORT": str(self.port), "TMPDIR": f"{place}/tmp"} | environment
        os.makedirs(f"{place}/tmp", exist_ok=True)
        self.process = subprocess.Popen(
            ["s"], executable=PROGRAM, cwd=place, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={name: os.environ[name] for name in names if name in os.environ} | variables)

    def listening(self):
        line = self.process.stderr.readline()
        check("the function listens", f"s is listening on 127.0.0.1:{self.port} by TLS" in line, line)

    def says(self, words):
        """Whether a line of the log, from here on, has them: a client may try more than once."""
        return any(words in line for line in iter(self.process.stderr.readline, ""))

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()


def call(port, generated, place, payload, *who):
    return subprocess.run([PYTHON, f"{HERE}/peers/grpc_tls.py", f"127.0.0.1:{port}", generated, place, *who], input=payload,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def calls(generated, place):
    with Function(place) as function:
        function.listening()
        # It begins a handshake, goes no further, and is in nobody's way.
        slow = socket.create_connection(("127.0.0.1", function.port))
        slow.sendall(b"\x16\x03\x01")
        answer = call(function.port, generated, place, b'{"a": 1}', "ca", "client")
        check("who has a certificate is answered", json.loads(answer)["event"] == {"a": 1}, answer)
        large = bytes(range(256)) * 15_000
        check("4 MB go through both ways", call(function.port, generated, place, large, "ca", "client") == large)
        for name, who, why in (("who has none", ["ca"], "(peer did not return a certificate)"),
                               ("who has one of another authority", ["ca", "stranger"], "(certificate verify failed)")):
            answer = call(function.port, generated, place, b"{}", *who)
            check(f"{name} is turned away", answer == b"UNAVAILABLE\n", answer)
            check("... and the log says why", function.says(why))
        plain = socket.create_connection(("127.0.0.1", function.port))
        plain.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))
        check("who speaks no TLS is turned away", function.says("a client was turned away: the TLS handshake failed (wrong version number)"))
        context = ssl.create_default_context(cafile=f"{place}/ca.pem")
        context.load_cert_chain(f"{place}/client.pem", f"{place}/client.key")
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.wrap_socket(socket.create_connection(("127.0.0.1", function.port)), server_hostname="localhost")
            check("who speaks no HTTP/2 is turned away", False)
        except (ssl.SSLError, ConnectionError):
            check("who speaks no HTTP/2 is turned away", function.says("(no application protocol)"))
        silent = [socket.create_connection(("127.0.0.1", function.port)) for _ in range(80)]
        answer = call(function.port, generated, place, b'{"a": 2}', "ca", "client")
        check("many who say nothing keep nobody out", json.loads(answer)["event"] == {"a": 2}, answer)
        for one in silent:
            one.close()
        check("at most 16 threads", function.threads() <= 16, function.threads())
        answer = call(function.port, generated, place, b'{"do": "nothing"}', "ca", "client")
        check("others are answered still", answer == b"", answer)
        check("it ends well", function.end() == 0)
        slow.close()
        plain.close()
    check("nothing is left behind", os.listdir(f"{place}/tmp") == [], os.listdir(f"{place}/tmp"))


def service_file(generated, place):
    """Baetyl 1: files are named by the configuration, and who asks for no certificates gets none."""
    os.makedirs(f"{place}/etc/openedge")
    port = free_port()
    with open(f"{place}/etc/openedge/service.yml", "w", encoding="ascii") as file:
        file.write(f"name: s\nserver: {{address: '127.0.0.1:{port}', cert: server.pem, key: server.key}}\n"
                   "functions:\n  - {name: sayhi, handler: sayhi.handler, codedir: .}\n")
    with Function(place, BAETYL_RUN_MODE="", BAETYL_SERVICE_NAME="", OPENEDGE_SERVICE_NAME="s") as function:
        function.port = port
        function.listening()
        answer = call(port, generated, place, b'{"b": 2}', "ca")
        check("who has no certificate is answered where none is asked for", json.loads(answer)["event"] == {"b": 2}, answer)
        check("it ends well", function.end() == 0)


def starts_that_fail(place):
    def fails(name, words, **environment):
        with Function(place, **environment) as function:
            said = function.process.stderr.read()
            check(name, function.process.wait(60) in (1, 2) and said.startswith("error: " + words), said)
            check("... and nothing is left behind", os.listdir(f"{place}/tmp") == [])

    fails("no such mode", "BAETYL_RUN_MODE=x is wrong: expected kube or native", BAETYL_RUN_MODE="x")
    fails("no port", "BAETYL_SERVICE_DYNAMIC_PORT=70000 is wrong", BAETYL_SERVICE_DYNAMIC_PORT="70000")
    folder = f"{place}/{CERTIFICATES}"
    os.rename(f"{folder}/key.pem", f"{folder}/key.kept")
    fails("no key", f"system certificate is not found: {CERTIFICATES}/key.pem: No such file or directory")
    os.symlink(f"{place}/client.key", f"{folder}/key.pem")
    fails("another's key", f"the key {CERTIFICATES}/key.pem is wrong: expected PEM, the key of our certificate")
    os.rename(f"{folder}/key.kept", f"{folder}/key.pem")
    os.remove(f"{folder}/ca.pem")
    with open(f"{folder}/ca.pem", "w", encoding="ascii") as file:
        file.write("nothing\n")
    fails("no authority", f"the authority's certificate {CERTIFICATES}/ca.pem is wrong: expected PEM")


has_grpc = subprocess.run([PYTHON, "-c", "import grpc, google.protobuf"], capture_output=True).returncode == 0
if need("protoc") and need("openssl") and has_grpc:
    with tempfile.TemporaryDirectory() as generated_, tempfile.TemporaryDirectory() as place_:
        subprocess.run(["protoc", f"-I{HERE}/peers/openedge", f"--python_out={generated_}",
                        f"{HERE}/peers/openedge/faas.proto"], check=True)
        prepare(place_)
        calls(generated_, place_)
        service_file(generated_, place_)
        starts_that_fail(place_)
elif not has_grpc:
    need("python3-grpcio and python3-protobuf of Debian")
finish()
