#!/usr/bin/env python3
"""host_lambda.py BINARY_DIR ...: functions under `turngate host lambda`: one that knows the Runtime API alone, and
bootstraps that others wrote."""
import base64
import binascii
import concurrent.futures
import http.client
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

from host_program import BUILD, FUNCTION, INVOKE, Host
from peers import check, finish, need, skipped, until
from program import Program, ask

HERE = os.path.dirname(os.path.abspath(__file__))
STREAM = "/2021-11-15/functions/function/response-streaming-invocations"


def lines_of(output, number):
    return [line[5:].strip() for line in output.splitlines() if line.startswith(f"#{number} ")]


def well_behaved():
    environment = {"PORT": "1", "MINE": "kept", "AWS_LAMBDA_LOG_FORMAT": "JSON", "VERCEL_IPC_PATH": "/x", "_X_AMZN_TRACE_ID": "x", "AWS_REGION": "eu-west-3"}
    with Host("--strict", "--handler", "app.main", environment=environment) as host:
        status, fields, seen = host.invoke({"do": "echo"}, X_Amz_Client_Context=base64.b64encode(b'{\n"a": 1}').decode(),
                                           X_Amz_Tenant_Id="blue:7")
        warm = host.invoke({"do": "echo"})[2]
        ended = host.stop()
    check("a function is invoked", status == 200 and fields["X-Amz-Executed-Version"] == "$LATEST", dict(fields))
    headers, variables = seen["headers"], seen["variables"]
    check("it gets its event", seen["event"] == {"do": "echo"}, seen["event"])
    arn = "arn:aws:lambda:eu-west-3:123456789012:function:function"
    check("with its id, ARN and client context",
          re.fullmatch(r"[0-9a-f-]{36}", headers["lambda-runtime-aws-request-id"])
          and headers["lambda-runtime-invoked-function-arn"] == arn
          and json.loads(headers["lambda-runtime-client-context"]) == {"a": 1}, headers)
    check("and its tenant", headers["lambda-runtime-aws-tenant-id"] == "blue:7"
          and "lambda-runtime-aws-tenant-id" not in warm["headers"], headers)
    check("which is the caller's, too", headers["lambda-runtime-aws-request-id"] == fields["x-amzn-RequestId"], headers)
    check("a trace and a deadline", re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0",
                                                 headers["lambda-runtime-trace-id"])
          and re.fullmatch(r"\d{13}", headers["lambda-runtime-deadline-ms"]), headers)
    check("the environment is Lambda's", variables["_HANDLER"] == "app.main"
          and variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128" and variables["TZ"] == ":UTC"
          and variables["LAMBDA_TASK_ROOT"] == os.getcwd() and variables["AWS_REGION"] == "eu-west-3", variables)
    check("nobody else's", not {"PORT", "VERCEL_IPC_PATH", "_X_AMZN_TRACE_ID"} & set(variables), variables)
    check("and the user's own", variables["MINE"] == "kept" and variables["AWS_LAMBDA_LOG_FORMAT"] == "JSON", variables)
    check("the second invocation is warm", warm["pid"] == seen["pid"] and warm["served"] == 2, warm)
    identifier = headers["lambda-runtime-aws-request-id"]
    expected = [rf"START RequestId: {identifier} Version: \$LATEST", rf"END RequestId: {identifier}",
                rf"REPORT RequestId: {identifier}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB"
                r"\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms"]
    shown = lines_of(host.output, 1)
    check("it is told as the service tells it", len(shown) == 3 and all(map(re.fullmatch, expected, shown)), shown)
    check("the start once", "Init Duration" not in "".join(lines_of(host.output, 2)), host.output)
    check("nothing was wrong", "2 invocations   0 breaches" in host.output and ended == 0, (ended, host.output))


