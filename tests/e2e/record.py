#!/usr/bin/env python3
"""record.py BINARY_DIR: records live traffic in every shape, and replays it.

What was recorded passes with the same handler and fails once a reply is edited; secrets are in no
byte that is written or printed; what cannot be recorded is told and counted, and its client sees
nothing of it.
"""
import base64
import concurrent.futures
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile

BUILD = os.path.abspath(sys.argv[1])
TURNGATE = f"{BUILD}/bin/turngate"
HANDLER = f"plugin:{BUILD}/e2e/e2e_handler.so"
HTTP_SHAPES = ("apigw-v1", "apigw-http1", "apigw-v2", "function-url", "alb", "alb-multi", "lattice-v1",
               "lattice-v2", "edge", "vercel", "http")
BINARY = bytes(range(256)) * 3


def request(method, target, *fields, body=None, chunked=False):
    """A request as bytes, its fields as they are given."""
    lines = [f"{method} {target} HTTP/1.1", "Host: shop.example", "Connection: close", *fields]
    if chunked:
        lines.append("Transfer-Encoding: chunked")
        half = len(body) // 2
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:])) + b"0\r\n\r\n"
    elif body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


TRAFFIC = (
    request("GET", "/kinds/plain"),
    request("GET", "/kinds/odd?q=1%202+3&&x&%C3%A9=%26&y=%zz"),
    request("GET", "/kinds/a%2Fb/c?q=%2F"),
    request("GET", "/kinds/%E2%82%AC/caf%C3%A9"),
    request("HEAD", "/kinds/plain?q=head"),
    request("OPTIONS", "/kinds/plain"),
    request("POST", "/kinds/echo", "Content-Type: application/json", body='{"name":"é","n":[1.0,-0]}'.encode()),
    request("PUT", "/kinds/echo", "Content-Type: application/octet-stream", body=BINARY),
    request("POST", "/kinds/echo", "Content-Type: text/plain", body=b"in two chunks", chunked=True),
    request("POST", "/kinds/echo", "Content-Type: image/png", body=BINARY, chunked=True),
    request("POST", "/kinds/unread", "Content-Type: text/plain", body=b"that nobody reads"),
    request("DELETE", "/kinds/empty"),
    request("GET", "/kinds/moved?q=on"),
    request("GET", "/kinds/cookies", "Cookie: a=the-first; b=the-second"),
    request("GET", "/kinds/login", "Cookie: sid=an-older-session"),
    request("GET", "/kinds/gzip", "Accept-Encoding: gzip"),
    request("GET", "/kinds/stream"),
    request("GET", "/kinds/large"),
    request("GET", "/refuse"),
    request("GET", "/teapot"),
    request("GET", "/that%2Fshows?x=1&&y&x=2", "X-One: 1", "X-Two: a", "x-two: b", "X-Forwarded-For: 198.51.100.7"),
    request("GET", "/address"),
)


class Recording:
    """turngate record, from its start to its end."""

    def __init__(self, directory, *arguments, target=HANDLER, limit=None):
        def before():
            if limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        self.process = subprocess.Popen([TURNGATE, "record", "-l", "0", "-o", directory, *arguments] +
                                        ([target] if target else []),
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=before)
        self.first_line = self.process.stderr.readline().decode()
        match = re.search(r"recording http://127\.0\.0\.1:(\d+) ", self.first_line)
        if not match:
            sys.exit(f"record did not start: {self.first_line}{self.process.stderr.read().decode()}")
        self.port = int(match[1])

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def send(self, message):
        with self.connect() as connection:
            connection.sendall(message)
            return read_all(connection)

    def end(self, by_signal=signal.SIGINT):
        """Exit status, standard output, standard error."""
        if by_signal:
            self.process.send_signal(by_signal)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out.decode(), self.first_line + err.decode()


def read_all(connection):
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        parts.append(b"(reset)")
    return b"".join(parts)


def replay(directory, *arguments, target=HANDLER):
    done = subprocess.run([TURNGATE, "replay", directory, "-t", target, *arguments], capture_output=True,
                          timeout=120, check=False)
    return done.returncode, (done.stdout + done.stderr).decode()


def check(condition, what):
    if not condition:
        sys.exit(what)


