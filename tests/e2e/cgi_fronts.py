#!/usr/bin/env python3
"""cgi_fronts.py BINARY_DIR: programs of ours in the cgi-bin of web servers that others wrote.

Apache with mod_cgid and with mod_cgi, lighttpd, nginx with fcgiwrap, as docs/cgi.md configures them,
Python's http.server, and our own cgi: and cgi-dir:. Ends with 77 where something is absent.
"""
import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys

from conformance import Front, print_matrix, try_cases
from peers import check, finish, free_port, gate, need, nginx
from shown import block, replaced
from web_servers import answers, apache, lighttpd, public_directory, running, wait_until

BUILD = os.path.abspath(sys.argv[1])
PROGRAM = "/cgi-bin/app"
UNSEEN = "a CGI answer of unknown length ends with the program's output, however it ends"
LACKS = {"broken answers": UNSEEN, "nominated fields": "it passes fields on that Connection lists"}
IN_CHUNKS = "it gives the program no CONTENT_LENGTH"


@contextlib.contextmanager
def apache_cgi(program, bin_directory, mpm, cgi):
    more = replaced(block("cgi.md", "ScriptAlias"), {"/srv/cgi-bin": bin_directory})
    if cgi == "cgid":
        more += "ScriptSock PLACE/cgisock\n"
    with apache(program, (mpm, cgi), more) as (port, _):
        lacks = {"chunked uploads": IN_CHUNKS, "lengths": "it leaves out Content-Length, and takes less for all",
                 "unread uploads": "it may close the connection before the client has read the answer"}
        yield Front(f"Apache mod_{cgi}", port, PROGRAM, LACKS | lacks)


@contextlib.contextmanager
def lighttpd_cgi(program, bin_directory):
    more = replaced(block("cgi.md", "cgi.assign"), {"/srv/cgi-bin": bin_directory})
    with lighttpd(program, (), more) as (port, _):
        yield Front("lighttpd mod_cgi", port, PROGRAM, LACKS)


@contextlib.contextmanager
def nginx_fcgiwrap(program, wrap, bin_directory):
    with public_directory() as place:
        socket = f"{place}/socket"
        location = replaced(block("cgi.md", "fastcgi_split_path_info"), {
            "/run/fcgiwrap.sock": socket, "/srv": os.path.dirname(bin_directory),
            "include fastcgi_params": "include /etc/nginx/fastcgi_params"})
        with running([wrap, "-c", "4", "-s", f"unix:{socket}"], socket, f"{place}/log"), \
                nginx(program, f"server {{ listen PORT; {location} }}") as (port, _):
            lacks = {"unread uploads": "fcgiwrap waits until its program has read all of a body, or takes it for broken",
                     "repeated fields": "nginx tells each, and fcgiwrap gives a program the first"}
            yield Front("nginx with fcgiwrap", port, PROGRAM, LACKS | lacks)


@contextlib.contextmanager
def python_cgi(program, bin_directory):
    port = free_port()
    directory = os.path.dirname(bin_directory)
    with public_directory() as place, \
            running([program, "-m", "http.server", "--cgi", "-b", "127.0.0.1", str(port)], port, f"{place}/log",
                    cwd=directory):
        lacks = {"methods": "it runs programs for GET, HEAD and POST alone", "chunked uploads": IN_CHUNKS,
                 "raw path": "it tells the path decoded and cleaned, and no REQUEST_URI",
                 "repeated fields": "it tells a program of the last alone",
                 "fields": "it tells a program of few"}
        # It always answers with 200; the program's Status is a field like others.
        yield Front("Python's http.server", port, PROGRAM, LACKS | lacks, ("content-type",),
                    status=lambda reply: int(reply.getheader("Status", "0").split()[0]))


@contextlib.contextmanager
def our_own(bin_directory, target, prefix):
    with gate(BUILD, f"{target}{bin_directory}") as door:
        yield Front(f"turngate {target}", door.port, prefix)