def invoke_api():
    with Host() as host:
        status, fields, _ = host.invoke({"do": "print"}, X_Amz_Log_Type="Tail")
        tail = base64.b64decode(fields["X-Amz-Log-Result"]).decode()
        check("the tail of the log has all of it, in order", status == 200 and re.fullmatch(
            r"START .*\nto stdout\nto stderr\nEND .*\nREPORT .*\n", tail), tail)
        check("a dry run is one", host.invoke(X_Amz_Invocation_Type="DryRun")[0] == 204)
        check("what is no JSON is refused", ask(host.door, INVOKE, "POST", body="{")[0] == 400)
        check("so is a client context that is none", host.invoke(X_Amz_Client_Context="!")[0] == 400)
        check("so is a tenant that is none", host.invoke(X_Amz_Tenant_Id="a,b")[0] == 400)
        status, fields, body = host.invoke({"do": "error"})
        check("an error is the function's", status == 200 and fields["X-Amz-Function-Error"] == "Unhandled"
              and body == {"errorMessage": "no", "errorType": "Mine"}, (status, dict(fields), body))
        _, fields, body = host.invoke({"do": "mode"})
        check("a response mode that there is not is an error", body["errorType"] == "Runtime.InvalidResponseModeHeader", body)
        _, fields, body = host.invoke({"do": "large"})
        check("a reply that is too large is an error", body["errorType"] == "Function.ResponseSizeTooLarge", body)
        check("and told to who gave it", host.says(
            r'large answer: 413 {"errorMessage":"Exceeded maximum allowed payload size \(6291556 bytes\)."'))
        check("its size may be the limit", len(host.invoke({"do": "large", "size": 6291554})[2]) == 6291554)


def event_stream(body):
    """Its messages, as (type, payload)."""
    while body:
        size, fields, crc = struct.unpack_from(">III", body)
        assert binascii.crc32(body[:8]) == crc and binascii.crc32(body[:size - 4]) == struct.unpack_from(">I", body, size - 4)[0]
        names, at = {}, 12
        while at < 12 + fields:
            length = body[at]
            name, at = body[at + 1:at + 1 + length].decode(), at + 1 + length
            assert body[at] == 7
            length = struct.unpack_from(">H", body, at + 1)[0]
            names[name], at = body[at + 3:at + 3 + length].decode(), at + 3 + length
        yield names[":event-type"], body[at:size - 4]
        body = body[size:]


def invoke_stream(port, event, **fields):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", STREAM, body=json.dumps(event), headers={name.replace("_", "-"): value for name, value in fields.items()})
    reply = connection.getresponse()
    return reply.status, list(event_stream(reply.read()))


def streamed_invocations():
    with Host() as host:
        status, messages = invoke_stream(host.door, {"do": "stream-plain"}, X_Amz_Log_Type="Tail")
        data = b"".join(payload for kind, payload in messages if kind == "PayloadChunk")
        end = json.loads(messages[-1][1])
        check("a stream is invoked", status == 200 and data == b"plain bytes" and messages[-1][0] == "InvokeComplete", messages)
        check("with the tail of its log", b"START" in base64.b64decode(end["LogResult"]), end)
        _, messages = invoke_stream(host.door, {"do": "stream-trailer"})
        end = json.loads(messages[-1][1])
        check("an error half way is told at the end", end["ErrorCode"] == "Function.HalfWay"
              and json.loads(end["ErrorDetails"]) == {"errorMessage": "half way"}, messages)
        _, messages = invoke_stream(host.door, {"do": "hello"})
        check("a reply in one piece is a piece", json.loads(messages[0][1])["body"] == "hello\n", messages)
        check("gathered, a stream is one payload", ask(host.door, INVOKE, "POST", body='{"do":"stream-plain"}')[2] == "plain bytes")


