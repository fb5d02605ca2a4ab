#!/usr/bin/env python3
"""operations.py BINARY_DIR ...: health, readiness, metrics, log and traces of the built program."""
import http.client
import http.server
import json
import os
import re
import socket
import sys
import tempfile
import threading
import time

import metrics_text
from program import Program, ask

BUILD = sys.argv[1]
PLUGIN = f"plugin:{BUILD}/e2e/e2e_handler.so"
TRACE = "0af7651916cd43dd8448eb211c80319c"

# A server that dies when it is told to.
MORTAL = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/die":
            os._exit(9)
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def until(what, holds):
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end, f"{what} did not come about"
        time.sleep(0.01)


def serve_has_operations_on_its_port():
    with Program(BUILD, ["serve", "-p", "0", PLUGIN]) as program:
        port = program.port()
        assert ask(port, "/_turngate/health")[2] == "ok\n"
        status, headers, body = ask(port, "/_turngate/ready", headers={"Accept": "application/json"})
        assert (status, json.loads(body)) == (200, {"status": "ready"})
        assert headers["Cache-Control"] == "no-store"
        assert ask(port, "/_turngate/health", "POST")[0] == 405
        assert ask(port, "/_turngate/health", "HEAD")[::2] == (200, "")
        assert ask(port, "/_turngate/other")[0] == 404
        ask(port, "/hello")
        assert program.stop() == 0
        assert not any("/_turngate/" in line for line in program.lines[1:]), program.lines


def metrics_are_what_both_formats_say():
    with Program(BUILD, ["serve", "-p", "0", PLUGIN]) as program:
        port = program.port()
        for _ in range(3):
            ask(port, "/hello")
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n")
            client.recv(1000)
        # A request is counted a moment after its answer has left.
        at_work = "turngate_inflight", frozenset({("door", "http")})
        until("no request at work", lambda: metrics_text.read(
            ask(port, "/_turngate/metrics")[2], False)[at_work] == 0)
        for accept, kind in (("", "text/plain; version=0.0.4; charset=utf-8"),
                             ("application/openmetrics-text;version=1.0.0",
                              "application/openmetrics-text; version=1.0.0; charset=utf-8")):
            _, headers, body = ask(port, "/_turngate/metrics", headers={"Accept": accept})
            assert headers["Content-Type"] == kind, headers
            samples = metrics_text.read(body, "openmetrics" in kind)
            labels = frozenset({("door", "http"), ("shape", "http"), ("status", "200")})
            assert samples["turngate_requests_total", labels] == 3, samples
            assert samples["turngate_refused_total", frozenset({("status", "400")})] == 1
            assert samples["turngate_cold_starts_total", frozenset()] == 1
            assert samples["turngate_inflight", frozenset({("door", "http")})] == 0
            assert samples["process_open_fds", frozenset()] > 3


def run_has_them_on_a_port_of_their_own():
    with Program(BUILD, ["run", PLUGIN],
                 {"PORT": "0", "HOST": "127.0.0.1", "TURNGATE_METRICS_PORT": "0"}) as program:
        metrics = program.port(r"metrics on http://127.0.0.1:(\d+)/")
        port = program.port()
        assert ask(port, "/_turngate/health")[2].startswith("GET /_turngate/health")
        assert ask(metrics, "/_turngate/health")[2] == "ok\n"
        assert "turngate_requests_total" in ask(metrics, "/_turngate/metrics")[2]
        assert ask(metrics, "/hello")[0] == 404
        taken = Program(BUILD, ["run", PLUGIN], {"PORT": "0", "TURNGATE_METRICS_PORT": str(metrics)})
        assert taken.process.wait(30) == 1
        taken.reader.join()
        assert taken.lines == [f"error: TURNGATE_METRICS_PORT={metrics}: cannot listen on 127.0.0.1: "
                               "Address already in use\n"], taken.lines
        assert program.stop() == 0


def wrong_variables_are_named():
    for name, value in (("TURNGATE_LOG_FORMAT", "xml"), ("TURNGATE_METRICS_PORT", "70000"),
                        ("LOG_LEVEL", "loud"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "nowhere"),
                        ("NOTIFY_SOCKET", "relative")):
        wrong = Program(BUILD, ["run", PLUGIN], {"PORT": "0", name: value})
        assert wrong.process.wait(30) == 2, name
        wrong.reader.join()
        assert len(wrong.lines) == 1 and wrong.lines[0].startswith(f"error: {name}={value} is wrong: expected"), wrong.lines


