#!/usr/bin/env python3
"""lambda_applications.py BINARY_DIR ...: applications that know nothing of AWS Lambda as functions under `turngate host lambda`:
a CGI program, PHP by FastCGI and an HTTP server, which answer, stream, are late and are stopped."""
import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile

from host_program import BUILD, Host
from peers import check, finish, need, until
from program import Program, ask

TURNGATE = f"{BUILD}/bin/turngate"
CGI = """#!/bin/sh
case $PATH_INFO in
/stream)
  printf 'Content-Type: text/x-mine\\n\\nfirst\\n'
  while [ ! -e "$HTTP_X_FILE" ]; do sleep 0.01; done
  echo last ;;
/late) echo $$ >"$HTTP_X_FILE"; exec sleep 3600 ;;
*) printf 'Content-Type: text/plain\\n\\ncgi %s' "$PATH_INFO" ;;
esac
"""
PHP = r"""<?php
header('Content-Type: text/x-mine');
$file = $_SERVER['HTTP_X_FILE'] ?? '';
switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case '/stream':
        echo "first\n";
        flush();
        while (!file_exists($file)) { clearstatcache(); usleep(10000); }
        echo "last\n";
        break;
    case '/late':
        file_put_contents($file, getmypid() . "\n");
        sleep(3600);
        break;
    default:
        echo 'php ', parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
}
"""
SERVER = """import http.server, os, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/x-mine")
        self.end_headers()
        if self.path == "/stream":
            self.wfile.write(b"first\\n")
            while not os.path.exists(self.headers["X-File"]):
                time.sleep(0.01)
            self.wfile.write(b"last\\n")
        else:
            self.wfile.write(b"http " + self.path.encode())
    def do_POST(self):
        if self.path != "/late":
            return self.send_error(501)
        with open(self.headers["X-File"], "w") as file:
            print(os.getpid(), file=file)
        time.sleep(3600)
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def targets(folder):
    """(name, target, what it answers to /hello)"""
    for name, text in (("hello.cgi", CGI), ("index.php", PHP), ("server.py", SERVER)):
        with open(f"{folder}/{name}", "w", encoding="ascii") as file:
            file.write(text)
    os.chmod(f"{folder}/hello.cgi", 0o755)
    yield "cgi", f"cgi:{folder}/hello.cgi", "cgi /hello"
    if need("php-cgi"):
        yield "fcgi", f"fcgi:spawn?root={folder}&index=index.php:exec php-cgi -d output_buffering=0", "php /hello"
    yield "http", f"http:spawn:exec {sys.executable} {folder}/server.py", "http /hello"


@contextlib.contextmanager
def hosted(target, *options, **environment):
    with Host("--memory", "1024", *options, command=[TURNGATE, "run", target], environment=environment) as host:
        yield host


def late(name, target, path):
    """Its deadline is the function's, less what it takes to answer; then it is told and ended."""
    with hosted(target, "--function-timeout", "6s") as host, tempfile.TemporaryDirectory() as folder:
        flag = f"{folder}/flag"
        method = "POST" if name == "http" else "GET"
        status, _, body = ask(host.door, "/late", method, headers={"X-File": flag}, body="" if method == "POST" else None)
        check(f"{name}: who is late is a 504", status == 504, (status, body, host.output))
        check(f"{name}: and no failure of the function", "Status: timeout" not in host.output, host.output)
        with open(flag, encoding="ascii") as file:
            late_one = file.read().strip()
        if name == "cgi":
            check("cgi: and is ended", until("its end", lambda: not os.path.exists(f"/proc/{late_one}")))
        check(f"{name}: the next one is answered", ask(host.door, "/hello")[2] == path)