def asynchronous():
    with tempfile.TemporaryDirectory() as folder:
        letters, flag = f"{folder}/letters", f"{folder}/flag"
        with Host("--retry-delay", "1ms", "--dead-letters", letters) as host:
            status, _, body = host.invoke({"do": "fail-once", "file": flag}, X_Amz_Invocation_Type="Event")
            check("an event is taken", status == 202 and body is None, (status, body))
            host.says(r"#2   REPORT")
            check("and retried when it fails", "Runtime.ExitError" in "".join(lines_of(host.output, 1))
                  and "Status" not in "".join(lines_of(host.output, 2)), host.output)
            status, fields, _ = host.invoke({"do": "exit", "mine": [1]}, X_Amz_Invocation_Type="Event")
            host.says("is among the dead letters")
            with open(letters, encoding="utf-8") as file:
                letter = json.loads(file.read())
            check("one that fails for good is a dead letter", letter["requestPayload"] == {"do": "exit", "mine": [1]}
                  and letter["requestContext"]["condition"] == "RetriesExhausted"
                  and letter["requestContext"]["approximateInvokeCount"] == 3
                  and letter["requestContext"]["requestId"] == fields["x-amzn-RequestId"]
                  and letter["responsePayload"]["errorType"] == "Runtime.ExitError", letter)
            check("which only its owner reads", os.stat(letters).st_mode & 0o777 == 0o600)
        with Host("--retry-delay", "1h", "--dead-letters", letters) as host:
            host.invoke({"do": "exit"}, X_Amz_Invocation_Type="Event")
            host.says(r"#1   REPORT")
            host.stop()
            with open(letters, encoding="utf-8") as file:
                last = json.loads(file.read().splitlines()[-1])
            check("so is what waits when the host stops", last["requestContext"]["condition"] == "HostStopped", last)
        with Program(BUILD, ["host", "lambda", "-p", "0", "--dead-letters", f"{folder}/no/letters", "--", "true"]) as host:
            check("a file that cannot be had is told at the start", host.process.wait(60) == 2 and host.wait_for("no/letters"))


def fronts():
    for shape, missing in (("function-url", (502, "Internal Server Error")), ("apigw-v2", (500, '{"message": "Internal Server Error"}')),
                           ("apigw-v1", (502, '{"message": "Internal server error"}')), ("alb", (502, "<html>"))):
        with Host("--as", shape) as host:
            status, fields, body = ask(host.door, "/hello")
            check(f"{shape} answers", (status, body, fields["Content-Type"]) == (200, "hello\n", "text/plain"), (status, body))
            seen = [ask(host.door, "/forwarded", headers=sent)[2] for sent in ({}, {"X-Forwarded-For": "203.0.113.9"})]
            check(f"{shape} says who has asked", seen == ["127.0.0.1", "203.0.113.9, 127.0.0.1"], seen)
            status, _, body = ask(host.door, "/malformed")
            check(f"{shape} says nothing of a malformed reply", status == missing[0] and body.startswith(missing[1]), (status, body))
            check("but the host does", host.says(r"BREACH what the program answered is no reply of shape " + shape), host.output)
            status, _, body = ask(host.door, "/error")
            check(f"{shape} says nothing of an error", status == missing[0] and body.startswith(missing[1]), (status, body))
            connection = http.client.HTTPConnection("127.0.0.1", host.door)
            connection.request("GET", "/binary")
            check(f"{shape} decodes base64", connection.getresponse().read() == bytes(range(256)))
            status, fields, body = ask(host.door, "/inferred")
            if shape in ("function-url", "apigw-v2"):
                check(f"{shape} takes any JSON for a reply", (status, body) == (200, '{"inferred": "inferred"}')
                      and fields["Content-Type"] == "application/json", (status, body))
            else:
                check(f"{shape} does not take any JSON for a reply", status == 502, (status, body))
            if shape == "apigw-v1":
                check("a member that it does not know is none", ask(host.door, "/unknown-member")[0] == 502)
            check("what cannot be an event is refused", ask(host.door, "/hello", "POST", body=b"\xff" * (7 << 20))[0] == 413)


