"""Servers in processes of their own, for tests whose other end others wrote."""
import contextlib
import http.client
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

skipped = []
failed = []
# The listening socket is made here and handed over, so that its port is known before any log says it.
HAND_OVER = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'


def check(what, good, seen=""):
    print(("ok      " if good else "FAILED  ") + what, flush=True)
    if not good:
        failed.append(what)
        print("        ", repr(seen)[:1500], flush=True)


def until(what, holds, seconds=20.0):
    """Waits for it; says so only where it does not come."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            check(what + " came about", False)
            return False
        time.sleep(0.002)
    return True


def finish():
    """Ends the test: 77 where something could not be tried, which is a failure where all should be there."""
    for why in skipped:
        print("SKIPPED: " + why)
    sys.exit(1 if failed else 77 if skipped else 0)


def need(tool):
    """The path of a tool, or None, and then the test counts as skipped, or as failed where CI is set."""
    found = shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin:/usr/bin")
    if not found:
        (failed if os.environ.get("CI") else skipped).append("there is no " + tool)
    return found


def free_port():
    """A port that nobody has. It is below those that the kernel hands out, for somebody may get them meanwhile."""
    while True:
        port = random.randrange(20000, 32768)
        try:
            socket.create_server(("127.0.0.1", port)).close()
            return port
        except OSError:
            pass


class Door:
    """The program behind a port."""

    def __init__(self, process, address, log):
        self.process, self.log = process, log
        self.is_stopped = False
        self.port = address[1] if isinstance(address, tuple) else None

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def memory(self, key="VmRSS"):
        """Bytes that it has; "VmHWM": that it had at most."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(rf"{key}:\s*(\d+)", status.read())[1]) << 10

    def stop(self):
        """Ends it as a service manager does: its exit status."""
        self.is_stopped = True
        self.process.terminate()
        return self.process.wait(60)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), 60)

    def ask(self, request, until=None):
        """All that comes back, or what comes until these bytes are in it."""
        with self.connect() as client:
            client.sendall(request)
            reply = b""
            while until is None or until not in reply:
                piece = client.recv(65536)
                if not piece:
                    break
                reply += piece
            return reply


def fetch(door, path, method="GET", body=None):
    """(status, body); the body is None where the response breaks off, the status 0 where none comes."""
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=60)
    try:
        connection.request(method, path, body=body)
        reply = connection.getresponse()
        try:
            return reply.status, reply.read()
        except http.client.IncompleteRead:
            return reply.status, None
    except (http.client.RemoteDisconnected, ConnectionResetError):
        return 0, None
    finally:
        connection.close()


@contextlib.contextmanager
def serving(command, environment=None, unix=None, listener=None):
    """Runs a program of ours on a port, or on a Unix socket at that path, until the end of the block.

    A `listener` that is given stays open here.
    """
    names = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH")
    full = {name: os.environ[name] for name in names if name in os.environ}
    full |= {"LC_ALL": "C.UTF-8", "LOG_LEVEL": "warn", **(environment or {})}
    if listener:
        listener = listener.dup()
    elif unix:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(unix)
        listener.listen(1024)
    else:
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    with listener, tempfile.TemporaryFile("w+") as log:
        fd = listener.fileno()
        moved = "" if fd == 3 else f" 3<&{fd} {fd}<&-"
        process = subprocess.Popen(["bash", "-c", HAND_OVER + moved, "-", *command], env=full, pass_fds=[fd],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        address = listener.getsockname()
        listener.close()
        door = Door(process, address, log)
        try:
            yield door
        finally:
            if process.poll() is not None and not door.is_stopped:
                check("the program runs to the end", False, (process.returncode, door.said()[-1000:]))
            try:
                status = door.stop()
                check("the program ends as asked", status == 0, (status, door.said()[-1000:]))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                check("the program ends as asked", False, door.said()[-1000:])


def gate(build, target, *options, **more):
    return serving([f"{build}/bin/turngate", "serve", *options, target], **more)


class Peer:
    """A server of others whose first line of output is its port; further lines are in `lines`."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, **options)
        self.port = int(self.process.stdout.readline())
        self.lines = []
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.reader.join(60)
        return self.lines

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def nginx(program, servers, more="", log_format="'-'"):
    """Runs nginx with these server blocks (PORT: where it listens); gives its port and directory of logs."""
    with tempfile.TemporaryDirectory() as place:
        port = free_port()
        for name in ("body", "proxy", "logs"):
            os.mkdir(f"{place}/{name}")
        with open(f"{place}/nginx.conf", "w", encoding="utf-8") as file:
            file.write(f"""
daemon off; master_process off; worker_processes 1; pid {place}/pid; error_log {place}/logs/error info;
events {{ worker_connections 512; }}
http {{
  log_format seen escape=json {log_format};
  access_log {place}/logs/access seen;
  client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;
  fastcgi_temp_path {place}/proxy; uwsgi_temp_path {place}/proxy; scgi_temp_path {place}/proxy;
  client_max_body_size 0; large_client_header_buffers 8 64k;
  {more}
  {servers.replace("PORT", f"127.0.0.1:{port}")}
}}
""")
        process = subprocess.Popen([program, "-p", place, "-c", f"{place}/nginx.conf",
                                    "-e", f"{place}/logs/start"], stdin=subprocess.DEVNULL)
        try:
            while True:
                assert process.poll() is None, "nginx does not start"
                try:
                    socket.create_connection(("127.0.0.1", port), 5).close()
                    break
                except ConnectionRefusedError:
                    threading.Event().wait(0.02)
            yield port, f"{place}/logs"
        finally:
            process.terminate()
            process.wait(60)


@contextlib.contextmanager
def php_fpm(program, place, children=4, more=""):
    """Runs php-fpm with a pool of its own, as whoever runs this; gives the path of its socket. Its log is PLACE/fpm.log."""
    path = f"{place}/fpm.sock"
    is_root = os.geteuid() == 0
    with open(f"{place}/fpm.conf", "w", encoding="utf-8") as file:
        file.write(f"""
[global]
error_log = {place}/fpm.log
daemonize = no
[www]
listen = {path}
pm = static
pm.max_children = {children}
ping.path = /fpm-ping
catch_workers_output = yes
php_admin_value[upload_tmp_dir] = {place}
php_admin_value[upload_max_filesize] = 64M
php_admin_value[post_max_size] = 64M
{"user = root" if is_root else ""}
{more}
""")
    process = subprocess.Popen([program, "-n", "-F", *(["-R"] if is_root else []), "-y", f"{place}/fpm.conf"],
                               stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            assert process.poll() is None, "php-fpm does not start"
            with socket.socket(socket.AF_UNIX) as client:
                try:
                    client.connect(path)
                    break
                except (FileNotFoundError, ConnectionRefusedError):
                    threading.Event().wait(0.02)
        yield path
    finally:
        process.terminate()
        process.wait(60)
