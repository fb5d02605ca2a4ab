#!/usr/bin/env python3
"""lambda.py BINARY_DIR ...: AWS Lambda functions as processes: how they start, answer, fail and end."""
import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request

from fake_lambda import FakeLambda, http_event
from peers import check, finish, free_port, need

BUILD = os.path.abspath(sys.argv[1])
TURNGATE = f"{BUILD}/bin/turngate"
FUNCTION = f"{BUILD}/tests/turngate_lambda_program"
PLUGIN = f"{BUILD}/e2e/e2e_handler.so"


@contextlib.contextmanager
def function(command, environment=None, extensions=True):
    lambda_ = FakeLambda(extensions)
    full = {"PATH": os.environ["PATH"], "AWS_LAMBDA_RUNTIME_API": lambda_.address, **(environment or {})}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            full[name] = os.environ[name]
    process = subprocess.Popen(command, env=full, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    try:
        yield lambda_, process
    finally:
        process.kill()
        process.communicate()
        lambda_.close()


def registered(lambda_):
    """Passes over the calls by which a function becomes an extension."""
    names = [lambda_.take().target.rsplit("/", 1)[1] for _ in range(2)]
    check("it registers as an extension and asks for its events", names == ["register", "next"], names)


def ended(process, how=signal.SIGTERM):
    """(status, output) once it has ended."""
    process.send_signal(how)
    output = process.communicate(timeout=60)[0]
    return process.returncode, output


def body(call):
    return json.loads(call.body).get("body")


def try_linked():
    with function([FUNCTION]) as (lambda_, process):
        registered(lambda_)
        answer = lambda_.invoke("a-1", http_event("/hello", "name=Ada"), Lambda_Runtime_Trace_Id="Root=1-x;Sampled=0")
        check("a linked program answers", body(answer) == "hello Ada\n", answer.body)
        check("at the address of the event", answer.target == "/2018-06-01/runtime/invocation/a-1/response")
        check("its client says what it is", answer.fields["user-agent"].startswith("aws-lambda-cpp/"), answer.fields)
        trace = lambda_.invoke("a-2", http_event("/trace"), Lambda_Runtime_Trace_Id="Root=1-y;Sampled=1")
        check("the trace is in the environment", body(trace) == "Root=1-y;Sampled=1\n", trace.body)
        printed = lambda_.invoke("a-3", http_event("/print"))
        check("it prints", body(printed) == "printed\n", printed.body)
        lambda_.polls.acquire(timeout=60)
        status, output = ended(process)
        check("SIGTERM ends it with 0", status == 0, (status, output))
        check("what it printed is there line by line", "on stdout\n" in output and "on stderr\n" in output, output)


def try_without_extensions():
    with function([FUNCTION], extensions=False) as (lambda_, process):
        lambda_.take()
        check("it answers where there are no extensions", body(lambda_.invoke("b", http_event("/hello"))) ==
              "hello world\n")
        check("and ends", ended(process)[0] == 0)


def try_functions():
    two = {"TEST_FUNCTIONS": "2"}
    with function([FUNCTION], {**two, "_HANDLER": "bin/main.users"}) as (lambda_, _):
        registered(lambda_)
        check("_HANDLER names the function", body(lambda_.invoke("c", http_event("/x"))) == "users /x\n")
    with function([FUNCTION], {**two, "_HANDLER": "nobody"}) as (lambda_, process):
        told = lambda_.take()
        check("an unknown one is a failed start", told.target == "/2018-06-01/runtime/init/error", told.target)
        check("by Lambda's name", told.fields["lambda-runtime-function-error-type"] == "Runtime.HandlerNotFound")
        output = process.communicate(timeout=60)[0]
        check("and the process says it", process.returncode == 2 and
              '_HANDLER: there is no function called "nobody": expected one of orders, users' in output,
              (process.returncode, output))


def try_failed_start():
    with function([TURNGATE, "run", "plugin:/no/such.so"]) as (lambda_, process):
        told = lambda_.take()
        check("a target that cannot be opened is a failed start", told.target == "/2018-06-01/runtime/init/error")
        check("with its reason", "/no/such.so" in json.loads(told.body)["errorMessage"], told.body)
        process.communicate(timeout=60)
        check("and with the status of the command line", process.returncode == 4, process.returncode)


def try_crashes():
    for path, signal_, message in (("/abort", signal.SIGABRT, "the process was ended by SIGABRT"),
                                   ("/segv", signal.SIGSEGV, "the process was ended by SIGSEGV"),
                                   ("/overflow", signal.SIGSEGV, "the process was ended by SIGSEGV"),
                                   ("/terminate", signal.SIGABRT, "thrown in a thread")):
        with function([FUNCTION], {"ASAN_OPTIONS": "handle_segv=0:handle_abort=0:allow_user_segv_handler=1"}) as (
                lambda_, process):
            registered(lambda_)
            told = lambda_.invoke("d", http_event(path))
            check(path + " is told as an error", told.target == "/2018-06-01/runtime/invocation/d/error", told.target)
            check("of its kind", told.fields["lambda-runtime-function-error-type"] == "Runtime.ExitError")
            check("in its words", json.loads(told.body)["errorMessage"] == message, told.body)
            process.communicate(timeout=60)
            check("and the process ends by its signal", process.returncode == -signal_, process.returncode)


def try_crash_in_stream():
    with function([FUNCTION], {"TURNGATE_INVOKE_MODE": "response_stream"}) as (lambda_, process):
        registered(lambda_)
        told = lambda_.invoke("e", http_event("/stream-and-abort"))
        check("a stream that crashes keeps what it had", told.body.endswith(b"\0one"), told.body)
        check("and says so in its trailers", told.fields["lambda-runtime-function-error-type"] == "Runtime.ExitError")
        error = json.loads(base64.b64decode(told.fields["lambda-runtime-function-error-body"]))
        check("with the reason", error["errorMessage"] == "the process was ended by SIGABRT", error)
        process.communicate(timeout=60)


def try_stop_in_stream():
    with tempfile.TemporaryDirectory() as place:
        program = f"{place}/stream.cgi"
        with open(program, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nfirst\\n'\nexec sleep 3600\n")
        os.chmod(program, 0o755)
        with function([TURNGATE, "run", f"cgi:{program}"], {"TURNGATE_INVOKE_MODE": "response_stream"}) as (lambda_, process):
            registered(lambda_)
            lambda_.push("s", http_event("/"))
            check("a stream has begun", lambda_.chunks.acquire(timeout=60))
            process.send_signal(signal.SIGTERM)
            told = lambda_.take()
            check("stopped in the middle it keeps what it had", told.body.endswith(b"\0first\n"), told.body)
            check("and says that it is not whole", told.fields.get("lambda-runtime-function-error-type"), told.fields)
            process.communicate(timeout=60)
            check("the process ends well all the same", process.returncode == 0, process.returncode)


def try_freezer():
    with function([FUNCTION]) as (lambda_, process):
        registered(lambda_)
        check("it answers", body(lambda_.invoke("t-1", http_event("/hello"))) == "hello world\n")
        for _ in range(2):
            lambda_.polls.acquire(timeout=60)
        process.send_signal(signal.SIGSTOP)
        lambda_.drop_connections()
        process.send_signal(signal.SIGCONT)
        check("thawed, it asks again on a new connection", lambda_.polls.acquire(timeout=60))
        check("and answers", body(lambda_.invoke("t-2", http_event("/hello"))) == "hello world\n")
        check("SIGTERM ends it with 0", ended(process)[0] == 0)


def try_web_function():
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "AWS_LAMBDA_HTTP_ENDPOINT": f"127.0.0.1:{port}",
                   "AWS_LAMBDA_LOG_FORMAT": "JSON"}
    with subprocess.Popen([FUNCTION], env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True) as process:
        first = json.loads(process.stderr.readline())
        check("a Web Function says where it listens", first["message"] == f"listening on 127.0.0.1:{port}", first)
        request = urllib.request.Request(f"http://127.0.0.1:{port}/log", headers={"lambda-web-request-id": "w-1"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            check("it answers", answer.status == 200)
        process.send_signal(signal.SIGTERM)
        lines = [json.loads(line) for line in process.stderr]
        check("its log has the id of the invocation", ("looked odd", "w-1") in [
            (line["message"], line.get("requestId")) for line in lines], lines)


def try_json_logs():
    with function([FUNCTION], {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}) as (lambda_, process):
        registered(lambda_)
        lambda_.invoke("f-1", http_event("/print"))
        lambda_.invoke("f-2", http_event("/log"))
        output = ended(process)[1]
        lines = [json.loads(line) for line in output.splitlines()]
        seen = [(line["level"], line["message"], line.get("requestId")) for line in lines]
        check("what is printed is a line with the id", ("INFO", "on stdout", "f-1") in seen, seen)
        check("what is logged has its level", ("WARN", "looked odd", "f-2") in seen, seen)
        check("and less than the level is left out", "details" not in output, output)
        check("each line has a time", all(line["timestamp"].endswith("Z") for line in lines), lines)


def try_workers():
    with function([FUNCTION], {"AWS_LAMBDA_MAX_CONCURRENCY": "3"}) as (lambda_, process):
        for _ in range(3):
            check("each worker asks", lambda_.polls.acquire(timeout=60))
        for number in range(3):
            lambda_.push(f"g-{number}", http_event("/together"))
        targets = sorted(lambda_.take().target.split("/")[4] for _ in range(3))
        check("three events at once are answered", targets == ["g-0", "g-1", "g-2"], targets)
        check("and SIGTERM ends them all", ended(process)[0] == 0)


def try_target(name, target, path, wanted, environment=None):
    with function([TURNGATE, "run", target], environment) as (lambda_, process):
        registered(lambda_)
        answer = lambda_.invoke("h", http_event(path))
        check(f"{name} answers an event", wanted in (body(answer) or ""), answer.body)
        lambda_.polls.acquire(timeout=60)
        lambda_.polls.acquire(timeout=60)
        status, output = ended(process)
        check(f"{name} ends with 0", status == 0, (status, output))


def try_targets():
    with tempfile.TemporaryDirectory() as place:
        script = f"{place}/hello.cgi"
        with open(script, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s %s' \"$PATH_INFO\" "
                       "\"$HTTP_X_AMZN_LAMBDA_CONTEXT\"\n")
        os.chmod(script, 0o755)
        try_target("a CGI program", f"cgi:{script}", "/x", '/x {"request_id":"h"')
        server = (f"{place}/server.py")
        with open(server, "w", encoding="utf-8") as file:
            file.write("import http.server, os\n"
                       "class H(http.server.BaseHTTPRequestHandler):\n"
                       "    def do_GET(self):\n"
                       "        body = ' '.join(('spawned', self.path, self.headers['x-amzn-trace-id'],\n"
                       "                         os.environ.get('AWS_LAMBDA_RUNTIME_API', 'alone'))).encode()\n"
                       "        self.send_response(200); self.send_header('Content-Length', str(len(body)))\n"
                       "        self.end_headers(); self.wfile.write(body)\n"
                       "    def log_message(self, *a): pass\n"
                       "http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), H).serve_forever()\n")
        with function([TURNGATE, "run", f"http:spawn:exec python3 {server}"],
                      {"AWS_LWA_READINESS_CHECK_PROTOCOL": "tcp"}) as (lambda_, process):
            registered(lambda_)
            answer = lambda_.invoke("i", http_event("/y"), Lambda_Runtime_Trace_Id="Root=1-z")
            check("a spawned server answers", body(answer) == "spawned /y Root=1-z alone", answer.body)
            check("and ends with us", ended(process)[0] == 0)
        php = need("php-cgi")
        if php:
            with open(f"{place}/index.php", "w", encoding="utf-8") as file:
                file.write("<?php echo 'php ' . $_SERVER['REQUEST_URI'];")
            try_target("PHP", f"fcgi:spawn?root={place}:exec {php}", "/index.php", "php /index.php")
    try_target("a plug-in", f"plugin:{PLUGIN}", "/", "")


try_linked()
try_without_extensions()
try_functions()
try_failed_start()
try_crashes()
try_crash_in_stream()
try_stop_in_stream()
try_freezer()
try_web_function()
try_json_logs()
try_workers()
try_targets()
finish()
