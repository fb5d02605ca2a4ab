"""measure_platforms.py BUILD [PART...]: functions as platforms ask for them, with their goals. A part is a function
of the table at the end; without any all are measured."""

import concurrent.futures
import contextlib
import os
import signal
import socket
import statistics
import sys
import tempfile
import time

from measure_impuls import impuls
from measure_openedge import openedge
from measuring import BUILD, CLIENT_CORE, SERVER_CORE, Bench, free_port, in_turn, middle, ratio, row, spawned, wrk

STATIC = os.path.join(os.path.dirname(BUILD), "static")
STARTS = 21
SLOW, AT_ONCE = 3, 4
SECRET = {"x-open-runtimes-secret": "s3cret", "x-open-runtimes-timeout": "15", "x-open-runtimes-logging": "enabled"}


def median_start(program, environment, path):
    """Milliseconds from exec to the answer to `path`, asked again and again, in the middle of many starts."""
    def start():
        port = free_port()
        begun = time.perf_counter()
        process = spawned(program, {**environment, "TURNGATE_LISTEN": f"127.0.0.1:{port}"})
        try:
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as connection:
                    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
                    if connection.recv(4096).startswith(b"HTTP/1.1 200"):
                        return (time.perf_counter() - begun) * 1e3
        finally:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    return statistics.median(start() for _ in range(STARTS))


def open_runtimes(bench):
    logs = f"{bench.folder}/logs"
    os.mkdir(logs)
    settings = {"OPEN_RUNTIMES_SECRET": "s3cret", "TURNGATE_LOG_DIR": logs}
    function = ["env", "TURNGATE_LISTEN=127.0.0.1:{port}", *(f"{name}={value}" for name, value in settings.items())]
    hello = f"{BUILD}/samples/hello"
    with bench.ours([*function, hello]) as ours, bench.hello() as plain:
        for connections in (1, 64):
            a, b = in_turn(lambda server, n=connections: wrk(server, n, headers=SECRET), ours, plain)
            row(f"Open Runtimes, nothing logged, {connections} conn., CPU a request", f"{middle(a, 0):.2f}",
                f"{middle(b, 0):.2f}", "us", f"{ratio([x[0] for x in a], [x[0] for x in b]):.2f} of plain HTTP  (at most 1.3)")
    with bench.ours([*function, f"{BUILD}/bin/turngate", "run", f"plugin:{BUILD}/bench/sleep_handler.so"]) as slow:
        def ask(_):
            with socket.create_connection(("127.0.0.1", slow.address)) as connection:
                fields = "".join(f"{name}: {value}\r\n" for name, value in SECRET.items())
                connection.sendall(f"GET / HTTP/1.1\r\nHost: h\r\n{fields}Connection: close\r\n\r\n".encode())
                return connection.recv(4096).startswith(b"HTTP/1.1 200")
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            begun = time.perf_counter()
            if not all(pool.map(ask, range(AT_ONCE))):
                raise SystemExit("a slow request failed")
            took = time.perf_counter() - begun
    row(f"Open Runtimes, {AT_ONCE} handlers of {SLOW} s at once", f"{took:.2f}", "", "s", "(at most 3.1)")
    for name, program, goal in (("", hello, 12), (", static", f"{STATIC}/samples/hello", 5)):
        row(f"Open Runtimes, start to health{name}", f"{median_start(program, settings, '/__opr/health'):.1f}", "", "ms",
            f"(at most {goal})")


PARTS = {"open-runtimes": open_runtimes,
         "openedge": lambda _: openedge(BUILD),
         "impuls": lambda _: [impuls(build) for build in (BUILD, STATIC)]}


def main():
    wanted = sys.argv[2:] or list(PARTS)
    if unknown := [name for name in wanted if name not in PARTS]:
        raise SystemExit(f"unknown part {unknown[0]}: expected {', '.join(PARTS)}")
    os.sched_setaffinity(0, {CLIENT_CORE})
    print(f"Functions as platforms ask for them, on core {SERVER_CORE}, their clients on core {CLIENT_CORE}\n")
    row("", "turngate", "beside it", "", "")
    for name in wanted:
        with tempfile.TemporaryDirectory() as folder:
            PARTS[name](Bench(folder))


main()
