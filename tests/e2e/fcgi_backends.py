#!/usr/bin/env python3
"""fcgi_backends.py BINARY_DIR ...: php-fpm and libfcgi behind `fcgi:`: restarts, several pools, kept connections.

Ends with 77 where one is absent.
"""
import contextlib
import hashlib
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from peers import check, fetch, finish, gate, need, until

BUILD = os.path.abspath(sys.argv[1])
SCRIPT = r"""<?php
switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case '/hello': header('Content-Type: text/plain'); echo 'hello ', $_GET['name'] ?? ''; break;
    case '/echo': header('Content-Type: text/plain'); readfile('php://input'); break;
    case '/hash':
        $hash = hash_init('sha256');
        hash_update_stream($hash, fopen('php://input', 'r'));
        echo $_SERVER['CONTENT_LENGTH'], ' ', hash_final($hash);
        break;
    case '/large': for ($i = 0; $i < 512; ++$i) echo str_repeat('x', 65536); break;
    case '/pool': echo getenv('POOL'); break;
    case '/log': error_log('said to the log'); echo 'ok'; break;
    case '/fatal': nothing_of_this_name(); break;
    default: http_response_code(404); echo 'no such page';
}
"""


class Fpm:
    """A pool of its own, at a Unix socket."""

    def __init__(self, program, place):
        self.place = place
        self.socket = f"{place}/fpm.sock"
        self.command = [program, "-F", "-y", f"{place}/fpm.conf", *(["-R"] if os.getuid() == 0 else [])]
        with open(f"{place}/index.php", "w", encoding="utf-8") as file:
            file.write(SCRIPT)
        user = "user = root\ngroup = root\n" if os.getuid() == 0 else ""
        with open(f"{place}/fpm.conf", "w", encoding="utf-8") as file:
            file.write(f"""[global]
pid = {place}/pid
error_log = {place}/log
process_control_timeout = 20s
[www]
{user}listen = {self.socket}
pm = static
pm.max_children = 4
ping.path = /ping
env[POOL] = {place}
php_admin_flag[log_errors] = on
php_admin_flag[display_errors] = off
php_admin_flag[enable_post_data_reading] = off
php_admin_value[post_max_size] = 0
""")
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not self.takes_connections():
            assert time.monotonic() < end and self.process.poll() is None, "php-fpm does not start"
            time.sleep(0.01)

    def takes_connections(self):
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(self.socket) == 0

    def stop(self, number=signal.SIGQUIT):
        self.process.send_signal(number)
        self.process.wait(30)


@contextlib.contextmanager
def php(program):
    with tempfile.TemporaryDirectory() as place:
        fpm = Fpm(program, place)
        try:
            yield fpm
        finally:
            fpm.stop(signal.SIGTERM)


def front(*pools, options=""):
    backends = ",".join(f"unix:{fpm.socket}" for fpm in pools)
    target = f"fcgi:{backends}?script-filename={pools[0].place}/index.php&restart-patience=20s{options}"
    return gate(BUILD, target, "--max-body", "100MiB")


def requests_are_answered(door):
    check("a GET", fetch(door, "/hello?name=you") == (200, b"hello you"))
    check("a POST", fetch(door, "/echo", "POST", b"x" * 5_000) == (200, b"x" * 5_000))
    check("a 404 of the application", fetch(door, "/none") == (404, b"no such page"))
    check("a HEAD has no body", fetch(door, "/hello", "HEAD") == (200, b""))
    check("an error of PHP is its 500", fetch(door, "/fatal")[0] == 500)
    check("what it logs", fetch(door, "/log") == (200, b"ok"))
    said = door.said()
    check("both are in our log", "said to the log" in said and "nothing_of_this_name" in said, said[-2000:])

    large = os.urandom(1 << 20) * 64
    hashed = f"{len(large)} {hashlib.sha256(large).hexdigest()}".encode()
    check("64 MiB up", (seen := fetch(door, "/hash", "POST", large)) == (200, hashed), seen)
    pieces = (large[at:at + 65536] for at in range(0, len(large), 65536))
    seen = fetch(door, "/hash", "POST", pieces)  # the client chunks what is no string
    check("64 MiB up in chunks", seen == (200, hashed), seen)
    status, body = fetch(door, "/large")
    check("32 MiB down", status == 200 and body == b"x" * (32 << 20), (status, body and len(body)))