def streams(name, target):
    with hosted(target, "--stream", "--function-timeout", "1m", TURNGATE_INVOKE_MODE="response_stream") as host, \
            tempfile.TemporaryDirectory() as folder:
        flag = f"{folder}/flag"
        connection = http.client.HTTPConnection("127.0.0.1", host.door, timeout=120)
        connection.request("GET", "/stream", headers={"X-File": flag})
        reply = connection.getresponse()
        check(f"{name}: a stream comes as it is written", reply.readline() == b"first\n", host.output)
        check(f"{name}: with its head",
              reply.status == 200 and reply.headers["Content-Type"].startswith("text/x-mine"), reply.headers)
        with open(flag, "w", encoding="ascii"):
            pass
        check(f"{name}: to its end", reply.read() == b"last\n")
        # Now one that never ends: the client must see that it is not whole.
        connection = http.client.HTTPConnection("127.0.0.1", host.door, timeout=120)
        connection.request("GET", "/stream", headers={"X-File": f"{folder}/never"})
        reply = connection.getresponse()
        check(f"{name}: another one begins", reply.readline() == b"first\n", host.output)
        host.process.terminate()
        try:
            broken = reply.read()
        except (http.client.IncompleteRead, ConnectionError) as error:
            broken = error
        check(f"{name}: stopped in the middle it is cut off", not isinstance(broken, bytes), broken)
        host.process.wait(60)
        check(f"{name}: which is told", host.says("BREACH the stream broke off|the host stops"), host.output)


def answers(name, target, said):
    with hosted(target, "--instances", "2") as host:
        check(f"{name}: it answers", ask(host.door, "/hello")[2] == said, host.output)
        _, fields, body = host.invoke({"Records": []})
        failed = "X-Amz-Function-Error" in fields
        # The server knows no POST; what the others write is no JSON, so nothing comes of it.
        check(f"{name}: an event that is no request is a POST", failed == (name == "http") and bool(body) == failed, body)
        check(f"{name}: and ends well", host.stop() == 0, host.output)


def other_commands(target, said):
    """`lambda:` is a target of every command."""
    with tempfile.TemporaryDirectory() as folder:
        bootstrap = f"{folder}/bootstrap"
        with open(bootstrap, "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\nexec {TURNGATE} run {target}\n")
        os.chmod(bootstrap, 0o755)
        with Program(BUILD, ["serve", "-p", "0", f"lambda:{bootstrap}"]) as server:
            port = server.port(r"http://127\.0\.0\.1:(\d+)")
            check("serve has a function as its handler", ask(port, "/hello")[2] == said)
            check("and ends well", server.stop() == 0)
        with Program(BUILD, ["serve", "-p", "0", f"lambda:{bootstrap}?stream=on&memory=1024&init-timeout=1m&timeout=1m"],
                     {"TURNGATE_INVOKE_MODE": "response_stream"}) as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port(r"http://127\.0\.0\.1:(\d+)"), timeout=120)
            connection.request("GET", "/stream", headers={"X-File": f"{folder}/flag"})
            reply = connection.getresponse()
            check("it may stream", reply.readline() == b"first\n")
            with open(f"{folder}/flag", "w", encoding="ascii"):
                pass
            check("to its end", reply.read() == b"last\n")
        with Program(BUILD, ["serve", "-p", "0", "lambda:/bin/false"]) as server:
            status, headers, body = ask(server.port(r"http://127\.0\.0\.1:(\d+)"), "/")
            check("who asks a function that does not start gets the page of a function URL",
                  (status, body) == (502, "Internal Server Error"), (status, headers, body))
        event = f"{os.path.dirname(os.path.abspath(__file__))}/../../samples/replay/hello/apigw-v2.json"
        measured = subprocess.run([TURNGATE, "bench", event, "-t", f"lambda:{bootstrap}", "-n", "20", "--format", "json"],
                                  capture_output=True, text=True, check=False)
        check("bench has one, too", measured.returncode == 0, measured)
        check("and counts its answers", json.loads(measured.stdout)["statuses"] == {"200": 20}, measured.stdout)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, target, said in targets(folder):
            answers(name, target, said)
            streams(name, target)
            late(name, target, said)
            if name == "cgi":
                other_commands(target, said)
    finish()


main()
