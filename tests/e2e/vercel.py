#!/usr/bin/env python3
"""vercel.py BINARY_DIR ...: Vercel functions as processes: how they start, fail to, and end."""
import base64
import contextlib
import itertools
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from peers import check, finish, skipped

BUILD = os.path.abspath(sys.argv[1])
TURNGATE = f"{BUILD}/bin/turngate"
FUNCTION = f"{BUILD}/tests/turngate_door_program"
LIBFCGI_PROGRAM = f"{BUILD}/tests/turngate_libfcgi_program"
IDS = {"x-vercel-internal-invocation-id": "inv", "x-vercel-internal-request-id": "7"}


class Platform:
    """Listens to frames."""

    def __init__(self, place):
        self.path = f"{place}/ipc.sock"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        self.listener.settimeout(60)
        self.connection = None
        self.rest = b""

    def frame(self):
        """The next one, or None at the end."""
        if not self.connection:
            self.connection = self.listener.accept()[0]
            self.connection.settimeout(60)
        while b"\0" not in self.rest:
            block = self.connection.recv(65536)
            if not block:
                return None
            self.rest += block
        frame, self.rest = self.rest.split(b"\0", 1)
        return json.loads(frame)

    def frames(self):
        """All until the end."""
        return list(iter(self.frame, None))


@contextlib.contextmanager
def function(command, environment=None, limit=None):
    """A process that may have `limit` descriptors, and its platform."""
    with tempfile.TemporaryDirectory() as place:
        platform = Platform(place)
        full = {"PATH": os.environ["PATH"], "VERCEL_IPC_PATH": platform.path, **(environment or {})}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                full[name] = os.environ[name]
        limited = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))) if limit else None
        process = subprocess.Popen(command, env=full, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                   preexec_fn=limited)
        try:
            yield platform, process
        finally:
            process.kill()
            process.communicate()


def start(platform):
    frame = platform.frame()
    check("the first frame says that it has started", frame["type"] == "server-started", frame)
    return frame["payload"]["httpPort"]


def ask(port, path, more=None):
    with socket.create_connection(("127.0.0.1", port), 60) as client:
        fields = "".join(f"{name}: {value}\r\n" for name, value in {**IDS, **(more or {})}.items())
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{fields}Connection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: client.recv(65536), b""))


