#!/usr/bin/env python3
"""appwrite.py BINARY_DIR ...: what Appwrite before 1.4 asks of a function, and what else can come to it."""
import json

from open_runtimes_function import Function, old_call
from peers import check, finish


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
        reply = old_call(function, b" " * (21 << 20))
        check("v0: too large", (reply.status, json.loads(reply.text)["code"]) == (413, 413), reply)
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
        reply = old_call(function, b" " * (21 << 20))
        check("v2: too large", reply.status == 413 and json.loads(reply.text)["stderr"].startswith("the request body"), reply)
        reply = old_call(function, call, "wrong")
        check("v2: a wrong challenge", (reply.status, json.loads(reply.text)) == (500, {"stderr": "Unauthorized"}), reply)
        reply = old_call(function, {"env": {"NAME": "Eve"}, "payload": "text", "timeout": 15})
        check("v1: a call", reply.text == "Hello, Eve", reply)
        reply = old_call(function, {"payload": "boom"})
        check("v1: a failure", (reply.status, reply.text) == (500, "boom"), reply)
        check("v1: an empty body", old_call(function, b"").status == 200)
    with Function(OPEN_RUNTIMES_SECRET=None, INTERNAL_RUNTIME_KEY="k", TURNGATE_OPEN_RUNTIMES="v1",
                  APPLICATION_IS_OLD="1") as function:
        reply = old_call(function, {"payload": "text"}, "wrong")
        check("v1, where it is said: a wrong challenge", (reply.status, reply.text) == (500, "Unauthorized"), reply)


first_generation()
second_and_third_generation()
finish()
