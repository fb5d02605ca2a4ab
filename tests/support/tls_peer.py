#!/usr/bin/env python3
"""tls_peer.py DIR: servers that speak TLS by Python's ssl, with certificates that openssl makes in DIR.

Prints "NAME PORT" for each, then "ready", and serves until its input ends. DIR/ca.pem is the authority.
"""
import json
import os
import re
import socket
import ssl
import sys
import threading
import warnings

sys.dont_write_bytecode = True  # where the sources are
from certificates import make_certificates  # noqa: E402

HERE = sys.argv[1]
warnings.simplefilter("ignore", DeprecationWarning)  # of old versions, which is why they are here
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def context(name, newest=None, oldest=None):
    out = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    out.load_cert_chain(f"{HERE}/{name}.pem", f"{HERE}/{name}.key")
    out.set_alpn_protocols(["h2", "http/1.1"])
    if oldest:
        out.set_ciphers("ALL:@SECLEVEL=0")
        out.minimum_version = oldest
    if newest:
        out.maximum_version = newest
    names = {}
    out.sni_callback = lambda connection, server_name, _: names.__setitem__(connection.fileno(), server_name)
    return out, names


def cut(connection):
    """An end without a word of TLS."""
    os.close(connection.detach())


class Conversation:
    """Requests of one connection, answered by what their path asks for."""

    def __init__(self, connection, name):
        self.connection, self.name, self.count, self.input = connection, name, 0, b""

    def read_until(self, end):
        while end not in self.input:
            more = self.connection.recv(65536)
            if not more:
                return None
            self.input += more
        out, self.input = self.input.split(end, 1)
        return out

    def run(self):
        while True:
            head = self.read_until(b"\r\n\r\n")
            if head is None:
                return self.connection.unwrap()
            self.count += 1
            path = head.split(b" ", 2)[1].decode()
            if not getattr(self, "do" + path.replace("/", "_").replace("-", "_"))(head):
                return None

    def do_hello(self, _):
        self.connection.sendall(HELLO)
        return True

    def do_facts(self, _):
        facts = json.dumps({"reused": self.connection.session_reused, "version": self.connection.version(),
                            "alpn": self.connection.selected_alpn_protocol(), "name": self.name,
                            "count": self.count}).encode()
        self.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(facts), facts))
        return True

    def do_echo(self, head):
        left = int(re.search(rb"\r\nContent-Length: (\d+)", head)[1])
        self.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % left)
        while left > 0:
            piece = self.input or self.connection.recv(65536)
            self.input = b""
            if not piece:
                return False
            self.connection.sendall(piece)
            left -= len(piece)
        return True

    def do_unsized(self, _):
        self.connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it")
        return self.connection.unwrap() and None

    def do_unsized_cut(self, _):
        self.connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of ")
        return cut(self.connection)

    def do_sized_cut(self, _):
        self.connection.sendall(HELLO)
        return cut(self.connection)

    def do_garbage(self, _):
        self.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of ")
        below = socket.socket(fileno=self.connection.detach())
        below.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
        below.recv(1)  # until the other side has had enough
        below.close()

    def do_two_replies(self, _):
        for hold in (1, 0):  # two records in one piece
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
            self.connection.sendall(HELLO)
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, hold)
        return True

    def do_upgrade(self, _):
        self.connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                                b"Upgrade: echo\r\n\r\nearly ")
        while piece := self.input or self.connection.recv(65536):
            self.input = b""
            self.connection.sendall(piece)
        self.connection.sendall(b" last")
        self.connection.unwrap()


def serve(connection, made):
    try:
        if made is None:
            while connection.recv(65536):  # until the other side has had enough
                pass
        elif made == "plain":
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        else:
            with made[0].wrap_socket(connection, server_side=True) as secured:
                Conversation(secured, made[1].get(secured.fileno())).run()
    except (OSError, ssl.SSLError):
        pass
    finally:
        connection.close()


def listen(name, made):
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, made), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(name, listener.getsockname()[1], flush=True)


make_certificates(HERE)
for kind in ("good", "past", "elsewhere", "stranger"):
    listen(kind, context(kind))
listen("tls12", context("good", newest=ssl.TLSVersion.TLSv1_2))
listen("old", context("good", newest=ssl.TLSVersion.TLSv1_1, oldest=ssl.TLSVersion.TLSv1))
listen("silent", None)
listen("plain", "plain")
print("ready", flush=True)
sys.stdin.read()
