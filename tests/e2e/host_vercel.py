#!/usr/bin/env python3
"""host_vercel.py BINARY_DIR ...: functions under `turngate host vercel`: one that knows the protocol alone, and ours."""
import json
import os
import re
import subprocess
import sys
import time

from peers import check, finish
from program import Program, ask

BUILD = os.path.abspath(sys.argv[1])
FUNCTION = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "ipc_function.py")]


class Host(Program):
    """`turngate host vercel` in front of `command`; what it printed is in `output` once it has stopped."""

    def __init__(self, command, *options, environment=None):
        super().__init__(BUILD, ["host", "vercel", "-p", "0", *options, "--", *command],
                         environment=environment, stdout=subprocess.PIPE)
        self.door = self.port(r"http://127\.0\.0\.1:(\d+)")

    def end(self):
        status = self.stop()
        self.output = self.process.stdout.read()
        return status


def lines_of(output, number):
    return [line[5:] for line in output.splitlines() if line.startswith(f"#{number} ")]


def well_behaved():
    with Host(FUNCTION, "--strict", environment={"VERCEL_OIDC_TOKEN": "token", "AWS_LAMBDA_FUNCTION_NAME": "f",
                                                 "PORT": "1", "MINE": "kept"}) as host:
        status, _, body = ask(host.door, "/hello?name=Ada", headers={"X-Mine": "1", "X-Vercel-Internal-Foo": "forged"})
        seen = json.loads(body)
        ended = host.end()
    check("a request is answered", status == 200, status)
    fields, variables = seen["headers"], seen["variables"]
    check("it has an invocation", re.fullmatch(r"[0-9a-f-]{36}", fields["x-vercel-internal-invocation-id"]), fields)
    check("and a number", fields["x-vercel-internal-request-id"] == "1", fields)
    check("the token goes along", fields["x-vercel-internal-oidc-token"] == "token", fields)
    check("what a client forges does not", "x-vercel-internal-foo" not in fields, fields)
    check("what else it says does", fields["x-mine"] == "1", fields)
    check("the proxy tells of the client", fields["x-forwarded-for"] == "127.0.0.1", fields)
    check("the environment is Vercel's", variables["VERCEL"] == "1" and variables["VERCEL_ENV"] == "development",
          variables)
    check("not Lambda's, and without a port", "AWS_LAMBDA_FUNCTION_NAME" not in variables and "PORT" not in variables,
          variables)
    check("and the user's own", variables["MINE"] == "kept", variables)
    shown = lines_of(host.output, 1)
    expected = [r"GET /hello\?name=Ada", r"log    stdout  asked for /hello\?name=Ada", "log    that is all",
                "fetch  PUT api/x\\?a=1 -> 204  3 ms", r"→      200  [\d.]+ ms  \d+ bytes",
                r"end    [\d.]+ ms(, [\d.]+ ms behind the answer)?"]
    check("all of it is shown", sorted(expected) == sorted(
        next((pattern for pattern in expected if re.fullmatch(pattern, line)), line) for line in shown), shown)
    check("its start, too", "started: port" in host.output and "initialised in 12 ms" in host.output, host.output)
    check("nothing was wrong", "1 request   0 breaches" in host.output and ended == 0, (ended, host.output))


def breaches():
    for path, what in (("/garbage", "bad JSON"), ("/twice", "(end is of invocation|it has ended twice)"), ("/endless", "it never ended")):
        for options, expected in (((), 0), (("--strict",), 1)):
            with Host(FUNCTION, *options) as host:
                ask(host.door, path)
                ended = host.end()
            check(f"{path} is told", re.search(f"BREACH .*{what}", host.output), host.output)
            check(f"and ends with {expected}", ended == expected, ended)
    with Host([*FUNCTION, "--deaf"]) as host:
        ask(host.door, "/")
        host.end()
    check("so is a ping that is not answered", "BREACH /_vercel/ping was answered with 404" in host.output, host.output)


def deaths():
    with Host(FUNCTION) as host:
        first, *_ = ask(host.door, "/die")
        # Its connections end a moment before it does, and the host sees that.
        second, patience = 502, time.monotonic() + 10
        while second == 502 and time.monotonic() < patience:
            second, *_ = ask(host.door, "/again")
        host.end()
    check("who asks a function that dies gets 502", first == 502, first)
    check("and then a new function answers", second == 200, second)
    check("which is told", "the function exited with status 7" in host.output, host.output)

    with Host([*FUNCTION, "--fail"]) as host:
        status, fields, body = ask(host.door, "/")
        host.end()
    check("a function that does not start is a 500", status == 500, status)
    check("of Vercel's kind", fields["X-Vercel-Error"] == "FUNCTION_INVOCATION_FAILED", dict(fields))
    check("with its reason", "the function exited with status 3" in body, body)
    check("and its own word", "unrecoverable error, exit code 3: there is no handler" in host.output, host.output)

    with Host(["/no/such/program"]) as host:
        status, _, body = ask(host.door, "/")
        host.end()
    check("neither does one that is not there", status == 500 and "status 127" in body, (status, body))


def floods():
    with Program(BUILD, ["host", "vercel", "-p", "0", "--", *FUNCTION], stdout=subprocess.DEVNULL) as host:
        ask(host.port(r"http://127\.0\.0\.1:(\d+)"), "/flood")
        ended = host.stop()
    check("a function that never stops writing is stopped", ended == 0, ended)


def unread():
    with Host(FUNCTION) as host:
        host.process.stdout.close()
        statuses = [ask(host.door, "/")[0] for _ in range(3)]
        ended = host.stop()
    check("requests are served though nobody reads of them", statuses == [200] * 3, statuses)
    check("and that is no crash", ended >= 0, ended)


def ours():
    turngate = f"{BUILD}/bin/turngate"
    with Host([turngate, "run", f"plugin:{BUILD}/e2e/e2e_handler.so"], "--strict") as host:
        for _ in range(20):
            ask(host.door, "/hello?name=Ada")
        pings = [ask(host.door, f"/_vercel/ping{query}") for query in ("", "?x=1")]
        ended = host.end()
    check("a ping is answered", [(status, body) for status, _, body in pings] == [(200, "OK")] * 2, pings)
    check("our own function keeps to the protocol", ended == 0 and "20 requests   0 breaches" in host.output,
          (ended, host.output))
    check("and stops when it is told", "exited with status 0" in host.output, host.output)


well_behaved()
breaches()
deaths()
floods()
unread()
ours()
finish()