def streams():
    with tempfile.TemporaryDirectory() as folder, Host("--stream") as host:
        flag = f"{folder}/flag"
        connection = http.client.HTTPConnection("127.0.0.1", host.door, timeout=120)
        connection.request("GET", "/stream", headers={"X-File": flag})
        reply = connection.getresponse()
        first = reply.readline()
        check("a stream comes as it is written", first == b"first\n", first)
        check("with its head", reply.status == 201 and reply.headers["X-Mine"] == "1"
              and reply.headers.get_all("Set-Cookie") == ["a=1", "b=2"], reply.headers)
        open(flag, "w", encoding="ascii").close()
        check("to its end", reply.read() == b"last\n")
        check("it may be empty", ask(host.door, "/stream-empty")[::2] == (200, ""))
        status, fields, body = ask(host.door, "/stream-plain")
        check("or have no head", (status, fields["Content-Type"], body) == (200, "text/x-mine", "plain bytes"), (status, body))
        status, _, body = ask(host.door, "/stream-headless")
        check("one that should have one and has not is a 502", status == 502, (status, body))
        check("and told", host.says("BREACH the head of the stream has no 8 NULs"))
        for path, why in (("/stream-trailer", "Function.HalfWay"), ("/stream-die", "Runtime.(ExitError|TruncatedResponse)")):
            try:
                broken = ask(host.door, path)
            except (http.client.IncompleteRead, ConnectionError) as error:
                broken = error
            check(f"{path} is cut off", not isinstance(broken, tuple), broken)
            check("and why is told", host.says("BREACH the stream broke off: " + why), host.output)
        check("the next one is served", ask(host.door, "/stream-plain")[2] == "plain bytes")
        check("a reply in one piece is passed on as it is", json.loads(ask(host.door, "/hello")[2])["body"] == "hello\n")
    with Host("--stream", "--as", "apigw-v1") as host:
        check("a REST API streams, too", ask(host.door, "/stream-empty")[::2] == (200, ""))
        for path in ("/stream-plain", "/hello"):
            status, _, body = ask(host.door, path)
            check(f"it wants a head: {path}", (status, body) == (500, '{"message": "Internal server error"}'), (status, body))
        check("and why is told", host.says("BREACH the reply is no stream with a head"), host.output)
    refused = subprocess.run([f"{BUILD}/bin/turngate", "host", "lambda", "--stream", "--as", "alb", "--", "true"],
                             capture_output=True, text=True, check=False)
    check("what cannot stream is refused", refused.returncode == 2 and "--stream: the source of alb sends replies in one piece"
          in refused.stderr, refused)
    with Host() as host:
        check("without --stream a stream is no reply", ask(host.door, "/stream-empty")[0] == 502)
        check("and the host says what to do", host.says("start the host with --stream"))


def rules():
    with Host("--strict", "--as", "apigw-v2") as host:
        check("who keeps to the rules is not told of", ask(host.door, "/hello")[2] == "hello\n" and host.stop() == 0, host.output)
    with Host("--strict", "--as", "alb") as host:
        ask(host.door, "/hello")
        check("a rule that a reply breaks is a breach", host.says("BREACH alb-base64-flag: "), host.output)
        ask(host.door, "/hello", headers={"X-Long": "x" * 17000})
        check("and one that a request breaks", host.says("BREACH alb-request-field: .* 17,006 bytes, at most 16,384 bytes"),
              host.output)
        check("which is the status in the end", host.stop() == 1)


