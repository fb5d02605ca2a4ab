#!/usr/bin/env python3
"""http_peers.py BINARY_DIR ...: clients and servers that others wrote, around our front door.

curl, python's http.client, node's fetch, WebSockets of the package ws, nginx in front of us and
systemd-socket-activate. Ends with 77 where something is absent.
"""
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from peers import Peer, check, finish, free_port, gate, need, nginx, serving, skipped

BUILD = os.path.abspath(sys.argv[1])
PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
MIRROR = [f"{BUILD}/tests/turngate_mirror_program"]


def run(command, data=b"", **options):
    """(status, standard output, standard error) as text."""
    done = subprocess.run(command, input=data, capture_output=True, timeout=60, **options)
    return done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1")


def curl(*arguments, data=b""):
    return run(["curl", "-sS", "-m", "30", *arguments], data)


def try_curl(place):
    with serving(MIRROR) as door:
        url = f"http://127.0.0.1:{door.port}"
        _, said, _ = curl("-w", "%{num_connects}\n", f"{url}/a", f"{url}/b", f"{url}/c")
        check("curl: one connection for three requests", said.split("\n")[1::2] == ["1", "0", "0"], said)
        body = random.randbytes(2 << 20)
        _, said, noise = curl("-v", "-T", "-", f"{url}/up", data=body)
        check("curl: a pipe is sent in chunks", json.loads(said)["bl"] == len(body) and
              "Transfer-Encoding: chunked" in noise, said[:300])
        _, said, noise = curl("-v", "-H", "Expect: 100-continue", "--data-binary", "@-", url, data=body)
        check("curl: a body that was waited for", json.loads(said)["bl"] == len(body) and
              "HTTP/1.1 100 Continue" in noise, noise[-600:])
        _, said, noise = curl("-v", "-H", "Expect: 100-continue", "-H", "Content-Length: 99999999999",
                              "--data-binary", "@-", url, data=body)
        check("curl: a body that nobody wants is not sent", "413" in noise and "100 Continue" not in noise,
              noise[-600:])
        _, said, _ = curl("-I", url, url)
        check("curl: two heads", said.count("HTTP/1.1 200 OK\r\n") == 2 and '"m"' not in said, said)
        status, said, _ = curl("--http1.0", "-i", url)
        check("curl: HTTP/1.0", status == 0 and "Connection: close" in said and '"u":"/"' in said, said)
        status, said, _ = curl("-X", "OPTIONS", "--request-target", "*", "-i", url)
        check("curl: OPTIONS *", status == 0 and said.startswith("HTTP/1.1 20"), said)
        _, said, _ = curl("-x", url, "http://elsewhere.test/a?b")
        check("curl: as a proxy we are its end", '"u":"/a?b"' in said, said)
        status, said, _ = curl("-Z", "--parallel-max", "30", *[f"{url}/{i}" for i in range(200)])
        check("curl: 200 at once", status == 0 and said.count('"u":"/') == 200, said)
    with serving(MIRROR, unix=f"{place}/door") as door:
        _, said, _ = curl("--unix-socket", f"{place}/door", "http://shop.test/u", "-T", "-", data=b"abc")
        check("curl: a Unix socket", '"u":"/u"' in said and '"bl":3' in said, said)
    try_files(place)


def try_files(place):
    os.mkdir(f"{place}/files")
    text = b"".join(b"%d line\n" % i for i in range(100_000))
    with open(f"{place}/files/lines.txt", "wb") as file:
        file.write(text)
    with serving([f"{BUILD}/bin/turngate", "serve", "--static", f"{place}/files"]) as door:
        url = f"http://127.0.0.1:{door.port}/lines.txt"
        for asked, wanted in (("0-9", text[:10]), ("1000000-", text[1000000:]), ("-100", text[-100:])):
            _, said, _ = curl("-r", asked, "-i", url)
            head, _, body = said.partition("\r\n\r\n")
            check(f"curl: bytes {asked} of a file", head.startswith("HTTP/1.1 206") and body.encode() == wanted, head)
        _, said, _ = curl("-r", "99999999-", "-i", url)
        check("curl: a range behind the end", said.startswith("HTTP/1.1 416"), said)
        _, said, _ = curl("-r", "0-1,5-6", "-i", url)
        check("curl: two ranges", "multipart/byteranges" in said or said.startswith("HTTP/1.1 200"), said[:300])
        _, said, _ = curl("--compressed", url)
        check("curl: a file, compressed or not", said.encode() == text, said[:100])
        with open(f"{place}/part", "wb") as file:
            file.write(text[:500])
        curl("-C", "-", "-o", f"{place}/part", url)
        with open(f"{place}/part", "rb") as file:
            check("curl: a download goes on where it stopped", file.read() == text)
        _, said, _ = curl("--etag-save", f"{place}/tag", "-o", "/dev/null", url)
        _, said, _ = curl("--etag-compare", f"{place}/tag", "-w", "%{http_code}", url)
        check("curl: a file that has not changed", said == "304", said)


