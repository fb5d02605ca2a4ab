"""A function for Vercel's Fluid compute, written by the protocol alone. What it does is the path."""
import base64
import http.server
import json
import os
import socket
import sys
import threading
import time

ipc = socket.socket(socket.AF_UNIX)
ipc.connect(os.environ["VERCEL_IPC_PATH"])


def send(kind, **payload):
    ipc.sendall(json.dumps({"type": kind, "payload": payload}).encode() + b"\0")


class Function(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/_vercel/ping":
            return self.answer(404 if "--deaf" in sys.argv else 200, b"OK")
        context = {"invocationId": self.headers["x-vercel-internal-invocation-id"],
                   "requestId": int(self.headers["x-vercel-internal-request-id"])}
        if self.path == "/die":
            os._exit(7)
        message = base64.b64encode(f"asked for {self.path}\nthat is all\n".encode()).decode()
        send("log", context=context, message=message, stream="stdout")
        now = int(time.time() * 1000)
        send("metric", context=context, type="fetch-metric",
             payload={"pathname": "/x", "search": "a=1", "start": now, "duration": 3, "host": "api",
                      "statusCode": 204, "method": "PUT", "id": 1})
        fields = {name.lower(): value for name, value in self.headers.items()}
        self.answer(200, json.dumps({"headers": fields, "variables": dict(os.environ)}).encode())
        if self.path == "/garbage":
            ipc.sendall(b"{\0")
        if self.path != "/endless":
            send("end", context=context)
        if self.path == "/flood":
            frame = {"type": "log", "payload": {"context": context, "message": message, "stream": "stdout"}}
            frames = (json.dumps(frame).encode() + b"\0") * 1000
            threading.Thread(target=lambda: [ipc.sendall(frames) for _ in iter(int, 1)], daemon=True).start()
        if self.path == "/twice":
            send("end", context=context)

    def log_message(self, *_):
        pass


if "--fail" in sys.argv:
    send("unrecoverable-error", exitCode=3, message="there is no handler")
    sys.exit(3)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Function)
send("server-started", initDuration=12, httpPort=server.server_address[1])
server.serve_forever()
