#!/usr/bin/env python3
"""open_runtimes.py BINARY_DIR ...: what the tests of Open Runtimes check of a runtime, asked by curl, and what else can
come: secrets, time limits, logs that cannot be written, handlers that never end."""
import base64
import concurrent.futures
import http.server
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True  # where the sources are
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + "/../support")
from certificates import make_certificates  # noqa: E402
from curl_reply import SECRET, Reply
from open_runtimes_function import BUILD, FUNCTION, Function, old_call
from peers import check, finish, need, skipped, until

TIMEOUT_TEXT = 'Header "x-open-runtimes-timeout" must be an integer greater than 0.'
UNAUTHORIZED = 'Unauthorized. Provide correct "x-open-runtimes-secret" header.'


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
    # By a client that takes what is behind the head, too.
    with socket.create_connection(("127.0.0.1", function.door)) as connection:
        connection.sendall(f"HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nx-open-runtimes-secret: {SECRET}\r\n"
                           "x-action: plaintextResponse\r\n\r\n".encode())
        with connection.makefile("rb") as file:
            head, _, behind = file.read().partition(b"\r\n\r\n")
    check("HEAD", head.startswith(b"HTTP/1.1 200 ") and b"content-length: 16" in head.lower() and not behind, (head, behind))
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
    reply = function.ask("requestBodyTextAuto", body=text, headers={"content-type": None}, options=("-H", "content-type:"))
    check("a text of no type", reply.bytes == text, reply)
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
    check("nothing is written elsewhere", (sorted(os.listdir(function.folder.name)), os.listdir(
        f"{function.folder.name}/mnt")) == (["mnt", "timings.txt"], ["logs"]))


class Todos(http.server.BaseHTTPRequestHandler):
    """What functions ask that use a library."""

    def do_GET(self):
        todo = json.dumps({"id": int(self.path.rpartition("/")[2]), "title": "delectus aut autem", "completed": False}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(todo)))
        self.end_headers()
        self.wfile.write(todo)

    def log_message(self, *_):
        pass


def library():
    if not need("openssl"):
        return
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Todos) as server, tempfile.TemporaryDirectory() as folder:
        make_certificates(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder}/good.pem", f"{folder}/good.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Function(APPLICATION_TODOS=f"https://localhost:{server.server_port}/todos/",
                      SSL_CERT_FILE=f"{folder}/ca.pem") as function:
            reply = function.ask("library", body=b"5")
            check("a function may ask others by TLS", reply.status == 200 and json.loads(reply.text) == {"todo": {
                "id": 5, "title": "delectus aut autem", "completed": False}}, (reply, function.errors(reply.log_id)))
        server.shutdown()


def no_entrypoint():
    """A handler that cannot be opened: the executor is told, as by the platform's own runtimes."""
    for uri, why in (("plugin:/no/such/handler.so", "/no/such/handler.so"), ("cgi:/no/such/program", "/no/such/program"),
                     (f"plugin:{BUILD}/tests/plugins/no_plugin.so", "no_plugin.so")):
        with Function(("run", uri), program="bin/turngate") as function:
            check("it serves all the same", Reply(function.door, "/__opr/health").text == "OK")
            reply = Reply(function.door, "/")
            check("but is not available", reply.status == 503 and reply.bytes == b"" and len(reply.log_id) == 20, reply)
            errors = function.errors(reply.log_id)
            check("and says why", errors.startswith("Failed to load entrypoint: ") and why in errors, errors)
            check("which the log of the process says once", function.wait_for("Failed to load entrypoint"))
            check("and ends well", function.stop() == 0)


def unwritable_logs():
    with Function(TURNGATE_LOG_DIR="/nowhere/at/all") as function:
        reply = function.ask("logs")
        check("no folder for logs breaks nothing", reply.status == 200 and len(reply.log_id) == 20, reply)
    with Function(TURNGATE_LOG_DIR="/proc/self") as function:
        check("neither does one that nobody can write", function.ask("logs").status == 200)
    with Function() as function:
        os.mkfifo(f"{function.logs}/pipe_logs.log")
        reply = function.ask("logs", headers={"x-open-runtimes-log-id": "pipe"})
        check("neither does a pipe that nobody reads", reply.status == 200, reply)
        os.symlink(f"{function.folder.name}/outside", f"{function.logs}/link_logs.log")
        function.ask("logs", headers={"x-open-runtimes-log-id": "link"})
        check("links are not followed", not os.path.exists(f"{function.folder.name}/outside"))
    full_disk()


