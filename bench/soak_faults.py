"""Faults that a server must survive, for soak_http.py."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from soaking import BUILD, SECONDS, Attack, Server, ask, of, only, row, show_legit, wait_for


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


class Fault:
    """Calls of the running server fail from now on, by strace, until end()."""

    def __init__(self, server, call, error, when):
        self.process = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(server.pid), "-e", f"trace={call}",
             "-e", f"inject={call}:error={error}:when={when}"], stderr=subprocess.PIPE)
        if not wait_for(lambda: server.status("TracerPid") == self.process.pid, 5):
            raise SystemExit(f"strace does not follow the server: {self.process.communicate()[1].decode()}")

    def end(self):
        """Asked to end, strace waits for a thread that waits for the child that it has forked, and which strace has
        stopped. So it is killed, once no request is under way whose calls it might leave half changed."""
        time.sleep(0.5)
        self.process.kill()
        self.process.communicate()


# What no client notices, whenever it happens; ...
HARMLESS = [("accept4", "EINTR"), ("accept4", "ECONNABORTED"), ("recvfrom", "EINTR"), ("sendto", "EINTR"),
            ("sendto", "EAGAIN"), ("sendmsg", "EINTR"), ("epoll_pwait", "EINTR"), ("poll", "EINTR"),
            ("sendfile", "EINTR"), ("sendfile", "EAGAIN")]
# ... and what some may, as long as it does. The CGI program has the same faults.
HARMFUL = [("accept4", "EMFILE"), ("accept4", "ENFILE"), ("accept4", "ENOMEM"), ("accept4", "EPERM"),
           ("openat", "EMFILE"), ("openat", "ENFILE"), ("openat", "ENOMEM"), ("read", "EINTR"),
           ("sendmsg", "ENOBUFS"), ("mmap", "ENOMEM"), ("clone,clone3,vfork,fork", "EAGAIN"),
           ("clone,clone3,vfork,fork", "ENOMEM"), ("pipe2", "EMFILE"), ("epoll_ctl", "ENOMEM")]
# The first fifty of each thread, and every third for as long as it lasts.
OCCURRENCES = ("1..50", "1+3")


def system_calls_fail():
    """Of a server of files and of a CGI program, which opens, maps, forks, reads and writes."""
    if not shutil.which("strace"):
        print("SKIPPED: errors of system calls, for strace is not installed", flush=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/public")
        with open(f"{folder}/public/file", "w", encoding="ascii") as file:
            file.write("x" * 100000)
        with open(f"{folder}/program", "w", encoding="ascii") as file:
            file.write('#!/bin/sh\nprintf "Content-Type: text/plain\\n\\nfine"\n')
        os.chmod(f"{folder}/program", 0o755)
        command = [f"{BUILD}/bin/turngate", "serve", "--static", f"{folder}/public", f"cgi:{folder}/program"]
        for call, error in HARMLESS + HARMFUL:
            for when in OCCURRENCES:
                calls_fail(command, call, error, when, (call, error) in HARMLESS)


def calls_fail(command, call, error, when, is_harmless):
    name = f"{call.partition(',')[0]} {error} {when}"
    server = Server(command=command)
    cpu, began = server.cpu(), time.monotonic()
    fault = Fault(server, call, error, when)
    results = [attack.result() for attack in (ask(server, 2, 4, "/file"), ask(server, 2, 2, "/x"))]
    fault.end()
    cpu = (server.cpu() - cpu) / (time.monotonic() - began)
    if is_harmless:
        unanswered = sum(result["failures"] + result["lost"] for result in results)
        are_right = all(only(result, "200") for result in results)
        row(f"{name}: answers, failures", f"{sum(of(r)['count'] for r in results)}, {unanswered}", "failures 0",
            unanswered == 0 and are_right)
    are_back = wait_for(lambda: serves(server), 1)
    row(f"{name}: serves after that", "yes" if are_back else "no", "in 1 s", are_back)
    after = [attack.result() for attack in (ask(server, 1, 4, "/file"), ask(server, 1, 2, "/x"))]
    failures = sum(result["failures"] for result in after)
    row(f"{name}: failures then", failures, "0",
        failures == 0 and all(of(result)["count"] > 0 and only(result, "200") for result in after))
    row(f"{name}: CPU, exit status", f"{cpu:.0%}, {server.stop()[0]}", "status 0", server.process.returncode == 0)


def serves(server):
    try:
        return server.body("/file").startswith(b"x") and server.body("/x") == b"fine"
    except OSError:
        return False


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
    """Of keep-alive clients, of some that have several requests on their way, and of one whose request lasts."""
    rounds = min(100, 5 * SECONDS)
    lost, served, slowest = 0, 0, 0
    for turn in range(rounds):
        server = Server()
        attacks = [ask(server, 1, 32, "/", 1), Attack(server, "pipe", 16, 1, "/", 8), ask(server, 1, 4, "/wait", 1)]
        time.sleep(0.3 + turn % 10 * 0.05)
        status, seconds = server.stop()
        slowest = max(slowest, seconds)
        if status != 0:
            row("SIGTERM under load: exit status", status, "0", False)
        for result in (attack.result() for attack in attacks):
            # Who is refused afterwards is not lost; who had asked, and was closed upon without being told that an
            # answer was the last, is.
            lost += result["lost"]
            served += of(result)["count"]
            if not only(result, "200"):
                row("SIGTERM under load: statuses", " ".join(result["statuses"]), "200", False)
    row(f"SIGTERM under load, {rounds} times: lost of {served}", lost, "0", lost == 0 and served > 0)
    row("SIGTERM under load: slowest end, s", f"{slowest:.2f}", "<= 10", slowest <= 10)


def ends_at_once():
    """A second SIGTERM, while a request still runs."""
    server = Server()
    with socket.create_connection(("127.0.0.1", int(server.port))) as client:
        client.sendall(b"GET /until-stopped HTTP/1.1\r\nHost: a\r\n\r\n")
        client.recv(1)
        os.kill(server.pid, signal.SIGTERM)
        is_deaf = wait_for(lambda: not server.listens(), 2)
        still_serves = is_deaf and server.process.poll() is None
        row("SIGTERM: listens no more and still serves", "yes" if still_serves else "no", "yes", still_serves)
        status, seconds = server.stop()
        row("second SIGTERM: exit status, s", f"{status}, {seconds:.2f}", "143 at once", status == 143 and seconds < 1)


def run():
    reloads()
    successors()
    descriptors_run_out()
    system_calls_fail()
    ends_under_load()
    ends_at_once()
