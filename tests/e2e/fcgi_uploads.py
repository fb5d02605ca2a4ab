#!/usr/bin/env python3
"""fcgi_uploads.py BINARY_DIR ...: a gigabyte through our FastCGI client and our FastCGI door, and bodies for which
there is no room while they are collected.
"""
import contextlib
import os
import subprocess
import sys
import tempfile

from conformance import pattern
from peers import check, finish, gate, serving

BUILD = os.path.abspath(sys.argv[1])
PROGRAM = f"{BUILD}/e2e/e2e_program"
GIGABYTE = 1_000_000_000
MOST = 32 << 20  # bytes of memory for it
BLOCK = pattern(251 * 4096)
# The sanitizer keeps what is freed, 256 MB of it.
SMALL = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=4", "TURNGATE_MAX_BODY": "2GiB"}
FULL = 'mount -t tmpfs -o size=1m none "$0" && exec "$@"'


def send(client, size, is_chunked):
    for at in range(0, size, len(BLOCK)):
        piece = BLOCK[:size - at]
        client.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
    if is_chunked:
        client.sendall(b"0\r\n\r\n")


def upload(door, size, is_chunked=False):
    """The whole reply to a body of the pattern."""
    length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {size}"
    with door.connect() as client:
        client.sendall(f"POST /kinds/size HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{length}\r\n\r\n".encode())
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may answer before it has read all
            send(client, size, is_chunked)
        reply = b""
        while piece := client.recv(65536):
            reply += piece
        return reply


@contextlib.contextmanager
def chain(command=(), more="", **environment):
    """turngate, started by a command, before our door."""
    with tempfile.TemporaryDirectory() as place:
        with serving([PROGRAM, "run", "--as", "fcgi"], SMALL, unix=f"{place}/sock") as application:
            serve = [f"{BUILD}/bin/turngate", "serve", f"fcgi:unix:{place}/sock{more}"]
            with serving([*command, *serve], SMALL | environment) as door:
                yield door, application


def gigabytes():
    for how, is_chunked, more in (("of a known length", False, ""), ("in chunks", True, ""),
                                  ("that is read first", False, "?request-buffer=on")):
        with chain(more=more) as (door, application):
            upload(door, 1_000_000, is_chunked)
            before = [one.memory("VmHWM") for one in (door, application)]
            reply = upload(door, GIGABYTE, is_chunked)
            check(f"a gigabyte {how}", reply.endswith(f"\r\n\r\n{GIGABYTE}\n".encode()), reply)
            grown = [one.memory("VmHWM") - was for one, was in zip((door, application), before)]
            check(f"... takes no memory ({grown[0] >> 10} and {grown[1] >> 10} KiB)", max(grown) < MOST, grown)


def no_room(what, error, command, spool):
    with chain(command, f"?spool-dir={spool}") as (door, _):
        for _ in range(2):
            reply = upload(door, 3_000_000, is_chunked=True)
            check(f"{what}: 507", reply.startswith(b"HTTP/1.1 507 "), reply)
            check(f"{what}: the client is not told why", error.encode() not in reply, reply)
        said = door.said()
        check(f"{what}: the log tells why", f"cannot write to a file in {spool}: {error}" in said, said)
        reply = upload(door, 900_000, is_chunked=True)
        check(f"{what}: there is room for less, afterwards", reply.endswith(b"\r\n\r\n900000\n"), reply)
        reply = upload(door, 3_000_000)
        check(f"{what}: a body of known length needs none", reply.endswith(b"\r\n\r\n3000000\n"), reply)


def main():
    gigabytes()
    with tempfile.TemporaryDirectory() as spool:
        no_room("a limit of file sizes", "File too large", ["prlimit", "--fsize=1000000"], spool)
        full = ["unshare", "-rm", "sh", "-c", FULL, spool]
        if subprocess.run([*full, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            no_room("a full disk", "No space left on device", full, spool)
        else:
            print("nothing may be mounted here: no full disk")
    finish()


main()