def full_disk():
    mount = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=8k none "$TURNGATE_LOG_DIR" && exec "$@"', "sh"]
    with tempfile.TemporaryDirectory() as folder:
        may_mount = subprocess.run([*mount, "true"], env={**os.environ, "TURNGATE_LOG_DIR": folder}, check=False,
                                   capture_output=True).returncode == 0
    if not may_mount:
        skipped.append("a full disk cannot be had")
        return
    with Function(wrapper=mount) as function:
        reply = function.ask("logs", headers={"x-open-runtimes-log-id": "full"})
        check("neither does a full disk", reply.status == 200, reply)
        seen = f"/proc/{function.process.pid}/root{function.logs}"
        sizes = [os.path.getsize(f"{seen}/{name}") for name in os.listdir(seen)]
        check("which has what fitted", 0 < sum(sizes) <= 8192, sizes)


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
    """None of four ends before the last has begun."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: function.ask("meet", headers={"x-open-runtimes-timeout": "60"}), range(4)))
    check("four are served at once", [reply.status for reply in replies] == [200] * 4, replies)


def late_output(function):
    """What somebody prints whose time is over is in the log of nobody else."""
    late = function.ask("linger", headers={"x-open-runtimes-timeout": "1"})
    check("who lingers is late", late.status == 500, late)
    reply = function.ask("meanwhile")
    check("what it prints then is not its neighbour's", function.log(reply.log_id) == "", function.log(reply.log_id))
    check("but the process's", function.wait_for("late words"))
    until("others have their own again", lambda: "by a child" in function.log(function.ask("prints").log_id), 60)


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

        check("the program has started anew", function.wait_for_lines("listening on", 2))
        function.door = int(re.findall(r"listening on 127\.0\.0\.1:(\d+)", "".join(function.lines))[-1])
        check("under its number, and is served", function.process.poll() is None and pid == function.process.pid and
              function.ask("plaintextResponse").status == 200)
        check("and may fail again", function.ask("stubborn", headers={"x-open-runtimes-timeout": "1"}).status == 500)
    neighbour()
    with Function(TURNGATE_DRAIN_TIMEOUT="100ms") as function:
        function.ask("stubborn", headers={"x-open-runtimes-timeout": "1"})
        check("who never ends does not hold up the end", function.stop() == 0)


def neighbour():
    """Who has time still when the program is to start anew gets it, however short a stop would be."""
    with Function(TURNGATE_MAX_THREADS="8", TURNGATE_DRAIN_TIMEOUT="100ms") as function, \
            concurrent.futures.ThreadPoolExecutor(3) as pool:
        slow = pool.submit(function.ask, "untilFile", headers={"x-open-runtimes-timeout": "90"})
        until("the neighbour has begun", lambda: os.path.exists(f"{function.folder.name}/begun"), 60)
        for _ in range(2):
            pool.submit(function.ask, "stubborn", headers={"x-open-runtimes-timeout": "1"})
        function.wait_for("2 handlers have not ended in their time: the program starts anew")
        until("nobody else comes in", lambda: function.ask("plaintextResponse").status == -7, 60)
        time.sleep(0.5)  # five times as long as a stop would wait
        with open(f"{function.folder.name}/file", "w", encoding="ascii"):
            pass
        reply = slow.result()
        check("a neighbour is not cut off", reply.status == 200 and reply.text == "there it is", reply)
        check("and the program starts anew", function.wait_for_lines("listening on", 2))


def generations():
    with Function(TURNGATE_OPEN_RUNTIMES="v3") as function:
        reply = function.ask("errorTest")
        check("v3 logs in headers", reply.headers["x-open-runtimes-logs"] == "Before%20error..." and
              reply.headers["x-open-runtimes-errors"] == "Error%21" and reply.log_id is None, reply)
        reply = function.ask("logs")
        check("which have a bound", reply.status == 200 and len(reply.headers["x-open-runtimes-logs"]) < 32_000, reply)
        check("and their end", reply.headers["x-open-runtimes-logs"].endswith("%0ANative%20log"), reply)
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


def other_handlers():
    """Every kind of handler is a function."""
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/program.sh"
        with open(program, "w", encoding="ascii") as file:
            file.write('#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\necho "$REQUEST_METHOD $HTTP_X_APPWRITE_TRIGGER${MINE+ $MINE}"\n'
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
        if need("php-cgi"):
            with open(f"{folder}/index.php", "w", encoding="ascii") as file:
                file.write("<?php echo $_SERVER['HTTP_X_APPWRITE_TRIGGER'], ' ', file_get_contents('php://input'), getenv('MINE') === false ? '' : ' ' . getenv('MINE');")
            tree = ("run", f"fcgi:spawn?root={folder}&index=index.php:exec php-cgi")
            with Function(tree, program="bin/turngate") as function:
                reply = Reply(function.door, "/", body=b"body", headers={"x-appwrite-trigger": "http"})
                check("a PHP tree is a function", reply.text == "http body" and len(reply.log_id) == 20, reply)
            with Function(tree, program="bin/turngate", OPEN_RUNTIMES_SECRET=None, APPWRITE_INTERNAL_RUNTIME_KEY="k") as function:
                reply = old_call(function, {"payload": "old", "env": {"APPWRITE_FUNCTION_TRIGGER": "event", "MINE": "a"}})
                check("of Appwrite's first kind, too, with its variables", reply.text == "event old a", reply)
        with Function(("run", f"cgi:{program}"), program="bin/turngate", OPEN_RUNTIMES_SECRET=None,
                      APPWRITE_INTERNAL_RUNTIME_KEY="k") as function:
            reply = old_call(function, {"payload": "old\n", "env": {"APPWRITE_FUNCTION_TRIGGER": "event", "MINE": "a"}})
            check("of Appwrite's first kind, too, with its variables", reply.text == "POST event a\nold\n", reply)
            check("which are of one call", old_call(function, {"payload": "old\n"}).text == "POST \nold\n")
            old_call(function, {"env": {"LD_PRELOAD": "/x.so"}})
            check("but none that a loader heeds", function.wait_for("the variable LD_PRELOAD of the call is left out"))


with Function() as one:
    responses(one)
    failures(one)
    requests(one)
    bodies(one)
    large_bodies(one)
    logs(one)
    times(one)
    concurrency(one)
    late_output(one)
    one.process.send_signal(signal.SIGTERM)
    check("SIGTERM ends it", one.process.wait(60) == 0)
environment()
library()
no_entrypoint()
unwritable_logs()
secrets()
stuck_handlers()
generations()
other_handlers()
finish()