def events(directory):
    return sorted(name for name in os.listdir(directory) if name.endswith(".json") and ".reply." not in name)


def round_trip(shape, directory):
    recording = Recording(directory, "--as", shape)
    for message in TRAFFIC:
        reply = recording.send(message)
        check(reply.startswith(b"HTTP/1.1 "), f"{shape}: {message} was answered with {reply}")
    status, out, err = recording.end()
    check(status == 0, f"{shape}: record ended with {status}:\n{out}{err}")
    check(f"{len(TRAFFIC)} events recorded" in out, f"{shape}: {out}")
    names = events(directory)
    check([int(name[:4]) for name in names] == list(range(1, len(TRAFFIC) + 1)), f"{shape}: {names}")
    status, text = replay(directory)
    check(status == 0 and f" {len(TRAFFIC)} passed" in text, f"{shape}: the replay ended with {status}:\n{text}")

    for edited, old, new in (("0001-get-kinds-plain", "GET plain", "GET plane"),
                             ("0011-post-kinds-unread", "404", "405"),
                             ("0013-get-kinds-moved", "elsewhere", "nowhere"),
                             ("0007-post-kinds-echo", '"name"', '"nome"')):
        path = f"{directory}/{edited}.reply.json"
        with open(path, encoding="utf-8") as file:
            before = file.read()
        check(old in before, f"{shape}: {path} has {before}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(before.replace(old, new))
        status, text = replay(directory)
        check(status == 1 and "1 failed" in text, f"{shape}: {edited} was edited, and the replay ended with "
                                                  f"{status}:\n{text}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(before)


def to_url(directory):
    """Another server behind it, which is asked just what the client asked."""
    server = subprocess.Popen([TURNGATE, "serve", "-p", "0", HANDLER], stderr=subprocess.PIPE)
    url = "http://" + re.search(r"127\.0\.0\.1:\d+", server.stderr.readline().decode())[0]
    for shape in "http", "apigw-v1":
        where = f"{directory}/{shape}"
        recording = Recording(where, "--as", shape, "--to", url, target=None)
        reply = recording.send(request("GET", "/kinds/a%2Fb?q=1&&x"))
        check(reply.endswith(b"GET a/b q=1\n"), f"{reply}")
        for message in TRAFFIC[5:18]:
            recording.send(message)
        reply = recording.send(request("GET", "/that%2Fis?a"))
        check(b"GET /that%2Fis?a" in reply, f"{shape}: the target arrived as another in {reply}")
        check(not recording.send(request("GET", "/break")).endswith(b"0\r\n\r\n"), "a broken response looks whole")
        status, out, err = recording.end()
        check(status == 1 and "15 events recorded   1 not recorded" in out, f"{shape}: {status}\n{out}{err}")
        status, text = replay(where, "--skip", "*that-is*", target=url)
        check(status == 0 and "14 passed" in text, f"{shape}: the replay ended with {status}:\n{text}")
    server.terminate()
    server.communicate(timeout=60)
    recording = Recording(f"{directory}/gone", "--to", url, target=None)
    check(b" 502 " in recording.send(request("GET", "/")), "a server that has gone answers")
    status, out, err = recording.end()
    check(status == 1 and "0 events recorded   1 not recorded" in out, f"{status}\n{out}{err}")


def messages(directory):
    """Of the shapes that are no HTTP request only what goes where they come in is kept."""
    for shape, target, arguments in (("raw", "/events", ("--as", "raw")), ("websocket", "/websocket/message", ())):
        where = f"{directory}/{shape}"
        recording = Recording(where, "--as", shape)
        body = b'{"statusCode": 200, "n": 1}\n'
        recording.send(request("POST", target, "Content-Type: application/json", body=body))
        recording.send(request("GET", "/kinds/plain"))
        recording.send(request("POST", "/kinds/echo", body=b"not JSON"))
        status, out, err = recording.end()
        check(status == 1 and "1 event recorded   2 not recorded" in out, f"{shape}: {status}\n{out}{err}")
        # Its reply shows the request's headers, which no such event has.
        check(len(events(where)) == 1, f"{shape}: {os.listdir(where)}")
        if shape == "raw":
            with open(f"{where}/{events(where)[0]}", "rb") as file:
                check(file.read() == body, "raw: the event is not the body")
        status, text = replay(where, "--expect-status", "200", "--ignore", "/body", *arguments)
        check(status == 0, f"{shape}: the replay ended with {status}:\n{text}")


def secrets(directory):
    """Each canary is in a place of its own; an echo brings most of them back."""
    rules = ("--redact", "/body/json/password", "--redact", "query:code", "--redact", "x-pin",
             "--redact", "/body/json/token", "--redact", "form:pass")
    credentials = ("Authorization: Bearer canary-bearer", "Proxy-Authorization: Basic canary-basic",
                   "Cookie: sid=canary-cookie; canary-nameless", "X-Api-Key: canary-api-key",
                   "X-Amz-Security-Token: canary-amz", "X-Internal-Challenge: canary-challenge",
                   "X-Open-Runtimes-Secret: canary-runtime", "X-Pin: canary-pin",
                   "Referer: http://shop.example/?code=canary-referer")
    traffic = (
        request("POST", "/echo-of-headers?code=canary-query&x=1", *credentials, "Content-Type: application/json",
                body=b'{"password": "canary-password", "again": "canary-password", "b": "canary-bearer"}'),
        request("POST", "/kinds/echo", "Content-Type: application/x-www-form-urlencoded", body=b"a=1&pass=canary-form"),
        request("POST", "/kinds/echo", "Content-Type: application/json",
                body=b'{"password": {"deep": ["canary-deep"]}, "token": "canary-token"}'),
        request("GET", "/kinds/login", "Cookie: sid=canary-session"),
        request("GET", "/kinds/canary-bearer-of-a-path", "Authorization: canary-bearer-of-a-path"),
        request("POST", "/break?code=canary-broken", *credentials, body=b'{"password":"canary-lost"}'),
        request("POST", "/kinds/echo?code=canary-code", "Content-Type: application/json",
                body=b'{"password":"canary-no-json"'),
    )
    for shape in HTTP_SHAPES:
        where = f"{directory}/{shape}"
        recording = Recording(where, "--as", shape, *rules)
        for message in traffic:
            recording.send(message)
        status, out, err = recording.end()
        check(status == 1 and "5 events recorded   2 not recorded" in out, f"{shape}: {status}\n{out}{err}")
        texts = [out, err, *os.listdir(where)]
        for name in os.listdir(where):
            with open(f"{where}/{name}", "rb") as file:
                texts.append(file.read().decode("utf-8"))
        texts += [base64.b64decode(found).decode("utf-8", "replace")
                  for text in texts for found in re.findall(r"[A-Za-z0-9+/]{12,}={0,2}", text) if len(found) % 4 == 0]
        for text in texts:
            check("canary" not in text and "session-of-login" not in text, f"{shape}: a secret in {text}")
        check(any("sid=REDACTED" in text for text in texts), f"{shape}: the cookie's name is lost")
        if shape == "http":  # others change the headers that the first one echoes
            status, text = replay(where)
            check(status == 0 and " 5 passed" in text, f"{shape}: the replay ended with {status}:\n{text}")


def limits(directory):
    """What cannot be recorded passes all the same."""
    recording = Recording(directory, "--as", "edge")
    large = b"x" * 50_000
    reply = recording.send(request("POST", "/kinds/echo", body=large))
    check(large in reply, "a body that is too large for the shape did not come back")
    check(recording.send(request("GET", "/break")).endswith(b"(reset)"), "a response that broke off looks whole")
    check(b" 500 " in recording.send(request("GET", "/throw")), "a failure is none")
    with recording.connect() as connection:
        connection.sendall(request("POST", "/kinds/echo", body=b"x" * 100_000)[:-3])
    recording.send(request("GET", "/kinds/plain"))
    status, out, err = recording.end()
    check(status == 1 and "1 event recorded   4 not recorded" in out, f"{status}\n{out}{err}")
    for why in ("0001 POST /kinds/echo    200  .* not recorded: edge cannot carry it: the body of the request is 50000",
                "0002 GET /break  .* not recorded: the response broke off",
                "0003 GET /throw  .* not recorded: the handler failed",
                " POST /kinds/echo .* not recorded: the request's body did not come whole"):
        check(re.search(why, err), f"{why} is not in\n{err}")
    check(len(os.listdir(directory)) == 2, f"{os.listdir(directory)}")


def full_disk(directory):
    recording = Recording(directory, limit=5000)
    check(b"x" * 6000 in recording.send(request("POST", "/kinds/echo", body=b"x" * 6000)), "a full disk shows")
    recording.send(request("GET", "/kinds/plain"))
    status, out, err = recording.end()
    check(status == 1 and "1 event recorded   1 not recorded" in out, f"{status}\n{out}{err}")
    check(f"not recorded: cannot write into {directory}: File too large" in err, err)
    check(sorted(os.listdir(directory)) == ["0002-get-kinds-plain.json", "0002-get-kinds-plain.reply.json"],
          f"{os.listdir(directory)}")


def concurrent_calls(directory):
    """Two recordings into one directory, many clients each; then one more that goes on behind them."""
    recordings = [Recording(directory, "--max", "60") for _ in range(2)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda n: recordings[n % 2].send(request("GET", f"/kinds/of-{n}")), range(120)))
    check(all(b" 200 OK" in reply for reply in replies), "not all were answered")
    for recording in recordings:
        status, out, err = recording.end(by_signal=None)
        check(status == 0 and "60 events recorded   replay with" in out, f"{status}\n{out}{err}")
    check(len(events(directory)) == 120, f"{len(events(directory))} events")
    check(all(os.stat(f"{directory}/{name}").st_mode & 0o777 == 0o600 for name in os.listdir(directory)), "modes")
    check(os.stat(directory).st_mode & 0o777 == 0o700, "mode of the directory")
    status, text = replay(directory, "-j", "2")
    check(status == 0 and " 120 passed" in text, text)
    highest = int(events(directory)[-1][:4])
    recording = Recording(directory)
    recording.send(request("GET", "/kinds/plain"))
    recording.end()
    check(int(events(directory)[-1][:4]) == highest + 1, f"{events(directory)[-2:]}")


def draining(directory):
    """A request begun before Ctrl-C is answered and recorded."""
    recording = Recording(directory)
    message = request("POST", "/kinds/echo", body=b"0123456789")
    with recording.connect() as connection:
        connection.sendall(message[:-5])
        recording.process.send_signal(signal.SIGTERM)
        connection.sendall(message[-5:])
        check(read_all(connection).endswith(b"0123456789"), "a request that had begun was lost")
    status, out, err = recording.end(by_signal=None)
    check(status == 0 and "1 event recorded" in out, f"{status}\n{out}{err}")


def closed_output(directory):
    """Nobody reads the lines any more: the recording ends."""
    recording = Recording(directory)
    recording.process.stdout.close()
    recording.send(request("GET", "/kinds/plain"))
    check(recording.process.wait(60) == 141, f"status {recording.process.returncode}")
    recording.process.stderr.close()


def real_values(directory):
    """An event has the moment and the client of its call."""
    recording = Recording(directory, "--as", "apigw-v2")
    recording.send(request("GET", "/kinds/plain"))
    recording.send(request("GET", "/kinds/plain"))
    recording.end()
    contexts = []
    for name in events(directory):
        with open(f"{directory}/{name}", encoding="utf-8") as file:
            contexts.append(json.load(file)["requestContext"])
    check(contexts[0]["requestId"] != contexts[1]["requestId"], "two requests have one id")
    check(contexts[0]["http"]["sourceIp"] == "127.0.0.1", "the client is another")
    now = os.stat(f"{directory}/{events(directory)[0]}").st_mtime
    check(abs(contexts[0]["timeEpoch"] / 1000 - now) < 60, f"the time is {contexts[0]['timeEpoch']}")


def main():
    with tempfile.TemporaryDirectory() as directory:
        for shape in HTTP_SHAPES:
            round_trip(shape, f"{directory}/{shape}")
        for part in (to_url, messages, secrets, limits, full_disk, concurrent_calls, draining, closed_output, real_values):
            part(f"{directory}/{part.__name__}")
    print(f"{len(HTTP_SHAPES)} shapes, {len(TRAFFIC)} calls each")


main()
