"""measure_http.py BUILD [PART...]: live HTTP against nginx, one table with the goal beside each row."""

import os
import re
import resource
import socket
import statistics
import sys
import tempfile
import time

from measuring import (BUILD, CLIENT_CORE, CONNECTIONS, QUIET, ROUNDS, SERVER_CORE, Bench, free_port, in_turn, load,
                       ratio, row, wrk)

IDLE, STARTS, GIGABYTE = 10_000, 20, 1_000_000_000
CHUNK = 1 << 20

HELLO = 'return 200 "Hello, world!\\n";'
PROXY = "proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection '';"


def hello(bench):
    with bench.hello() as ours, bench.nginx(HELLO) as theirs:
        load("hello", ours, theirs, CONNECTIONS, "  (at least 1)")


def upstream(bench):
    with bench.nginx(HELLO, core=CLIENT_CORE) as backend:
        pool = f"upstream backend {{ server 127.0.0.1:{backend.address}; keepalive {CONNECTIONS}; " \
               "keepalive_requests 1000000000; }"
        with bench.serve(f"http://127.0.0.1:{backend.address}") as ours, bench.nginx(PROXY, pool) as theirs:
            load("proxy", ours, theirs, CONNECTIONS)
            load("proxy", ours, theirs, 1)


def ask(connection, target="/"):
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())


def connect_idle(server):
    """Connections that have had one answer each and wait."""
    connections = []
    for _ in range(IDLE):
        connections.append(server.connect())
        ask(connections[-1])
        if not connections[-1].recv(4096).startswith(b"HTTP/1.1 200"):
            raise SystemExit("an idle connection was not answered")
    return connections


def idle(bench):
    resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))
    figures = []
    for start in (bench.hello, lambda: bench.nginx(HELLO)):
        with start() as server:
            wrk(server, 4)
            alone = statistics.median(wrk(server, 4)[2] for _ in range(ROUNDS))
            empty, threads = server.megabytes(), server.status("Threads")
            connections = connect_idle(server)
            full, threads_full = server.megabytes(), server.status("Threads")
            beside = statistics.median(wrk(server, 4)[2] for _ in range(ROUNDS))
            figures.append((full, empty, threads, threads_full, alone, beside))
            for connection in connections:
                connection.close()
    ours, theirs = figures
    row(f"{IDLE} idle connections, memory", f"{ours[0]:.1f}", f"{theirs[0]:.1f}", "MB", "(at most 32)")
    row("  before them", f"{ours[1]:.1f}", f"{theirs[1]:.1f}", "MB", "")
    row("  threads, before and with them", f"{ours[2]}, {ours[3]}", f"{theirs[2]}, {theirs[3]}", "", "(no more)")
    row("  p99 of 4 live clients, without", f"{ours[4]:.3f}", f"{theirs[4]:.3f}", "ms", "")
    row("  p99 of 4 live clients, with", f"{ours[5]:.3f}", f"{theirs[5]:.3f}", "ms", "(the same)")


def first_answer():
    """Milliseconds from exec to the first byte of an answer."""
    port = free_port()
    os.sched_setaffinity(0, {SERVER_CORE})  # of the child, too; no second exec for it
    begin = time.perf_counter()
    pid = os.posix_spawn(f"{BUILD}/samples/hello", ["hello"], {**QUIET, "PORT": str(port)})
    os.sched_setaffinity(0, {CLIENT_CORE})
    while True:
        with socket.socket() as connection:
            try:
                connection.connect(("127.0.0.1", port))
            except ConnectionRefusedError:
                continue
            ask(connection)
            connection.recv(1)
            lasted = time.perf_counter() - begin
            break
    os.kill(pid, 15)
    os.waitpid(pid, 0)
    return lasted * 1000


def start():
    times = [first_answer() for _ in range(STARTS)]
    row("exec to the first byte answered", f"{statistics.median(times):.1f}", "", "ms",
        f"least {min(times):.1f}  (less than 12)")


def flush_delays(server):
    """Milliseconds from each flush to its bytes here."""
    delays = []
    with server.connect() as connection:
        ask(connection, "/?mode=ticks")
        while True:
            data = connection.recv(4096)
            now = time.monotonic_ns()
            delays += [(now - int(t)) / 1e6 for t in re.findall(rb"^(\d{10,})\r?$", data, re.MULTILINE)]
            if not data or data.endswith(b"0\r\n\r\n"):
                return delays


def download(server, target, buffer=bytearray(CHUNK)):
    """Megabytes a second by the clock, milliseconds of CPU, and how many MB of memory it took at most."""
    with server.connect() as connection:
        memory, cpu, begin = server.megabytes(), server.cpu(), time.perf_counter()
        ask(connection, target)
        head = connection.recv(4096)
        left = GIGABYTE - (len(head) - head.index(b"\r\n\r\n") - 4)
        while left > 0:
            n = connection.recv_into(buffer)
            if n == 0:
                raise SystemExit(f"{target} broke off")
            left -= n
        lasted = time.perf_counter() - begin
    return GIGABYTE / lasted / 1e6, (server.cpu() - cpu) * 1000, server.status("VmHWM") / 1024 - memory


def compare_downloads(name, ours, target, theirs):
    a, b = in_turn(lambda pair: download(*pair), (ours, target), (theirs, "/gigabyte"))
    middle = [[statistics.median(x[i] for x in side) for i in range(3)] for side in (a, b)]
    rate = ratio([x[0] for x in a], [x[0] for x in b])
    row(f"1 GB {name}", f"{middle[0][0]:.0f}", f"{middle[1][0]:.0f}", "MB/s", f"{rate:.2f} of nginx  (at least 1)")
    row("  CPU", f"{middle[0][1]:.0f}", f"{middle[1][1]:.0f}", "ms", "")
    row("  memory on top", f"{max(x[2] for x in a):.2f}", f"{max(x[2] for x in b):.2f}", "MB", "(constant)")


def stream(bench):
    files = f"{bench.folder}/files"
    os.mkdir(files)
    with open(f"{files}/gigabyte", "wb") as file:
        file.truncate(GIGABYTE)
    with bench.serve(f"plugin:{BUILD}/bench/stream_handler.so") as handler, \
            bench.serve("--static", files) as static, bench.nginx(f"root {files};") as nginx, \
            bench.nginx(f"root {files}; sendfile off; output_buffers 2 64k;") as copying:
        delays = flush_delays(handler)
        row("flush to its first byte at the client", f"{statistics.median(delays):.3f}", "", "ms",
            f"most {max(delays):.3f} of {len(delays)}  (less than 1)")
        compare_downloads("of a file, by sendfile()", static, "/gigabyte", nginx)
        compare_downloads("by write(), neither sends a file", handler, f"/?size={GIGABYTE}", copying)


def main():
    os.sched_setaffinity(0, {CLIENT_CORE})
    parts = {"hello": hello, "upstream": upstream, "idle": idle, "start": lambda bench: start(), "stream": stream}
    chosen = sys.argv[2:] or parts
    print(f"Live HTTP, the server on core {SERVER_CORE}, its clients on core {CLIENT_CORE}\n")
    row("", "turngate", "nginx", "", "")
    with tempfile.TemporaryDirectory() as folder:
        for part in chosen:
            parts[part](Bench(folder))


main()
