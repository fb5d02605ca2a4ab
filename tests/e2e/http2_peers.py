#!/usr/bin/env python3
"""http2_peers.py BINARY_DIR ...: clients of HTTP/2 that others wrote, at our front door.

curl, nghttp, h2load and node's http2. Ends with 77 where something is absent.
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

from peers import check, finish, need, serving

BUILD = os.path.abspath(sys.argv[1])
PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
PROGRAM = [f"{BUILD}/tests/turngate_door_program"]
MIRROR = [f"{BUILD}/tests/turngate_mirror_program"]
MEGABYTE = random.randbytes(1 << 20)


def run(command, data=b""):
    """(status, standard output, standard error)."""
    done = subprocess.run(command, input=data, capture_output=True, timeout=120)
    return done.returncode, done.stdout, done.stderr.decode("latin-1")


# One URL each: curl 7.88 cannot use a connection of prior knowledge again, whoever the server is.
def curl(*arguments, data=b"", how="--http2-prior-knowledge"):
    return run(["curl", "-sS", "-m", "60", how, *arguments], data)


def try_curl(place):
    with serving(PROGRAM) as door:
        url = f"http://127.0.0.1:{door.port}"
        status, said, _ = curl("-i", f"{url}/facts?a=%20b")
        check("curl: GET", status == 0 and said.startswith(b"HTTP/2 200") and b"\nGET  /facts?a=%20b " in said, said)
        status, said, _ = curl("-I", f"{url}/large")
        check("curl: HEAD", status == 0 and b"x" * 99 not in said and b"HTTP/2 200" in said, said)
        status, said, _ = curl("--data-binary", "@-", f"{url}/echo", data=MEGABYTE)
        check("curl: a megabyte there and back", status == 0 and said == MEGABYTE, said[:200])
        status, said, _ = curl("-T", "-", f"{url}/echo", data=MEGABYTE)
        check("curl: a pipe there and back", status == 0 and said == MEGABYTE, said[:200])
        status, said, noise = curl("-v", "-H", "Expect: 100-continue", "--data-binary", "@-", f"{url}/echo",
                                   data=MEGABYTE)
        check("curl: a body that was waited for",
              status == 0 and said == MEGABYTE and "HTTP/2 100" in noise, noise[-900:])
        status, said, _ = curl("-N", f"{url}/pieces")
        check("curl: a stream of pieces", (status, said) == (0, b"p" * 2000), said[:200])
        status, said, _ = curl("-i", f"{url}/throw")
        check("curl: an error", status == 0 and said.startswith(b"HTTP/2 500"), said)
        status, said, _ = curl(f"{url}/break")
        check("curl: an answer that breaks off is no success", status == 92, status)
        status, said, _ = curl("-i", "-w", "%{http_version}", f"{url}/facts", how="--http2")
        check("curl: an upgrade is answered in HTTP/1.1",
              status == 0 and said.startswith(b"HTTP/1.1 200 OK") and said.endswith(b"\n1.1"), said)
        status, said, _ = curl("--data-binary", "@-", f"{url}/echo", data=MEGABYTE, how="--http2")
        check("curl: and so with a body", status == 0 and said == MEGABYTE, said[:200])
    with serving(MIRROR, {"TURNGATE_MAX_BODY": "2000000"}) as door:
        url = f"http://127.0.0.1:{door.port}"
        _, said, _ = curl("-T", "-", url, data=MEGABYTE)
        check("curl: a megabyte is seen", json.loads(said)["bl"] == len(MEGABYTE), said[:200])
        seen = [curl("-w", "%{http_code}", "--data-binary", "@-", url, data=MEGABYTE * 3) for _ in range(5)]
        check("curl: what is too large is refused, and that is heard",
              all(status == 0 and said.endswith(b"413") for status, said, _ in seen), seen)
    with open(f"{place}/large", "wb") as file:
        file.write(MEGABYTE * 50)
    with serving([f"{BUILD}/bin/turngate", "serve", "--static", place]) as door:
        url = f"http://127.0.0.1:{door.port}/large"
        for options in ([], ["--limit-rate", "40M"]):
            status, _, noise = curl(*options, "-o", f"{place}/copy", url)
            with open(f"{place}/copy", "rb") as file:
                check("curl: a large file", status == 0 and file.read() == MEGABYTE * 50, noise)
        status, said, _ = curl("-r", "1000000-1000009", url)
        check("curl: a part of it", (status, said) == (0, MEGABYTE[1000000:1000010]), said[:100])


def nghttp(*arguments):
    status, said, noise = run(["nghttp", *arguments])
    return status, said, re.sub(r"\x1b\[[0-9;]*m", "", said.decode("latin-1")) + noise


def try_nghttp(place):
    with open(f"{place}/body", "wb") as file:
        file.write(MEGABYTE)
    with serving(PROGRAM) as door:
        url = f"http://127.0.0.1:{door.port}"
        status, said, _ = nghttp("-d", f"{place}/body", f"{url}/echo")
        check("nghttp: a megabyte there and back", status == 0 and said == MEGABYTE, said[:200])
        status, said, _ = nghttp("-b", "255", "-d", f"{place}/body", f"{url}/echo")
        check("nghttp: padded", status == 0 and said == MEGABYTE, said[:200])
        status, said, _ = nghttp("-w", "1", f"{url}/pieces")
        check("nghttp: a window of one byte", (status, said) == (0, b"p" * 2000), said[:200])
        status, said, _ = nghttp("-w", "14", "-W", "16", "-m", "20", f"{url}/large")
        check("nghttp: twenty megabytes through a small window", status == 0 and said == b"x" * (20 << 20), len(said))
        status, _, said = nghttp("-nv", "-m", "60", f"{url}/wait")
        check("nghttp: 60 streams at once", status == 0 and said.count(":status: 200") == 60, said[-900:])
        status, _, said = nghttp("-v", "-d", f"{place}/body", "--trailer", "x-t: u", f"{url}/trailers")
        tail = said[said.rfind("recv DATA"):]
        check("nghttp: trailers there and back", status == 0 and "x-t: u" in tail and "END_STREAM" in tail, tail)
        status, _, said = nghttp("-nv", "-p", "200", f"{url}/facts", f"{url}/wait")
        check("nghttp: priorities", status == 0 and said.count(":status: 200") == 2, said[-900:])
        status, said, _ = nghttp("--continuation", f"{url}/pieces")
        check("nghttp: a head in CONTINUATION frames", (status, said) == (0, b"p" * 2000), said[:300])
        status, said, _ = nghttp("--continuation", "-H", "x-a: " + "a" * 20000, f"{url}/pieces")
        check("nghttp: and one that is too large",
              said == b"the header section is larger than 32768 bytes\n", said[:300])
        status, _, said = nghttp("-v", "-H", "x-a: " + "a" * 40000, f"{url}/facts")
        check("nghttp: a head that is too large", ":status: 431" in said, said[-900:])
        status, said, _ = nghttp("--expect-continue", "-d", f"{place}/body", f"{url}/echo")
        check("nghttp: a body that waits", status == 0 and said == MEGABYTE, said[:200])
        status, _, said = nghttp("-v", "-d", f"{place}/body", f"{url}/ignore")
        check("nghttp: an answer before the body ends with NO_ERROR",
              ":status: 200" in said and "(error_code=NO_ERROR(0x00))" in said[said.find("recv RST_STREAM"):],
              said[-900:])


def try_h2load(place):
    with serving(PROGRAM) as door:
        url = f"http://127.0.0.1:{door.port}"
        with open(f"{place}/small", "wb") as file:
            file.write(b"x" * 1000)
        for what, n, options in (("20000 requests", 20000, [f"{url}/facts"]),
                                 ("2000 bodies", 2000, ["-d", f"{place}/small", f"{url}/echo"]),
                                 ("100 megabytes", 100, ["-w", "16", f"{url}/large"])):
            _, said, noise = run(["h2load", "-n", str(n), "-c", "10", "-m", "50", *options])
            check(f"h2load: {what}", f"{n} succeeded, 0 failed, 0 errored, 0 timeout".encode() in said and
                  f"{n} 2xx, 0 3xx, 0 4xx, 0 5xx".encode() in said, said.decode() + noise)


def try_node(node):
    with serving(PROGRAM) as door:
        status, said, noise = run([node, f"{PEERS}/http2.mjs", str(door.port)])
        check("node: its http2", (status, said) == (0, b"talked\n"), said.decode() + noise)
    for turn in range(3):
        with serving(PROGRAM) as door:
            with subprocess.Popen([node, f"{PEERS}/http2.mjs", str(door.port), "drain"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as client:
                begun = client.stdout.readline()
                check(f"node: the door ends amid requests, turn {turn}", door.stop() == 0 and begun == "begun\n", begun)
                said, noise = client.communicate(timeout=30)
                check("node: and none was lost", client.returncode == 0 and said == "drained\n", said + noise)


def main():
    with tempfile.TemporaryDirectory() as place:
        if need("curl"):
            try_curl(place)
        if need("nghttp"):
            try_nghttp(place)
        if need("h2load"):
            try_h2load(place)
    node = need("node")
    if node:
        try_node(node)


main()
finish()
