"""measure_fastcgi.py BUILD [PART...]: FastCGI, our door against libfcgi and our client against web
servers, one table with the goal beside each row. Applications listen on Unix sockets."""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile

from measuring import (BUILD, CLIENT_CORE, CONNECTIONS, SERVER_CORE, Bench, Server, compare, free_port, in_turn,
                       ratio, row, wrk)

APPLICATION = f"{BUILD}/samples/fcgi_threads"  # written for libfcgi
PARAMS = """fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
fastcgi_param SCRIPT_FILENAME {script}; fastcgi_param SCRIPT_NAME $fastcgi_script_name;
fastcgi_param REQUEST_URI $request_uri; fastcgi_param DOCUMENT_URI $document_uri;
fastcgi_param DOCUMENT_ROOT $document_root; fastcgi_param SERVER_PROTOCOL $server_protocol;
fastcgi_param REQUEST_SCHEME $scheme; fastcgi_param GATEWAY_INTERFACE CGI/1.1;
fastcgi_param SERVER_SOFTWARE nginx/$nginx_version; fastcgi_param REMOTE_ADDR $remote_addr;
fastcgi_param REMOTE_PORT $remote_port; fastcgi_param SERVER_ADDR $server_addr;
fastcgi_param SERVER_PORT $server_port; fastcgi_param SERVER_NAME $server_name;
fastcgi_param REDIRECT_STATUS 200; fastcgi_pass application; """
KEEP = "fastcgi_keep_conn on; "
PHP_CHILDREN = 8


class FastCgi(Bench):
    def application(self, command, core):
        path = f"{self.folder}/{free_port()}.sock"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(1024)
        with listener:
            return Server(command, path, path + ".log", core, listener)

    def nginx_before(self, application, more=KEEP, script="/hello"):
        pool = f"upstream application {{ server unix:{application}; keepalive {CONNECTIONS}; " \
               "keepalive_requests 1000000000; }"
        return self.nginx(PARAMS.replace("{script}", script) + more, pool)


def door(bench):
    """nginx and one application after the other share the servers' core."""
    figures = []

    def ask(pair):
        front, application = pair
        before = application.cpu()
        cpu, rate, _ = wrk(front)
        spent = (application.cpu() - before) / (rate * 2) * 1e6
        return cpu, rate, spent

    with bench.application([f"{BUILD}/samples/hello"], SERVER_CORE) as ours, \
            bench.application([APPLICATION], SERVER_CORE) as theirs, \
            bench.nginx_before(ours.address) as before_ours, bench.nginx_before(theirs.address) as before_theirs:
        figures = in_turn(ask, (before_ours, ours), (before_theirs, theirs))
    compare("nginx, kept connections, throughput", *figures, "libfcgi", 1, "/s", "at least 1.4")
    a, b = ([x[2] for x in side] for side in figures)
    row("  CPU of the application a request", f"{statistics.median(a):.2f}", f"{statistics.median(b):.2f}", "us",
        f"{ratio(a, b):.3f} of libfcgi  (at most 0.5)")


def fcgi_load(server, *options):
    before = server.cpu()
    said = subprocess.run(["taskset", "-c", str(CLIENT_CORE), f"{BUILD}/bench/fcgi_load", *options, server.address],
                          check=True, capture_output=True, text=True).stdout
    requests, rate = int(re.search(r"(\d+) requests", said)[1]), float(re.search(r"([\d.]+) requests/s", said)[1])
    return (server.cpu() - before) / requests * 1e6, rate


def direct(bench):
    with bench.application([f"{BUILD}/samples/hello"], SERVER_CORE) as ours, \
            bench.application([APPLICATION], SERVER_CORE) as theirs:
        for name, options in (("kept connections", ("--keep",)), ("a new connection each", ())):
            a, b = in_turn(lambda server, options=options: fcgi_load(server, *options), ours, theirs)
            compare(f"direct, {name}, throughput", a, b, "libfcgi", 1, "/s", "at least 1.8")
            compare("  CPU a request", a, b, "libfcgi", 0, "us", "")


