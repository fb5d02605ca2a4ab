"""A function for AWS Lambda, written by the Runtime API alone. What it does is the path of an HTTP event, or "do" of
any other one."""
import base64
import http.client
import json
import os
import signal
import subprocess
import sys
import time

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
RUNTIME = "/2018-06-01/runtime/invocation/"
connection = http.client.HTTPConnection(API)
started = time.time()
served = 0


def call(method, path, body=None, headers=None, through=None):
    through = through or connection
    through.request(method, path, body=body, headers=headers or {})
    reply = through.getresponse()
    return reply.status, reply.headers, reply.read().decode()


def respond(identifier, value):
    return call("POST", f"{RUNTIME}{identifier}/response", json.dumps(value))


def http_reply(body, status=200, **more):
    return {"statusCode": status, "headers": {"Content-Type": "text/plain"}, "body": body, **more}


def stream(identifier, pieces, trailers=None, mode="streaming",
           media="application/vnd.awslambda.http-integration-response"):
    """Posts a reply in chunks; a piece that is a function is called in its place."""
    raw = http.client.HTTPConnection(API)
    raw.putrequest("POST", f"{RUNTIME}{identifier}/response")
    raw.putheader("Lambda-Runtime-Function-Response-Mode", mode)
    raw.putheader("Content-Type", media)
    raw.putheader("Transfer-Encoding", "chunked")
    raw.putheader("Trailer", "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body")
    raw.endheaders()
    for piece in pieces:
        if callable(piece):
            piece()
        else:
            raw.send(b"%x\r\n%s\r\n" % (len(piece), piece))
    ends = "".join(f"{name}: {value}\r\n" for name, value in (trailers or {}).items())
    raw.send(b"0\r\n" + ends.encode() + b"\r\n")
    raw.getresponse().read()


def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.002)


def orphan(identifier, body):
    """Answers from a process that is nobody's child any more, once the one that has the event is gone."""
    parent = os.getpid()
    if os.fork():
        return signal.pause()
    os.setsid()
    if os.fork():
        os._exit(0)
    while os.path.exists(f"/proc/{parent}"):
        time.sleep(0.002)
    with open(body["file"] + ".part", "w", encoding="ascii") as file:
        mine = http.client.HTTPConnection(API)
        json.dump(call("POST", f"{RUNTIME}{identifier}/response", "{}", through=mine)[::2], file)
    os.rename(body["file"] + ".part", body["file"])
    os._exit(0)


