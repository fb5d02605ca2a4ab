#!/usr/bin/env python3
"""openedge_tls.py BINARY_DIR ...: functions of Baetyl 2, which are called by mutual TLS, with a gRPC library of others."""
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile

import slow_grpc
from openedge_function import Function, HERE, PYTHON, Peak
from peers import check, finish, free_port, need

BUILD = os.path.abspath(sys.argv[1])
PROGRAM = f"{BUILD}/tests/turngate_openedge_program"
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


def function_of(place, **environment):
    os.makedirs(f"{place}/tmp", exist_ok=True)
    return Function(PROGRAM, [], {"BAETYL_RUN_MODE": "native", "BAETYL_SERVICE_NAME": "s", "TMPDIR": f"{place}/tmp",
                                  "BAETYL_SERVICE_DYNAMIC_PORT": str(free_port())} | environment, cwd=place)


def listening(function):
    """The address."""
    return function.listening(r"127\.0\.0\.1:\d+(?= by TLS)")


def call(address, generated, place, payload, *who):
    return subprocess.run([PYTHON, f"{HERE}/peers/grpc_tls.py", address, generated, place, *who], input=payload,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def client_context(place, protocol):
    context = ssl.create_default_context(cafile=f"{place}/ca.pem")
    context.load_cert_chain(f"{place}/client.pem", f"{place}/client.key")
    context.set_alpn_protocols([protocol])
    return context


def calls(generated, place):
    place_of_server = ("127.0.0.1", free_port())
    with function_of(place, BAETYL_SERVICE_DYNAMIC_PORT=str(place_of_server[1])) as function:
        address = listening(function)
        check("the variable says where", address == "%s:%d" % place_of_server, address)
        # It begins a handshake, goes no further, and is in nobody's way.
        slow = socket.create_connection(place_of_server)
        slow.sendall(b"\x16\x03\x01")
        answer = call(address, generated, place, b'{"a": 1}', "ca", "client")
        check("who has a certificate is answered", json.loads(answer)["event"] == {"a": 1}, answer)
        large = bytes(range(256)) * 15_000
        check("4 MB go through both ways", call(address, generated, place, large, "ca", "client") == large)
        for name, who, why in (("who has none", ["ca"], "(peer did not return a certificate)"),
                               ("who has one of another authority", ["ca", "stranger"], "(certificate verify failed)")):
            answer = call(address, generated, place, b"{}", *who)
            check(f"{name} is turned away", answer == b"UNAVAILABLE\n", answer)
            check("... and the log says why", function.says(why))
        plain = socket.create_connection(place_of_server)
        plain.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))
        check("who speaks no TLS is turned away", function.says("a client was turned away: the TLS handshake failed (wrong version number)"))
        try:
            client_context(place, "http/1.1").wrap_socket(socket.create_connection(place_of_server), server_hostname="localhost")
            check("who speaks no HTTP/2 is turned away", False)
        except (ssl.SSLError, ConnectionError):
            check("who speaks no HTTP/2 is turned away", function.says("(no application protocol)"))
        silent = [socket.create_connection(place_of_server) for _ in range(80)]
        answer = call(address, generated, place, b'{"a": 2}', "ca", "client")
        check("many who say nothing keep nobody out", json.loads(answer)["event"] == {"a": 2}, answer)
        for one in silent:
            one.close()
        answer = call(address, generated, place, b'{"do": "nothing"}', "ca", "client")
        check("others are answered still", answer == b"", answer)
        check("it ends well", function.stop() == 0)
        slow.close()
        plain.close()
    check("nothing is left behind", os.listdir(f"{place}/tmp") == [], os.listdir(f"{place}/tmp"))


def threads(generated, place):
    """The front of TLS has one, and yet there are no more of them when many are late and slow to read."""
    context = client_context(place, "h2")

    def secured(connection):
        return context.wrap_socket(connection, server_hostname="localhost")

    with function_of(place, TURNGATE_WRITE_TIMEOUT="1s") as function:
        address = listening(function)
        with Peak(function):
            late = slow_grpc.calls(address, 1, b'{"do": "hang"}', b"200m", secured=secured)
            connections = [slow_grpc.calls(address, 4, b'{"do": "much"}', secured=secured) for _ in range(5)]
            answer = call(address, generated, place, b'{"do": "nothing"}', "ca", "client")
            check("another is answered behind those who are slow", answer == b"", answer)
            check("it ends well though a handler goes on", function.stop() == 0)
        for connection in (late, *connections):
            connection.close()


def service_file(generated, place):
    """Baetyl 1: files are named by the configuration, and who asks for no certificates gets none."""
    os.makedirs(f"{place}/etc/openedge")
    port = free_port()
    with open(f"{place}/etc/openedge/service.yml", "w", encoding="ascii") as file:
        file.write(f"name: s\nserver: {{address: '127.0.0.1:{port}', cert: server.pem, key: server.key}}\n"
                   "functions:\n  - {name: sayhi, handler: sayhi.handler, codedir: .}\n")
    with function_of(place, BAETYL_RUN_MODE="", BAETYL_SERVICE_NAME="", OPENEDGE_SERVICE_NAME="s") as function:
        answer = call(listening(function), generated, place, b'{"b": 2}', "ca")
        check("who has no certificate is answered where none is asked for", json.loads(answer)["event"] == {"b": 2}, answer)
        check("it ends well", function.stop() == 0)


def starts_that_fail(place):
    def fails(name, words, **environment):
        with function_of(place, **environment) as function:
            check(name, function.wait() in (1, 2) and function.lines[0].startswith("error: " + words), function.lines)
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
        threads(generated_, place_)
        service_file(generated_, place_)
        starts_that_fail(place_)
elif not has_grpc:
    need("python3-grpcio and python3-protobuf of Debian")
finish()
