#!/usr/bin/env python3
"""impuls.py BINARY_DIR ...: Impuls functions as processes, asked by curl and by Python's own client."""
import concurrent.futures
import contextlib
import fcntl
import glob
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time

from peers import check, finish, need, skipped, until

BUILD = os.path.abspath(sys.argv[1])
TURNGATE = f"{BUILD}/bin/turngate"
PROGRAM = f"{BUILD}/tests/turngate_impuls_program"
LISTENING = r'listening on [^"\s]*:(\d+)'


class Function:
    """A process that serves; lines of its log are in `lines`. `before` is what it is started by."""

    def __init__(self, command, environment=None, before=(), **options):
        full = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "RUNTIME_PORT": "0", **(environment or {})}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                full[name] = os.environ[name]
        options.setdefault("stdin", subprocess.DEVNULL)
        self.process = subprocess.Popen([*before, *command], env=full, stderr=subprocess.PIPE, text=True, **options)
        self.lines = []
        self.changed = threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()
        self.port = int(self.wait_for(LISTENING)[1])

    def read(self):
        for line in self.process.stderr:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()

    def wait_for(self, pattern, after=0):
        """The first line that matches, from number `after` on."""
        def found():
            return next(filter(None, (re.search(pattern, line) for line in self.lines[after:])), None)
        with self.changed:
            assert self.changed.wait_for(found, 120), f"no {pattern!r} in {''.join(self.lines)}"
            return found()

    def invoke(self, call, **options):
        """One invocation by Python's client: the reply as JSON, and the status of HTTP."""
        body = call if isinstance(call, bytes) else json.dumps(call).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("POST", "/invoke", body=body, headers={"Content-Type": "application/json"}, **options)
        reply = connection.getresponse()
        return json.loads(reply.read()), reply.status

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextlib.contextmanager
def function(*arguments, **options):
    served = Function(*arguments, **options)
    try:
        yield served
    finally:
        served.process.kill()
        served.process.wait()


def curl(*arguments):
    done = subprocess.run(["curl", "-s", "--max-time", "60", *arguments], capture_output=True, text=True, check=False)
    return done.stdout


def by_curl():
    if not need("curl"):
        return
    with function([PROGRAM]) as served:
        url = f"http://localhost:{served.port}"
        call = '{"handler":"index.tell","event":{"name":"Ada"},"env":{"TENANT":"alpha"},"code":"","memory_mb":256}'
        reply = json.loads(curl("-d", call, f"{url}/invoke"))
        check("curl gets a reply with the status by both names",
              reply["statusCode"] == reply["status_code"] == 200, reply)
        body = reply["body"]
        check("made of its event", body["event"] == {"name": "Ada"}, body)
        check("with the function's memory", body["memory"] == 256 and body["name"] == "anonymous", body)
        check("with its variable, which the process has not",
              body["tenant"] == "alpha" and body["process"] == "", body)
        check("and without the variable that says where to listen", body["port"] == "", body)
        body = json.loads(curl("-d", '{"handler":"tell","env":null,"event":null}', f"{url}/invoke"))["body"]
        check("the next invocation has no variable of this one", body["tenant"] == "" and body["event"] is None, body)
        health = json.loads(curl(f"{url}/health"))
        check("health", health["status"] == "healthy" and health["runtime"] == "turngate" and health["version"], health)
        check("another target is not found", curl(f"{url}/invoke?x=1") == '{"error":"Not found"}', url)
        check("SIGTERM ends it with 0", served.stop() == 0, served.lines)


def logs():
    with function([PROGRAM]) as served:
        reply, _ = served.invoke({"handler": "print", "event": {"id": "7"}})
        lines = reply["logs"].split("\n")
        check("what is printed is in the logs, as text",
              sorted(lines) == ["[WARN] log 7", "cerr 7", "cout 7", "printf 7"], reply)
        served.wait_for("cout 7")
        check("and on standard error", True)
    with function([PROGRAM]) as served:
        curl_free = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
        curl_free.request("GET", "/health")
        check("health answers", curl_free.getresponse().status == 200)
        reply, _ = served.invoke({"handler": "print", "event": {"id": "8"}})
        check("as lists for who asks for health first",
              reply["logs"] == {"stdout": ["cout 8", "printf 8", "log 8"], "stderr": ["cerr 8"]}, reply)
        reply, status = served.invoke({"handler": "fail"})
        check("a handler that throws is an error", status == 500 and reply["error"] == "out of luck", reply)
        check("with its log", reply["logs"]["stderr"] == ["out of luck"], reply)


