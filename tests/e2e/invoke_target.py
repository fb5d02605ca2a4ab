#!/usr/bin/env python3
"""invoke_target.py BINARY_DIR FIXTURES: functions behind Invoke APIs as targets: those of `serve` and `host lambda`, and
one that answers as AWS Lambda and its emulators have answered."""
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading

from program import Program

BUILD = os.path.abspath(sys.argv[1])
PATH = "/2015-03-31/functions/function/invocations"

# Exchanges as the service has them: (status, headers, body) of its answer, and what becomes of it as (exit status of
# `invoke`, its output, its errors).
EXCHANGES = {
    "reply": ((200, {"X-Amz-Executed-Version": "$LATEST"}, '{"statusCode":201,"headers":{"x-a":"b"},"body":"made"}'),
              (0, "made", "")),
    "unhandled": ((200, {"X-Amz-Function-Error": "Unhandled"},
                   '{"errorMessage":"boom","errorType":"ValueError","requestId":"x","stackTrace":[]}'),
                  (1, "", "the function answered with an error (Unhandled): ValueError: boom")),
    "timeout": ((200, {"X-Amz-Function-Error": "Unhandled"},
                 '{"errorMessage":"2026-01-01T00:00:00Z x Task timed out after 3.00 seconds"}'),
                (1, "", "Task timed out after 3.00 seconds")),
    "other error": ((200, {"X-Amz-Function-Error": "Handled"}, '"no object"'), (1, "", '(Handled): "no object"')),
    # AWS's runtime interface emulator has no field for it.
    "emulated": ((200, {}, '{"errorMessage":"boom","errorType":"ValueError","requestId":"x","stackTrace":["a"]}'),
                 (1, "", "the function answered with an error: ValueError: boom")),
    "emulated, Node": ((200, {}, '{"errorType":"Error","errorMessage":"boom","trace":["Error: boom"]}'),
                       (1, "", "the function answered with an error: Error: boom")),
    # What an application may answer.
    "no error": ((200, {}, '{"errorMessage":"boom","errorType":"ValueError","orders":[]}'),
                 (0, '{"errorMessage":"boom","errorType":"ValueError","orders":[]}', "")),
    "no text": ((200, {}, '{"errorMessage":1,"errorType":"E"}'), (0, '{"errorMessage":1,"errorType":"E"}', "")),
    "half an error": ((200, {}, '{"errorMessage":"boom"}'), (0, '{"errorMessage":"boom"}', "")),
    "an error as a body": ((200, {}, '{"statusCode":200,"body":"{\\"errorMessage\\":\\"a\\",\\"errorType\\":\\"b\\"}"}'),
                           (0, '{"errorMessage":"a","errorType":"b"}', "")),
    "unknown": ((404, {"x-amzn-ErrorType": "ResourceNotFoundException"},
                 '{"Type":"User","Message":"Function not found: arn"}'),
                (1, "", "status 404 ResourceNotFoundException: Function not found: arn")),
    "throttled": ((429, {"x-amzn-ErrorType": "TooManyRequestsException"}, '{"Reason":"x","message":"Rate Exceeded."}'),
                  (1, "", "status 429 TooManyRequestsException: Rate Exceeded.")),
    "forbidden": ((403, {}, '{"message":"Missing Authentication Token"}'),
                  (1, "", "status 403: Missing Authentication Token")),
    "elsewhere": ((301, {"Location": "/"}, ""), (1, "", "status 301")),
    "no reply": ((200, {}, "<html>"), (1, "", "no reply of shape")),
}


class Answers(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, self.headers, json.loads(body)))
        status, headers, text = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def turngate(*arguments, **options):
    return subprocess.run([f"{BUILD}/bin/turngate", *arguments], capture_output=True, text=True, check=False, **options)


def check_exchanges():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    target = f"invoke:http://127.0.0.1:{server.server_port}{PATH}"
    for name, (answer, (status, output, error)) in EXCHANGES.items():
        server.answer = answer
        done = turngate("invoke", "/x?a=1", "-t", target)
        assert done.returncode == status, f"{name}: {done}"
        assert done.stdout == output or status, f"{name}: {done}"
        assert error in done.stderr, f"{name}: {done}"

    server.answer = EXCHANGES["reply"][0]
    server.seen.clear()
    turngate("invoke", "/x?a=1", "-t", target)
    turngate("invoke", "/x", "-t", target + "?Qualifier=live&as=alb&timeout=9s&X=%2f")
    event = turngate("event", "new", "apigw-v1", "-p", "/v1").stdout
    turngate("invoke", "-e", "-", "-t", target, input=event)
    (first, headers, v2), (second, _, alb), (_, _, v1) = server.seen
    assert first == PATH and headers["Content-Type"] == "application/json"
    assert v2["version"] == "2.0" and v2["rawPath"] == "/x" and v2["rawQueryString"] == "a=1", v2
    assert second == PATH + "?Qualifier=live&X=%2f", second
    assert "elb" in alb["requestContext"], alb
    assert v1["httpMethod"] == "GET" and v1["path"] == "/v1", v1
    server.shutdown()
    server.server_close()
    for dead in (target, target.removeprefix("invoke:")):
        done = turngate("invoke", "/x", "-t", dead)
        assert done.returncode == 4 and not done.stdout, done
        assert "error: the target cannot be reached: " in done.stderr and "refused" in done.stderr, done
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/a.json", "w", encoding="utf-8") as file:
                file.write(event)
            done = turngate("replay", folder, "-t", dead)
            assert done.returncode == 4 and "1 failed" in done.stdout, done


def check_own():
    """What `serve` and `host lambda` offer is the same to us as to an SDK."""
    plugin = f"plugin:{BUILD}/e2e/e2e_handler.so"
    with tempfile.TemporaryDirectory() as folder:
        for shape in ("apigw-v1", "apigw-v2", "alb", "function-url", "lattice-v2", "vercel"):
            with open(f"{folder}/{shape}.json", "w", encoding="utf-8") as file:
                file.write(turngate("event", "new", shape, "-X", "POST", "-p", "/echo?a=1", "-d", "hello").stdout)
        done = turngate("replay", folder, "-t", plugin, "-u", "new", env={**os.environ, "CI": ""})
        assert done.returncode == 0, done
        with Program(BUILD, ["serve", "-p", "0", plugin]) as served:
            done = turngate("replay", folder, "-t", f"invoke:http://127.0.0.1:{served.port(PORT)}{PATH}")
            assert done.returncode == 0 and "6 passed" in done.stdout, done
        with Program(BUILD, ["host", "lambda", "-p", "0", "--memory", "2000", "--function-timeout", "60s", "--",
                             f"{BUILD}/e2e/e2e_program"]) as hosted:
            # Lambda adds its trace id, which the handler prints.
            done = turngate("replay", folder, "--ignore", "/body", "-t",
                            f"invoke:http://127.0.0.1:{hosted.port(PORT)}{PATH}")
            assert done.returncode == 0 and "6 passed" in done.stdout, done


PORT = r"http://127\.0\.0\.1:(\d+)"


def check_settings():
    for wrong in ("invoke:ftp://x", "invoke:", "invoke:http://h/x?as=nothing", "invoke:http://h/x?timeout=soon"):
        done = turngate("invoke", "/", "-t", wrong)
        assert done.returncode == 4 and "cannot open the target" in done.stderr, done


check_exchanges()
check_own()
check_settings()
print(f"{len(EXCHANGES)} exchanges")
