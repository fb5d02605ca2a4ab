#!/usr/bin/env python3
"""fcgi_spawned.py BINARY_DIR ...: applications of libfcgi and of Perl behind `fcgi:spawn:`, and what becomes of them.

Ends with 77 where something is absent.
"""
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

from peers import check, fetch, finish, gate, need, until

BUILD = os.path.abspath(sys.argv[1])
APP = f"exec {BUILD}/tests/turngate_libfcgi_program"


def ask(*request):
    """As fetch() does, but for text."""
    status, body = fetch(*request)
    return status, body if body is None else body.decode()


def processes():
    """{pid: (state, parent, group)}"""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                state, parent, group = file.read().rsplit(")", 1)[1].split()[:3]
            found[int(pid)] = (state, int(parent), int(group))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def children(door):
    """The applications, without the guard, which is a shell."""
    found = []
    for pid, (state, parent, _) in processes().items():
        if parent == door.process.pid and state != "Z":
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    if b"turngate-guard" not in file.read():
                        found.append(pid)
            except (FileNotFoundError, ProcessLookupError):
                pass
    return found


def zombies(door):
    return [pid for pid, (state, parent, _) in processes().items() if state == "Z" and parent == door.process.pid]


def descriptors(door):
    return len(os.listdir(f"/proc/{door.process.pid}/fd"))


def spawned(command=APP, **variables):
    """`children="2:4"` is TURNGATE_FCGI_CHILDREN."""
    names = {"children", "load", "max_requests", "max_age", "idle_timeout", "read_timeout", "abandon_timeout",
             "stop_signal"}
    environment = {("TURNGATE_FCGI_" if name in names else "TURNGATE_") + name.upper(): value
                   for name, value in variables.items()}
    return gate(BUILD, f"fcgi:spawn:{command}", environment=environment)


