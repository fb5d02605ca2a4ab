"""A runtime for Impuls that runs Python, written by its documents alone: impuls_function.py [text|early|nothing]

The word is a mistake: logs as text for who wants lists, a status by its early name alone, or no JSON."""
import contextlib
import http.server
import io
import json
import os
import sys
import time

MISTAKE = sys.argv[1] if sys.argv[1:] else ""


class Runtime(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200 if self.path == "/health" else 404, b'{"status":"healthy","runtime":"python"}')

    def do_POST(self):
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        os.environ.update(call["env"] or {})
        begun, out, err = time.monotonic(), io.StringIO(), io.StringIO()
        reply = {"status_code": 200}
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                names = {}
                exec(call["code"], names)  # what a runtime of source text is for
                function = names.get(call["handler"].split(".")[-1], lambda event, context: event)
                reply["body"] = function(call["event"], {"function_name": call["function_name"]})
            except Exception as error:
                reply = {"status_code": 500, "error": str(error)}
        reply["duration_ms"] = int((time.monotonic() - begun) * 1000)
        reply["logs"] = {"stdout": out.getvalue().splitlines(), "stderr": err.getvalue().splitlines()}
        if MISTAKE == "text":
            reply["logs"] = "text"
        if MISTAKE == "early":
            reply["statusCode"] = reply.pop("status_code")
        self.answer(200, b"nothing" if MISTAKE == "nothing" else json.dumps(reply).encode())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["RUNTIME_PORT"])), Runtime).serve_forever()
