#!/usr/bin/env python3
"""open_runtimes.py BINARY_DIR ...: what the tests of Open Runtimes check of a runtime, asked by curl, and what else can
come: secrets, time limits, logs that cannot be written, handlers that never end."""
import base64
import concurrent.futures
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

from curl_reply import SECRET, Reply
from peers import check, finish, until
from program import Program

BUILD = os.path.abspath(sys.argv[1])
FUNCTION = "e2e/e2e_open_runtimes"
TIMEOUT_TEXT = 'Header "x-open-runtimes-timeout" must be an integer greater than 0.'
UNAUTHORIZED = 'Unauthorized. Provide correct "x-open-runtimes-secret" header.'


class Function(Program):
    """The function, with its folder of logs."""

    def __init__(self, arguments=(), program=FUNCTION, **variables):
        self.folder = tempfile.TemporaryDirectory()
        self.logs = f"{self.folder.name}/logs"
        os.mkdir(self.logs)
        with open(f"{self.folder.name}/timings.txt", "w", encoding="ascii") as timings:
            timings.write("local_download=0.5\nextract=0.25\n")
        environment = {"OPEN_RUNTIMES_SECRET": SECRET, "TURNGATE_LISTEN": "127.0.0.1:0", "TURNGATE_LOG_DIR": self.logs,
                       "TURNGATE_TIMINGS_FILE": f"{self.folder.name}/timings.txt", **variables}
        super().__init__(BUILD, [*arguments], {k: v for k, v in environment.items() if v is not None},
                         program=program, stdout=subprocess.PIPE)
        self.door = self.port()

    def ask(self, action, **options):
        headers = {"x-action": action, **options.pop("headers", {})}
        return Reply(self.door, headers=headers, **options)

    def log(self, log_id, kind="logs"):
        with contextlib.suppress(FileNotFoundError), open(f"{self.logs}/{log_id}_{kind}.log", encoding="utf-8") as file:
            return file.read()
        return ""

    def errors(self, log_id):
        return self.log(log_id, "errors")

    def __exit__(self, *error):
        super().__exit__(*error)
        self.folder.cleanup()


def responses(function):
    reply = function.ask("plaintextResponse")
    check("plain text", reply.status == 200 and reply.text == "Hello World 👋", reply)
    check("its type", reply.headers["content-type"] == "text/plain; charset=utf-8", reply)
    reply = function.ask("jsonResponse")
    check("JSON is compact", reply.text == '{"json":true,"message":"Developers are awesome."}', reply)
    check("its type, too", reply.headers["content-type"] == "application/json; charset=utf-8", reply)
    for action, expected in (("customCharsetResponse", "text/plain; charset=iso-8859-1"),
                             ("uppercaseCharsetResponse", "text/plain; charset=utf-8"),
                             ("multipartResponse", "multipart/form-data; boundary=12345")):
        reply = function.ask(action)
        check(action, reply.headers["content-type"] == expected, reply)
    reply = function.ask("redirectResponse")
    check("a redirect", reply.status == 301 and reply.headers["location"] == "https://github.com/" and not reply.text,
          reply)
    reply = function.ask("emptyResponse")
    check("an empty response", reply.status == 204 and not reply.text, reply)
    reply = function.ask("noResponse")
    check("no response is a failure", reply.status == 500 and not reply.text, reply)
    check("and says so", "Return statement missing. return context.res.empty() if no response is expected." in
          function.errors(reply.log_id), function.errors(reply.log_id))
    reply = function.ask("doubleResponse")
    check("the response that is returned counts", reply.text == "This should be returned.", reply)
    cookies = "cookieName=cookieValue; cookie2=value2; cookie3=value=3; cookie4=val:ue4; cookie5=value5"
    reply = function.ask("headersResponse", headers={"x-open-runtimes-custom-in-header": "x", "cookie": cookies})
    check("headers", reply.headers["first-header"] == "first-value" and reply.headers["cookie"] == cookies, reply)
    check("reserved ones come neither in nor out", reply.headers["second-header"] == "missing" and
          "x-open-runtimes-custom-out-header" not in reply.headers, reply)
    reply = function.ask("statusResponse")
    check("a status", reply.status == 404 and reply.text == "FAIL", reply)
    reply = function.ask("setCookie")
    check("several cookies", reply.headers["set-cookie"] == ["cookie=value; path=/", "cookie2=value2; path=/"], reply)
    check("beside another header", reply.headers["some-header"] == "some-value", reply)
    for number in range(1, 6):
        reply = function.ask(f"binaryResponse{number}")
        check(f"binary response {number}", reply.bytes == bytes([0, 10 * number, 255]), reply.bytes)
    for action, expected in (("deprecatedMethods", b"Hello"), ("deprecatedMethodsUntypedBody", b"50"),
                             ("deprecatedMethodsBytesBody", b"\x89PNG")):
        reply = function.ask(action, body=b"Hello")
        check(action, reply.bytes == expected, reply)
    check("a type of images", reply.headers["content-type"].startswith("image/png"), reply)


