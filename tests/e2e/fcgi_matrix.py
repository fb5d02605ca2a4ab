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
from peers import check, finish, free_port, gate, need, php_fpm
from web_servers import public_directory, running

BUILD = os.path.abspath(sys.argv[1])
APPLICATIONS = os.path.abspath(os.path.dirname(__file__) + "/applications")
PROGRAM = f"{BUILD}/e2e/e2e_program"
GATE = f"{BUILD}/bin/turngate"


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
        connection, lines = front.first_event()
        connection.close()
        again = front.ask("GET", "/kinds/plain")
    except (OSError, http.client.HTTPException) as error:
        check(f"{front.name}: the first event of an endless stream", False, error)
        return
    check(f"{front.name}: the first event of an endless stream", lines == [b"data: 0\n", b"\n"], lines)
    check(f"{front.name}: an answer once its client has left", again.status == 200, again)


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

    for front, server, door in web_servers():
        with door as address, front(server, address) as served:
            fill(served)
    for name, application in applications():
        with application as address:
            target = address if address.startswith("fcgi:") else f"fcgi:unix:{address}"
            with gate(BUILD, target) as door:
                fill(Front(f"turngate before {name}", door.port))
    print_matrix(rows)
    finish()


if __name__ == "__main__":
    main()
