#!/usr/bin/env python3
"""fcgi_backends.py BINARY_DIR ...: php-fpm behind `fcgi:`, and its restarts under load.

Ends with 77 where it is absent.
"""
import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from peers import check, fetch, finish, gate, need

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
    case '/log': error_log('said to the log'); echo 'ok'; break;
    case '/fatal': nothing_of_this_name(); break;
    default: http_response_code(404); echo 'no such page';
}
"""


class Fpm:
    """A pool of its own, at a Unix socket."""

    def __init__(self, program, place):
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
            target = f"fcgi:unix:{fpm.socket}?script-filename={place}/index.php&restart-patience=20s"
            with gate(BUILD, target, "--max-body", "100MiB") as door:
                yield fpm, door
        finally:
            fpm.stop(signal.SIGTERM)


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


def restarts_under_load(fpm, door):
    seen, is_over = {}, threading.Event()

    def load():
        while not is_over.is_set():
            answer = fetch(door, "/hello")
            seen[answer] = seen.get(answer, 0) + 1

    def answers(more):
        before, end = seen.get((200, b"hello "), 0), time.monotonic() + 30
        while seen.get((200, b"hello "), 0) < before + more and time.monotonic() < end:
            time.sleep(0.01)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    answers(50)
    for _ in range(3):
        fpm.process.send_signal(signal.SIGUSR2)  # takes its place, with the same socket
        answers(50)
    for number in (signal.SIGQUIT, signal.SIGTERM):
        fpm.stop(number)
        fpm.start()
        answers(50)
    is_over.set()
    for thread in threads:
        thread.join()
    check("no GET fails while php-fpm is restarted", set(seen) == {(200, b"hello ")},
          (seen, door.said()[-1000:]))


def main():
    if program := need("php-fpm8.2"):
        with php(program) as (fpm, door):
            requests_are_answered(door)
            restarts_under_load(fpm, door)
    finish()


main()
