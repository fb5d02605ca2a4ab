#!/usr/bin/env python3
"""fcgi_matrix.py BINARY_DIR ...: FastCGI with both ends: web servers of others before our door, our client before
applications of others, and one before the other. Each answers the same.

Ends with 77 where something is absent.
"""
import contextlib
import http.client
import os
import sys

import fcgi_fronts as fronts
from conformance import Front, print_matrix, try_cases
from peers import check, finish, free_port, gate, need, nginx, php_fpm, until
from web_servers import public_directory, running

BUILD = os.path.abspath(sys.argv[1])
APPLICATIONS = os.path.abspath(os.path.dirname(__file__) + "/applications")
PROGRAM = f"{BUILD}/e2e/e2e_program"
GATE = f"{BUILD}/bin/turngate"
THREADS = 4  # of our doors


@contextlib.contextmanager
def listening(command, address, place, **variables):
    """Runs an application at the address, which is a port or the path of a Unix socket, and has it end as asked."""
    path = f"{place}/application"
    environment = {**os.environ, "LOG_LEVEL": "warn", **variables}
    with running(command, address, path, env=environment) as process:
        yield
        process.terminate()
        status = process.wait(60)
        with open(path, encoding="utf-8", errors="replace") as log:
            check(f"{command[0]} ends as asked", status == 0, (status, log.read()[-2000:]))


@contextlib.contextmanager
def door_on_unix(**variables):
    with public_directory() as place:
        command = [GATE, "run", "--as", "fcgi", "--listen", f"unix:{place}/sock", f"plugin:{BUILD}/e2e/e2e_handler.so"]
        with listening(command, f"{place}/sock", place, TURNGATE_SOCKET_MODE="0666", **variables):
            yield f"{place}/sock"


@contextlib.contextmanager
def door_on_tcp():
    with public_directory() as place:
        port = free_port()
        with listening([PROGRAM, "run", "--as", "fcgi", "--listen", f"127.0.0.1:{port}"], port, place):
            yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def spawn_fcgi(program, command):
    """On descriptor 0."""
    with public_directory() as place:
        with listening([program, "-n", "-s", f"{place}/sock", "--", *command], f"{place}/sock", place):
            yield f"{place}/sock"


def try_stream(front):
    try:
        stream, lines = front.first_event()
        stream.close()
        again = front.ask("GET", "/kinds/plain")
    except (OSError, http.client.HTTPException) as error:
        check(f"{front.name}: the first event of an endless stream", False, error)
        return
    check(f"{front.name}: the first event of an endless stream", lines == [b"data: 0\n", b"\n"], lines)
    check(f"{front.name}: an answer once its client has left", again.status == 200, again)


def try_door(front):
    """What goes wrong at our door, and is the same behind every web server."""
    late = front.ask("GET", "/kinds/late")
    check(f"{front.name}: an answer that breaks off before any of it has left", late.status == 502, late)
    streams = []
    try:
        # Sooner if a handler of before still holds up a thread.
        while len(streams) <= THREADS and all(stream.status == 200 for stream in streams):
            streams.append(front.first_event()[0])
        check(f"{front.name}: no thread is free",
              streams[-1].status == 503 and streams[-1].headers["Retry-After"] == "1", streams[-1].status)
    except (OSError, http.client.HTTPException) as error:
        check(f"{front.name}: no thread is free", False, error)
    for stream in streams:
        stream.close()
    until(f"{front.name}: an answer when one is", lambda: front.ask("GET", "/kinds/plain").status == 200)


def try_shared(front):
    """What one request may do to others of its connection."""
    stream, _ = front.first_event()
    with contextlib.closing(front.connect()) as upload:
        upload.putrequest("POST", "/kinds/echo")
        upload.putheader("Content-Length", str(20 << 20))
        upload.endheaders(bytes(100_000))
        refused = upload.getresponse().status
    check(f"{front.name}: an upload that is too large", refused == 413, refused)
    check(f"{front.name}: others go on", [front.ask("GET", "/kinds/plain").status for _ in range(3)] == [200] * 3)
    torn = front.ask("GET", "/break")
    check(f"{front.name}: an answer breaks off beside another", not torn.is_whole or torn.status == 502, torn)
    until(f"{front.name}: an answer after that", lambda: front.ask("GET", "/kinds/plain").status == 200)
    stream.close()