def together():
    """Forty invocations at once, each of which waits for the others; then each with its own variables."""
    with function([PROGRAM]) as served, concurrent.futures.ThreadPoolExecutor(40) as pool:
        replies = list(pool.map(lambda _: served.invoke({"handler": "together"})[0]["body"], range(40)))
        check("forty invocations run at once", replies == ["together"] * 40, replies)
        mixed = list(pool.map(lambda i: served.invoke({"handler": "tell", "event": i, "env": {"TENANT": str(i)}})[0],
                              range(400)))
        check("each has its own variables", all(reply["body"]["tenant"] == str(reply["body"]["event"])
                                                for reply in mixed), mixed[:2])


def faults():
    with function([PROGRAM]) as served:
        for body in b"", b"no JSON", b"[]", b'{"event":', b'{"timeout_ms":5abc}', b"\xff":
            reply, status = served.invoke(body)
            check(f"{body!r} is answered with a reply", status == 400 and reply["status_code"] == 400, reply)
        for time in 0, -3, "5abc":
            reply, status = served.invoke({"handler": "tell", "timeout_ms": time})
            check(f"a timeout of {time!r} is refused by its name",
                  status == 400 and reply["error"].startswith('"timeout_ms"'), reply)
        for unit in "timeout_ms", "timeout_sec":
            reply, _ = served.invoke({"handler": "tell", unit: 99999999999})
            check(f"{unit} of 99999999999 is a day", 86_000_000 < reply["body"]["remaining"] <= 86_400_000, reply)
        reply, status = served.invoke({"handler": "hang", "timeout_ms": 1})
        check("a handler that ignores its timeout is answered for",
              status == 500 and reply["error"] == "Function execution timed out", reply)
        check("with what it has printed, half a line too", reply.get("logs") == "half a line", reply)
        served.wait_for("a handler goes on that nobody waits for any more: there are 1 now")
        reply, _ = served.invoke({"handler": "tell"})
        check("and others are served beside it", reply["status_code"] == 200, reply)
        reply, _ = served.invoke({"handler": "until_stopped", "timeout_ms": 50})
        check("one that returns when it is told to is late as well",
              reply["error"] == "Function execution timed out", reply)
        check("it ends with 0 though a handler hangs", served.stop() == 0, served.lines)
    with function([PROGRAM], {"TURNGATE_MAX_BODY": "1000"}) as served:
        reply, status = served.invoke({"event": "x" * 2000})
        check("a body that is too large is refused with a reply", (status, reply["status_code"]) == (413, 413), reply)
        reply, status = served.invoke({"handler": "tell"})
        check("and others are served", status == 200, reply)
    with function([PROGRAM], {"TURNGATE_DRAIN_TIMEOUT": "10ms"}) as served:
        reply, _ = served.invoke({"handler": "hang_later"})
        check("an answer does not wait for the task behind it", reply["body"] == "at once", reply)
        check("the end does not either", served.stop() == 0, served.lines)


def replaced():
    """With sixteen handlers that never end the process starts anew, whatever tasks there are."""
    environment = {"TURNGATE_DRAIN_TIMEOUT": "10ms"}
    with function([PROGRAM], environment) as served, concurrent.futures.ThreadPoolExecutor(16) as pool:
        process = served.process.pid
        health = http.client.HTTPConnection("127.0.0.1", served.port, timeout=120)
        health.request("GET", "/health")
        health.getresponse().read()
        health.close()
        served.invoke({"handler": "hang_later"})
        lines = len(served.lines)
        calls = [pool.submit(served.invoke, {"handler": "hang", "timeout_ms": 1}) for _ in range(16)]
        check("all are answered", all(call.result()[0]["status_code"] == 500 for call in calls))
        served.port = int(served.wait_for(LISTENING, lines)[1])
        reply, _ = served.invoke({"handler": "tell"})
        check("the same process serves again", reply["status_code"] == 200 and served.process.pid == process, reply)
        with open(f"/proc/{process}/status", encoding="utf-8") as status:
            count = int(re.search(r"Threads:\s*(\d+)", status.read())[1])
        check("without the threads that hung", count < 16, count)
        reply, _ = served.invoke({"handler": "print", "event": {"id": "9"}})
        check("and knows the form of logs still", "printf 9" in reply["logs"]["stdout"], reply)


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 60).close()
        return True
    except OSError:
        return False


def neighbour():
    """Who has time still when the program is to start anew gets it, however short a stop would be."""
    environment = {"TURNGATE_DRAIN_TIMEOUT": "100ms"}
    with tempfile.TemporaryDirectory() as place, function([PROGRAM], environment) as served, \
            concurrent.futures.ThreadPoolExecutor(17) as pool:
        slow = pool.submit(served.invoke, {"handler": "until_file", "event": f"{place}/file", "timeout_sec": 90})
        served.wait_for("waiting")
        lines = len(served.lines)
        for _ in range(16):
            pool.submit(served.invoke, {"handler": "hang", "timeout_ms": 1})
        served.wait_for("too many handlers go on", lines)
        until("nobody else comes in", lambda: not listens(served.port), 60)
        time.sleep(0.5)  # five times as long as a stop would wait
        with open(f"{place}/file", "w", encoding="ascii"):
            pass
        reply, _ = slow.result()
        check("a neighbour is not cut off", reply["body"] == "there it is", reply)
        served.port = int(served.wait_for(LISTENING, lines)[1])
        reply, _ = served.invoke({"handler": "tell"})
        check("and the program starts anew", reply["status_code"] == 200, reply)