def failures(function):
    reply = function.ask("nonExistingAction")
    check("an exception", reply.status == 500 and reply.bytes == b"", reply)
    check("is an error", "open_runtimes.cpp: Unknown action" in function.errors(reply.log_id), function.errors(reply.log_id))
    check("and no log", not function.log(reply.log_id), function.log(reply.log_id))
    reply = function.ask("errorTest")
    check("what was logged before stays", function.log(reply.log_id) == "Before error...\n", function.log(reply.log_id))
    check("the error follows", function.errors(reply.log_id) == "Error!\n", function.errors(reply.log_id))
    reply = function.ask("notFound")
    check("an answer of 4xx is one", reply.status == 404 and reply.text == "there is no such thing\n", reply)
    reply = function.ask("gatewayError")
    check("a broken upstream", reply.status == 502 and not reply.text and
          function.errors(reply.log_id) == "the upstream is broken\n", reply)


def requests(function):
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        check(method, function.ask("requestMethod", method=method).text == method)
    reply = function.ask("plaintextResponse", method="HEAD")
    check("HEAD", reply.status == 200 and reply.bytes == b"" and "content-length" in reply.headers, reply)
    for path, headers, expected in (
            ("/", {"host": "localhost:3000"}, {"port": 3000, "path": "/", "query": {}, "queryString": "",
                                              "scheme": "http", "host": "localhost", "url": "http://localhost:3000/"}),
            ("/a/b?c=d&e=f#something", {"x-forwarded-proto": "https", "host": "www.mydomain.com:3001"},
             {"port": 3001, "path": "/a/b", "query": {"c": "d", "e": "f"}, "queryString": "c=d&e=f", "scheme": "https",
              "host": "www.mydomain.com", "url": "https://www.mydomain.com:3001/a/b?c=d&e=f"}),
            ("/", {"host": "www.mydomain.com:80"}, {"port": 80, "url": "http://www.mydomain.com/"}),
            ("/?a=b&c==d&e=f=g=&h&i=j&&k", {}, {"query": {"a": "b", "c": "=d", "e": "f=g=", "h": "", "i": "j", "k": ""}}),
            ("/", {"host": "myapp.com", "x-forwarded-proto": "https"}, {"port": 443, "url": "https://myapp.com/"}),
            ("/", {"host": "myapp.com:443", "x-forwarded-proto": "https"}, {"port": 443, "url": "https://myapp.com/"}),
            ("/", {"host": "myapp.com:80", "x-forwarded-proto": "https"}, {"port": 80, "url": "https://myapp.com:80/"}),
            ("/", {"host": "[::1]:3000"}, {"host": "[::1]", "port": 3000, "url": "http://[::1]:3000/"}),
            ("/a%20b?x=%41+b", {"host": "h:3000"}, {"path": "/a%20b", "url": "http://h:3000/a%20b?x=%41+b"})):
        seen = json.loads(function.ask("requestUrl", path=path, headers=headers).text)
        check(f"the URL {path} {headers}", all(seen[name] == value for name, value in expected.items()), seen)
    seen = json.loads(function.ask("requestHeaders", headers={
        "X-UpPeRcAsE-KeY": "value", "x-open-runtimes-custom-header": "hidden", "x-internal-challenge": "hidden"}).text)
    check("headers are in lower case", seen["x-uppercase-key"] == "value" and seen["x-action"] == "requestHeaders", seen)
    check("and none is the executor's", not [name for name in seen if "open-runtimes" in name or "challenge" in name], seen)