def stop(process):
    """The status, and how long that took."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    return process.wait(60), time.monotonic() - began


def starts_and_stops():
    with function([FUNCTION], {"PORT": "1"}) as (platform, process):
        port = start(platform)
        check("it answers", ask(port, "/echo").startswith(b"HTTP/1.1 200"), port)
        check("and pings", ask(port, "/_vercel/ping").endswith(b"OK"), port)
        status, took = stop(process)
        check("it ends with 0", status == 0, status)
        check("in time", took < 0.5 or "ASAN_OPTIONS" in os.environ, took)
        types = [frame["type"] for frame in platform.frames()]
        check("with the frames of one request", types == ["handler-started", "end"], types)
        check("and nothing else to say", process.stderr.read() == "", types)


def abandons(path, what):
    with function([FUNCTION]) as (platform, process):
        port = start(platform)
        with socket.create_connection(("127.0.0.1", port), 60) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nx-vercel-internal-invocation-id: i\r\n\r\n".encode())
            check("it has begun", platform.frame()["type"] == "handler-started", path)
            if path == "/later-and-later":
                client.recv(1000)
            status, took = stop(process)
        check(f"it ends with 0 though {path} hangs", status == 0, status)
        check("after its time", 0.4 < took < 5, took)
        frames = [frame["payload"] for frame in platform.frames()]
        check("saying what it left", len(frames) == 1 and "message" in frames[0], frames)
        message = base64.b64decode(frames[0]["message"]).decode()
        check("in Vercel's words", message == f"A {what} is still running after 450ms and was abandoned at shutdown.",
              message)


def prints_what_nobody_has_read(crashes):
    """The platform listens, and reads nothing until the function has ended."""
    number = 800
    expected = [f"line {i} {'x' * 600}" for i in range(number)]
    with function([FUNCTION], {"TURNGATE_LISTEN": "127.0.0.1:0"}) as (platform, process):
        port = start(platform)
        check("all is logged", ask(port, f"/talk?lines={number}").startswith(b"HTTP/1.1 200"), port)
        if crashes:
            with socket.create_connection(("127.0.0.1", port), 60) as client:
                client.sendall(b"GET /abort HTTP/1.1\r\nHost: x\r\n\r\n")
                printed = process.stderr.read()
            expected.append("last words")
        else:
            process.send_signal(signal.SIGTERM)
            printed = process.stderr.read()
        check("it ends as it does though nobody reads", process.wait(60) == (-signal.SIGABRT if crashes else 0),
              process.returncode)
        # Of the last frame a part may be there.
        *whole, _ = (platform.rest + b"".join(iter(lambda: platform.connection.recv(65536), b""))).split(b"\0")
        told = [base64.b64decode(json.loads(frame)["payload"].get("message", "")).decode() for frame in whole]
        lines = [line for line in [*told, *printed.splitlines()] if line.startswith(("line ", "last "))]
        check("what is not told is printed", lines == expected, (len(told), len(lines), printed[:200]))
        check("some is on standard error", len(told) < number, len(told))
        if not crashes:
            check("and why", "nobody reads VERCEL_IPC_PATH any more" in printed, printed[:200])


def ends_by_exit():
    with function([FUNCTION]) as (platform, process):
        ask(start(platform), "/exit")
        check("it ends with the status of exit()", process.wait(60) == 3, process.returncode)
        told = {base64.b64decode(frame["payload"]["message"]).decode(): frame["payload"]["context"]["invocationId"]
                for frame in platform.frames() if frame["type"] == "log"}
        check("what it had begun to print is told", told == {"half a line": "inv", "bare": "inv"}, told)


def crashes_before_it_starts():
    with function([FUNCTION], {"TEST_ABORTS": "1"}) as (_, process):
        check("it crashes", process.wait(60) == -signal.SIGABRT, process.returncode)
        told = process.stderr.read()
        check("what it has printed is on standard error", "opening\n" in told, told)


def fails_to_make_a_handler():
    fails([FUNCTION], 2, "^(error: )?cannot be made", {"TEST_THROWS": "1"})


def serves_a_thousand_at_once():
    number = 1000
    # As many descriptors as that takes: a quarter is for what is not a connection.
    limit = 64 + (number + 2) // 3 * 4
    own = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if own != resource.RLIM_INFINITY and own < number + 100:
        skipped.append(f"there are only {own} descriptors for a thousand connections")
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (own, own))
    with function([FUNCTION], limit=limit) as (platform, process), contextlib.ExitStack() as stack:
        port = start(platform)
        frames, clients = [], []
        reader = threading.Thread(target=lambda: frames.extend(platform.frames()))
        reader.start()
        for i in range(number):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), 120))
            client.sendall(f"GET /together?all={number}&id={i} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                           f"x-vercel-internal-invocation-id: inv-{i}\r\n"
                           f"x-vercel-internal-request-id: {i}\r\n\r\n".encode())
            clients.append(client)
        answers = [b"".join(iter(lambda one=client: one.recv(65536), b"")) for client in clients]
        wrong = [answer for i, answer in enumerate(answers)
                 if not (answer.startswith(b"HTTP/1.1 200") and answer.endswith(f"\r\n\r\n{i}".encode()))]
        check("each of a thousand at once has its answer", not wrong, (len(wrong), sorted(wrong)[:1]))
        check("it ends with 0", stop(process)[0] == 0, process.returncode)
        reader.join()
        told = {}
        for frame in frames:
            text = base64.b64decode(frame["payload"].get("message", "")).decode().strip()
            context = frame["payload"]["context"]
            told.setdefault((context["invocationId"], context["requestId"]), []).append(text or frame["type"])
        wanted = {(f"inv-{i}", i): ["handler-started", f"cout {i}", f"printf {i}", f"log {i}", "end"]
                  for i in range(number)}
        differing = [(key, told.get(key)) for key in {*told, *wanted} if told.get(key) != wanted.get(key)]
        check("and frames of its own", not differing, (len(differing), differing[:1]))


def fails(command, status, pattern, environment=None):
    with function(command, environment) as (platform, process):
        frames = platform.frames()
        check(f"{command[-1]} tells why it cannot start", [frame["type"] for frame in frames] == ["unrecoverable-error"],
              frames)
        payload = frames[0]["payload"] if frames else {}
        check("with its status", (payload.get("exitCode"), process.wait(60)) == (status, status), payload)
        check("and the reason", re.search(pattern, payload.get("message", "")), payload)
        told = process.stderr.read()
        check("on standard error, too", re.search(pattern, told), told)


def cannot_start():
    prefix = "Expected a long-running server process, but the user server exited during startup"
    run = [TURNGATE, "run"]
    fails([*run, "cgi:/nowhere/program"], 4, "cannot open the target: .*/nowhere/program")
    fails([*run, "http:spawn:exit 7"], 7, f"^{prefix}: exit status 7$")
    fails([*run, "http:spawn:exit 0"], 1, f"^{prefix} with exit code 0$")
    fails([*run, "http:spawn:kill -9 $$"], 1, f"^{prefix}: signal: killed$")
    fails([*run, "http:spawn:sleep 60"], 1,
          r"^User server failed to start: server did not start listening on 127\.0\.0\.1:\d+ within 300ms: ",
          {"TURNGATE_START_TIMEOUT": "300ms"})
    fails([FUNCTION], 2, "TURNGATE_LISTEN", {"TURNGATE_LISTEN": "unix:unused.sock"})


def takes_programs_along():
    server = "echo $$ > $PLACE/pid; env > $PLACE/env; exec python3 -m http.server $PORT >/dev/null 2>&1"
    with tempfile.TemporaryDirectory() as place, \
            function([TURNGATE, "run", f"http:spawn:{server}"], {"PLACE": place}) as (platform, process):
        check("it passes on", ask(start(platform), "/").startswith(b"HTTP/1.1 200"), place)
        with open(f"{place}/env", encoding="utf-8") as file:
            check("a program does not speak to the platform", "VERCEL_IPC_PATH" not in file.read(), place)
        with open(f"{place}/pid", encoding="utf-8") as file:
            pid = int(file.read())
        check("it ends with 0", stop(process)[0] == 0, pid)
        end = time.monotonic() + 30
        while os.path.exists(f"/proc/{pid}") and time.monotonic() < end:
            time.sleep(0.01)
        check("and so does what it has started", not os.path.exists(f"/proc/{pid}"), pid)


# What the router says of a client.
ROUTER = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "X-Forwarded-Proto": "https",
          "X-Forwarded-Host": "shop.example"}

SERVER = """
import http.server, json, sys
class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Echo).serve_forever()
"""


def tells_programs_of_the_client():
    names = ("REMOTE_ADDR", "REQUEST_SCHEME", "HTTPS", "SERVER_PORT", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO")
    expected = ["203.0.113.9", "https", "on", "443", "203.0.113.9", "https"]
    with tempfile.TemporaryDirectory() as place:
        files = {"program": "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n" +
                            "".join(f'echo "${name}"\n' for name in names),
                 "index.php": "<?php " + "".join(f"echo $_SERVER['{name}'], \"\\n\";" for name in names),
                 "server.py": SERVER}
        for name, text in files.items():
            with open(f"{place}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        os.chmod(f"{place}/program", 0o755)
        targets = [f"cgi:{place}/program"]
        if shutil.which("php-cgi"):
            targets.append(f"fcgi:spawn?root={place}:exec php-cgi")
        else:
            skipped.append("php-cgi is not here")
        for target in targets:
            with function([TURNGATE, "run", target]) as (platform, _):
                seen = ask(start(platform), "/index.php" if target.startswith("fcgi") else "/", ROUTER)
                check(f"the router's client is that of {target.split(':')[0]}",
                      seen.decode().split("\r\n\r\n", 1)[-1].split() == expected, seen)
        with function([TURNGATE, "run", f"http:spawn:exec python3 {place}/server.py $PORT"]) as (platform, _):
            seen = ask(start(platform), "/", ROUTER)
            fields = json.loads(seen.split(b"\r\n\r\n", 1)[-1])
            check("and of a server", {name: fields.get(name.lower()) for name in ROUTER} == ROUTER, fields)


def has_libfcgi():
    return os.path.exists(LIBFCGI_PROGRAM)


def told_until_the_end(platform):
    """{text: its level or stream}, of what comes before the end of a request."""
    told = {}
    for frame in itertools.takewhile(lambda one: one and one["type"] != "end", iter(platform.frame, None)):
        if frame["type"] == "log":
            log = frame["payload"]
            told[base64.b64decode(log["message"]).decode()] = log.get("level") or log["stream"]
    return told


def check_told(what, told, expected):
    missing = [(text, told.get(text)) for text, source in expected.items() if told.get(text) != source]
    check(what, not missing, (len(missing), missing[:3]))


def tells_what_servers_print():
    prints = """echo out; echo err >&2; echo '{"level":"error"}'; echo '[INFO] fine' >&2; """
    expected = {"out": "stdout", "err": "stderr", '{"level":"error"}': "error", "[INFO] fine": "info"}
    servers = {"http:spawn:": "exec python3 -m http.server $PORT >/dev/null 2>&1"}
    if has_libfcgi():
        servers["fcgi:spawn:"] = f"exec {LIBFCGI_PROGRAM} >/dev/null 2>&1"
    for scheme, server in servers.items():
        with function([TURNGATE, "run", scheme + prints + server]) as (platform, process):
            check(f"{scheme} answers", ask(start(platform), "/").startswith(b"HTTP/1.1 200"), scheme)
            check_told("what it prints is told under its level or stream", told_until_the_end(platform), expected)
            check("it ends with 0", stop(process)[0] == 0, process.returncode)


def tells_every_line_of_errors():
    count = 2000
    text = "of a program that has much to say on its standard error"  # more than 64 KiB of them
    expected = {f"line {n} {text}": "stderr" for n in range(count)}
    # Its level is seen though it is longer than a line of a log.
    record = '{"text":"' + 60_000 * "x" + '","level":"error"}'
    expected |= {"[INFO] last": "info", record: "error"}
    with tempfile.TemporaryDirectory() as place:
        program = f"{place}/program"
        with open(program, "w", encoding="utf-8") as file:
            file.write(f"""#!/bin/sh
