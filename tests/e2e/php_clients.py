#!/usr/bin/env python3
"""php_clients.py BINARY_DIR ...: clients of `turngate front` that are slow, or leave, with the real php-fpm.

It has one child, so that who holds up the script holds up everybody. Ends with 77 where it is absent.
"""
import contextlib
import http.client
import os
import select
import socket
import struct
import sys
import tempfile
import time

from peers import check, finish, need, php_fpm, serving

BUILD = os.path.abspath(sys.argv[1])
MOST = 64 << 20  # of a reply: more than sockets take
FILES = {
    "index.php": "",
    "hello.php": "<?php echo 'hello';",
    "large.php": f"<?php for ($i = 0; $i < {MOST >> 16}; ++$i) echo str_repeat(chr(97 + $i % 26), 65536);",
    "events.php": """<?php
header('Content-Type: text/event-stream');
foreach ([1, 2] as $i) {
    echo "data: $i\\n\\n";
    flush();
    while (!file_exists($_GET['go'])) { usleep(5000); clearstatcache(); }
}""",
    # Sends on once the client has left, and writes down how far it got, and whether it was told.
    "leave.php": """<?php
set_time_limit(60);
ignore_user_abort($_GET['user'] === 'ignored');
$i = 0;
register_shutdown_function(function () use (&$i) {
    file_put_contents($_GET['mark'] . '.new', ($i === (int)$_GET['most'] ? 'finished' : 'ended') .
        (connection_aborted() ? ' aborted' : ''));
    rename($_GET['mark'] . '.new', $_GET['mark']);
});
echo 'started';
flush();
while (!file_exists($_GET['left'])) { usleep(5000); clearstatcache(); }
for (; $i < $_GET['most']; ++$i) { echo str_repeat('x', 65536); flush(); usleep(5000); }""",
}


@contextlib.contextmanager
def front(place, *more):
    """A door in front of PHP's only child, of php-fpm or, with `more` being "spawn" first, our own."""
    if more and more[0] == "spawn":
        target = "?".join(("fcgi:spawn", *more[1:])) + ":exec php-cgi -d post_max_size=64M"
        with serving([f"{BUILD}/bin/turngate", "front", target, "--root", f"{place}/public"],
                     {"TURNGATE_FCGI_CHILDREN": "1"}) as door:
            yield door
        return
    with php_fpm(need("php-fpm8.2") or need("php-fpm"), place, children=1) as path:
        target = f"fcgi:unix:{path}" + (f"?{'&'.join(more)}" if more else "")
        with serving([f"{BUILD}/bin/turngate", "front", target, "--root", f"{place}/public"]) as door:
            yield door


def begin(door, path):
    """The client has sent its request, and reads nothing of the answer but what the kernel does for it."""
    client = door.connect()
    client.settimeout(120)
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    return client


def reply_to(client):
    reply = http.client.HTTPResponse(client)
    reply.begin()
    return reply


def body_for(client):
    """None where it breaks off."""
    with client:
        try:
            return reply_to(client).read()
        except http.client.IncompleteRead:
            return None


def is_answered(client, seconds):
    return bool(select.select([client], [], [], seconds)[0])


LARGE = b"".join(bytes([97 + i % 26]) * 65536 for i in range(MOST >> 16))


def slow_uploads(place, *how):
    with front(place, *how) as door:
        slow = door.connect()
        slow.sendall(b"POST /hello.php HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100000\r\n\r\nabc")
        check("who uploads slowly holds up nobody", body_for(begin(door, "/hello.php")) == b"hello")
        slow.sendall(b"x" * 99_997)
        check("... and is answered in the end", body_for(slow) == b"hello")


def slow_clients(place, *how):
    with front(place, *how) as door:
        slow = begin(door, "/large.php")
        check("who downloads slowly is sent something", is_answered(slow, 120))
        second = begin(door, "/hello.php")
        check("the next one is answered meanwhile", body_for(second) == b"hello")
        check("... and the first gets all", body_for(slow) == LARGE)
        check("the disk had room", "cannot be stored" not in door.said(), door.said()[-1000:])
        gone = begin(door, "/large.php")
        check("a client that leaves", is_answered(gone, 120))
        leave(gone)
        check("... holds up nobody", body_for(begin(door, "/hello.php")) == b"hello")
    for buffer in ("off", "memory"):
        with front(place, *how, f"buffer={buffer}") as door:
            slow = begin(door, "/large.php")
            is_answered(slow, 120)
            second = begin(door, "/hello.php")
            check(f"with buffer={buffer} the next one waits", not is_answered(second, 1))
            check("... until the first has all", body_for(slow) == LARGE)
            check("... and then has its answer", body_for(second) == b"hello")


def event_streams(place):
    for buffer in ("off", "file"):
        go = f"{place}/go-{buffer}"
        with front(place, f"buffer={buffer}") as door:
            with begin(door, f"/events.php?go={go}") as client:
                reply = reply_to(client)
                event = reply.readline()
                check(f"with buffer={buffer} an event comes while the script goes on", event == b"data: 1\n", event)
                open(go, "wb").close()
                rest = reply.read()
                check("... and the next one", rest == b"\ndata: 2\n\n", rest)


def leave(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def what_became_of(door, place, name, user, most):
    """What PHP makes of a client that leaves in the middle."""
    mark, left = f"{place}/{name}.mark", f"{place}/{name}.left"
    client = begin(door, f"/leave.php?user={user}&most={most}&mark={mark}&left={left}")
    check(f"{name}: the script has begun", b"\r\n\r\n" in client.recv(65536))
    leave(client)
    open(left, "wb").close()
    end = time.monotonic() + 120
    while not os.path.exists(mark) and time.monotonic() < end:
        time.sleep(0.02)
    with open(mark, encoding="utf-8") as file:
        return file.read()


def clients_that_leave(place):
    for buffer in ("off", "file"):
        with front(place, f"buffer={buffer}") as door:
            became = what_became_of(door, place, f"plain-{buffer}", "heard", 12_000)
            check("a script ends when its client has left", became == "ended aborted", became)
            became = what_became_of(door, place, f"ignored-{buffer}", "ignored", 10)
            check("... unless it says ignore_user_abort()", became.startswith("finished"), became)
        with front(place, f"buffer={buffer}", "ignore-client-abort") as door:
            became = what_became_of(door, place, f"kept-{buffer}", "heard", 200)
            check("with ignore-client-abort it is not told", became == "finished", became + "\n" + door.said())
            check("... and the next one is served", body_for(begin(door, "/hello.php")) == b"hello")


def main():
    if need("php-fpm8.2") or need("php-fpm"):
        with tempfile.TemporaryDirectory() as place:
            os.mkdir(f"{place}/public")
            for name, text in FILES.items():
                with open(f"{place}/public/{name}", "w", encoding="utf-8") as file:
                    file.write(text)
            slow_uploads(place)
            slow_clients(place)
            if need("php-cgi"):
                slow_uploads(place, "spawn")
                slow_clients(place, "spawn")
            event_streams(place)
            clients_that_leave(place)
    finish()


main()