LIGHTTPD = """server.port = PORT
server.bind = "127.0.0.1"
server.document-root = "/"
server.modules = ( "mod_fastcgi" )
server.max-keep-alive-requests = 0
fastcgi.server = ( "/" => (( "socket" => "APPLICATION", "check-local" => "disable" )) )
"""
CADDY = """{
  admin off
  auto_https off
}
http://127.0.0.1:PORT {
  reverse_proxy unix/APPLICATION {
    transport fastcgi
  }
}
"""


def client(bench):
    """The gateway has a core; the application that libfcgi made is beside the clients."""
    # A kept connection holds one of its threads, and both gateways keep theirs.
    with bench.application([APPLICATION, str(3 * CONNECTIONS)], CLIENT_CORE) as application:
        path = application.address
        with bench.serve(f"fcgi:unix:{path}") as ours:
            with bench.nginx_before(path, "") as theirs:
                a, b = in_turn(wrk, ours, theirs)
            compare("before libfcgi, not kept, CPU a request", a, b, "nginx", 0, "us", "")
        with bench.serve(f"fcgi:unix:{path}?keep={CONNECTIONS}") as ours:
            with bench.nginx_before(path) as theirs:
                a, b = in_turn(wrk, ours, theirs)
            compare("before libfcgi, kept, CPU a request", a, b, "nginx", 0, "us", "at most 1")
            compare("  throughput", a, b, "nginx", 1, "/s", "")
            # These two keep no connections to applications.
            others = (("lighttpd", ["lighttpd", "-D", "-f", "CONF"], LIGHTTPD, "at least 1.3"),
                      ("Caddy", ["caddy", "run", "--adapter", "caddyfile", "--config", "CONF"], CADDY, "at least 4"))
            for name, command, text, goal in others:
                with bench.server(command, text.replace("APPLICATION", path)) as theirs:
                    a, b = in_turn(wrk, ours, theirs)
                compare("  throughput", a, b, name, 1, "/s", goal)


PHP = """[global]
daemonize = no
error_log = {folder}/php.log
log_level = error
[www]
listen = {folder}/php.sock
pm = static
pm.max_children = {children}
"""


def php(bench):
    folder = bench.folder
    with open(f"{folder}/hello.php", "w", encoding="ascii") as file:
        file.write("<?php echo 'Hello, world!', PHP_EOL;")
    with open(f"{folder}/php.conf", "w", encoding="ascii") as file:
        file.write(PHP.format(folder=folder, children=PHP_CHILDREN))
    command = [shutil.which("php-fpm8.2", path=os.environ["PATH"] + ":/usr/sbin"), "-F", "-y", f"{folder}/php.conf"]
    if os.getuid() == 0:
        command.append("-R")
        with open(f"{folder}/php.conf", "a", encoding="ascii") as file:
            file.write("user = root\ngroup = root\n")
    with Server(command, f"{folder}/php.sock", f"{folder}/php.log", CLIENT_CORE) as fpm, \
            bench.serve(f"fcgi:unix:{fpm.address}?root={folder}&index=hello.php") as ours, \
            bench.nginx_before(fpm.address, "", f"{folder}/hello.php") as theirs:
        a, b = in_turn(lambda server: wrk(server, path="/hello.php"), ours, theirs)
    compare("before php-fpm, hello.php, throughput", a, b, "nginx", 1, "/s", "at least 1")
    compare("  CPU a request", a, b, "nginx", 0, "us", "")


def main():
    os.sched_setaffinity(0, {CLIENT_CORE})
    parts = {"door": door, "direct": direct, "client": client, "php": php}
    print(f"FastCGI, the server on core {SERVER_CORE}, its clients on core {CLIENT_CORE}\n")
    row("", "turngate", "peer", "", "")
    with tempfile.TemporaryDirectory() as folder:
        for part in sys.argv[2:] or parts:
            parts[part](FastCgi(folder))


main()