def bodies(function):
    text = "Hello 👋".encode()
    check("a text", function.ask("requestBodyText", body=text).bytes == text)
    check("an empty one", function.ask("requestBodyText", body=b"").bytes == b"")
    for kind in ("text/plain", "application/xhtml+xml", "not-application/json", "not-video/mp4",
                 "application/octet-stream", "audio/mpeg", "font/ttf", "image/png", "video/mp4"):
        reply = function.ask("requestBodyTextAuto", body=text, headers={"content-type": kind})
        check(f"a text of {kind}", reply.bytes == text, reply)
    body = '{"key1":"OK 👋","key2":true,"key3":3}'.encode()
    for action, kind in (("requestBodyJson", "application/json"), ("requestBodyJsonAuto", "application/json"),
                         ("requestBodyJsonAuto", "ApPlIcAtIoN/JSON"), ("requestBodyJson", "text/plain")):
        reply = function.ask(action, body=body, headers={"content-type": kind})
        check(f"JSON by {action} of {kind}", reply.bytes == body, reply)
    reply = function.ask("requestBodyJsonAuto", headers={"content-type": "application/json"})
    check("no JSON is an empty object", reply.text == "{}", reply)
    for kind in ("application/octet-stream", "text/plain"):
        body = bytes.fromhex("0123456789abcdef00ff")
        reply = function.ask("requestBodyBinary", body=body, headers={"content-type": kind})
        check(f"bytes of {kind}", reply.bytes == body, reply.bytes)
    for body in (b'{"invaludJson:true}', b""):
        reply = function.ask("requestBodyJson", body=body, headers={"content-type": "application/json"})
        check("invalid JSON", reply.status == 500 and reply.bytes == b"", reply)
        check("is named", "json" in function.errors(reply.log_id).lower(), function.errors(reply.log_id))
    reply = function.ask("requestBodyJson", body=b"{}", headers={"content-type": "application/json"})
    check("the smallest", reply.text == "{}", reply)
    for headers in ({"content-length": "0"}, {"content-length": ""}, {"content-length": None}, {}):
        reply = function.ask("plaintextResponse", method="GET", body=None, headers=headers)
        check(f"no body, {headers}", reply.status == 200, reply)


def large_bodies(function):
    large = bytes(range(256)) * (17 << 12)
    for method in ("PUT", "POST"):
        reply = function.ask("binaryResponseLarge", method=method, body=large)
        check(f"17 MiB by {method}", reply.status == 200 and reply.bytes == base64.b64encode(large), len(reply.bytes))
        check("and by no other method", reply.headers.get("x-method") == method, reply.headers)
    reply = function.ask("requestBodyBinary", body=large)
    check("they come back", reply.bytes == large, len(reply.bytes))
    for method in ("PUT", "POST"):
        reply = function.ask("binaryResponseLarge", method=method, body=bytes(23 << 20))
        check("23 MiB are too many", reply.status == 413, reply)
    check("and the next request is served", function.ask("plaintextResponse").status == 200)