@contextlib.contextmanager
def load(door, what):
    """GETs all the time, of which none may fail; yields what waits for so many more answers."""
    seen, is_over = {}, threading.Event()

    def client():
        while not is_over.is_set():
            answer = fetch(door, "/hello")
            seen[answer] = seen.get(answer, 0) + 1

    def answers(more):
        before, end = seen.get((200, b"hello "), 0), time.monotonic() + 30
        while seen.get((200, b"hello "), 0) < before + more and time.monotonic() < end:
            time.sleep(0.01)

    threads = [threading.Thread(target=client) for _ in range(4)]
    for thread in threads:
        thread.start()
    answers(50)
    try:
        yield answers
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    check(f"no GET fails while {what}", set(seen) == {(200, b"hello ")}, (seen, door.said()[-1000:]))


def restarts_under_load(fpm, door):
    with load(door, "php-fpm is restarted") as answers:
        for _ in range(3):
            fpm.process.send_signal(signal.SIGUSR2)  # takes its place, with the same socket
            answers(50)
        for number in (signal.SIGQUIT, signal.SIGTERM):
            fpm.stop(number)
            fpm.start()
            answers(50)


def one_pool_of_two_is_restarted(one, other):
    with front(one, other, options="&ping=/ping&ping-interval=100ms") as door:
        def both_answer():
            return {fetch(door, "/pool")[1].decode() for _ in range(8)} == {one.place, other.place}

        check("two pools take turns", both_answer())
        other.stop()
        until("a ping finds out that one is away", lambda: ", to a ping; others get its requests" in door.said())
        check("the other answers", {fetch(door, "/pool") for _ in range(8)} == {(200, one.place.encode())})
        other.start()
        until("a ping finds out that it is there again", both_answer)
        with load(door, "one pool of two is stopped, away and started again") as answers:
            other.stop()
            answers(100)
            other.start()
            answers(100)
        until("both answer again", both_answer)


def connections_are_kept(fpm):
    def connections():
        """Of php-fpm's side, by their inodes."""
        with open("/proc/net/unix", encoding="utf-8") as file:
            fields = [line.split() for line in file]
        return [each[6] for each in fields if each[5] == "03" and each[-1] == fpm.socket]

    def get(name):
        return fetch(door, f"/hello?name={name}") == (200, f"hello {name}".encode())

    def post(size):
        return fetch(door, "/echo", "POST", b"x" * size) == (200, b"x" * size)

    with front(fpm, options="&keep=1&keep-alive=5m") as door:
        get("first")
        kept = connections()
        check("GETs share a connection", all([get(n) for n in range(20)]) and len(kept) == 1 and connections() == kept,
              (kept, connections()))
        check("a POST is answered on it", post(5_000))
        until("a POST leaves no connection behind", lambda: not connections())
        check("GETs and POSTs in turns", all([get(n) and post(n * 10_000) for n in range(1, 20)]))
        with load(door, "POSTs are sent, too") as answers:
            check("POSTs among GETs", all([post(n * 1_000) for n in range(1, 50)]))
            fpm.process.send_signal(signal.SIGUSR2)
            answers(100)


def record(kind, content=b"", request=1):
    return struct.pack(">BBHHxx", 1, kind, request, len(content)) + content


def bodies_are_no_requests():
    """An application of libfcgi that does not read a body has its end for the next records on the connection."""
    program = f"{BUILD}/tests/turngate_libfcgi_program"
    if not os.path.exists(program):
        need("libfcgi's library")
        return
    skipped = record(5, b"12345678", request=7)
    forged = record(1, b"\0\1\1\0\0\0\0\0") + record(4, b"\x0b\5REQUEST_URI/exit") + record(4) + record(5)
    with tempfile.TemporaryDirectory() as place, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{place}/app.sock")
        listener.listen()
        with subprocess.Popen([program], stdin=listener, stderr=subprocess.DEVNULL) as application:
            with gate(BUILD, f"fcgi:unix:{place}/app.sock?keep=1&read-timeout=20s") as door:
                pid = str(application.pid).encode()
                for shift in range(len(skipped)):  # where it goes on reading is not known here
                    body = b"x" * shift + skipped * 3_500 + forged
                    answers = [fetch(door, "/pid", "POST", body), fetch(door, "/pid")]
                    if answers != [(200, pid)] * 2:
                        break
                check("no request in a body is run", answers == [(200, pid)] * 2, (shift, answers))
            application.kill()


def main():
    if program := need("php-fpm8.2"):
        with php(program) as fpm, php(program) as other:
            with front(fpm) as door:
                requests_are_answered(door)
                restarts_under_load(fpm, door)
            one_pool_of_two_is_restarted(fpm, other)
            connections_are_kept(fpm)
    bodies_are_no_requests()
    finish()


main()