def crowd():
    """More requests than the door has threads for are refused in the platform's form, all of them."""
    with function([PROGRAM], {"TURNGATE_MAX_THREADS": "1"}) as served, tempfile.TemporaryDirectory() as place, \
            concurrent.futures.ThreadPoolExecutor(41) as pool:
        slow = pool.submit(served.invoke, {"handler": "until_file", "event": f"{place}/file", "timeout_sec": 90})
        served.wait_for("waiting")
        replies = list(pool.map(lambda _: served.invoke({"handler": "tell"}), range(40)))
        statuses = {(status, reply["status_code"]) for reply, status in replies}
        check("a crowd is refused in JSON", statuses == {(503, 503)}, replies)
        with open(f"{place}/file", "w", encoding="ascii"):
            pass
        check("and who was there before is served", slow.result()[0]["body"] == "there it is")
    with function([PROGRAM], {"TURNGATE_MAX_CONNECTIONS": "1"}) as served, \
            socket.create_connection(("127.0.0.1", served.port), 60) as first:
        first.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        first.recv(1000)
        with socket.create_connection(("127.0.0.1", served.port), 60) as second:
            said = b"".join(iter(lambda: second.recv(1000), b""))
        check("so is a connection too many", json.loads(said.partition(b"\r\n\r\n")[2])["status_code"] == 503, said)


def leaves():
    """A client that leaves, and a process that is to end, in the middle of an invocation."""
    with function([PROGRAM]) as served:
        body = b'{"handler":"until_stopped","timeout_ms":3600000}'
        head = f"POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        client = socket.create_connection(("127.0.0.1", served.port), 60)
        client.sendall(head + body)
        served.wait_for("begun")
        client.close()
        served.wait_for("stopped")
        check("a handler hears that its client has left", True)
        reply, _ = served.invoke({"handler": "tell"})
        check("and others are served", reply["status_code"] == 200, reply)
    with function([PROGRAM], {"TURNGATE_DRAIN_TIMEOUT": "100ms"}) as served:
        pool = concurrent.futures.ThreadPoolExecutor(1)
        call = pool.submit(served.invoke, {"handler": "until_stopped", "timeout_ms": 3_600_000})
        served.wait_for("begun")
        served.process.send_signal(signal.SIGTERM)
        served.wait_for("stopped")
        check("SIGTERM asks handlers to stop", True)
        served.process.wait(60)
        with contextlib.suppress(http.client.HTTPException, OSError):
            call.result()
    with function([PROGRAM], {"TURNGATE_DRAIN_TIMEOUT": "30s"}) as served:
        pool = concurrent.futures.ThreadPoolExecutor(1)
        call = pool.submit(served.invoke, {"handler": "until_stopped", "timeout_ms": 1500})
        served.wait_for("begun")
        check("SIGTERM waits for what has begun", served.stop() == 0 and "body" in call.result()[0])


def programs():
    """Handlers that are programs: their environment is the invocation's, and no other's."""
    with tempfile.TemporaryDirectory() as place:
        script = f"{place}/show"
        with open(script, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n"
                       "cat; printf ' %s %s %s' \"${TENANT-none}\" \"${LD_PRELOAD-none}\" \"$REQUEST_METHOD\"\n"
                       "echo to the log >&2\n")
        os.chmod(script, 0o755)
        with function([TURNGATE, "run", f"cgi:{script}"]) as served:
            call = {"event": {"a": 1}, "env": {"TENANT": "two\nlines", "LD_PRELOAD": "/x", "REQUEST_METHOD": "PUT"}}
            reply, _ = served.invoke(call)
            check("a CGI program has the variables of its invocation",
                  reply["body"] == '{"a": 1} two\nlines none POST', reply)
            for name in "LD_PRELOAD", "REQUEST_METHOD":
                check(f"but not {name}", f"the variable {name} of \"env\" is left out" in reply["logs"], reply)
            check("what it writes to standard error is logged", "to the log" in reply["logs"], reply)
            reply, _ = served.invoke({"event": {"a": 1}})
            check("and the next one has them no more", reply["body"] == '{"a":1} none none POST'
                  or reply["body"] == '{"a": 1} none none POST', reply)
        if need("php-cgi"):
            with open(f"{place}/index.php", "w", encoding="utf-8") as file:
                file.write("<?php header('Content-Type: application/json');"
                           "echo json_encode([getenv('TENANT'), file_get_contents('php://input')]);")
            with function([TURNGATE, "run", f"fcgi:spawn?root={place}&index=index.php:exec php-cgi"]) as served:
                event = {"version": "2.0", "rawPath": "/index.php", "rawQueryString": "", "headers": {"host": "x"},
                         "requestContext": {"http": {"method": "GET", "path": "/index.php", "sourceIp": "1.2.3.4"},
                                            "stage": "$default"}, "isBase64Encoded": False, "routeKey": "$default"}
                for tenant in "alpha", "beta":
                    reply, _ = served.invoke({"event": event, "env": {"TENANT": tenant}})
                    check(f"PHP behind FastCGI is the function of {tenant}",
                          json.loads(reply["body"]["body"])[0] == tenant, reply)
                reply, _ = served.invoke({"event": event})
                check("and of nobody else", json.loads(reply["body"]["body"])[0] is False, reply)