def ask_in_turn(port, sizes, host="127.0.0.1"):
    """Many requests on one connection of http.client; how many were seen as they were sent, and sockets used."""
    connection = http.client.HTTPConnection(host, port, timeout=30)
    good, sockets = 0, set()
    for i, size in enumerate(sizes):
        body = random.randbytes(size)
        method = ("POST", "PUT", "PATCH", "DELETE")[i % 4]
        sent = iter([body[:size // 2], body[size // 2:]]) if i % 3 == 2 else body
        connection.request(method, f"/{i}", body=sent, headers={"X-N": str(i)}, encode_chunked=i % 3 == 2)
        sockets.add(connection.sock.getsockname())
        reply = connection.getresponse()
        seen = json.loads(reply.read())
        good += (reply.status, seen["m"], seen["u"], seen["bl"], seen["bh"]) == \
            (200, method, f"/{i}", size, body[:64].hex())
    connection.close()
    return good, len(sockets)


def try_python():
    with serving(MIRROR) as door:
        sizes = [0, 1, 2, 4095, 4096, 4097, 16383, 16384, 16385, 65535, 65536, 65537, 1 << 20, 9 << 20] * 6
        check("python: odd bodies on one connection", ask_in_turn(door.port, sizes) == (len(sizes), 1))


def try_node(node):
    with serving(MIRROR) as door:
        status, said, noise = run([node, f"{PEERS}/fetch.mjs", str(door.port)])
        check("node: fetch", status == 0 and said == "fetched\n", said + noise)


def try_websockets(node, npm):
    place = f"{BUILD}/tests/peers"
    os.makedirs(place, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(f"{PEERS}/{name}", place)
    if not os.path.exists(f"{place}/node_modules/ws"):
        status, _, noise = run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=place)
        if status != 0:
            skipped.append("npm installs nothing here: " + noise[-300:])
            return
    with Peer([node, f"{PEERS}/websocket.mjs", "server"], cwd=place) as server:
        with gate(BUILD, f"http://127.0.0.1:{server.port}") as door:
            status, said, noise = run([node, f"{PEERS}/websocket.mjs", "client", str(door.port)], cwd=place)
            check("ws: WebSockets through http:", status == 0 and said == "talked\n", said + noise)
        seen = [json.loads(line) for line in server.stop()]
        check("ws: the server hears the client's farewell",
              seen.count({"code": 4002, "reason": "bye"}) == 2 and len(seen) == 42, seen)


def try_nginx(program):
    with serving(MIRROR) as door:
        server = f"""upstream ours {{ server 127.0.0.1:{door.port}; keepalive 8; }}
          server {{ listen PORT; proxy_http_version 1.1; proxy_set_header Connection "";
            location / {{ proxy_pass http://ours; proxy_set_header Host $http_host; }}
            location /stream {{ proxy_pass http://ours; proxy_request_buffering off; proxy_buffering off; }} }}"""
        with nginx(program, server, log_format="'$status $upstream_status $upstream_connect_time'") as (port, logs):
            with ThreadPoolExecutor(8) as pool:
                done = list(pool.map(lambda _: ask_in_turn(port, [0, 10, 100, 5000, 20000] * 25), range(8)))
            check("nginx in front: 1000 requests", [good for good, _ in done] == [125] * 8, done)
            body = random.randbytes(3 << 20)
            for mode in ([], ["-H", "Transfer-Encoding: chunked"]):
                _, said, noise = curl(*mode, "--data-binary", "@-", f"http://127.0.0.1:{port}/stream", data=body)
                check("nginx in front: an upload that is not buffered", f'"bl":{len(body)}' in said, said + noise)
            end, lines = time.monotonic() + 120, []
            while len(lines) < 1002 and time.monotonic() < end:  # a line comes behind its reply
                time.sleep(0.02)
                with open(f"{logs}/access", encoding="utf-8") as file:
                    lines = file.readlines()
            check("nginx in front: each was answered by us at once", len(lines) == 1002 and
                  all(line.startswith("200 200 ") for line in lines), lines)


def try_activation():
    activate = shutil.which("systemd-socket-activate")
    if not activate:
        print("not tried: there is no systemd-socket-activate")
        return
    port = free_port()
    process = subprocess.Popen([activate, "-l", f"127.0.0.1:{port}", "-E", "LOG_LEVEL=warn", *MIRROR],
                               stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 120
        while True:
            try:
                check("systemd: the first connection starts the program",
                      ask_in_turn(port, [0, 100, 100000]) == (3, 1))
                break
            except ConnectionRefusedError:
                assert time.monotonic() < end, "systemd-socket-activate does not listen"
                time.sleep(0.02)
        with open(f"/proc/{process.pid}/comm", encoding="utf-8") as file:
            check("systemd: it has become ours", file.read().startswith("turngate_mirror"[:15]))
        process.terminate()
        check("systemd: and ends as asked", process.wait(60) == 0, process.returncode)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def main():
    with tempfile.TemporaryDirectory() as place:
        if need("curl"):
            try_curl(place)
    try_python()
    node, npm, program = need("node"), need("npm"), need("nginx")
    if node:
        try_node(node)
    if node and npm:
        try_websockets(node, npm)
    if program and need("curl"):
        try_nginx(program)
    try_activation()


main()
finish()
