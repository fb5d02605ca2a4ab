"""measure_cgi.py BUILD [PART...]: CGI, one table with the goal beside each row.

How long a program linked with turngate takes from its start to its end beside a C program that only
prints, both linked in the same way; and how many of the C program the gateway runs a second beside
lighttpd and nginx with fcgiwrap. STATIC names the build whose programs are static."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from measuring import BUILD, CLIENT_CORE, SERVER_CORE, Bench, Server, compare, free_port, in_turn, ratio, row, wrk

STATIC = os.environ.get("STATIC", os.path.join(os.path.dirname(BUILD), "static"))
STARTS = 300
REQUEST = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "REQUEST_URI": "/?name=world",
           "QUERY_STRING": "name=world", "SCRIPT_NAME": "/hello", "SERVER_PROTOCOL": "HTTP/1.1",
           "SERVER_NAME": "bench", "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1", "PATH": "/usr/bin:/bin"}
LIGHTTPD = """server.port = PORT
server.bind = "127.0.0.1"
server.document-root = "DIRECTORY"
server.modules = ( "mod_indexfile", "mod_cgi" )
server.max-keep-alive-requests = 0
index-file.names = ( "cgi_hello" )
cgi.assign = ( "" => "" )
"""
FCGIWRAP = "fastcgi_param SCRIPT_FILENAME DIRECTORY/cgi_hello; fastcgi_param REQUEST_METHOD $request_method; " \
           "fastcgi_param QUERY_STRING $query_string; fastcgi_pass unix:SOCKET;"


def compiled(folder):
    """The directory of the C program, and the same linked statically."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cgi_hello.c")
    os.mkdir(f"{folder}/bin")
    subprocess.run(["cc", "-O2", source, "-o", f"{folder}/bin/cgi_hello"], check=True)
    subprocess.run(["cc", "-O2", "-static", source, "-o", f"{folder}/cgi_hello_static"], check=True)
    return f"{folder}/bin"


def one_start(program):
    """Microseconds from exec to the end by the clock, and of CPU."""
    ours, theirs = os.pipe()
    actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, theirs, 1)]
    begin = time.perf_counter()
    pid = os.posix_spawn(program, [program], REQUEST, file_actions=actions)
    os.close(theirs)
    said = b""
    while piece := os.read(ours, 4096):
        said += piece
    _, status, used = os.wait4(pid, 0)
    lasted = time.perf_counter() - begin
    os.close(ours)
    if status != 0 or b"world!\n" not in said:
        raise SystemExit(f"{program} does not say hello: {said}")
    return lasted * 1e6, (used.ru_utime + used.ru_stime) * 1e6


def start(bench):
    """Of many starts the quarter that was disturbed least."""
    pairs = (("dynamic", f"{BUILD}/samples/hello", f"{bench.programs}/cgi_hello", ""),
             ("static", f"{STATIC}/samples/hello", f"{bench.folder}/cgi_hello_static", "at most 1.5"))
    for name, ours, theirs, goal in pairs:
        if not os.path.exists(ours):
            row(f"{name}: no {ours}", "", "", "", "")
            continue
        runs = [(one_start(ours), one_start(theirs)) for _ in range(STARTS)]
        for index, what in enumerate(("exec to the answer's end", "  CPU")):
            a, b = ([statistics.median(sorted(run[side][index] for run in runs)[:STARTS // 4]) for side in (0, 1)])
            row(f"{what}, {name}", f"{a:.0f}", f"{b:.0f}", "us", f"{a / b:.2f} of C  ({goal})")


def gateway(bench, ballast=0):
    port = free_port()
    command = ["env", f"BALLAST={ballast}", f"{BUILD}/bench/cgi_gateway", f"{bench.programs}/cgi_hello"]
    return Server(command, port, f"{bench.folder}/{port}.log")


def rate(bench):
    folder, programs = bench.folder, bench.programs
    wrap = shutil.which("fcgiwrap", path=os.environ["PATH"] + ":/usr/sbin")
    fcgiwrap = Server([wrap, "-c", "8", "-s", f"unix:{folder}/wrap"], f"{folder}/wrap", f"{folder}/wrap.log")
    location = FCGIWRAP.replace("DIRECTORY", programs).replace("SOCKET", f"{folder}/wrap")
    with gateway(bench) as ours, gateway(bench, 200) as heavy, fcgiwrap, bench.nginx(location) as nginx, \
            bench.server(["lighttpd", "-D", "-f", "CONF"], LIGHTTPD.replace("DIRECTORY", programs)) as lighttpd:
        for connections in (8, 32):
            for name, theirs, goal in (("lighttpd", lighttpd, "at least 1.1"), ("fcgiwrap", nginx, "at least 1.15")):
                a, b = in_turn(lambda server, n=connections: wrk(server, n), ours, theirs)
                compare(f"cgi:, {connections} connections", a, b, name, 1, "/s", goal)
        a, b = in_turn(lambda server: wrk(server, 8), heavy, ours)
        row("cgi: of a gateway that holds 200 MB", f"{statistics.median(x[1] for x in a):.0f}",
            f"{statistics.median(x[1] for x in b):.0f}", "/s",
            f"{ratio([x[1] for x in a], [x[1] for x in b]):.3f} of one that holds none  (the same)")


def main():
    os.sched_setaffinity(0, {CLIENT_CORE})
    parts = {"start": start, "rate": rate}
    print(f"CGI, the server and its programs on core {SERVER_CORE}, its clients on core {CLIENT_CORE}\n")
    row("", "turngate", "peer", "", "")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        bench = Bench(folder)
        bench.programs = compiled(folder)
        for part in sys.argv[2:] or parts:
            parts[part](bench)


main()