def children_of(process):
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError):
            with open(path, encoding="utf-8", errors="replace") as file:
                number, rest = file.read().split(" ", 1)
                state, parent = rest.rsplit(")", 1)[1].split()[:2]
                if int(parent) == process:
                    found.append((int(number), state))
    return found


def as_process_one():
    before = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if subprocess.run([*before, "true"], capture_output=True, check=False).returncode != 0:
        before = [word for word in before if word not in ("--user", "--map-root-user")]
    if subprocess.run([*before, "true"], capture_output=True, check=False).returncode != 0:
        skipped.append("no process namespaces to be had: nothing ran as process 1")
        return
    with tempfile.TemporaryDirectory() as place:
        script = f"{place}/leave"
        with open(script, "w", encoding="utf-8") as file:
            # What has a session of its own outlives the program, which waits until it has; its end is told.
            file.write("#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n"
                       f"setsid sh -c 'echo > {place}/begun; read -r word < {place}/go; : > {place}/gone' "
                       f">/dev/null 2>&1 </dev/null &\nread -r word < {place}/begun\necho left\n")
        os.chmod(script, 0o755)
        for name in "begun", "go":
            os.mkfifo(f"{place}/{name}")
        with function([TURNGATE, "run", f"cgi:{script}"], before=before) as served:
            reply, _ = served.invoke({})
            check("process 1 serves", reply["body"] == "left\n", reply)
            (init, _), = children_of(served.process.pid)
            check("its work is done by a child, beside which it has an orphan",
                  until("an orphan", lambda: len(children_of(init)) == 2), children_of(init))
            with open(f"{place}/go", "w", encoding="utf-8") as go:
                go.write("go\n")
            until("the end of the orphan", lambda: os.path.exists(f"{place}/gone"))
            check("which is reaped", until("its reaping", lambda: len(children_of(init)) == 1),
                  children_of(init))
            os.kill(init, signal.SIGTERM)
            check("SIGTERM ends process 1 with the status of its work", served.process.wait(60) == 0, served.lines)
    on_a_terminal(before)
    behind_a_terminal(before)


def on_a_terminal(before):
    """There Ctrl-C is for all that run in the foreground, process 1 and its child: two would end what has begun."""
    terminal, of_child = os.openpty()

    def take_terminal():
        os.setsid()
        fcntl.ioctl(of_child, termios.TIOCSCTTY, 0)
    with function([PROGRAM], before=before, stdin=of_child, preexec_fn=take_terminal) as served:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            call = pool.submit(served.invoke, {"handler": "until_stopped", "timeout_ms": 5000})
            served.wait_for("begun")
            # The kernel makes one of two that have not been taken yet: the child has its own first.
            (init, _), = children_of(served.process.pid)
            os.kill(init, signal.SIGSTOP)
            os.write(terminal, b"\x03")

            def is_closed():
                with socket.socket() as probe:
                    return probe.connect_ex(("127.0.0.1", served.port)) != 0
            until("the end of listening", is_closed)
            os.kill(init, signal.SIGCONT)
            check("Ctrl-C waits for what has begun", served.process.wait(60) == 0, served.lines)
            check("which is answered", "status_code" in call.result()[0])
    os.close(of_child)
    os.close(terminal)


def behind_a_terminal(before):
    """Its end is told to the first of the session alone, which is process 1."""
    terminal, of_child = os.openpty()
    with function([PROGRAM], before=[*before, "setsid", "--ctty"], stdin=of_child) as served:
        os.close(of_child)
        os.close(terminal)
        check("the end of a terminal ends the work", served.process.wait(60) == 128 + signal.SIGHUP, served.lines)


def main():
    by_curl()
    logs()
    together()
    faults()
    replaced()
    neighbour()
    crowd()
    leaves()
    programs()
    as_process_one()
    finish()


main()