n=0
while [ $n -lt {count} ]; do echo "line $n {text}"; n=$((n + 1)); done >&2
echo '[INFO] last' >&2
echo '{record}' >&2
printf 'Content-Type: text/plain\\n\\nok'
""")
        os.chmod(program, 0o755)
        with function([TURNGATE, "run", f"cgi:{program}"]) as (platform, process):
            check("a CGI program answers", ask(start(platform), "/").endswith(b"ok"), program)
            check_told("all that it complains of is told", told_until_the_end(platform), expected)
            check("it ends with 0", stop(process)[0] == 0, process.returncode)
    if not has_libfcgi():
        return
    expected = {f"line {n}": "stderr" for n in range(1000)} | {"[INFO] last": "info", record: "error"}
    with function([TURNGATE, "run", f"fcgi:spawn:exec {LIBFCGI_PROGRAM} 2>/dev/null"]) as (platform, process):
        check("a FastCGI program answers", ask(start(platform), "/complain").startswith(b"HTTP/1.1 200"), platform)
        check_told("all that it complains of is told", told_until_the_end(platform), expected)
        check("it ends with 0", stop(process)[0] == 0, process.returncode)


def nobody_listens():
    environment = {"VERCEL_IPC_PATH": "/nowhere/ipc.sock", "TURNGATE_LISTEN": "127.0.0.1:0"}
    with function([FUNCTION], environment) as (_, process):
        line = process.stderr.readline()
        check("it says that nobody listens", "cannot connect to VERCEL_IPC_PATH=/nowhere/ipc.sock" in line, line)
        time.sleep(0.2)
        check("and serves", process.poll() is None, line)


def is_plain_http_without_a_socket():
    environment = {"VERCEL": "1", "VERCEL_IPC_PATH": "", "VERCEL_DEV_PORT": "0", "TURNGATE_DRAIN_TIMEOUT": "10ms",
                   "VERCEL_SERVICE_ROUTE_PREFIX_STRIP": "1", "VERCEL_SERVICE_ROUTE_PREFIX": "/api"}
    with function([FUNCTION], environment) as (_, process):
        line = process.stderr.readline()
        found = re.search(r"listening on 127\.0\.0\.1:(\d+)", line)
        check("without a socket it listens where VERCEL_DEV_PORT says", found, line)
        port = int(found[1])
        check("and pings", ask(port, "/_vercel/ping").endswith(b"OK"), port)
        seen = ask(port, "/api/facts", ROUTER)
        check("strips the prefix, and has the router's client", b"GET /api /api/facts x 203.0.113.9" in seen, seen)
        seen = ask(port, "/head", ROUTER)
        check("and nothing internal", seen.startswith(b"HTTP/1.1 200") and b"internal" not in seen.lower(), seen)
        with socket.create_connection(("127.0.0.1", port), 60) as client:
            client.sendall(b"GET /later-and-later HTTP/1.1\r\nHost: x\r\n\r\n")
            client.recv(1000)
            check("it ends with 0 though a task hangs", stop(process)[0] == 0, process.returncode)
        told = process.stderr.read()
        check("and says what it left", "A waitUntil() task is still running after 60ms and was abandoned at shutdown." in told, told)


starts_and_stops()
abandons("/hang", "request")
abandons("/later-and-later", "waitUntil() task")
prints_what_nobody_has_read(crashes=False)
prints_what_nobody_has_read(crashes=True)
ends_by_exit()
crashes_before_it_starts()
fails_to_make_a_handler()
serves_a_thousand_at_once()
cannot_start()
takes_programs_along()
tells_programs_of_the_client()
is_plain_http_without_a_socket()
tells_what_servers_print()
tells_every_line_of_errors()
nobody_listens()
finish()