def misbehaviour():
    with Host() as host:
        check("the first of two answers counts", ask(host.door, "/twice")[2] == "first\n")
        check("the second is a 403", host.says('second answer: 403 {"errorMessage":"State transition from RuntimeResponseSentState to '
                                               'InvocationResponse failed for runtime. Error: State transition is not allowed",'
                                               '"errorType":"InvalidStateTransition"}'), host.output)
        check("an answer to nobody is none", ask(host.door, "/stranger")[2] == "mine\n")
        check("but a 400", host.says('strange answer: 400 {"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}'))
        check("who asks before he answers", ask(host.door, "/early")[2] == "in the end\n")
        check("gets a 403", host.says("early question: 403 .*State transition from Running to Ready failed"))
        check("a flood on standard error is no obstacle", ask(host.door, "/flood")[2] == "flooded\n")
        before = host.invoke({"do": "echo"})[2]["pid"]
        status, fields, body = host.invoke({"do": "exit"})
        check("a function that dies has failed", fields["X-Amz-Function-Error"] == "Unhandled" and body["errorType"] == "Runtime.ExitError"
              and body["errorMessage"].endswith("Error: Runtime exited with error: exit status 3"), body)
        check("by a signal, too", host.invoke({"do": "segv"})[2]["errorMessage"].endswith("signal: segmentation fault"))
        check("and a new one answers", host.invoke({"do": "echo"})[2]["pid"] != before)
        child = ask(host.door, "/children")[2].strip()
        check("children that stay are no obstacle", ask(host.door, "/hello")[2] == "hello\n")
        host.invoke({"do": "exit"})
        check("and end with it", until("the child's end", lambda: not os.path.exists(f"/proc/{child}")))
    with Host("--function-timeout", "300ms") as host:
        _, _, body = host.invoke({"do": "sleep"})
        check("a function that takes too long has failed", body["errorType"] == "Sandbox.Timedout"
              and body["errorMessage"].endswith("Error: Task timed out after 0.30 seconds"), body)
        check("which is reported", re.search("Task timed out after 0.30 seconds.*END.*REPORT.*Status: timeout", host.output, re.S), host.output)
        check("its URL is a 502", ask(host.door, "/sleep")[0] == 502)
        check("one that never asks again is told of", ask(host.door, "/silent")[2] == "answered\n"
              and host.says("BREACH the function did not ask for the next event within 0.30 s"), host.output)
        apart = ask(host.door, "/children-apart")[2].strip()
        host.invoke({"do": "sleep"})
        check("what it started ends with it, in a session of its own, too",
              until("the end of who is apart", lambda: not os.path.exists(f"/proc/{apart}")))
        check("a new one answers", ask(host.door, "/hello")[2] == "hello\n")
        with tempfile.TemporaryDirectory() as folder:
            host.invoke({"do": "orphan", "file": f"{folder}/late"})
            until("the late answer", lambda: os.path.exists(f"{folder}/late"))
            with open(f"{folder}/late", encoding="ascii") as file:
                status, text = json.load(file)
            check("an answer after the timeout is a 403", status == 403 and json.loads(text)["errorType"] == "InvalidStateTransition",
                  (status, text))


def beginnings():
    with Host("--init-timeout", "300ms", command=[*FUNCTION, "--no-poll"]) as host:
        _, _, body = host.invoke()
        check("a function that never asks has failed", body["errorType"] == "Sandbox.Timedout", body)
        check("and why is told", "did not ask for an event within 0.30 s" in host.output, host.output)
    with Host(command=[*FUNCTION, "--init-error"]) as host:
        _, fields, body = host.invoke()
        check("one that cannot start says so", body == {"errorMessage": "cannot", "errorType": "Init"}, body)
        check("once", host.says("init error: 202") and host.says("init error: 403 .*State transition from InitError to InitError"))
    with Host("--strict", command=[*FUNCTION, "--init-error", "--stay"]) as host:
        first = host.invoke()[2]
        host.says("REPORT")
        check("who does not end then is ended", until("its end", lambda: host.invoke()[2] == first), host.output)
        check("without another reason", "did not ask" not in host.output, host.output)
    with Host(command=[*FUNCTION, "--die"]) as host:
        _, _, body = host.invoke()
        check("one that ends at once has failed", body["errorType"] == "Runtime.ExitError", body)
        check("with its own word", "no reason to live" in host.output, host.output)
    with Host(command=["/no/such/program"]) as host:
        check("so has one that is not there", host.invoke()[2]["errorMessage"].endswith("exit status 127"))


