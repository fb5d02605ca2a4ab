#!/usr/bin/env python3
"""soak_http.py BUILD [SECONDS [SLOPE_SECONDS]]: what a server stands, with the goals beside the figures.

BUILD has bench/attacker, tests/turngate_door_program, bin/turngate and the samples. A phase takes SECONDS (20) or
as long as the timers of the server do; memory is watched for growth for SLOPE_SECONDS. The phases: quiet; 5,000
slow heads, 2,000 slow bodies and 1,000 clients that do not read, and all of them at once in 128 MB; 10,000 and
18,000 idle connections; ten times more requests than blocked handlers can serve; connections that come and go;
errors of accept4() and short reads by strace, where it is installed; successors on one socket; SIGHUP, SIGSTOP
and SIGTERM under load. Goals of time are reported and depend on what else the machine does; a miss of any other
ends with status 1.
"""
import json
import os
import re
import shutil
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
HEADER_TIMEOUT, GRACE = 10, 10
RAMP = 3  # s in which a crowd of slow clients comes
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


def slow(server, quiet, name, seconds, limits, **counts):
    """Each kind comes in RAMP seconds, for who all come at once compete for the cores with those who ask."""
    attacks = {mode: Attack(server, mode, count, RAMP + seconds, count // RAMP) for mode, count in counts.items()}
    legit = ask(server, RAMP + seconds - 4)
    most = 0
    while legit.process.poll() is None:
        most = max(most, server.megabytes())
        time.sleep(0.1)
    show_legit(name, legit.result(), quiet)
    row(f"{name}: resident MB", f"{most:.1f}", "<= 64", most <= 64)
    for mode, limit in limits.items():
        result = attacks[mode].result()
        row(f"{name}: {mode} gone after s, still open",
            f"{result['oldest_ms'] / 1000:.1f}, {result['open']}",
            f"<= {limit + 1}, 0",
            result["open"] == 0 and result["oldest_ms"] <= (limit + 1) * 1000)


def idle(server, quiet):
    threads = server.threads()
    attack = Attack(server, "idle", 10000, SECONDS)
    wait_for(lambda: server.descriptors() > 10000, 15)
    legit = ask(server, max(2, SECONDS - 8)).result()
    megabytes = server.megabytes()
    show_legit("10,000 idle", legit, quiet)
    result = attack.result()
    row("10,000 idle: answered", of(result)["count"], "10000", of(result)["count"] == 10000)
    row("10,000 idle: resident MB", f"{megabytes:.1f}", "<= 32", megabytes <= 32)
    row("10,000 idle: threads more", server.threads() - threads, "<= 2",
        server.threads() - threads <= 2)
    wait_for(lambda: server.descriptors() < 100, 10)
    attacks = [Attack(server, "idle", 9000, RAMP + SECONDS, 9000 // RAMP) for _ in range(2)]
    results = [attack.result() for attack in attacks]
    served = sum(of(result)["count"] for result in results)
    refused = sum(of(result, "503")["count"] for result in results)
    unconnected = sum(result["unconnected"] for result in results)
    row("18,000 idle: answered, refused, hanging",
        f"{served}, {refused}, {18000 - served - refused - unconnected}", "hanging 0",
        served + refused + unconnected == 18000)
    slowest = max(of(result, "503")["max"] for result in results)
    row("18,000 idle: slowest 503, ms", f"{slowest:.1f}", "<= 50", slowest <= 50, False)


def memory_group(megabytes):
    """A folder of the kernel's that holds who is in it to so much memory; None where there is no such thing."""
    for folder, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
        group = f"{folder}/turngate-soak-{os.getpid()}"
        try:
            os.mkdir(group)
            with open(f"{group}/{limit}", "w", encoding="ascii") as file:
                file.write(str(megabytes << 20))
            return group
        except OSError:
            if os.path.isdir(group):
                os.rmdir(group)
    return None


def in_little_memory(quiet):
    group = memory_group(128)
    if not group:
        print("SKIPPED: everything at once in 128 MB, for no memory group can be made here", flush=True)
        return
    server = Server()
    try:
        with open(f"{group}/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(server.pid))
        slow(server, quiet, "all at once in 128 MB", HEADER_TIMEOUT + 8,
             {"heads": HEADER_TIMEOUT, "bodies": GRACE + 1}, heads=5000, bodies=2000, readers=1000)
        status, _ = server.stop()
        row("all at once in 128 MB: exit status", status, "0", status == 0)
    finally:
        server.process.kill()
        server.process.wait()
        os.rmdir(group)


def overload(server):
    seconds = max(2, SECONDS // 2)
    peak = ask(server, seconds, 200, "/wait", 0).result()
    # Each request has its time, whether the ones before it are answered or not.
    rate = 10 * of(peak)["count"] // seconds
    result = Attack(server, "rate", 4000, seconds, "/wait", rate).result()
    share = of(result)["count"] / max(1, of(peak)["count"])
    row(f"10x overload: of {rate} a second not sent", result["unsent"], f"<= {rate // 10}",
        result["unsent"] <= rate // 10, False)
    row("10x overload: goodput of what 200 clients get", f"{share:.0%}", ">= 80%", share >= 0.8)
    busy = of(result, "503")
    row("10x overload: only 200 and 503, failures", result["failures"], "0",
        only(result, "200", "503") and result["failures"] == 0)
    row("10x overload: 503 without Retry-After", result["without_retry_after"], "0",
        result["without_retry_after"] == 0)
    row(f"10x overload: {busy['count']} of 503, p50 and p99 ms",
        f"{busy['p50']:.1f}, {busy['p99']:.1f}", "p99 <= 50", busy["p99"] <= 50, False)
    row("10x overload: p99 of those served, ms", f"{of(result)['p99']:.0f}",
        f"<= {5 * of(peak)['p99']:.0f}", of(result)["p99"] <= 5 * of(peak)["p99"], False)


def burst(server):
    attacks = [Attack(server, "burst", 100, SECONDS // 2) for _ in range(2)]
    cpu = server.cpu()
    legit = ask(server, max(1, SECONDS // 2 - 1)).result()
    results = [attack.result() for attack in attacks]
    connected = sum(result["connected"] for result in results)
    row("connections opened and closed a second", connected // (SECONDS // 2), ">= 50000",
        connected >= 50000 * (SECONDS // 2), False)
    row("the server's CPU for each, us", f"{(server.cpu() - cpu) / connected * 1e6:.1f}", "", True)
    show_legit("meanwhile", legit)


def descriptors_run_out():
    """Fewer descriptors than connections, and most taken by others: accept() fails."""
    server = Server()
    subprocess.run(["prlimit", f"--pid={server.pid}", "--nofile=40:40"], check=True)
    before = server.descriptors()
    attack = Attack(server, "idle", 200, 4)
    time.sleep(1)
    cpu = server.cpu()
    time.sleep(2)
    cpu = (server.cpu() - cpu) / 2
    result = attack.result()
    row("no descriptors: CPU", f"{cpu:.1%}", "< 5%", cpu < 0.05)
    row("no descriptors: served, refused", f"{of(result)['count']}, {of(result, '503')['count']}",
        "some", of(result)["count"] > 0)
    are_back = wait_for(lambda: server.descriptors() <= before + 1, 1)
    row("descriptors free again: still open", server.descriptors() - before, "<= 1", are_back)
    show_legit("after that", ask(server, 1, 5).result())
    row("after that: exit status", server.stop()[0], "0", server.process.returncode == 0)


def system_calls_fail():
    if not shutil.which("strace"):
        print("SKIPPED: errors of system calls, for strace is not installed", flush=True)
        return
    for call, error, when in [("accept4", "EMFILE", "1..3"), ("accept4", "ECONNABORTED", "1+5"),
                              ("accept4", "EPERM", "1..200"), ("accept4", "ENOMEM", "2+3"),
                              ("recvfrom", "EINTR", "1+3"), ("sendto", "EINTR", "1+3"),
                              ("sendto", "EAGAIN", "1+4"), ("sendmsg", "EINTR", "1+3"),
                              ("epoll_wait", "EINTR", "2+7"), ("poll", "EINTR", "1+3")]:
        server = Server(prefix=["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                                "-e", f"inject={call}:error={error}:when={when}"])
        result = ask(server, 3, 10).result()
        row(f"{call} fails with {error}, {when}: answers", of(result)["count"], "> 100",
            of(result)["count"] > 100 and result["failures"] <= 3)
        row(f"{call} fails with {error}: exit status", server.stop()[0], "0",
            server.process.returncode == 0)


def successors():
    """Program after program on one listening socket; each ends when the next is ready."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener, \
            tempfile.TemporaryDirectory() as folder, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"{folder}/notices")
        manager.settimeout(20)

        def start():
            server = Server(listener=listener, NOTIFY_SOCKET=f"{folder}/notices")
            while not manager.recv(4096).startswith(b"READY=1"):
                pass
            return server

        server = start()
        legit = ask(server, SECONDS, 64, "/", 1)
        ends = []
        while legit.process.poll() is None and len(ends) < 20:
            successor = start()
            ends.append(server.stop()[0])
            server = successor
        result = legit.result()
        row(f"{len(ends)} successors: lost and refused of {of(result)['count']}", result["failures"], "0",
            result["failures"] == 0 and only(result, "200"))
        row("successors: exit statuses", max(ends + [server.stop()[0]], key=str), "0", not any(ends))


def reloads():
    """Another plug-in takes the place of the one that serves, again and again."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/served.so"

        def put(name):
            shutil.copy(f"{BUILD}/samples/{name}.so", f"{path}.new")
            os.rename(f"{path}.new", path)

        put("shop")
        server = Server(command=[f"{BUILD}/bin/turngate", "serve", f"plugin:{path}"])
        legit = ask(server, 12, 50, "/hello", 5)
        time.sleep(1)
        taken = 0
        for turn in range(100):
            name, answer = ("shop", b"Hello") if turn % 2 else ("counter", b"visit")
            put(name)
            os.kill(server.pid, signal.SIGHUP)
            taken += wait_for(lambda: server.body("/hello").startswith(answer), 1)
        show_legit("SIGHUP 100 times", legit.result())
        row("SIGHUP 100 times: plug-ins that took over", taken, "100", taken == 100)
        status, _ = server.stop()
        row("SIGHUP 100 times: exit status", status, "0", status == 0)


def stopped_for_a_while(server):
    attack = Attack(server, "idle", 500, 18)
    time.sleep(1)
    os.kill(server.pid, signal.SIGSTOP)
    legit = ask(server, 16, 20, "/", 20)
    time.sleep(12)
    os.kill(server.pid, signal.SIGCONT)
    legit.result()  # the clients have lost their patience meanwhile
    result = attack.result()
    row("stopped for 12 s: idle connections closed", result["closed"], "0", result["closed"] == 0)
    show_legit("after that", ask(server, 2).result())


def ends_under_load():
    lost = 0
    slowest = 0
    for _ in range(10):
        server = Server()
        legit = ask(server, 2, 64, "/", 1)
        time.sleep(1)
        status, seconds = server.stop()
        slowest = max(slowest, seconds)
        if status != 0:
            row("SIGTERM under load: exit status", status, "0", False)
        result = legit.result()
        # Who is refused afterwards is not lost; who had asked and was closed upon is.
        lost += result["lost"]
    row("SIGTERM under load, 10 times: requests lost", lost, "0", lost == 0)
    row("SIGTERM under load: slowest end, s", f"{slowest:.2f}", "<= 10", slowest <= 10)


def grows(server):
    """By how much, in the last two thirds of the time: least squares through what is seen each second."""
    load = ask(server, SLOPE_SECONDS, 64, "/echo", 1)
    began = time.monotonic()
    seen = []
    while load.process.poll() is None:
        seen.append((time.monotonic() - began, server.megabytes()))
        time.sleep(1)
    seen = seen[len(seen) // 3:]
    middle, mean = (sum(column) / len(seen) for column in zip(*seen))
    slope = sum((x - middle) * (y - mean) for x, y in seen) / max(1, sum((x - middle) ** 2 for x, _ in seen)) * 600
    row(f"resident MB more in 10 minutes, of {SLOPE_SECONDS} s", f"{slope:.2f}", "< 1", slope < 1, False)


def main():
    server = Server()
    quiet = ask(server, min(10, SECONDS)).result()
    show_legit("quiet", quiet)
    idle(server, quiet)
    server.stop()
    server = Server()
    ask(server, 1).result()
    descriptors, threads = server.descriptors(), server.threads()
    slow(server, quiet, "slow senders", HEADER_TIMEOUT + 8,
         {"heads": HEADER_TIMEOUT, "bodies": GRACE + 1}, heads=5000, bodies=2000)
    # What the kernel has taken of their answers is no burden: they count as idle (60 s), not as slow.
    slow(server, quiet, "slow readers", SECONDS, {}, readers=1000)
    overload(server)
    burst(server)
    stopped_for_a_while(server)
    grows(server)
    are_back = wait_for(lambda: server.descriptors() == descriptors, 15)
    row("descriptors more than at first", server.descriptors() - descriptors, "0", are_back)
    are_back = wait_for(lambda: server.threads() <= threads, 30)
    row("threads more than at first", server.threads() - threads, "<= 0", are_back)
    status, seconds = server.stop()
    row("exit status, s", f"{status}, {seconds:.2f}", "0", status == 0)
    in_little_memory(quiet)
    reloads()
    successors()
    descriptors_run_out()
    system_calls_fail()
    ends_under_load()
    if missed:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