def together(count, work):
    results = [None] * count
    threads = [threading.Thread(target=lambda n=n: results.__setitem__(n, work())) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def requests_are_answered():
    with spawned(children="1:4", idle_timeout="300ms") as door:
        check("a body comes back", ask(door, "/echo", "POST", "x" * 100_000) == (200, "x" * 100_000))
        check("and a large answer", ask(door, "/large") == (200, "x" * 1_000_000))
        check("one child at first", len(children(door)) == 1, children(door))
        replies = together(12, lambda: ask(door, "/sleep"))
        check("more are started when requests wait, and no more than the most",
              all(status == 200 for status, _ in replies) and 1 < len({pid for _, pid in replies}) <= 4, replies)
        until("the end of those too many", lambda: len(children(door)) == 1)
        ask(door, "/stderr")
        pid = ask(door, "/pid")[1]
        check("what it prints and what it says to the log are logged",
              f"child {pid}: up" in door.said() and "said to the log" in door.said(), door.said())


def children_that_die():
    with spawned(children="2:4") as door:
        for path in ("/die", "/die-in-head", "/exit"):
            for method in ("GET", "POST"):
                status, body = ask(door, path, method, "x" if method == "POST" else None)
                check(f"{method} {path} is 502", status == 502, (status, body))
        status, body = ask(door, "/die-in-body")
        check("a response whose child dies in its middle breaks off", body is None, (status, body))
        check("the next request is answered", ask(door, "/pid")[0] == 200)
        check("no zombie is left", until("the end of zombies", lambda: not zombies(door)), zombies(door))
        check("how they end is logged", "was killed by SIGKILL" in door.said() and
              "exited with status 3" in door.said(), door.said()[-2000:])


def killed_under_load():
    with spawned(children="4") as door:
        together(8, lambda: ask(door, "/sleep"))
        before = descriptors(door)
        stop, statuses = threading.Event(), []

        def client():
            while not stop.is_set():
                statuses.append(ask(door, "/pid")[0])

        clients = [threading.Thread(target=client) for _ in range(4)]
        for one in clients:
            one.start()
        times = []
        for _ in range(200):
            alive = children(door)
            victim = alive[0]
            os.kill(victim, signal.SIGKILL)
            began = time.monotonic()
            if not until("a new child", lambda: set(children(door)) - set(alive), 5):
                break
            times.append(time.monotonic() - began)
            time.sleep(0.02)
        stop.set()
        for one in clients:
            one.join()
        times.sort()
        print(f"        {len(statuses)} requests, {len(times)} kills; a new child after "
              f"{times[len(times) // 2] * 1000:.1f} ms in the middle, {times[-1] * 1000:.1f} ms at most")
        check("no idempotent request suffers from 200 kills", set(statuses) == {200},
              {status: statuses.count(status) for status in set(statuses)})
        check("each of them is replaced", len(times) == 200, len(times))
        # Of all of them on a machine that has nothing else to do.
        check("a new child is there within 100 ms", times[len(times) // 2] <= 0.1, times[-20:])
        check("no zombie is left", until("the end of zombies", lambda: not zombies(door)), zombies(door))
        until("four children", lambda: len(children(door)) == 4)
        until("descriptors as before", lambda: descriptors(door) <= before)


def stuck_children():
    with spawned(children="1", read_timeout="400ms", stop_timeout="300ms", abandon_timeout="300ms") as door:
        pid = ask(door, "/fork")[1]
        group = [one for one, (_, _, of) in processes().items() if of == int(pid)]
        began = time.monotonic()
        status, _ = ask(door, "/hang")
        took = time.monotonic() - began
        check("a child that hangs is 504 in time", status == 504 and took > 0.3, (status, took))
        status, other = ask(door, "/pid")
        check("the next request gets a fresh one", status == 200 and other != pid, (status, other))
        until("the end of the whole group",
              lambda: not [one for one in group if processes().get(one, "Z")[0] != "Z"], 5)
        check("which was large", len(group) == 21, len(group))

        client = door.connect()
        client.sendall(b"GET /hang HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.15)
        client.close()
        status, third = ask(door, "/pid")
        check("a client that leaves a child which hangs leaves no child that hangs", status == 200 and third != other,
              (status, third))
        check("no zombie is left", until("the end of zombies", lambda: not zombies(door)), zombies(door))


def replaced_by_and_by():
    with spawned(children="2", max_requests="20", stop_signal="USR1") as door:
        statuses, pids = [], set()
        for _ in range(200):
            status, pid = ask(door, "/pid")
            statuses.append(status)
            pids.add(pid)
        check("children are replaced after so many requests, and nobody notices",
              set(statuses) == {200} and 8 <= len(pids) <= 13, (set(statuses), len(pids)))
        before = set(children(door))
        stop, seen = threading.Event(), []
        client = threading.Thread(target=lambda: [seen.append(ask(door, "/pid")[0]) for _ in iter(stop.is_set, True)])
        client.start()
        door.process.send_signal(signal.SIGHUP)
        until("other children after SIGHUP", lambda: children(door) and not before & set(children(door)))
        stop.set()
        client.join()
        check("nor is SIGHUP noticed", set(seen) == {200}, set(seen))


def threads():
    with spawned(APP + " threads 8", children="1", load="8") as door:
        replies = together(8, lambda: ask(door, "/meet"))
        check("much memory is the child's own", ask(door, "/allocate") == (200, str(1 << 30)))
        check("one child with threads answers requests at once",
              replies[0][0] == 200 and len(set(replies)) == 1, replies)


def the_end():
    with tempfile.TemporaryDirectory() as place:
        with spawned(children="3", stop_timeout="1s") as door:
            pids = children(door)
            groups = set(pids)
            ask(door, "/fork")
            status = door.stop()
            left = [pid for pid, (state, _, group) in processes().items() if group in groups and state != "Z"]
            check("SIGTERM ends all children and theirs", status == 0 and not left, (status, left))
        program = [f"{BUILD}/bin/turngate", "serve", "-p", "0", f"fcgi:spawn:{APP}"]
        with open(f"{place}/log", "w+", encoding="utf-8") as log, \
                subprocess.Popen(program, stdin=subprocess.DEVNULL, stderr=log, stdout=log,
                                 env={**os.environ, "TMPDIR": place, "TURNGATE_FCGI_CHILDREN": "3"}) as process:
            door = type("", (), {"process": process})
            until("three children", lambda: len(children(door)) == 3)
            groups = set(children(door))
            process.kill()
            process.wait()
            until("the end of all children after SIGKILL", lambda: not [
                pid for pid, (state, _, group) in processes().items() if group in groups and state != "Z"])
            until("the end of their sockets", lambda: os.listdir(place) == ["log"])


def what_is_no_application():
    for command, expected in (("exit 3", "exited with status 3 before it took a connection on its descriptor 0"),
                              ("exec sleep 1000", "did not take a connection on its descriptor 0 within 300 ms")):
        result = subprocess.run([f"{BUILD}/bin/turngate", "invoke", "/", "-t", f"fcgi:spawn:{command}"],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=30,
                                env={**os.environ, "TURNGATE_START_TIMEOUT": "300ms"})
        check(f"`{command}` is told", result.returncode == 4 and expected in result.stderr,
              (result.returncode, result.stderr))


PERL = """use FCGI; my $r = FCGI::Request();
while ($r->Accept() >= 0) { print "Content-Type: text/plain\\r\\n\\r\\n$$ $ENV{REQUEST_METHOD}" }"""


def perl():
    program = need("perl")
    if not program:
        return
    if subprocess.run([program, "-MFCGI", "-e", "1"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        need("perl's FCGI")
        return
    with tempfile.NamedTemporaryFile("w", suffix=".fcgi") as file:
        file.write(PERL)
        file.flush()
        with spawned(f"exec {program} {file.name}", children="1:2", read_timeout="300ms") as door:
            status, body = ask(door, "/")
            check("Perl answers", status == 200 and body.endswith(" GET"), (status, body))
            os.kill(int(body.split()[0]), signal.SIGKILL)
            until("another child", lambda: str(children(door)) != "[]" and body.split()[0] not in
                  [str(pid) for pid in children(door)])
            check("and again after it was killed", ask(door, "/")[0] == 200)


def main():
    if not os.path.exists(f"{BUILD}/tests/turngate_libfcgi_program"):
        need("libfcgi's library")
        finish()
    for test in (requests_are_answered, children_that_die, killed_under_load, stuck_children, replaced_by_and_by,
                 threads, the_end, what_is_no_application, perl):
        test()
    finish()


main()
