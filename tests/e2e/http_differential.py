#!/usr/bin/env python3
"""http_differential.py BINARY_DIR FIXTURES: what servers behind `serve http://...` see of attacks.

Sends every case to a handler of ours, then through the gateway to nginx (in front of the lax server),
node and the lax server. Each must have seen exactly the requests that our handler saw: no more, no
other method, target, body or field. Own cases are in tests/data/http/differential.jsonl: `served` is
what is to be seen (method, target, size of the body). Ends with 77 where something is absent.
"""
import base64
import json
import os
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

from peers import Peer, check, failed, finish, gate, need, nginx, serving, skipped

BUILD, FIXTURES = map(os.path.abspath, sys.argv[1:])
HERE = os.path.dirname(os.path.abspath(__file__))
LIMITS = {f"TURNGATE_{name}_TIMEOUT": "2s" for name in ("HEADER", "BODY", "IDLE")}
LAX = f"{BUILD}/tests/turngate_lax_server"

NODE = r"""
const http = require('http');
const hex = (text) => Buffer.from(text, 'latin1').toString('hex');
let count = 0;
const server = http.createServer({maxHeaderSize: 1 << 17}, (req, res) => {
  const pieces = [];
  req.on('data', (piece) => pieces.push(piece));
  req.on('error', () => console.log(JSON.stringify({broken: req.url})));
  req.on('end', () => {
    const body = Buffer.concat(pieces);
    let hash = 2166136261;
    for (const byte of body) hash = Math.imul(hash ^ byte, 16777619);
    const fields = [];
    for (let i = 0; i < req.rawHeaders.length; i += 2)
      fields.push(hex(req.rawHeaders[i]) + ':' + hex(req.rawHeaders[i + 1]));
    const seen = JSON.stringify({m: req.method, u: req.url, bl: body.length, bf: String(hash >>> 0),
                                 bh: body.subarray(0, 64).toString('hex'), f: fields, n: ++count});
    console.log(seen);
    res.setHeader('Content-Type', 'application/json');
    res.end(seen + '\n');
  });
});
server.on('clientError', (error, socket) => { console.log(JSON.stringify({bad: error.code})); socket.destroy(); });
server.keepAliveTimeout = 60000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
"""

# What is not for the other end, or is ours: compared apart, or not at all.
OURS = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-connection",
        "content-length", "host", "expect", "proxy", "http2-settings", "forwarded", "x-real-ip", "x-request-id",
        "proxy-authorization", "proxy-authenticate"}


def load():
    cases = []
    with open(f"{HERE}/../data/http/differential.jsonl", encoding="utf-8") as lines:
        for case in map(json.loads, lines):
            pieces = [case["raw"]] if isinstance(case["raw"], str) else case["raw"]
            raw = "".join(piece if isinstance(piece, str) else piece[0] * piece[1] for piece in pieces)
            cases.append({**case, "name": "own: " + case["name"], "raw": raw.encode("latin-1")})
    path = f"{FIXTURES}/http/http-attacks.jsonl"
    if os.path.exists(path):
        with open(path, encoding="utf-8") as lines:
            for case in map(json.loads, lines):
                cases.append({**case, "raw": base64.b64decode(case["raw_b64"])})
    else:
        skipped.append(f"no recorded attacks at {path}")
    return cases


def split(data, is_head):
    """The final responses at the front of `data`: (status, body), and whether all of it was whole."""
    found, at = [], 0
    while at < len(data):
        end = data.find(b"\r\n\r\n", at)
        if end < 0 or not data[at:].startswith(b"HTTP/1."):
            return found, False
        lines = data[at:end].split(b"\r\n")
        status = int(lines[0].split()[1])
        fields = {name.strip().lower(): value.strip() for name, _, value in
                  (line.partition(b":") for line in lines[1:])}
        at = end + 4
        if 100 <= status < 200:
            continue
        body = b""
        if not (is_head and not found) and status not in (204, 304):
            if b"chunked" in fields.get(b"transfer-encoding", b""):
                while True:
                    line = data.find(b"\r\n", at)
                    if line < 0:
                        return found, False
                    size, at = int(data[at:line], 16), line + 2
                    body, at = body + data[at:at + size], at + size + 2
                    if size == 0:
                        break
            else:
                size = int(fields.get(b"content-length", len(data) - at))
                body, at = data[at:at + size], at + size
            if at > len(data):
                return found, False
        found.append((status, body))
    return found, True


def exchange(port, case, want=None):
    """The final responses to a case. Waits for `want` of them, or until nothing has come for a while."""
    is_head = case["raw"].startswith(b"HEAD ")
    data, end = b"", time.monotonic() + 8
    with socket.create_connection(("127.0.0.1", port), 8) as client:
        try:
            client.sendall(case["raw"])
            if case.get("leaves"):
                client.shutdown(socket.SHUT_WR)
            while True:
                found, whole = split(data, is_head)
                enough = whole and data and (len(found) >= want if want else True)
                client.settimeout(max(0.01, min(end - time.monotonic(), (0.3 if want else 1) if enough else 8)))
                piece = client.recv(65536)
                if not piece:
                    break
                data += piece
        except (TimeoutError, ConnectionError):
            pass
    return split(data, is_head)[0]


def send_all(port, cases, wanted=None):
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda i: exchange(port, cases[i], wanted and wanted[i]), range(len(cases))))


def seen_in(responses):
    return [json.loads(body) for status, body in responses if status == 200 and body.startswith(b'{"')]


