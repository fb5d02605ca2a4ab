#!/usr/bin/env python3
"""host_impuls.py BINARY_DIR ...: functions under `turngate host impuls`: one that is written as Impuls documents its
runtimes, in Python's own server, and ours."""
import json
import os
import subprocess
import sys
import tempfile

from peers import check, finish
from program import OTHER_PLATFORMS, Program, ask

BUILD = os.path.abspath(sys.argv[1])
HERE = os.path.dirname(os.path.abspath(__file__))
FOREIGN = [sys.executable, os.path.join(HERE, "peers", "impuls_function.py")]
OURS = [f"{BUILD}/tests/turngate_impuls_program"]
API = "/api/v1/functions/function/invoke"


class Host(Program):
    """`turngate host impuls` in front of `command`; what it printed is in `output` once it has stopped."""

    def __init__(self, command, *options, environment=None):
        super().__init__(BUILD, ["host", "impuls", "-p", "0", *options, "--", *command],
                         environment=OTHER_PLATFORMS | (environment or {}), stdout=subprocess.PIPE)
        self.door = self.port(r"http +http://127\.0\.0\.1:(\d+)")

    def invoke(self, event, path=API):
        status, _, body = ask(self.door, path, "POST", body=event)
        return status, body

    def end(self):
        status = self.stop()
        self.output = self.process.stdout.read()
        return status


def ours():
    with Host(OURS, "--handler", "index.tell", "--env", "TENANT=alpha", "--memory", "256", "--strict",
              "--function-name", "f") as host:
        status, body = host.invoke('{"a": 1}', "/api/v1/functions/f/invoke")
        told = json.loads(body)
        check("an event is answered with the result", status == 200 and told["event"] == {"a": 1}, body)
        check("of the function that is told of itself",
              (told["name"], told["memory"], told["tenant"]) == ("f", 256, "alpha"), told)
        status, body = host.invoke("", "/api/v1/functions/f/invoke")
        check("no body is null", json.loads(body)["event"] is None, body)
        status, body = host.invoke("{a", "/api/v1/functions/f/invoke")
        check("what is no JSON is refused", status == 400 and json.loads(body)["error"] is True, body)
        check("it ends well", host.end() == 0)
    check("all of it is shown", "event {\"a\": 1}" in host.output and "2 invocations   0 breaches" in host.output,
          host.output)
    with Host(OURS, "--handler", "web", "--strict") as host:
        status, _, body = ask(host.door, "/hello?name=Ada")
        check("a request is an event, whose result is the reply", (status, body) == (200, "GET /hello?name=Ada\n"), body)
        check("it ends well", host.end() == 0)
    with Host(OURS, "--handler", "print", "--strict") as host:
        host.invoke('{"id": "7"}')
        host.end()
    for line in "stdout  cout 7", "stderr  cerr 7":
        check(f"the log has {line!r}", line in host.output, host.output)
    with Host(OURS, "--handler", "fail") as host:
        status, body = host.invoke("{}")
        check("a failure is the API's error", (status, json.loads(body)) ==
              (500, {"error": True, "message": "out of luck"}), body)
        host.end()


def foreign():
    with tempfile.TemporaryDirectory() as place:
        code = f"{place}/index.py"
        with open(code, "w", encoding="utf-8") as file:
            file.write("import os\ndef handler(event, context):\n    print('called')\n"
                       "    if event == 'fail':\n        raise ValueError('out of luck')\n"
                       "    return {'name': event['name'], 'tenant': os.environ['TENANT']}\n")
        with Host(FOREIGN, "--code", code, "--env", "TENANT=alpha", "--strict",
                  environment={"PORT": "1", "VERCEL_IPC_PATH": "/nowhere"}) as host:
            status, body = host.invoke('{"name": "Ada"}')
            check("a runtime of source text runs it", (status, json.loads(body)) ==
                  (200, {"name": "Ada", "tenant": "alpha"}), body)
            status, body = host.invoke('"fail"')
            check("and fails as it does", status == 500 and json.loads(body)["message"] == "out of luck", body)
            check("without a breach", host.end() == 0)
        check("its logs are shown", "stdout  called" in host.output, host.output)


def breaches():
    for word, problem in (("text", "\"logs\" is no object"), ("early", "\"status_code\" is missing"),
                          ("nothing", "the answer is no reply")):
        with Host([*FOREIGN, word], "--strict", "--code", os.devnull) as host:
            status, body = host.invoke("{}")
            check(f"a reply that is none is passed on as text ({word})", status == 200
                  and isinstance(json.loads(body), str), body)
            check("and ends the host with 1", host.end() == 1)
        check("it is told", "BREACH" in host.output and problem in host.output, host.output)
    done = subprocess.run([f"{BUILD}/bin/turngate", "host", "impuls", "-p", "0", "--", "false"], capture_output=True,
                          text=True, timeout=120, check=False, env={"PATH": os.environ["PATH"]})
    check("a program that ends at once is told of", done.returncode == 4 and "RUNTIME_PORT" in done.stderr, done)


def main():
    ours()
    foreign()
    breaches()
    finish()


main()