def memory():
    with Host("--function-timeout", "5m") as host:
        for what in ("memory", "memory-of-a-child"):
            _, _, body = host.invoke({"do": what, "size": 200 << 20})
            check(f"{what}: one that uses more than it has is killed", body["errorType"] == "Runtime.OutOfMemory"
                  and body["errorMessage"].endswith("Error: Runtime exited with error: signal: killed"), body)
        check("which is reported as by the service", re.search(
            r"used more than 128 MB.*signal: killed.*END.*REPORT.*Max Memory Used: \d+ MB.*"
            r"Status: error\tError Type: Runtime.OutOfMemory", host.output, re.S), host.output)
        check("a new one answers", ask(host.door, "/hello")[2] == "hello\n")
    with Host("--memory", "1024") as host:
        check("one that has more may use it", host.invoke({"do": "memory", "size": 200 << 20, "answers": 1})[2]["held"] > 0)
        used = int(re.search(r"Memory Size: 1024 MB\tMax Memory Used: (\d+) MB", host.output)[1])
        check("which is told", used > 200, host.output)


def several():
    with Host("--instances", "4") as host, concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: host.invoke({"do": "echo"})[2], range(200)))
        pids = {answer["pid"] for answer in answers}
        check("four instances answer at once", 1 < len(pids) <= 4, pids)
        ids = {answer["headers"]["lambda-runtime-aws-request-id"] for answer in answers}
        check("each invocation once", len(ids) == 200, len(ids))
    with Host("--strict", "--function-timeout", "1m", "--drain-timeout", "200ms") as host:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            running = pool.submit(lambda: host.invoke({"do": "sleep"}))
            host.says("START")
            status, _, body = host.invoke({"do": "echo"})
            check("a strict host throttles", (status, body["message"]) == (429, "Rate Exceeded."), (status, body))
            check("its URL as well", ask(host.door, "/hello")[0] == 429)
            host.process.terminate()
            try:
                running.result()
            except ConnectionError as error:
                check("who waits is cut off in the end", error, error)
        host.process.wait(60)
        check("which is told", "the host stops" in host.output and re.search(r"\d invocations", host.output), host.output)


def extensions():
    with Host(command=[*FUNCTION, "--extension"]) as host:
        check("a function may have an extension", ask(host.door, "/hello")[2] == "hello\n")
        check("which is registered", host.says(r'registered: 200 {"functionName":"function","functionVersion":"\$LATEST","handler":"bootstrap"}'))
        check("under its name once", host.says("once more: 403 .*Extension with this name already registered"))
        check("and has no SHUTDOWN", host.says("shutdown: 403 .*ShutdownEventNotSupportedForInternalExtension"))
        check("it hears of invocations", host.says(r'event: 200 {"eventType":"INVOKE","deadlineMs":\d+,"requestId":"[0-9a-f-]+",'
                                                   '"invokedFunctionArn":"arn:[^"]+","tracing":{"type":"X-Amzn-Trace-Id"'))
        check("the next one waits for it", ask(host.door, "/hello")[2] == "hello\n")
    with Host(command=[*FUNCTION, "--sigterm"]) as host:
        ask(host.door, "/hello")
        ended = host.stop()
        check("with an extension the end is told by SIGTERM", "SIGTERM came" in host.output and ended == 0, host.output)
    with Host(command=[*FUNCTION, "--sigterm", "--stay"]) as host:
        ask(host.door, "/hello")
        ended = host.stop()
        check("who does not heed it is killed", "SIGTERM came" in host.output and ended == 0, host.output)
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/watcher"
        with open(program, "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\nexec {sys.executable} {HERE}/peers/lambda_extension.py\n")
        os.chmod(program, 0o755)
        with Host("--extension", program) as host:
            ask(host.door, "/hello")
            host.says("watcher: INVOKE")
            ended = host.stop()
        check("an external one hears of the end", "watcher: SHUTDOWN spindown" in host.output and ended == 0, host.output)
        with Host("--extension", program, "--function-timeout", "300ms") as host:
            host.invoke({"do": "sleep"})
            check("of a timeout, too", host.says("watcher: SHUTDOWN timeout"), host.output)
            check("and goes with its instance", ask(host.door, "/hello")[2] == "hello\n")
            host.invoke({"do": "exit"})
            check("and of a crash", host.says("watcher: SHUTDOWN failure"), host.output)
            check("each time", ask(host.door, "/hello")[2] == "hello\n" and host.stop() == 0)