def is_running(path):
    """True if there is a process of this program."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/exe") == path:
                return True
    return False


def try_stream(front, bin_directory):
    path = f"{os.path.realpath(bin_directory)}/app"
    try:
        connection, lines = front.first_event()
    except (OSError, http.client.HTTPException) as error:
        check(f"{front.name}: the first event of an endless stream", False, error)
        return
    check(f"{front.name}: the first event of an endless stream", lines == [b"data: 0\n", b"\n"], lines)
    check(f"{front.name}: the program runs meanwhile", is_running(path))
    connection.close()
    lasted = wait_until(lambda: not is_running(path), 60)  # fcgiwrap sees it when it has 8 KiB to pass on
    check(f"{front.name}: the program ends when the client has left ({lasted or 60:.2f} s)", lasted is not None)


def try_killed():
    """What a program has started does not outlive us, however we end, once it has run for a moment."""
    with public_directory() as place:
        program, marks = f"{place}/app", f"{place}/marks"
        with open(program, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\nsleep 1000 &\nsleep 1\necho $! $$ >{marks}.new; mv {marks}.new {marks}; wait\n")
        os.chmod(program, 0o755)
        port = free_port()
        gateway = [f"{BUILD}/bin/turngate", "serve", "-p", str(port), f"cgi:{program}"]
        with subprocess.Popen(gateway, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            wait_until(lambda: answers(port))
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                wait_until(lambda: os.path.exists(marks))
                process.kill()
        with open(marks, encoding="utf-8") as file:
            pids = [int(pid) for pid in file.read().split()]
        ended = wait_until(lambda: not any(map(is_alive, pids)))
        check("what a CGI program has started ends when the gateway is killed", ended is not None, pids)


def is_alive(pid):
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()[0] not in "ZX"
    return False


def try_sample(front):
    """What is installed as it is, without a handler for tests."""
    reply = Front(front.name, front.port, front.prefix.replace("/app", "/hello")).ask("GET", "/?name=Ada")
    check(f"{front.name}: the sample says hello", reply.body == b"Hello, Ada!\n", reply)


def try_nph(front):
    """The same program by a name whose output Apache passes on as it is."""
    by_name = Front(front.name, front.port, front.prefix.replace("/app", "/nph-app"))
    for case in ("/kinds/plain?q=1", "/kinds/unread"):
        usual, nph = front.ask("GET", case), by_name.ask("GET", case)
        check(f"{front.name}: as an NPH program, {case}", (usual.status, usual.body) == (nph.status, nph.body), nph)


def fronts(bin_directory):
    """Those that can be started here."""
    server = need("apache2")
    if server:
        yield apache_cgi(server, bin_directory, "mpm_event", "cgid")
        yield apache_cgi(server, bin_directory, "mpm_prefork", "cgi")
    server = need("lighttpd")
    if server:
        yield lighttpd_cgi(server, bin_directory)
    server, wrap = need("nginx"), need("fcgiwrap")
    if server and wrap:
        yield nginx_fcgiwrap(server, wrap, bin_directory)
    yield python_cgi("/usr/bin/python3", bin_directory)
    yield our_own(bin_directory, "cgi-dir:", "/app")


def main():
    rows = {}
    with public_directory() as place:
        bin_directory = f"{place}/cgi-bin"
        os.mkdir(bin_directory, 0o755)
        for source, name in (("e2e/e2e_program", "app"), ("e2e/e2e_program", "nph-app"), ("samples/hello", "hello")):
            shutil.copy(f"{BUILD}/{source}", f"{bin_directory}/{name}")
        for start in fronts(bin_directory):
            with start as front:
                rows[front.name] = try_cases(front)
                try_stream(front, bin_directory)
                try_sample(front)
                if front.name.startswith(("Apache", "turngate")):
                    try_nph(front)
        with our_own(f"{bin_directory}/app", "cgi:", "") as front:
            rows[front.name] = try_cases(front)
            try_stream(front, bin_directory)
    try_killed()
    print_matrix(rows)
    finish()


main()