def ready_follows_the_back_end():
    back = socket.create_server(("127.0.0.1", 0))
    where = back.getsockname()[1]
    with Program(BUILD, ["serve", "-p", "0", f"http://127.0.0.1:{where}"]) as program:
        port = program.port()
        until("readiness", lambda: ask(port, "/_turngate/ready")[0] == 200)
        back.close()
        until("an obstacle", lambda: ask(port, "/_turngate/ready")[0] == 503)
        reason = ask(port, "/_turngate/ready")[2]
        assert reason.startswith(f"not ready: the back end does not answer: http://127.0.0.1:{where}: cannot connect"), reason
        assert ask(port, "/_turngate/health")[0] == 200
        assert ask(port, "/x")[0] == 502
        # A request is counted a moment after its answer has left.
        for phase in ("probe", "reply"):
            error = "turngate_backend_errors_total", frozenset({("phase", phase)})
            until(f"an error of {phase}", lambda error=error: metrics_text.read(
                ask(port, "/_turngate/metrics")[2], False)[error] >= 1)
        socket.create_server(("127.0.0.1", where)).listen()


def ready_follows_a_program_that_is_started():
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/app.py", "w", encoding="utf-8") as app:
            app.write(MORTAL)
        go = f"{folder}/go"
        open(go, "w", encoding="utf-8").close()
        target = f"http:spawn:until [ -e {go} ]; do sleep 0.05; done; exec python3 {folder}/app.py"
        listen = {"PORT": "0", "HOST": "127.0.0.1"}
        metrics = r"metrics on http://127\.0\.0\.1:(\d+)/"
        for command, more in (("serve", {}), ("run", {"TURNGATE_METRICS_PORT": "0"})):
            with Program(BUILD, [command, target], {**listen, **more}) as program:
                port = program.port()
                operations = program.port(metrics) if more else port
                until("readiness", lambda: ask(operations, "/_turngate/ready")[0] == 200)
                os.remove(go)
                assert ask(port, "/die")[0] == 502
                until("an obstacle", lambda: ask(operations, "/_turngate/ready")[0] == 503)
                reason = ask(operations, "/_turngate/ready")[2]
                assert "exited with status 9" in reason, reason
                open(go, "w", encoding="utf-8").close()
                until("readiness", lambda: ask(operations, "/_turngate/ready")[0] == 200)
                assert program.stop() == 0


