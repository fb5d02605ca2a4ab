#!/usr/bin/env python3
"""openedge.py BINARY_DIR ...: functions of OpenEdge and Baetyl, called by the gRPC libraries and by MQTT clients of others."""
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from openedge_function import Function, HERE, MOST_THREADS, Peak, PYTHON, configuration, slow_readers
from peers import check, finish, free_port, need
from program import Program, ask

BUILD = os.path.abspath(sys.argv[1])
PROGRAM = f"{BUILD}/tests/turngate_openedge_program"
CLIENT = f"{BUILD}/tests/turngate_grpc_client"


def python_calls(generated):
    with Function(PROGRAM, ["-c", configuration(free_port())]) as function:
        address = function.listening()
        with Peak(function):
            run = subprocess.run([PYTHON, f"{HERE}/peers/grpc_calls.py", address, generated], capture_output=True, text=True)
        check("python3-grpcio's calls", run.returncode == 0, run.stderr[-1500:])
        function.check_memory()
        check("it ends well", function.stop() == 0)
    return {line.pop("name"): line for line in map(json.loads, run.stdout.splitlines())}


def check_python(seen):
    answer = {"event": {"a": 1}, "messageTopic": "t", "messageQOS": 1, "functionName": "sayhi", "functionInvokeID": "id-1"}
    expected = {
        "json": {"payload": json.dumps(answer), "topic": "t", "qos": 1, "name_": "sayhi", "id": "id-1"},
        "bytes": {"same": True},
        "empty": {"payload": json.dumps(answer | {"event": {}})},
        "nothing": {"payload": ""},
        "large": {"same": True},
        "throw": {"code": "UNKNOWN", "details": "Exception calling application: boom é % done"},
        "refuse": {"code": "INVALID_ARGUMENT", "details": "no name"},
        "compressed": {"code": "UNIMPLEMENTED",
                       "details": "messages that are compressed are not supported: expected grpc-encoding identity"},
        "unknown method": {"code": "UNIMPLEMENTED", "details": "unknown method /runtime.Runtime/Nothing"},
        "sent too much": {"code": "RESOURCE_EXHAUSTED",
                          "details": "Sent message larger than max (5000023 vs. 4194304)"},
        "received too much": {"code": "RESOURCE_EXHAUSTED",
                              "details": "Received message larger than max (5000023 vs. 4194304)"},
        "at once": {"right": 1000},
    }
    for name, facts in expected.items():
        check(name, seen.get(name) == facts, seen.get(name))
    check("deadline", seen["deadline"]["code"] == "DEADLINE_EXCEEDED", seen["deadline"])
    check("it lives on", "payload" in seen["after all"])
    check("baetyl", (seen["baetyl"]["id"], seen["baetyl"]["timestamp"]) == (2**63 + 1, -5), seen["baetyl"])
    check("openedge", (seen["openedge"]["id"], seen["openedge"]["topic"]) == (7, "u"), seen["openedge"])
    check("faas", seen["faas"]["metadata"] == {"functionName": "sayhi", "invokeId": "i", "x": "y"}, seen["faas"])
    check("faas has a name", '"functionName": "sayhi"' in seen["faas"]["payload"], seen["faas"])


def cpp_calls():
    with Function(PROGRAM, ["-c", configuration(free_port(), "app.echo")]) as function:
        address = function.listening()
        with Peak(function):
            run = subprocess.run([CLIENT, address, "16", "100"], capture_output=True, text=True)
        check("libgrpc++'s calls", run.stdout == "1600 of 1600 right\n", run)
        check("it ends well", function.stop() == 0)


SERVICE = """name: sayhi
server: {address: 127.0.0.1:0}
functions:
  - {name: sayhi, handler: sayhi.handler, codedir: .}
  - {name: echo, handler: app.echo, codedir: .}
"""


def service_file():
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(folder + "/etc/baetyl")
        with open(folder + "/etc/baetyl/service.yml", "w", encoding="ascii") as file:
            file.write(SERVICE)
        address = f"127.0.0.1:{free_port()}"
        environment = {"BAETYL_SERVICE_INSTANCE_NAME": "s.sayhi.1", "BAETYL_SERVICE_INSTANCE_ADDRESS": address}
        with Function(PROGRAM, [], cwd=folder, environment=environment) as function:
            check("the variable says where", function.listening() == address)
            run = subprocess.run([CLIENT, address, "1", "10"], capture_output=True, text=True)
            check("a service is chosen by name", run.stdout == "10 of 10 right\n", run)


