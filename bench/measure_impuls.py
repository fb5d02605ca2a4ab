"""Part of measure_platforms.py: a function on Impuls, from exec. Also by itself: measure_impuls.py BUILD

The program is linked statically if BUILD has it so. Times are by the clock, in ms, and of whole processes: the program
is started, a client asks as soon as it listens, and the program is ended again."""

import os
import signal
import socket
import statistics
import subprocess
import sys
import time

from measuring import free_port, row, spawned

ROUNDS = 41
CALL = b'{"code":"","env":{"K":"v"},"event":{"name":"Ada"},"handler":"index.greet"}'


def request(method, path, body=b""):
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def connected(port):
    """The first connection that is taken: tries again at once, for a timer would be what is measured."""
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 30)
        except ConnectionRefusedError:
            pass


def once(program, port, bytes_sent):
    """Seconds from exec to the connection, and from there to the last byte of the answer."""
    begun = time.perf_counter()
    process = spawned(program, {"RUNTIME_PORT": str(port), "PATH": os.environ["PATH"]})
    try:
        with connected(port) as client:
            bound = time.perf_counter()
            client.sendall(bytes_sent)
            answer = b"".join(iter(lambda: client.recv(65536), b""))
            done = time.perf_counter()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{program} answered {answer!r}")
        return bound - begun, done - bound
    finally:
        os.kill(process, signal.SIGTERM)
        os.waitpid(process, 0)


def impuls(build):
    """Prints a row for each thing that is measured."""
    program = f"{build}/samples/impuls"
    kind = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    linked = "static" if kind.returncode != 0 else "dynamic"
    health = [once(program, free_port(), request("GET", "/health"))[1] for _ in range(ROUNDS)]
    invoked = [sum(once(program, free_port(), request("POST", "/invoke", CALL))) for _ in range(ROUNDS)]
    for name, times, goal in ((f"Impuls, {linked}, /health once connected", health, "(at most 1)"),
                              (f"Impuls, {linked}, exec to the answer", invoked, "(at most 2, static)")):
        row(name, f"{statistics.median(times) * 1000:.2f}", "", "ms", goal)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    impuls(os.path.abspath(sys.argv[1]))