def the_log_tells_of_each_request_and_of_no_secret():
    with Program(BUILD, ["serve", "-p", "0", PLUGIN]) as program:
        port = program.port()
        ask(port, "/a?token=canary", headers={"X-Request-Id": "outer-1", "Authorization": "canary",
                                              "Cookie": "s=canary",
                                              "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
        line = program.access("/a")
        assert line["request_id"] == "outer-1" and line["trace_id"] == TRACE, line
        assert (line["level"], line["msg"], line["door"], line["shape"]) == ("info", "request", "http", "http")
        assert (line["method"], line["status"], line["cold"]) == ("GET", 200, True), line
        ask(port, "/b", headers={"X-Request-Id": "b c"})
        line = program.access("/b")
        assert re.fullmatch("[0-9a-f]{15}", line["request_id"]), line
        assert "trace_id" not in line and line["cold"] is False
        assert program.stop() == 0
        assert not any("canary" in line for line in program.lines), program.lines
        for line in program.lines:
            json.loads(line)


def forms_of_the_log_are_chosen_by_variables():
    environment = {"TURNGATE_LOG_SCHEMA": "powertools", "POWERTOOLS_SERVICE_NAME": "orders"}
    with Program(BUILD, ["serve", "-p", "0", PLUGIN], environment) as program:
        ask(program.port(), "/a", headers={"X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793"})
        line = program.access("/a")
        assert line["level"] == "INFO" and line["service"] == "orders" and line["cold_start"] is True
        assert line["xray_trace_id"] == "Root=1-5759e988-bd862e3fe1be46a994272793"
        assert line["function_request_id"] == line["request_id"]
    environment = {"TURNGATE_LOG_FORMAT": "text", "TURNGATE_ACCESS_LOG": "query"}
    with Program(BUILD, ["serve", "-p", "0", PLUGIN], environment) as program:
        ask(program.port(), "/a?b=c")
        assert program.wait_for(r"^info request GET /a\?b=c 200 \d+ bytes \d+\.\d{3} ms$")
    with Program(BUILD, ["serve", "-p", "0", PLUGIN], {"TURNGATE_ACCESS_LOG": "off"}) as program:
        ask(program.port(), "/a")
        assert program.stop() == 0
        assert not any('"/a"' in line for line in program.lines)


def every_line_has_the_form_that_was_chosen():
    """Also those about a program that is started, and about files that are watched."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as app:
        app.write(MORTAL)
        app.flush()
        target = f"http:spawn:exec python3 {app.name}"
        for arguments, environment in ((["--log-format=text"], {}), ([], {"TURNGATE_LOG_FORMAT": "text"})):
            with Program(BUILD, ["serve", "-p", "0", "--watch", *arguments, target], environment) as program:
                assert ask(program.port(), "/die")[0] == 502
                program.wait_for("is ready on .* after")
                with open(app.name, "a", encoding="utf-8"):
                    pass
                program.wait_for("changed: restarted")
                assert program.stop() == 0
                assert all(line.startswith(("info ", "error ")) for line in program.lines), program.lines
        with Program(BUILD, ["serve", "-p", "0", target], {"TURNGATE_LOG_SCHEMA": "powertools"}) as program:
            ask(program.port(), "/die")
            line = json.loads(program.wait_for(".*exited with status 9.*")[0])
            assert line["level"] == "ERROR" and line["message"] == line["msg"], line


def levels_are_chosen_by_flag_or_variable():
    for arguments, environment in ((["--log-level", "error"], {}), (["-q"], {}), ([], {"LOG_LEVEL": "ERROR"}),
                                   (["--log-level=error", "-v"], {"LOG_LEVEL": "debug"})):
        for command in ("serve", "run"):
            with tempfile.TemporaryDirectory() as folder:
                listen = {"TURNGATE_LISTEN": f"unix:{folder}/s"}
                with Program(BUILD, [command, *arguments, PLUGIN], {**listen, **environment}) as program:
                    with socket.socket(socket.AF_UNIX) as client:
                        # It is bound a moment before it listens.
                        until("a socket", lambda client=client, path=f"{folder}/s": client.connect_ex(path) == 0)
                        client.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        while client.recv(1000):
                            pass
                    assert program.stop() == 0
                    assert program.lines == [], (command, arguments, environment, program.lines)
    with Program(BUILD, ["run", "--log-format=text", "--log-level=debug", PLUGIN], {"PORT": "0", "HOST": "127.0.0.1"}) as program:
        program.port()
        assert program.lines[0].startswith("info listening"), program.lines


def a_log_that_nobody_reads_stalls_no_request():
    ours, theirs = os.pipe()
    with Program(BUILD, ["serve", "-p", "0", PLUGIN], stderr=theirs) as program:
        os.close(theirs)
        said = b""
        while not (listening := re.search(rb"127\.0\.0\.1:(\d+)\D", said)):
            said += os.read(ours, 100)
        port = int(listening[1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        for _ in range(600):
            connection.request("GET", "/" + "x" * 1000)
            connection.getresponse().read()
        connection.close()
        samples = metrics_text.read(ask(port, "/_turngate/metrics")[2], False)
        assert samples["turngate_log_lines_dropped_total", frozenset()] > 0
        assert program.stop() == 0
    os.close(ours)


class Collector(http.server.BaseHTTPRequestHandler):
    got = []
    arrived = threading.Event()

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Collector.got.append((self.path, dict(self.headers), body))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
        Collector.arrived.set()

    def log_message(self, *_):
        pass


def traces_reach_a_collector():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
                   "OTEL_EXPORTER_OTLP_HEADERS": "api-key=secret", "OTEL_SERVICE_NAME": "orders"}
    with Program(BUILD, ["serve", "-p", "0", PLUGIN], environment) as program:
        ask(program.port(), "/a", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
        assert program.access("/a")["trace_id"] == TRACE
        assert program.stop() == 0  # which sends what there is
    assert Collector.arrived.wait(30)
    path, headers, body = Collector.got[0]
    assert path == "/v1/traces" and headers["Content-Type"] == "application/json"
    assert headers["api-key"] == "secret"
    resource = body["resourceSpans"][0]
    assert resource["resource"]["attributes"][0] == {"key": "service.name", "value": {"stringValue": "orders"}}
    span = resource["scopeSpans"][0]["spans"][0]
    assert span["traceId"] == TRACE and span["parentSpanId"] == "b7ad6b7169203331" and span["kind"] == 2
    server.shutdown()


def a_collector_that_is_away_changes_nothing():
    dead = socket.create_server(("127.0.0.1", 0))
    where = dead.getsockname()[1]
    dead.close()
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{where}", "OTEL_BSP_SCHEDULE_DELAY": "1"}
    with Program(BUILD, ["serve", "-p", "0", PLUGIN], environment) as program:
        port = program.port()
        assert ask(port, "/a")[0] == 200
        program.wait_for("traces cannot be sent to")
        samples = metrics_text.read(ask(port, "/_turngate/metrics")[2], False)
        assert samples["turngate_spans_dropped_total", frozenset()] == 1
        assert program.stop() == 0


for name, case in list(globals().items()):
    if callable(case) and getattr(case, "__module__", "") == "__main__" and name not in ("until",) and not isinstance(case, type):
        case()
        print("ok", name)