def environment():
    headers = json.dumps({"x-custom": "value", "X-Custom-Uppercase": "Value2", "x-open-runtimes-custom": 248})
    with Function(CUSTOM_ENV_VAR="customValue", OPEN_RUNTIMES_HEADERS=headers) as function:
        reply = function.ask("envVars")
        check("variables", json.loads(reply.text) == {"var": "customValue", "emptyVar": None}, reply)
        for sent in ({}, {"x-custom": "IS_IGNORED", "x-custom-uppercase": "IS_IGNORED", "x-open-runtimes-custom": "IS_IGNORED"},
                     {"X-CUSTOM-UPPERCASE": "IS_IGNORED"}):
            seen = json.loads(function.ask("enforcedHeaders", headers=sent).text)
            check("enforced headers", seen == {"x-custom": "value", "x-custom-uppercase": "Value2",
                                               "x-open-runtimes-custom": "248"}, seen)
    for headers in ("", "{", "[1]", '{"a b":"x","c":"d\\ne","x-ok":"1"}'):
        with Function(OPEN_RUNTIMES_HEADERS=headers) as function:
            check(f"wrong ones do no harm: {headers}", function.ask("plaintextResponse").status == 200)


def logs(function):
    reply = function.ask("logs")
    logged, errors = function.log(reply.log_id), function.errors(reply.log_id)
    check("an id of 20 digits", len(reply.log_id) == 20 and int(reply.log_id, 16) > 0, reply.log_id)
    check("another each time", function.ask("logs").log_id != reply.log_id)
    cut = "... Log truncated due to size limit (8000 characters)"
    expected = ["Debug log", "Log+With+Plus+Symbol", "42", "4.2", "true", '{"objectKey":"objectValue"}', '["arrayValue"]',
                "A" * 8000 + cut, "Native logs detected. Use context.log() or context.error() for better experience.",
                "Native log"]
    check("all is logged, a line each", logged.splitlines() == expected, logged.splitlines())
    check("so are errors", errors.splitlines() == ["Error log", "B" * 8000 + cut], errors)
    reply = function.ask("logs", headers={"x-open-runtimes-logging": "disabled", "x-open-runtimes-log-id": "noLogs"})
    check("nothing where it is disabled", reply.log_id == "" and reply.status == 200, reply)
    check("and no file", not os.path.exists(f"{function.logs}/noLogs_logs.log"), os.listdir(function.logs))
    reply = function.ask("logs", headers={"x-open-runtimes-logging": "enabled"})
    check("but where it is enabled", "Debug log" in function.log(reply.log_id), reply)
    reply = function.ask("logs", headers={"x-open-runtimes-log-id": "customLogs"})
    check("by an id that was given", reply.log_id == "customLogs" and "Debug log" in function.log("customLogs"), reply)
    reply = function.ask("spreadOperatorLogs")
    check("several values have a space between", function.log(reply.log_id) == "engine: open-runtimes\n" ==
          function.errors(reply.log_id), function.log(reply.log_id))
    reply = function.ask("plaintextResponse")
    check("no file where nothing is logged", not os.path.exists(f"{function.logs}/{reply.log_id}_logs.log"))
    reply = function.ask("prints")
    printed = function.log(reply.log_id).splitlines()
    check("all that is printed is logged", printed[0].startswith("Native logs detected") and sorted(printed[1:]) == sorted(
        ["by printf", "by write", "by a child", "by its error output", "by cerr", "by half a line"]), printed)
    for given, made in (("../../x", "_._.._x"), (".hidden", "_hidden"), ("a/b c", "a_b_c"), ("é" * 100, "_" * 128)):
        reply = function.ask("spreadOperatorLogs", headers={"x-open-runtimes-log-id": given})
        check(f"the id {given[:9]} is made a file's name", reply.log_id == made and function.log(made), reply)
    check("nothing is written elsewhere", sorted(os.listdir(function.folder.name)) == ["logs", "timings.txt"])