def act(what, body, event, headers):
    """The reply, or None if it has been given."""
    identifier = headers["Lambda-Runtime-Aws-Request-Id"]
    if what == "echo":
        return {"event": event, "headers": {name.lower(): value for name, value in headers.items()},
                "variables": dict(os.environ), "pid": os.getpid(), "served": served}
    if what == "print":
        print("to stdout", flush=True)
        print("to stderr", file=sys.stderr)
        return http_reply("printed\n")
    if what == "error":
        call("POST", f"{RUNTIME}{identifier}/error", json.dumps({"errorMessage": "no", "errorType": "Mine"}),
             {"Lambda-Runtime-Function-Error-Type": "Function.Mine"})
        return None
    if what == "exit":
        os._exit(3)
    if what == "segv":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "sleep":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(3600)
    if what == "silent":  # it answers, and never asks again
        respond(identifier, http_reply("answered\n"))
        time.sleep(3600)
    if what == "orphan":
        orphan(identifier, body)
    if what == "twice":
        respond(identifier, http_reply("first\n"))
        status, _, text = respond(identifier, http_reply("second\n"))
        print("second answer:", status, text.strip(), flush=True)
        return None
    if what == "stranger":
        status, _, text = respond("00000000-0000-0000-0000-000000000000", http_reply("no\n"))
        print("strange answer:", status, text.strip(), flush=True)
        return http_reply("mine\n")
    if what == "early":
        status, _, text = call("GET", RUNTIME + "next")
        print("early question:", status, text.strip(), flush=True)
        return http_reply("in the end\n")
    if what == "mode":
        stream(identifier, [b"{}"], mode="steaming")
        return None
    if what == "large":
        status, _, text = call("POST", f"{RUNTIME}{identifier}/response", '"' + "x" * (body or {}).get("size", 7 << 20) + '"')
        print("large answer:", status, text.strip(), flush=True)
        return None
    if what == "malformed":
        call("POST", f"{RUNTIME}{identifier}/response", "{")
        return None
    if what == "unknown-member":
        return http_reply("x", colour="red")
    if what == "flood":
        line = "x" * 100 + "\n"
        for _ in range(20000):
            sys.stderr.write(line)
        sys.stderr.flush()
        return http_reply("flooded\n")
    if what == "children":
        child = subprocess.Popen(["sleep", "3600"])
        return http_reply(f"{child.pid}\n")
    if what == "children-apart":
        return http_reply(f"{subprocess.Popen(['setsid', 'sleep', '3600']).pid}\n")
    if what == "memory":
        held = bytearray(body["size"])
        for page in range(0, len(held), 4096):
            held[page] = 1
        return {"held": len(held)} if "answers" in body else time.sleep(3600)
    if what == "memory-of-a-child":
        subprocess.run([sys.executable, "-c", "import time; held = b'x' * (200 << 20); time.sleep(3600)"])
    if what == "fail-once":
        if os.path.exists(body["file"]):
            return {"attempt": 2}
        open(body["file"], "w", encoding="ascii").close()
        os._exit(1)
    if what == "stream":
        head = json.dumps({"statusCode": 201, "headers": {"X-Mine": "1"}, "cookies": ["a=1", "b=2"]}).encode()
        stream(identifier, [head + b"\0" * 4, b"\0" * 4, b"first\n", lambda: wait_for(event["headers"]["x-file"]), b"last\n"])
        return None
    if what == "stream-empty":
        stream(identifier, [b"{}" + b"\0" * 8])
        return None
    if what == "stream-plain":
        stream(identifier, [b"plain ", b"bytes"], media="text/x-mine")
        return None
    if what == "stream-headless":
        stream(identifier, [b"x" * 20000])
        return None
    if what == "stream-trailer":
        error = base64.b64encode(b'{"errorMessage":"half way"}').decode()
        stream(identifier, [b"{}" + b"\0" * 8 + b"half"],
               {"Lambda-Runtime-Function-Error-Type": "Function.HalfWay", "Lambda-Runtime-Function-Error-Body": error})
        return None
    if what == "stream-die":
        stream(identifier, [b"{}" + b"\0" * 8 + b"half", lambda: time.sleep(0.05), lambda: os._exit(4)])
    if what == "binary":
        return {"statusCode": 200, "headers": {"Content-Type": "image/x"}, "isBase64Encoded": True,
                "body": base64.b64encode(bytes(range(256))).decode()}
    if what == "hello":
        return http_reply("hello\n")
    if what == "forwarded":
        return http_reply(next(value for name, value in event["headers"].items() if name.lower() == "x-forwarded-for"))
    return {"inferred": what}


if "--no-poll" in sys.argv:
    time.sleep(3600)
if "--init-error" in sys.argv:
    for _ in range(2):
        status, _, text = call("POST", "/2018-06-01/runtime/init/error", '{"errorMessage":"cannot","errorType":"Init"}',
                               {"Lambda-Runtime-Function-Error-Type": "Runtime.CannotStart"})
        print("init error:", status, text.strip(), flush=True)
    if "--stay" in sys.argv:
        time.sleep(3600)
    sys.exit(1)
if "--die" in sys.argv:
    sys.exit("no reason to live")
if "--extension" in sys.argv:
    status, fields, text = call("POST", "/2020-01-01/extension/register", '{"events":["INVOKE"]}',
                                {"Lambda-Extension-Name": "mine"})
    print("registered:", status, text.strip(), flush=True)
    print("once more:", *call("POST", "/2020-01-01/extension/register", "{}", {"Lambda-Extension-Name": "mine"})[::2],
          flush=True)
    print("shutdown:", *call("POST", "/2020-01-01/extension/register", '{"events":["SHUTDOWN"]}',
                             {"Lambda-Extension-Name": "other"})[::2], flush=True)
    if os.fork() == 0:
        mine = http.client.HTTPConnection(API)
        while True:
            status, _, text = call("GET", "/2020-01-01/extension/event/next", through=mine,
                                   headers={"Lambda-Extension-Identifier": fields["Lambda-Extension-Identifier"]})
            print("event:", status, text.strip(), flush=True)
            if status != 200:
                os._exit(0)
if "--sigterm" in sys.argv:
    call("POST", "/2020-01-01/extension/register", '{"events":[]}', {"Lambda-Extension-Name": "mine"})
    leave = (lambda: None) if "--stay" in sys.argv else (lambda: os._exit(0))
    signal.signal(signal.SIGTERM, lambda *_: (print("SIGTERM came", flush=True), leave()))

while True:
    status, fields, text = call("GET", RUNTIME + "next")
    if status != 200:
        sys.exit(f"{status} {text}")
    event = json.loads(text)
    served += 1
    path = event.get("rawPath") or event.get("path") if isinstance(event, dict) else None
    body = event if isinstance(event, dict) else {}
    result = act(path.strip("/") if path else body.get("do", "hello"), body, event, fields)
    if result is not None:
        respond(fields["Lambda-Runtime-Aws-Request-Id"], result)