def try_locations(nginx_program):
    """nginx chooses a location by the path without dot segments, and tells the program the raw one."""
    location = "fastcgi_pass ADDRESS; fastcgi_param REQUEST_METHOD GET; fastcgi_param REQUEST_URI $request_uri;"
    server = f"server {{ listen PORT; location /secret/ {{ deny all; }} location / {{ {location} }} }}"
    for variables, expected in (({}, 400), ({"TURNGATE_PASS_DOT_SEGMENTS": "on"}, 200)):
        with door_on_unix(**variables) as address, \
                nginx(nginx_program, server.replace("ADDRESS", f"unix:{address}")) as (port, _):
            front = Front("nginx", port)
            for target in ("/secret/../public", "/secret/x/..%2f..%2fpublic"):
                reply = front.ask("GET", target)
                check(f"{target} with {variables}", reply.status == expected, reply)
            check("what is denied", front.ask("GET", "/secret/public").status == 403)
            check("what is not", front.ask("GET", "/public").status == 200)


def web_servers():
    """Those that are here, before our door."""
    if server := need("nginx"):
        yield fronts.nginx_kept, server, door_on_unix()
        yield fronts.nginx_closed, server, door_on_tcp()
    if server := need("apache2"):
        yield fronts.apache_kept, server, door_on_unix()
        yield fronts.apache_closed, server, door_on_tcp()
    if server := need("lighttpd"):
        yield fronts.lighttpd_socket, server, door_on_unix()
        yield fronts.lighttpd_bin_path, server, contextlib.nullcontext(PROGRAM)
        if bridge := need("cgi-fcgi"):
            yield lambda program, address: fronts.cgi_fcgi(bridge, program, address), server, \
                door_on_unix(TURNGATE_MOUNT="SCRIPT_NAME")
    if server := need("caddy"):
        yield fronts.caddy_fcgi, server, door_on_unix()
    if server := need("haproxy"):
        yield fronts.haproxy_fcgi, server, door_on_unix()
        yield fronts.haproxy_multiplexed, server, door_on_unix()


@contextlib.contextmanager
def kept(application):
    with application as address:
        yield f"fcgi:{address}?keep=8"


@contextlib.contextmanager
def php(program):
    with public_directory() as place, php_fpm(program, place) as socket:
        yield f"fcgi:unix:{socket}?script-filename={APPLICATIONS}/conformance.php"


def applications():
    """(name, a context with its target)"""
    yield "our door at a Unix socket", door_on_unix()
    yield "our door by TCP, kept", kept(door_on_tcp())
    if spawn := need("spawn-fcgi"):
        yield "our door on descriptor 0", spawn_fcgi(spawn, [PROGRAM])
    if os.path.exists(f"{BUILD}/tests/turngate_libfcgi_conformance"):
        yield "libfcgi", contextlib.nullcontext(f"fcgi:spawn:exec {BUILD}/tests/turngate_libfcgi_conformance 4")
    else:
        need("libfcgi's library")
    if need("perl"):
        yield "Perl's FCGI", contextlib.nullcontext(f"fcgi:spawn:exec {APPLICATIONS}/conformance.pl")
    if fpm := need("php-fpm8.2") or need("php-fpm"):
        yield "php-fpm", php(fpm)


def main():
    rows = {}

    def fill(front):
        rows[front.name] = try_cases(front)
        try_stream(front)

    os.environ["TURNGATE_MAX_THREADS"] = str(THREADS)
    for front, server, door in web_servers():
        with door as address, front(server, address) as served:
            fill(served)
            try_door(served)
            if front is fronts.haproxy_multiplexed:
                try_shared(served)
    for name, application in applications():
        with application as address:
            target = address if address.startswith("fcgi:") else f"fcgi:unix:{address}"
            with gate(BUILD, target) as door:
                front = Front(f"turngate before {name}", door.port)
                fill(front)
                if name.startswith("our door"):
                    try_door(front)
    if program := need("nginx"):
        try_locations(program)
    print_matrix(rows)
    finish()


if __name__ == "__main__":
    main()
