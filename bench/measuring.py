"""How servers are measured: one of them on core 0 for itself, its clients on core 1.

Each comparison takes the two in turn, A B A B ..., and tells the median of each and the median of
the ratios of neighbours: what else the machine does meanwhile meets both. CPU is that of all threads
of the server, from /proc. nginx runs with a configuration of its own, in a temporary directory, on
loopback; neither logs requests, and neither limits the requests of a connection."""

import contextlib
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time

BUILD = os.path.abspath(sys.argv[1])
ROUNDS, SECONDS, CONNECTIONS = 7, 2, 64
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


def row(name, ours, theirs, unit, note):
    print(f"{name:<44}{ours:>11}{theirs:>11}  {unit:<9}{note}", flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def spawned(program, environment):
    """The number of a process on the servers' core, silent. What would lie between here and its exec, such as a fork
    of this process or a second exec, would be a good part of how long it takes to start."""
    silent = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", mode, 0)
              for fd, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY))]
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {SERVER_CORE})  # of the child, too
    try:
        return os.posix_spawn(program, [program], environment, file_actions=silent)
    finally:
        os.sched_setaffinity(0, before)


class Server:
    """A server pinned to a core, ready when this has been made; a context that ends it. `address` is
    a port of loopback or the path of a Unix socket; `standard_input` may be a socket that listens there."""

    def __init__(self, command, address, log, core=SERVER_CORE, standard_input=subprocess.DEVNULL):
        self.address = address
        self.log = log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(["taskset", "-c", str(core), *command], stdin=standard_input,
                                            stdout=output, stderr=output, env={**QUIET, "PORT": str(address)},
                                            start_new_session=True)
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
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:  # libfcgi waits in accept() for ever
            self.process.kill()
            self.process.wait()
        with contextlib.suppress(ProcessLookupError):  # fcgiwrap's children outlive it
            os.killpg(self.process.pid, signal.SIGKILL)

    def connect(self):
        if isinstance(self.address, int):
            return socket.create_connection(("127.0.0.1", self.address))
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self.address)
        return connection

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

    def server(self, command, text):
        port = free_port()
        path = f"{self.folder}/{port}.conf"
        with open(path, "w", encoding="ascii") as file:
            file.write(text.replace("PORT", str(port)))
        return Server([part.replace("CONF", path) for part in command], port, f"{self.folder}/{port}.log")


def wrk(server, connections=CONNECTIONS, seconds=SECONDS, path="/", headers=None):
    """Microseconds of CPU a request, requests a second, and the 99th percentile in ms."""
    fields = [f"-H{name}: {value}" for name, value in (headers or {}).items()]
    before = server.cpu()
    said = subprocess.run(["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", f"-c{connections}",
                           f"-d{seconds}s", "--latency", *fields, f"http://127.0.0.1:{server.address}{path}"],
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


def middle(values, index):
    return statistics.median(value[index] for value in values)


def compare(name, a, b, other, index, unit, goal):
    row(name, f"{middle(a, index):.{2 - 2 * index}f}", f"{middle(b, index):.{2 - 2 * index}f}", unit,
        f"{ratio([x[index] for x in a], [x[index] for x in b]):.3f} of {other}  ({goal})")


def load(name, ours, theirs, connections, throughput_goal=""):
    a, b = in_turn(lambda server: wrk(server, connections), ours, theirs)
    cpu, their_cpu = [x[0] for x in a], [x[0] for x in b]
    rate, their_rate = [x[1] for x in a], [x[1] for x in b]
    name = f"{name}, {connections} connection{'s' * (connections > 1)}"
    row(f"{name}, CPU a request", f"{statistics.median(cpu):.2f}", f"{statistics.median(their_cpu):.2f}", "us",
        f"{ratio(cpu, their_cpu):.3f} of nginx  (at most 1)")
    row(f"{name}, throughput", f"{statistics.median(rate):.0f}", f"{statistics.median(their_rate):.0f}",
        "/s", f"{ratio(rate, their_rate):.3f} of nginx{throughput_goal}")