def calls_that_hang(address, count, what):
    return subprocess.Popen([PYTHON, f"{HERE}/peers/grpc_stuck.py", address, str(count), what], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True)


def stuck():
    """A handler that never ends: its caller, other calls and SIGTERM wait for it no longer than its deadline."""
    with Function(PROGRAM, ["-c", configuration(free_port())]) as function:
        address = function.listening()
        with Peak(function):
            said, _ = calls_that_hang(address, 1, "hang").communicate()
        check("a handler that never ends is answered for", said == "DEADLINE_EXCEEDED\n", said)
        check("it ends well though a handler goes on", function.stop() == 0)
    # Without a deadline it is the time to drain that ends it.
    with Function(PROGRAM, ["-c", configuration(free_port())], environment={"TURNGATE_DRAIN_TIMEOUT": "10ms"}) as function:
        address = function.listening()
        client = calls_that_hang(address, 1, "for-ever")
        check("a handler has begun", function.says("begun"))
        check("it ends well though a handler has all the time of the world", function.stop() == 0)
        client.communicate()
    # Tasks behind the answer have 30 seconds, and the end of the process does not wait for them either.
    with Function(PROGRAM, ["-c", configuration(free_port())], environment={"TURNGATE_DRAIN_TIMEOUT": "10ms"}) as function:
        address = function.listening()
        said, _ = calls_that_hang(address, 1, "later").communicate()
        check("an answer does not wait for a task behind it", said == "OK\n", said)
        check("the end does not either", function.stop() == 0)


def renewed():
    """With two handlers that never end the program starts anew, in the same process."""
    with Function(PROGRAM, ["-c", configuration(free_port())]) as function:
        address = function.listening()
        # On a slow machine a call may be late before its handler has begun: that one hangs nowhere.
        until = time.monotonic() + 60
        calls = calls_that_hang(address, 2, "hang")
        while not any("too many handlers go on" in line for line in function.lines) and time.monotonic() < until:
            if calls.poll() is not None:
                said = calls.stdout.read()
                check("all are answered for", set(said.split()) <= {"DEADLINE_EXCEEDED"}, said)
                calls = calls_that_hang(address, 1, "hang")
            time.sleep(0.01)
        calls.kill()
        calls.communicate()
        function.says("too many handlers go on")
        check("the program listens again", function.says(f"listening on {address}"))
        check("without the threads that hung", function.status("Threads") <= MOST_THREADS, function.status("Threads"))
        check("it ends well", function.stop() == 0)


def neighbour():
    """Who has time still when the program is to start anew gets it, however short a stop would be."""
    with tempfile.TemporaryDirectory() as place, \
            Function(PROGRAM, ["-c", configuration(free_port())], cwd=place,
                     environment={"TURNGATE_DRAIN_TIMEOUT": "100ms"}) as function:
        address = function.listening()
        patient = calls_that_hang(address, 1, "patient")
        check("a neighbour has begun", function.says("waiting"))
        calls = calls_that_hang(address, 1000, "hang")  # until there are enough
        check("it is to start anew", function.says("too many handlers go on"))
        calls.kill()
        calls.communicate()
        time.sleep(0.5)  # longer than a stop would wait
        with open(f"{place}/file", "w", encoding="ascii"):
            pass
        said, _ = patient.communicate()
        check("the neighbour is not cut off", said == "OK\n", said)
        check("and it listens again", function.says(f"listening on {address}"))
        check("and ends well", function.stop() == 0)


def starts_that_fail():
    for name, arguments, words in (
            ("no configuration", ["-c"], "-c needs the configuration"),
            ("no address", ["-c", '{"name": "x"}'], "module config invalid, missing server.address"),
            ("no such function", ["-c", configuration(free_port(), "app.nothing").replace('"sayhi"', '"other"')],
             'there is no function called "app.nothing": expected one of sayhi, echo')):
        with Function(PROGRAM, arguments) as function:
            check(name, function.wait() == 2 and function.lines[0].startswith("error: " + words), function.lines)


@contextlib.contextmanager
def host(*options, program=PROGRAM):
    with Program(BUILD, ["host", "openedge", "-p", "0", *options, "--", program], stdout=subprocess.PIPE) as running:
        running.door = running.port(r"http://127\.0\.0\.1:(\d+)")
        yield running