def unwritable_logs():
    with Function(TURNGATE_LOG_DIR="/nowhere/at/all") as function:
        reply = function.ask("logs")
        check("no folder for logs breaks nothing", reply.status == 200 and len(reply.log_id) == 20, reply)
    with Function(TURNGATE_LOG_DIR="/proc/self") as function:
        check("neither does one that nobody can write", function.ask("errorTest").status == 500)
    with Function() as function:
        os.mkfifo(f"{function.logs}/pipe_logs.log")
        reply = function.ask("logs", headers={"x-open-runtimes-log-id": "pipe"})
        check("neither does a pipe that nobody reads", reply.status == 200, reply)
        os.symlink(f"{function.folder.name}/outside", f"{function.logs}/link_logs.log")
        function.ask("logs", headers={"x-open-runtimes-log-id": "link"})
        check("links are not followed", not os.path.exists(f"{function.folder.name}/outside"))
    if os.path.exists("/dev/full"):
        with Function() as function:
            os.symlink("/dev/full", f"{function.logs}/full_errors.log")
            check("neither does a full one", function.ask("logs", headers={"x-open-runtimes-log-id": "full"}).status == 200)


def secrets():
    with Function() as function:
        for sent in ("wrong", "", None, SECRET + "x", SECRET[:-1], SECRET.upper()):
            reply = function.ask("plaintextResponse", headers={"x-open-runtimes-secret": sent})
            check(f"the secret {sent} is wrong", (reply.status, reply.text) == (500, UNAUTHORIZED), reply)
            check("and has no log", reply.log_id is None, reply)
        reply = function.ask("plaintextResponse", headers={"x-open-runtimes-secret": None, "x-open-runtimes-timeout": "x"})
        check("the timeout is looked at first", reply.text == TIMEOUT_TEXT, reply)
        check("health needs none", Reply(function.door, "/__opr/health", headers={"x-open-runtimes-secret": None}).text == "OK")
        reply = Reply(function.door, "/__opr/timings", headers={"x-open-runtimes-secret": None}, method="GET")
        check("nor do timings", reply.text == "local_download=0.5\nextract=0.25\n", reply)
        check("which are text", reply.headers["content-type"] == "text/plain; charset=utf-8", reply)
        check("and a log says when it began", "HTTP server successfully started!\n" == function.process.stdout.readline())
    with Function(OPEN_RUNTIMES_SECRET="", OPEN_RUNTIMES_ENV="development",
                  TURNGATE_TIMINGS_FILE="/nowhere/timings.txt") as function:
        function.wait_for("OPEN_RUNTIMES_SECRET is empty: whoever can connect is served")
        for sent in (None, "", "wrong-secret"):
            reply = function.ask("logs", headers={"x-open-runtimes-secret": sent})
            check("without a secret of the server all are served", reply.status == 200 and reply.log_id == "dev", reply)
        check("into the log of development", function.log("dev").count("Debug log") == 3, function.log("dev"))
        reply = Reply(function.door, "/__opr/timings")
        check("no timings are none", reply.status == 200 and reply.text == "", reply)
    with Function(TURNGATE_OPEN_RUNTIMES="v4") as function:
        reply = function.ask("requestUrl", path="/__opr/health")
        check("v4 has no health", json.loads(reply.text)["path"] == "/__opr/health", reply)


def times(function):
    for sent in ("abcd", "0", "-3", "5abc", "1.5", "+5", "0x5"):
        reply = function.ask("plaintextResponse", headers={"x-open-runtimes-timeout": sent})
        check(f"the timeout {sent} is wrong", (reply.status, reply.text) == (500, TIMEOUT_TEXT), reply)
        check("and has no log", reply.log_id is None, reply)
    for sent in ("", "1", "99999999999", "9" * 40):
        reply = function.ask("plaintextResponse", headers={"x-open-runtimes-timeout": sent})
        check(f"the timeout {sent} is right", reply.status == 200, reply)
    reply = function.ask("timeout", headers={"x-open-runtimes-timeout": "1"})
    check("who is late", reply.status == 500 and reply.bytes == b"", reply)
    check("is told so", function.errors(reply.log_id) == "Execution timed out.\n", function.errors(reply.log_id))
    check("what was logged before stays", function.log(reply.log_id) == "Timeout start.\n", function.log(reply.log_id))
    check("and the connection ends", reply.headers["connection"] == "close", reply)
    late = reply.log_id
    reply = function.ask("timeout", headers={"x-open-runtimes-timeout": "100"})
    check("who is not, is served", reply.text == "Successful response.", reply)
    check("with all logs", "Timeout start.\nTimeout end.\n" in function.log(reply.log_id), function.log(reply.log_id))
    function.wait_for("Timeout end.")  # which goes to the log of the process
    check("nothing is logged behind the end", function.log(late) == "Timeout start.\n", function.log(late))
    reply = function.ask("patient", headers={"x-open-runtimes-timeout": "1"})
    check("who hears of the end is late all the same", reply.status == 500 and
          function.errors(reply.log_id) == "Execution timed out.\n", reply)