def snap_start():
    linked = {"command": [f"{BUILD}/tests/turngate_lambda_program"]}
    with Host("--snap-start", "--memory", "1024", **linked) as host:
        check("a function is restored", ask(host.door, "/hello")[2] == "hello world\n")
        check("which is reported", re.search(r"Restore Duration: [\d.]+ ms\tBilled Restore Duration: \d+ ms", host.output)
              and "Init Duration" not in host.output, host.output)
    hook = {"TURNGATE_SNAPSTART_AFTER_RESTORE_PATH": "/throw"}
    with Host("--snap-start", "--memory", "1024", environment=hook, **linked) as host:
        _, _, body = host.invoke()
        check("one that fails behind its restore says so", "/throw" in body["errorMessage"], body)
        check("under its type", "Error Type: Runtime.AfterRestoreError" in host.output, host.output)


def fun():
    """The bootstraps of @vercel/fun 1.3.6, for Node and Python."""
    if not need("node") or not need("npm"):
        return
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(["npm", "pack", "@vercel/fun@1.3.6"], cwd=folder, capture_output=True, text=True, check=False)
        if packed.returncode:
            skipped.append("npm does not have @vercel/fun: " + packed.stderr.strip()[-200:])
            return
        shutil.unpack_archive(f"{folder}/vercel-fun-1.3.6.tgz", folder)
        runtimes = f"{folder}/package/dist/src/runtimes"
        with open(f"{folder}/index.js", "w", encoding="ascii") as file:
            file.write("""exports.handler = async (event, context) => {
    if (event.rawPath === '/throw') throw new TypeError('thrown');
    console.log('id ' + context.awsRequestId + ' ' + context.getRemainingTimeInMillis());
    return {statusCode: 201, headers: {'x-function': context.functionName}, body: 'node saw ' + event.rawPath};
};
""")
        with Host("--handler", "index.handler", command=["node", f"{runtimes}/nodejs/bootstrap.js"], directory=folder) as host:
            status, fields, body = ask(host.door, "/a?b=1")
            check("fun's bootstrap for Node answers", (status, body, fields["x-function"]) == (201, "node saw /a", "function"),
                  (status, body))
            check("and prints", host.says(r"#1   id [0-9a-f-]{36} \d+"), host.output)
            check("and throws", ask(host.door, "/throw")[0] == 502 and
                  host.invoke({"rawPath": "/throw"})[2]["errorMessage"] == "thrown")
        with Host("--handler", "missing.handler", command=["node", f"{runtimes}/nodejs/bootstrap.js"], directory=folder) as host:
            check("and says why it cannot start", host.invoke()[2]["errorMessage"] == "Unable to import module 'missing'")
        with open(f"{folder}/app.py", "w", encoding="ascii") as file:
            file.write("def handler(event, context):\n    if event['rawPath'] == '/raise':\n        raise KeyError('missing')\n"
                       "    return {'statusCode': 202, 'body': 'python saw ' + event['rawPath']}\n")
        with Host("--handler", "app.handler", command=[sys.executable, f"{runtimes}/python/bootstrap.py"], directory=folder) as host:
            status, _, body = ask(host.door, "/a?b=1")
            check("fun's bootstrap for Python answers", (status, body) == (202, "python saw /a"), (status, body))
            check("and raises", host.invoke({"rawPath": "/raise"})[2] == {"error": "<class 'KeyError'>"})
            check("and goes on", ask(host.door, "/b")[0] == 202)


well_behaved()
invoke_api()
streamed_invocations()
asynchronous()
fronts()
streams()
rules()
misbehaviour()
beginnings()
several()
extensions()
memory()
snap_start()
fun()
finish()