def hosted():
    with host("--handler", "sayhi.handler") as running:
        status, _, body = ask(running.door, "/a/b", method="POST", body=b'{"a": 1}')
        check("the host calls", status == 200 and json.loads(body)["messageTopic"] == "a/b", body)
        status, _, body = ask(running.door, "/t", method="POST", body=b'{"do": "nothing"}')
        check("nothing is 204", status == 204, status)
        status, _, body = ask(running.door, "/t", method="POST", body=b'{"do": "throw"}')
        check("a failure is told as OpenEdge publishes it", status == 502 and json.loads(body)["errorMessage"] ==
              "rpc error: code = Unknown desc = Exception calling application: boom é % done", body)
        status, _, body = ask(running.door, "/t", method="POST", body=b'{"do": "exit"}')
        check("an end is told", status == 502 and "code = Unavailable" in json.loads(body)["errorMessage"], body)
        status, _, body = ask(running.door, "/t", method="POST", body=b"{}")
        check("and it is started again", status == 200, body)
        check("the host ends well", running.stop() == 0)
        output = running.process.stdout.read()
    check("each call is shown", len(re.findall(r"^#\d +t  \d+ bytes  qos 0$", output, re.M)) == 4, output)
    check("with its time", re.search(r"^#2 +→ +nothing to publish  [\d.]+ ms$", output, re.M), output)
    check("and starts", output.count("started: process") == 3, output)


def targets():
    """What a configuration names is found in codedir, whatever kind of handler it is."""
    with tempfile.TemporaryDirectory() as place:
        with open(f"{place}/program.sh", "w", encoding="ascii") as file:
            file.write('#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\necho "$PATH_INFO $HTTP_X_OPENEDGE_TOPIC"\ncat\n')
        os.chmod(f"{place}/program.sh", 0o755)
        with host("--handler", "cgi:program.sh", "--codedir", place) as running:
            _, _, body = ask(running.door, "/a/b", method="POST", body=b"payload")
            check("a CGI program is a function", body.splitlines()[1:] == ["payload"] and "a/b" in body, body)
        if need("php-cgi"):
            with open(f"{place}/index.php", "w", encoding="ascii") as file:
                file.write("<?php echo $_SERVER['HTTP_X_OPENEDGE_TOPIC'], ' ', file_get_contents('php://input');")
            with host("--handler", "fcgi:spawn?root=.&index=index.php:exec php-cgi", "--codedir", place) as running:
                _, _, body = ask(running.door, "/index.php", method="POST", body=b"payload")
                check("a PHP tree is a function", body == "index.php payload", body)


def messages():
    if not (need("mosquitto_sub") and need("mosquitto_pub") and need("mosquitto")):
        return
    with host("--handler", "sayhi.handler", "--mqtt", "--mqtt-port", "0") as running:
        port = running.port(r"mqtt://127\.0\.0\.1:(\d+)")
        where = ["-h", "127.0.0.1", "-p", str(port), "-q", "1"]
        # One that subscribes after an answer has gone would wait for ever: messages are kept for its session.
        session = ["-i", "test", "-c", "-t", "t/hi", "-W", "60"]
        subprocess.run(["mosquitto_sub", *where, *session, "-E"], check=True)
        for payload in ('{"n": 1}', '{"do": "nothing"}', '{"do": "throw"}', '{"n": 2}'):
            subprocess.run(["mosquitto_pub", *where, "-t", "t", "-m", payload], check=True)
        run = subprocess.run(["mosquitto_sub", *where, *session, "-C", "3"], capture_output=True, text=True)
        answers = [json.loads(line) for line in run.stdout.splitlines()]
        check("three of four are published", len(answers) == 3, run)
        check("an answer", answers[0]["event"] == {"n": 1} and answers[0]["messageQOS"] == 1, answers)
        check("an error", answers[1]["packet"]["Message"]["Topic"] == "t", answers)
        check("another answer", answers[2]["event"] == {"n": 2}, answers)
        check("the host ends well", running.stop() == 0)
        running.process.stdout.read()


with tempfile.TemporaryDirectory() as generated:
    has_grpc = subprocess.run([PYTHON, "-c", "import grpc, google.protobuf"], capture_output=True).returncode == 0
    if need("protoc") and has_grpc:
        protos = [f"{HERE}/peers/openedge/{name}.proto" for name in ("runtime", "openedge", "baetyl", "faas")]
        subprocess.run(["protoc", f"-I{HERE}/peers/openedge", f"--python_out={generated}", *protos], check=True)
        check_python(python_calls(generated))
        slow_readers(PROGRAM)
        stuck()
        renewed()
        neighbour()
    elif not has_grpc:
        need("python3-grpcio and python3-protobuf of Debian")
if os.path.exists(CLIENT):
    cpp_calls()
    service_file()
else:
    need("libgrpc++-dev and protobuf-compiler-grpc, when the tests are built")
starts_that_fail()
hosted()
targets()
messages()
finish()
