#!/usr/bin/env python3
"""door_matrix.py BINARY_DIR ...: one program behind every platform's door: plain HTTP, and what a platform makes of it,
as `turngate host` plays the platforms. Each answers the same, but for what a platform has no words for.
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
def served():
    with Program(BUILD, ["serve", "-p", "0", f"plugin:{BUILD}/e2e/e2e_handler.so"]) as server:
        yield Front("http", server.port(r"http://127\.0\.0\.1:(\d+)"))
        check("serve ends well", server.stop() == 0)


def main():
    rows = {}
    fault = "what a handler throws is told in the platform's own words"
    one_value = "an event has one value of a name, of several joined by ','"
    whole = "a reply is sent when it is whole"
    doors = [
        served(),
        hosted("vercel", adds=("X-Vercel-[^:]*", *PROXY)),
        hosted("lambda", adds=("X-Amzn-Trace-Id", *PROXY), lacks={
            "faults": fault, "repeated fields": one_value, "5 MB": "a reply has 6 MiB at most, in base64"}),
        hosted("open-runtimes", adds=("X-Appwrite-[^:]*", *PROXY), lacks={
            "faults": fault, "lengths": whole, "broken answers": whole}),
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