def fields_of(seen, as_lax=False):
    """End-to-end fields, in order for each name, and the Host.

    The lax server takes a byte of 255 for an end and decodes what looks like a word of mail: so not compared.
    """
    kept, host = {}, None
    for field in seen["f"]:
        name, value = (bytes.fromhex(part) for part in field.split(":"))
        plain = name.decode("latin-1").lower().replace("_", "-")
        if as_lax:
            value = "of mail" if plain == "x-a" and (b"=?" in value or b"\r\n" in value) else value.replace(b"\xff", b"")
        if plain == "host":
            host = value
        if plain not in OURS and not plain.startswith("x-forwarded-"):
            kept.setdefault(name.lower(), []).append(value)
    return kept, host


def differences(ours, theirs, is_lax):
    """How what a server saw differs from what our handler saw, or nothing."""
    for key in ("m", "u", "bl", "bh", "bf"):
        if ours[key] != theirs[key]:
            return f"{key}: {ours[key]!r} here, {theirs[key]!r} there"
    (mine, host), (others, other_host) = fields_of(ours, is_lax), fields_of(theirs, is_lax)
    if mine != others:
        return f"fields: {mine} here, {others} there"
    return f"Host: {host!r} here, {other_host!r} there" if host and host != other_host else ""


def check_own(cases, mirrored):
    """Our handler sees what a case of ours says it is to see."""
    for case, responses in zip(cases, mirrored):
        if "served" in case:
            seen = seen_in(responses)
            check(case["name"], [[s["m"], s["u"], s["bl"]] for s in seen] == case["served"] and
                  all(case.get("host") in (None, (fields_of(s)[1] or b"").decode()) for s in seen[:1]), responses)


def compare(name, cases, mirrored, through, lines):
    """One server: each case, then all that it has seen."""
    answered, served, refused = set(), 0, 0
    for case, here, there in zip(cases, mirrored, through):
        ours, theirs = seen_in(here), seen_in(there)
        if name == "nginx" and [s for s, _ in there] == [400] and ours and climbs(ours[0]["u"]):
            refused += 1
            continue
        wrong = "" if [s for s, _ in here] == [s for s, _ in there] and len(ours) == len(theirs) else \
            f"{[s for s, _ in here]} here, {[s for s, _ in there]} there"
        for a, b in zip(ours, theirs):
            wrong = wrong or differences(a, b, name != "node")
        answered |= {seen["n"] for seen in theirs}
        served += bool(ours) and not wrong
        refused += not ours and not wrong
        if wrong:
            check(f"{name}: {case['name']}", False, wrong)
    seen = [line for line in lines if "n" in line]
    heads = sum(case["raw"].startswith(b"HEAD ") and bool(here) and here[0][0] == 200
                for case, here in zip(cases, mirrored))
    unanswered = [s for s in seen if s["n"] not in answered]
    check(f"{name}: it saw what was answered, and nothing else ({len(seen)} requests)",
          sum(s["m"] != "HEAD" for s in unanswered) == 0 and len(unanswered) == heads, unanswered)
    canaries = [s for s in seen if s["u"].startswith("/canary")]
    check(f"{name}: nothing was smuggled", not canaries, canaries)
    odd = [line for line in lines if "bad" in line and line["bad"] not in ("ECONNRESET", "HPE_INVALID_EOF_STATE")]
    check(f"{name}: it got no malformed request", not odd, odd)
    print(f"{name:6} {served} cases served as by us, {refused} refused, {len(canaries)} canaries, "
          f"{len(seen)} requests seen, {sum('broken' in line for line in lines)} broken off")


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.readlines()


def climbs(text):
    """Whether nginx refuses a path of its own accord: it leads above the root."""
    return "/.." in unquote(text.partition("?")[0])


def through(port, options=""):
    return gate(BUILD, f"http://127.0.0.1:{port}?timeout=20s{options}", environment=LIMITS)


def main():
    cases = load()
    with serving([f"{BUILD}/tests/turngate_mirror_program"], LIMITS) as door:
        mirrored = send_all(door.port, cases)
    check_own(cases, mirrored)
    wanted = [len(responses) for responses in mirrored]

    with Peer([LAX]) as lax:
        # Poco answers trailers with a 400 of its own, whenever it gets to it: no connection is kept.
        with through(lax.port, "&idle=0") as door:
            replies = send_all(door.port, cases, wanted)
        compare("lax", cases, mirrored, replies, [json.loads(line) for line in lax.stop()])
    if node := need("node"):
        with Peer([node, "-e", NODE]) as peer:
            with through(peer.port) as door:
                replies = send_all(door.port, cases, wanted)
            compare("node", cases, mirrored, replies, [json.loads(line) for line in peer.stop()])
    if program := need("nginx"):
        with Peer([LAX]) as lax:
            server = f"""server {{ listen PORT; underscores_in_headers on; ignore_invalid_headers off;
              location / {{ proxy_pass http://127.0.0.1:{lax.port}; proxy_http_version 1.1;
                proxy_set_header Host $http_host; proxy_set_header Connection ""; }} }}"""
            log_format = """'{"m":"$request_method","u":"$request_uri","status":$status}'"""
            with nginx(program, server, log_format=log_format) as (port, logs):
                with through(port) as door:
                    replies = send_all(door.port, cases, wanted)
                said = read(f"{logs}/error")
                logged = [json.loads(line) for line in read(f"{logs}/access")]
            compare("nginx", cases, mirrored, replies, [json.loads(line) for line in lax.stop()])
            bad = [line for line in said if "client sent" in line and not climbs(line)]
            check("nginx: it got no malformed request", not bad, bad)
            check("nginx: it saw no canary", not any(line["u"].startswith("/canary") for line in logged), logged)


main()
if not failed:
    print("every server saw what our handler saw")
finish()