def concurrency(function):
    """Four at once take no longer than one: all have begun before one has ended."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        begun = time.monotonic()
        replies = list(pool.map(lambda _: function.ask("timeout"), range(4)))
        took = time.monotonic() - begun
    check("four are served at once", all(reply.status == 200 for reply in replies) and took < 11, took)


def stuck_handlers():
    with Function(TURNGATE_MAX_THREADS="8") as function:
        pid = function.process.pid
        for number in range(2):
            reply = function.ask("stubborn", headers={"x-open-runtimes-timeout": "1"})
            check(f"who never ends is late, {number}", reply.status == 500 and
                  function.errors(reply.log_id) == "Execution timed out.\n", reply)
            if number == 0:
                check("others are served", function.ask("plaintextResponse").status == 200)
        function.wait_for("2 handlers have not ended in their time: the program starts anew")

        def starts():
            return len([line for line in list(function.lines) if "listening on" in line])
        until("the program has started anew", lambda: starts() == 2, 60)
        function.door = int(re.findall(r"listening on 127\.0\.0\.1:(\d+)", "".join(function.lines))[-1])
        check("under its number, and is served", function.process.poll() is None and pid == function.process.pid and
              function.ask("plaintextResponse").status == 200)
        check("and may fail again", function.ask("stubborn", headers={"x-open-runtimes-timeout": "1"}).status == 500)
    with Function(TURNGATE_DRAIN_TIMEOUT="100ms") as function:
        function.ask("stubborn", headers={"x-open-runtimes-timeout": "1"})
        check("who never ends does not hold up the end", function.stop() == 0)


def generations():
    with Function(TURNGATE_OPEN_RUNTIMES="v3") as function:
        reply = function.ask("errorTest")
        check("v3 logs in headers", reply.headers["x-open-runtimes-logs"] == "Before%20error..." and
              reply.headers["x-open-runtimes-errors"] == "Error%21" and reply.log_id is None, reply)
        reply = function.ask("logs")
        check("which have a bound", reply.status == 200 and len(reply.headers["x-open-runtimes-logs"]) < 32_000, reply)
        reply = function.ask("plaintextResponse")
        check("and are always there", reply.headers["x-open-runtimes-logs"] == "" ==
              reply.headers["x-open-runtimes-errors"], reply)
        check("and wants a secret", function.ask("plaintextResponse", headers={"x-open-runtimes-secret": None}).text ==
              UNAUTHORIZED)
    for variables, message in (
            ({"OPEN_RUNTIMES_SECRET": "", "TURNGATE_OPEN_RUNTIMES": "v3"}, "OPEN_RUNTIMES_SECRET is not set"),
            ({"OPEN_RUNTIMES_SECRET": SECRET, "TURNGATE_OPEN_RUNTIMES": "v6"},
             "TURNGATE_OPEN_RUNTIMES=v6 is wrong: expected v0, v1, v2, v3, v4 or v5"),
            ({"TURNGATE_AS": "appwrite"}, "APPWRITE_INTERNAL_RUNTIME_KEY is not set")):
        process = subprocess.run([f"{BUILD}/{FUNCTION}"], env={"PATH": os.environ["PATH"], **variables},
                                 capture_output=True, text=True, check=False)
        check(f"what is wrong is said: {message}", process.returncode == 2 and message in process.stderr, process)


def old_call(function, body, challenge="k", host="null", method="POST"):
    headers = {"content-type": "application/json", "x-open-runtimes-secret": None, "x-internal-challenge": challenge,
               "host": host}
    return Reply(function.door, method=method, headers=headers, body=body if isinstance(body, bytes) else
                 json.dumps(body).encode())


def first_generation():
    call = {"path": "/usr/code", "file": "index.js", "env": {"ENV1": "Hello World!"}, "payload": "Hello World! 2",
            "timeout": 60, "headers": {"x-test-header": "test1"}}
    with Function(OPEN_RUNTIMES_SECRET=None, APPWRITE_INTERNAL_RUNTIME_KEY="k", APPLICATION_IS_OLD="1") as function:
        reply = old_call(function, call)
        check("v0: a call", reply.status == 200 and json.loads(reply.text) == {
            "normal": "Hello World!", "env1": "Hello World!", "payload": "Hello World! 2", "header": "test1",
            "trigger": ""}, reply)
        for challenge in (None, "", "wrong", "kk"):
            reply = old_call(function, call, challenge)
            check(f"v0: the challenge {challenge} is wrong", (reply.status, json.loads(reply.text)) == (
                401, {"code": 401, "message": "Unauthorized"}), reply)
        reply = old_call(function, {"payload": "text", "env": {"NAME": "Ada"}})
        check("v0: a text", reply.text == "Hello, Ada" and reply.headers["content-type"].startswith("text/plain"), reply)
        reply = old_call(function, {"payload": "teapot"})
        check("v0: a status", (reply.status, reply.text) == (418, '{"kind":"tea"}'), reply)
        check("v0: of JSON", reply.headers["content-type"] == "application/json", reply)
        reply = old_call(function, {"payload": "boom"})
        check("v0: a failure", (reply.status, json.loads(reply.text)) == (500, {"code": 500, "message": "boom"}), reply)
        reply = old_call(function, {"payload": "missing"})
        check("v0: not found", (reply.status, json.loads(reply.text)) == (404, {"code": 404, "message": "no such function"}),
              reply)
        for body in (b"{", b"[]", b"7", b"\xff", b'{"payload":"\\ud800"}', b"[" * 100_000):
            reply = old_call(function, body)
            check("v0: no JSON", reply.status == 500 and json.loads(reply.text)["message"].startswith(
                "Unable to properly load request body"), reply)
        for body in (b"", b"{}", b'{"env":7,"payload":null,"headers":[],"timeout":"5abc"}', b'{"timeout":-3}', b'{"timeout":0}',
                     b'{"timeout":99999999999}', b'{"headers":{"a b":"c","x":"d\\ne"}}'):
            check(f"v0: {body} is enough", old_call(function, body).status == 200)
        reply = old_call(function, {"payload": "slow", "timeout": 1})
        check("v0: late", (reply.status, json.loads(reply.text)) == (500, {"code": 500, "message": "Execution timed out."}), reply)
        reply = old_call(function, {"env": {"APPWRITE_FUNCTION_TRIGGER": "schedule"}})
        check("v0: the trigger as later", json.loads(reply.text)["trigger"] == "schedule", reply)
        check("v0: by POST alone", old_call(function, call, method="PUT").status == 405)
        check("v0: what is printed is in the log of the process", function.wait_for("log1"))


def second_and_third_generation():
    with Function(OPEN_RUNTIMES_SECRET=None, INTERNAL_RUNTIME_KEY="k", APPLICATION_IS_OLD="1") as function:
        call = {"variables": {"test-env": "v"}, "payload": "p", "headers": {"x-test-header": "h"}}
        reply = old_call(function, call)
        seen = json.loads(reply.text)
        check("v2: a call", seen["response"] == {"normal": "Hello World!", "env1": "v", "payload": "p", "header": "h",
                                                 "trigger": ""}, reply)
        check("v2: what is printed", seen["stdout"] == "log1\n{hello: world}" and seen["stderr"] == "oops", seen)
        reply = old_call(function, {"variables": {"NAME": "Bob"}, "payload": "text", "headers": {}})
        check("v2: a text", json.loads(reply.text) == {"response": "Hello, Bob", "stdout": "", "stderr": ""}, reply)
        reply = old_call(function, {"variables": {}, "payload": {"a": [1]}, "headers": {}})
        check("v2: a payload that is JSON", json.loads(reply.text)["response"]["payload"] == '{"a":[1]}', reply)
        reply = old_call(function, {"variables": {}, "payload": "teapot", "headers": {}})
        check("v2: a status", reply.status == 418 and json.loads(reply.text)["response"] == {"kind": "tea"}, reply)
        reply = old_call(function, {"variables": {}, "payload": "boom", "headers": {}})
        check("v2: a failure", (reply.status, json.loads(reply.text)) == (500, {"stdout": "", "stderr": "boom"}), reply)
        reply = old_call(function, call, "wrong")
        check("v2: a wrong challenge", (reply.status, json.loads(reply.text)) == (500, {"stderr": "Unauthorized"}), reply)
        reply = old_call(function, {"env": {"NAME": "Eve"}, "payload": "text", "timeout": 15})
        check("v1: a call", reply.text == "Hello, Eve", reply)
        reply = old_call(function, {"payload": "boom"})
        check("v1: a failure", (reply.status, reply.text) == (500, "boom"), reply)
        check("v1: an empty body", old_call(function, b"").status == 200)


def other_handlers():
    """Every kind of handler is a function."""
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/program.sh"
        with open(program, "w", encoding="ascii") as file:
            file.write('#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\necho "$REQUEST_METHOD $HTTP_X_APPWRITE_TRIGGER"\n'
                       'cat\necho "to the log" >&2\n')
        os.chmod(program, 0o755)
        for uri, path in ((f"cgi:{program}", "/"), (f"plugin:{BUILD}/e2e/e2e_handler.so", "/hello?name=Ada")):
            with Function(("run", uri), program="bin/turngate") as function:
                reply = Reply(function.door, path, body=b"body\n", headers={"x-appwrite-trigger": "http"})
                good = reply.text == "POST http\nbody\n" if "cgi" in uri else reply.status == 200
                check(f"{uri.partition(':')[0]} is a function", good and len(reply.log_id) == 20, reply)
                if "cgi" in uri:
                    check("and its error output is logged", "to the log" in function.log(reply.log_id) +
                          function.errors(reply.log_id), function.log(reply.log_id))
        spawned = f"http:spawn:exec {sys.executable} -u -m http.server $PORT --directory {BUILD}/e2e"
        with Function(("run", spawned), program="bin/turngate") as function:
            check("a server is a function", Reply(function.door, "/", method="GET", body=None).status == 200)
        with Function(("run", f"cgi:{program}"), program="bin/turngate", OPEN_RUNTIMES_SECRET=None,
                      APPWRITE_INTERNAL_RUNTIME_KEY="k") as function:
            reply = old_call(function, {"payload": "old\n", "env": {"APPWRITE_FUNCTION_TRIGGER": "event"}})
            check("of Appwrite's first kind, too", reply.text == "POST event\nold\n", reply)


with Function() as one:
    responses(one)
    failures(one)
    requests(one)
    bodies(one)
    large_bodies(one)
    logs(one)
    times(one)
    concurrency(one)
    one.process.send_signal(signal.SIGTERM)
    check("SIGTERM ends it", one.process.wait(60) == 0)
environment()
unwritable_logs()
secrets()
stuck_handlers()
generations()
first_generation()
second_and_third_generation()
other_handlers()
finish()
