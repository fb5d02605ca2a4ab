#!/usr/bin/env python3
"""host_open_runtimes.py BINARY_DIR ...: functions under `turngate host open-runtimes`: ours, and a server that knows
nothing of it."""
import os
import subprocess
import sys

from peers import check, finish
from program import OTHER_PLATFORMS, Program, ask

BUILD = os.path.abspath(sys.argv[1])
FUNCTION = f"{BUILD}/e2e/e2e_open_runtimes"
# Answers as the official runtimes do not: without the id of its log.
STRANGER = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
host, _, port = os.environ["TURNGATE_LISTEN"].rpartition(":")
http.server.HTTPServer((host, int(port)), Handler).serve_forever()
"""


class Host(Program):
    """`turngate host open-runtimes` in front of `command`; what it printed is in `output` once it has stopped."""

    def __init__(self, command, *options, environment=None):
        super().__init__(BUILD, ["host", "open-runtimes", "-p", "0", *options, "--", *command],
                         environment=OTHER_PLATFORMS | (environment or {}), stdout=subprocess.PIPE)
        self.door = self.port(r"http://127\.0\.0\.1:(\d+)")

    def end(self):
        status = self.stop()
        self.output = self.process.stdout.read()
        return status


def ours():
    with Host([FUNCTION], "--strict", "--function-timeout", "1s", environment={"CUSTOM_ENV_VAR": "a 'b' c"}) as host:
        status, headers, body = ask(host.door, "/x", method="POST", headers={"x-action": "plaintextResponse"})
        check("an execution is answered", status == 200 and body.startswith("Hello World"), body)
        check("without what is the executor's", "x-open-runtimes-log-id" not in headers, dict(headers))
        ask(host.door, "/logs", headers={"x-action": "errorTest"})
        check("its environment is ours", "a 'b' c" in ask(host.door, "/env", headers={"x-action": "envVars"})[2])
        status, *_ = ask(host.door, "/late", headers={"x-action": "patient"})
        check("who is late is told so", status == 500, status)
        check("20 MB are no more than the platform takes", ask(host.door, "/large", method="POST", body="x" * (15 << 20), headers={
            "x-action": "requestBodyText"})[2] == "x" * (15 << 20))
        check("what the runtime answers has no log", ask(host.door, "/__opr/health")[2] == "OK")
        ended = host.end()
    for line in ("#1   POST /x", "#2   log    Before error...", "#2   log    error Error!",
                 "#4   log    error Execution timed out.", "6 executions   0 breaches of the protocol"):
        check(f"it is shown: {line}", line in host.output.splitlines(), host.output)
    check("so is its start", "after its start" in host.output.splitlines()[0], host.output)
    check("and its end is good", ended == 0, ended)


def strangers():
    for options, expected in (((), 0), (("--strict",), 1)):
        with Host([sys.executable, "-c", STRANGER], *options) as host:
            ask(host.door, "/")
            ended = host.end()
        check("an answer without a log is a breach", "BREACH the answer has another x-open-runtimes-log-id" in host.output,
              host.output)
        check(f"and ends with {expected}", ended == expected, ended)


def failures():
    run = subprocess.run([f"{BUILD}/bin/turngate", "host", "open-runtimes", "-p", "0", "--", "/no/such/program"],
                         capture_output=True, text=True, check=False)
    check("a program that is not there is told", run.returncode == 4 and "status 127" in run.stderr, run)


ours()
strangers()
failures()
finish()
