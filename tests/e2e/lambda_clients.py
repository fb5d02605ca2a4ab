#!/usr/bin/env python3
"""lambda_clients.py BINARY_DIR ...: the official clients of the Runtime API under `turngate host lambda`.

What aws-lambda-cpp 0.2.8 and aws-lambda-ric 3.3.0, which is Node's, say to the Runtime API, byte for byte, is in
tests/data/lambda. It is said again here, and what the host answers must be what is recorded; where npm has the
packages, the clients run, and must say what is recorded. With RECORD in the environment that is written anew."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

from host_program import Host
from lambda_exchange import recorded
from peers import check, finish, need, skipped, until
from program import ask

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "peers")
RECORDED = os.path.join(HERE, "..", "data", "lambda")
RIC = "aws-lambda-ric@3.3.0"
EVENTS = ({"do": "echo", "text": "gr\u00fc\u00df"}, {"do": "fail"}, {"do": "echo", "text": ""})
STREAM = """export const handler = awslambda.streamifyResponse(async (event, stream) => {
    stream = awslambda.HttpResponseStream.from(stream, {statusCode: 201, headers: {'x-mine': '1'}, cookies: ['a=1']});
    stream.write('first\\n');
    stream.end('last\\n');
});
"""
FUNCTION = """#include <aws/lambda-runtime/runtime.h>
using namespace aws::lambda_runtime;
int main() {
    run_handler([](invocation_request const& request) {
        if (request.payload.find("fail") != std::string::npos)
            return invocation_response::failure("it has failed", "Mine", "{}");
        return invocation_response::success(request.payload, "application/json");
    });
}
"""


def said_again(name, exercise, *options):
    """The client's part, by a runtime that has it by heart."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, f"{PEERS}/lambda_voice.py", f"{RECORDED}/{name}.jsonl", f"{folder}/result"]
        with Host(*options, command=command) as host:
            exercise(host)
            until("the last reply", lambda: os.path.exists(f"{folder}/result"))
            with open(f"{folder}/result", encoding="utf-8") as file:
                differences = json.load(file)
        check(f"{name} is answered as is recorded", not differences, differences[:1])


def answers(path):
    return sum(who == "client" and text.startswith("POST ") for who, text in recorded(path))


def itself(name, command, exercise, *options, **more):
    path = f"{RECORDED}/{name}.jsonl"
    with tempfile.TemporaryDirectory() as folder:
        with Host(*options, command=[sys.executable, f"{PEERS}/lambda_recorder.py", f"{folder}/said", *command], **more) as host:
            exercise(host)
            if "RECORD" not in os.environ:
                # What it has said is written once it has been answered, and that is after the reply is here.
                until("all answers to it", lambda: answers(f"{folder}/said") >= answers(path))
        said = recorded(f"{folder}/said")
    if "RECORD" in os.environ:
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps({"from": who, "bytes": text}) + "\n" for who, text in said)
    told = [text for who, text in recorded(path) if who == "client"]
    says = [text for who, text in said if who == "client"]
    check(f"{name} says what is recorded", says == told, [pair for pair in zip(says, told) if pair[0] != pair[1]][:1] or (says, told))


def invoke(host):
    answers = [host.invoke(event) for event in EVENTS]
    check("the official C++ client is answered", answers[0][2] == EVENTS[0] and answers[2][2] == EVENTS[2], answers)
    check("and fails", answers[1][2] == {"errorMessage": "it has failed", "errorType": "Mine", "stackTrace": []}, answers[1])


def stream(host):
    for _ in range(2):
        status, fields, body = ask(host.door, "/a?b=1")
        check("the official Node client streams", (status, fields["x-mine"], fields["Set-Cookie"], body) ==
              (201, "1", "a=1", "first\nlast\n"), (status, dict(fields), body))


def cpp(package, folder):
    """aws-lambda-cpp comes along in that package."""
    if not (need("c++") and need("curl-config")):
        return
    shutil.unpack_archive(f"{package}/deps/aws-lambda-cpp-0.2.8.tar.gz", folder)
    source = f"{folder}/aws-lambda-cpp-0.2.8"
    with open(f"{folder}/function.cpp", "w", encoding="ascii") as file:
        file.write(FUNCTION)
    with open(f"{folder}/version.cpp", "w", encoding="ascii") as file:  # what its build makes of version.cpp.in
        file.write('namespace aws { namespace lambda_runtime { unsigned get_version_major() { return 0; } '
                   'unsigned get_version_minor() { return 2; } unsigned get_version_patch() { return 8; } '
                   'char const* get_version() { return "0.2.8"; } } }\n')
    built = subprocess.run(["c++", "-w", "-O1", f"-I{source}/include", f"{folder}/function.cpp", f"{folder}/version.cpp",
                            f"{source}/src/runtime.cpp", f"{source}/src/logging.cpp", "-lcurl", "-o", f"{folder}/function"],
                           capture_output=True, text=True, check=False)
    check("aws-lambda-cpp is built", built.returncode == 0, built.stderr[-1000:])
    itself("aws-lambda-cpp", [f"{folder}/function"], invoke)


def node(package, folder):
    """Its client for Node's streams; that for other replies is aws-lambda-cpp, which is tried by itself."""
    if not need("node"):
        return
    with open(f"{package}/dist/rapid-client.node.js", "w", encoding="ascii"):
        pass
    with open(f"{folder}/index.mjs", "w", encoding="ascii") as file:
        file.write(STREAM)
    command = ["env", "AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1=true", "node", f"{package}/bin/index.mjs", "index.handler"]
    itself("aws-lambda-ric", command, stream, "--stream", directory=folder)


if "RECORD" not in os.environ:
    said_again("aws-lambda-cpp", invoke)
    said_again("aws-lambda-ric", stream, "--stream")
if need("npm"):
    with tempfile.TemporaryDirectory() as place:
        packed = subprocess.run(["npm", "pack", RIC], cwd=place, capture_output=True, text=True, check=False)
        if packed.returncode:
            skipped.append(f"npm does not have {RIC}: " + packed.stderr.strip()[-200:])
        else:
            shutil.unpack_archive(f"{place}/aws-lambda-ric-3.3.0.tgz", place)
            cpp(f"{place}/package", place)
            node(f"{place}/package", place)
finish()
