#!/usr/bin/env python3
"""door_matrix.py BINARY_DIR ...: one program behind every platform's door: plain HTTP, CGI, FastCGI, and what a platform
makes of it, as `turngate host` plays the platforms. Each answers the same, but for what a platform has no words for.
Appwrite before 1.4 (v0 to v2) has them for neither methods nor paths: appwrite.py asks those doors.
"""
import contextlib
import os
import subprocess
import sys

from conformance import Front, print_matrix, try_cases
from peers import check, finish
from program import Program

BUILD = os.path.abspath(sys.argv[1])
PROGRAM = f"{BUILD}/e2e/e2e_program"
PROXY = ("X-Forwarded-[^:]*", "X-Real-IP", "X-Request-Id", "Forwarded", "Via")


@contextlib.contextmanager
def hosted(platform, *options, **front):
    with Program(BUILD, ["host", platform, "-p", "0", *options, "--", PROGRAM], stdout=subprocess.DEVNULL) as host:
        yield Front(platform, host.port(r"http://127\.0\.0\.1:(\d+)"), **front)
        check(f"host {platform} ends well", host.stop() == 0)


@contextlib.contextmanager
def served(name, target):
    with Program(BUILD, ["serve", "-p", "0", target]) as server:
        yield Front(name, server.port(r"http://127\.0\.0\.1:(\d+)"))
        check(f"serve {target} ends well", server.stop() == 0)


class Executor(Front):
    """Asks a function of Open Runtimes v3, which `turngate host` does not play."""

    def send(self, connection, method, target, fields, body):
        super().send(connection, method, target, [*fields, ("x-open-runtimes-secret", "s"),
                                                  ("x-open-runtimes-timeout", "60")], body)


@contextlib.contextmanager
def executed(**front):
    variables = {"OPEN_RUNTIMES_SECRET": "s", "TURNGATE_OPEN_RUNTIMES": "v3", "TURNGATE_LISTEN": "127.0.0.1:0"}
    with Program(BUILD, [], variables, program="e2e/e2e_program", stdout=subprocess.DEVNULL) as function:
        yield Executor("open-runtimes v3", function.port(), **front)
        check("v3 ends well", function.stop() == 0)


def main():
    rows = {}
    fault = "what a handler throws is told in the platform's own words"
    one_value = "an event has one value of a name, of several joined by ','"
    whole = "a reply is sent when it is whole"
    runtime = {"faults": fault, "lengths": whole, "broken answers": whole}
    doors = [
        served("http", f"plugin:{BUILD}/e2e/e2e_handler.so"),
        served("cgi", f"cgi:{PROGRAM}"),
        served("fastcgi", f"fcgi:spawn:{PROGRAM}"),
        hosted("vercel", adds=("X-Vercel-[^:]*", *PROXY)),
        hosted("lambda", adds=("X-Amzn-Trace-Id", *PROXY), lacks={
            "faults": fault, "repeated fields": one_value, "5 MB": "a reply has 6 MiB at most, in base64"}),
        hosted("open-runtimes", adds=("X-Appwrite-[^:]*", *PROXY), lacks=runtime),
        executed(lacks=runtime),
        hosted("impuls", adds=("X-Amzn-Trace-Id", *PROXY), lacks={
            "faults": fault, "repeated fields": one_value, "lengths": whole, "broken answers": whole}),
        hosted("openedge", lacks=dict.fromkeys(
            ("more than POST", "fields of a reply", "statuses", "an empty reply"), "a message is a topic and a payload"))]
    for door in doors:
        with door as front:
            rows[front.name] = try_cases(front)
    print_matrix(rows)
    finish()


if __name__ == "__main__":
    main()
