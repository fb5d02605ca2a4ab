"""measure_http.py BUILD [PART...]: live HTTP against nginx, one table with the goal beside each row.

A server has core 0 for itself and its clients core 1. Each comparison takes the two in turn, A B A
B ..., and tells the median of each and the median of the ratios of neighbours: what else the machine
does meanwhile meets both. CPU is that of all threads of the server, from /proc. nginx runs with a
configuration of its own, in a temporary directory, on loopback; neither logs requests, and neither
limits the requests of a connection."""

import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(sys.argv[1])
ROUNDS, SECONDS, CONNECTIONS = 7, 2, 64
IDLE, STARTS, GIGABYTE = 10_000, 20, 1_000_000_000
CHUNK = 1 << 20
TICK = os.sysconf("SC_CLK_TCK")
SERVER_CORE, CLIENT_CORE = 0, max(os.sched_getaffinity(0))
# Debian keeps nginx where only root looks.
QUIET = {**os.environ, "LOG_LEVEL": "warn", "TURNGATE_ACCESS_LOG": "off", "PATH": os.environ["PATH"] + ":/usr/sbin"}

NGINX = """daemon off; master_process off; worker_processes 1; pid {folder}/{port}.pid;
error_log {folder}/{port}.error crit; worker_rlimit_nofile 20000;
events {{ worker_connections 16384; }}
http {{
  access_log off; server_tokens off; keepalive_requests 1000000000; keepalive_timeout 75s;
  sendfile on; tcp_nopush on; default_type "text/plain; charset=utf-8";
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; scgi_temp_path {folder}/scgi; uwsgi_temp_path {folder}/uwsgi;
  {upstream}
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ {location} }} }}
}}
"""
HELLO = 'return 200 "Hello, world!\\n";'
PROXY = "proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection '';"


def row(name, ours, theirs, unit, note):
    print(f"{name:<44}{ours:>11}{theirs:>11}  {unit:<9}{note}", flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server pinned to a core, ready when this has been made; a context that ends it."""

    def __init__(self, command, port, log, core=SERVER_CORE):
        self.port = port
        self.log = log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(["taskset", "-c", str(core), *command], stdout=output,
                                            stderr=output, env={**QUIET, "PORT": str(port)})
        give_up = time.monotonic() + 10
        while True:
            try:
                self.connect().close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > give_up:
                    self.process.kill()
                    with open(log, encoding="utf-8") as said:
                        raise SystemExit(f"{command} does not serve\n{said.read()}") from None
                time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(timeout=30)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port))

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def status(self, key):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(key + ":"))

    def megabytes(self):
        return self.status("VmRSS") / 1024


class Bench:
    """The servers of one run, whose files are in one temporary folder."""

    def __init__(self, folder):
        self.folder = folder

    def ours(self, command, core=SERVER_CORE):
        port = free_port()
        return Server([part.format(port=port) for part in command], port, f"{self.folder}/{port}.log", core)

    def serve(self, *arguments):
        return self.ours([f"{BUILD}/bin/turngate", "serve", "-p", "{port}", *arguments])

    def hello(self):
        return self.ours([f"{BUILD}/samples/hello"])

    def nginx(self, location, upstream="", core=SERVER_CORE):
        port = free_port()
        path = f"{self.folder}/{port}.conf"
        with open(path, "w", encoding="ascii") as file:
            file.write(NGINX.format(folder=self.folder, port=port, location=location, upstream=upstream))
        command = ["nginx", "-e", f"{self.folder}/{port}.error", "-p", self.folder, "-c", path]
        return Server(command, port, f"{self.folder}/{port}.log", core)


def wrk(server, connections=CONNECTIONS, seconds=SECONDS):
    """Microseconds of CPU a request, requests a second, and the 99th percentile in ms."""
    before = server.cpu()
    said = subprocess.run(["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", f"-c{connections}",
                           f"-d{seconds}s", "--latency", f"http://127.0.0.1:{server.port}/"],
                          check=True, capture_output=True, text=True).stdout
    cpu = server.cpu() - before
    requests = int(re.search(r"(\d+) requests in", said)[1])
    if re.search(r"Non-2xx|Socket errors", said) or requests == 0:
        raise SystemExit(f"requests failed:\n{said}")
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    worst = float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
    return cpu / requests * 1e6, float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), worst


def in_turn(measure, ours, theirs):
    """Two lists of what `measure` says; one round before those that count warms both up."""
    pairs = [(measure(ours), measure(theirs)) for _ in range(ROUNDS + 1)][1:]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def ratio(ours, theirs):
    return statistics.median(a / b for a, b in zip(ours, theirs))


def load(name, ours, theirs, connections, throughput_goal=""):
    a, b = in_turn(lambda server: wrk(server, connections), ours, theirs)
    cpu, their_cpu = [x[0] for x in a], [x[0] for x in b]
    rate, their_rate = [x[1] for x in a], [x[1] for x in b]
    name = f"{name}, {connections} connection{'s' * (connections > 1)}"
    row(f"{name}, CPU a request", f"{statistics.median(cpu):.2f}", f"{statistics.median(their_cpu):.2f}", "us",
        f"{ratio(cpu, their_cpu):.3f} of nginx  (at most 1)")
    row(f"{name}, throughput", f"{statistics.median(rate):.0f}", f"{statistics.median(their_rate):.0f}",
        "/s", f"{ratio(rate, their_rate):.3f} of nginx{throughput_goal}")


def hello(bench):
    with bench.hello() as ours, bench.nginx(HELLO) as theirs:
        load("hello", ours, theirs, CONNECTIONS, "  (at least 1)")


def upstream(bench):
    with bench.nginx(HELLO, core=CLIENT_CORE) as backend:
        pool = f"upstream backend {{ server 127.0.0.1:{backend.port}; keepalive {CONNECTIONS}; " \
               "keepalive_requests 1000000000; }"
        with bench.serve(f"http://127.0.0.1:{backend.port}") as ours, bench.nginx(PROXY, pool) as theirs:
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
