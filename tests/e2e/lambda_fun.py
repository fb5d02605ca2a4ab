#!/usr/bin/env python3
"""lambda_fun.py BINARY_DIR ...: a function against a Runtime API that others wrote: npm's @vercel/fun. Ends with 77
where npm does not reach its registry."""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile

from fake_lambda import http_event
from peers import check, finish, need, skipped

BUILD = os.path.abspath(sys.argv[1])
TURNGATE = f"{BUILD}/bin/turngate"
FUNCTION = f"{BUILD}/tests/turngate_lambda_program"
HERE = os.path.dirname(os.path.abspath(__file__))


def vercel_event(path):
    """As Vercel's command line sends it (@vercel/fun) to a function that is none of Fluid compute."""
    request = {"method": "GET", "host": "a.vercel.app", "path": path, "headers": {"host": "a.vercel.app"}}
    return json.dumps({"Action": "Invoke", "body": json.dumps(request)})


def run(place, command, events):
    """What came of each event, and at the end of the program."""
    done = subprocess.run(["node", "invoke.mjs", *command], cwd=place, input="".join(e + "\n" for e in events),
                          capture_output=True, text=True, timeout=300, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return lines, done.stdout + done.stderr


def try_program(place):
    events = [http_event("/hello", "name=fun"), '{"id":7}', http_event("/throw"), http_event("/large"),
              http_event("/hello"), vercel_event("/hello?name=Vercel")]
    lines, noise = run(place, [FUNCTION], events)
    check("every event and the end are told", len(lines) == len(events) + 1, noise)
    if len(lines) != len(events) + 1:
        return
    check("an HTTP event is answered", json.loads(lines[0]["Payload"])["body"] == "hello fun\n", lines[0])
    check("another event, too", lines[1]["StatusCode"] == 200 and "FunctionError" not in lines[1], lines[1])
    check("what is thrown is an error", lines[2].get("FunctionError") == "Handled" and json.loads(
        lines[2]["Payload"]) == {"errorMessage": "out of luck", "errorType": "std::runtime_error"}, lines[2])
    check("five megabytes get through", len(json.loads(lines[3]["Payload"])["body"]) == 5_000_000)
    check("and what comes next, too", json.loads(lines[4]["Payload"])["body"] == "hello world\n", lines[4])
    reply = json.loads(lines[5]["Payload"])
    body = base64.b64decode(reply["body"]) if reply.get("encoding") == "base64" else reply["body"].encode()
    check("Vercel's Invoke event is answered in its form", (reply["statusCode"], body) == (200, b"hello Vercel\n"), reply)
    check("SIGTERM ends it with 0", lines[6] == {"code": 0, "signal": None}, lines[6])


def try_failed_start(place):
    lines, noise = run(place, [TURNGATE, "run", "plugin:/no/such.so"], [])
    told = lines[0].get("started", {}) if lines else {}
    check("a failed start is told before the process ends", "/no/such.so" in told.get("Payload", ""), noise)


def main():
    if not all([need("node"), need("npm")]):
        return
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(f"{HERE}/peers/fun", place, dirs_exist_ok=True)
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"],
                              cwd=place, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            skipped.append("npm installs nothing here: " + done.stderr[-300:])
            return
        try_program(place)
        try_failed_start(place)


main()
finish()
