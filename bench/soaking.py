"""A server under attack, and the figures of it: what soak_http.py and soak_faults.py have in common."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

BUILD = sys.argv[1]
SERVER, ATTACKER = f"{BUILD}/tests/turngate_door_program", f"{BUILD}/bench/attacker"
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 20
SLOPE_SECONDS = int(sys.argv[3]) if len(sys.argv) > 3 else SECONDS
# The listening socket is this process's, which hands it over.
HAND_OVER = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
missed = []


def row(figure, value, goal, is_met, is_hard=True):
    verdict = "ok" if is_met else "MISSED" if is_hard else "missed (time)"
    print(f"{figure:<52} {value:>18}   {goal:<26} {verdict}", flush=True)
    if is_hard and not is_met:
        missed.append(figure)


class Server:
    def __init__(self, prefix=(), command=(SERVER,), listener=None, **environment):
        if listener:
            self.port = str(listener.getsockname()[1])
        else:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = str(free.getsockname()[1])
        fds = [listener.fileno()] if listener else []
        for fd in fds:
            to_three = "" if fd == 3 else f" 3<&{fd} {fd}<&-"
            command = ["bash", "-c", HAND_OVER + to_three, "-", *command]
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")
        environment = {"PORT": self.port, "HOST": "127.0.0.1", "LOG_LEVEL": "warn", **environment}
        self.process = subprocess.Popen([*prefix, *command], env={**os.environ, **environment},
                                        stderr=self.log, stdout=subprocess.DEVNULL, pass_fds=fds)
        if not wait_for(self.listens, 10):
            raise SystemExit(f"the server did not start: {open(self.log.name).read()}")
        self.pid = self.process.pid
        if prefix:
            with open(f"/proc/{self.pid}/task/{self.pid}/children") as children:
                self.pid = int(children.read().split()[0])

    def listens(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", int(self.port))) == 0

    def body(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as reply:
            return reply.read()

    def status(self, name):
        with open(f"/proc/{self.pid}/status") as lines:
            return int(re.search(rf"{name}:\s*(\d+)", lines.read()).group(1))

    def megabytes(self):
        return self.status("VmRSS") / 1024

    def threads(self):
        return self.status("Threads")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu(self):
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """The exit status, and how long it took."""
        began = time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        try:
            return self.process.wait(20), time.monotonic() - began
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "none", time.monotonic() - began


class Attack:
    def __init__(self, server, mode, count, seconds, *more):
        self.process = subprocess.Popen(
            [ATTACKER, server.port, mode, str(count), str(seconds), *map(str, more)],
            stdout=subprocess.PIPE, text=True)

    def result(self):
        return json.loads(self.process.communicate()[0])


def ask(server, seconds, count=20, path="/", pause=20):
    return Attack(server, "ask", count, seconds, path, pause)


def of(result, status="200"):
    return result["statuses"].get(status, {"count": 0, "p50": 0, "p99": 0, "max": 0})


def only(result, *allowed):
    return all(status in allowed for status in result["statuses"])


def show_legit(name, result, quiet=None):
    good = of(result)
    failures = result["failures"] + sum(
        times["count"] for status, times in result["statuses"].items() if status != "200")
    row(f"{name}: failures of {good['count']}", failures, "0", failures == 0 and good["count"] > 0)
    if quiet is None:
        row(f"{name}: p50, p99 ms", f"{good['p50']:.2f}, {good['p99']:.2f}", "", True, False)
        return
    limit = min(10, 2 * of(quiet)["p99"])
    row(f"{name}: p50, p99 ms", f"{good['p50']:.2f}, {good['p99']:.2f}",
        f"p99 <= {limit:.2f}", good["p99"] <= limit, False)


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()
