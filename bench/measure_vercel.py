"""measure_vercel.py BUILD: the helpers VercelRequest and VercelResponse against those of @vercel/node.

Its development server passes each request on to a second server in the same process, which is Node's
http.Server with the helpers; both are measured, the second by itself, too. The package is installed
into a temporary folder, without its install scripts."""

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from measuring import BUILD, CLIENT_CORE, SERVER_CORE, Bench, Server, free_port, in_turn, ratio, row, wrk

PACKAGE = "@vercel/node@24.0.0"
PATH, CLIENTS = "/?name=Ada", 8
PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
FORWARDED = {"X-Forwarded-Host": "127.0.0.1"}  # its development server makes that the Host


def ask(server, path):
    request = urllib.request.Request(f"http://127.0.0.1:{server.address}{path}", headers=FORWARDED)
    with urllib.request.urlopen(request, timeout=10) as answer:
        fields = [answer.headers[name] for name in ("Content-Type", "Content-Length", "ETag")]
        return answer.status, *fields, answer.read()


class Inner:
    """The server behind the development server: its own address, and the CPU of the one process."""

    def __init__(self, server):
        give_up = time.monotonic() + 30
        while True:
            try:
                self.address = json.loads(ask(server, "/port")[-1])
                break
            except urllib.error.HTTPError:  # it listens before it has loaded the handler
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.1)
        self.cpu = server.cpu


def install(folder):
    subprocess.run(["npm", "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund",
                    "--loglevel=error", PACKAGE], check=True, stdout=subprocess.DEVNULL)
    shutil.copy(f"{PEERS}/vercel_greeting.cjs", folder)


def development_server(folder):
    port = free_port()
    settings = ["VERCEL_DEV_ENTRYPOINT=vercel_greeting.cjs", f"VERCEL_DEV_PORT={port}", "NODE_ENV=production"]
    command = ["env", "-C", folder, *settings, "node", f"{folder}/node_modules/@vercel/node/dist/dev-server.mjs"]
    return Server(command, port, f"{folder}/{port}.log")


def require_same_answer(*servers):
    """Refuses to compare what differs in more than the date and the connection's fields."""
    answers = {ask(server, PATH) for server in servers}
    if len(answers) != 1:
        raise SystemExit(f"the answers differ: {answers}")


def compare(name, ours, theirs):
    a, b = in_turn(lambda server: wrk(server, CLIENTS, path=PATH, headers=FORWARDED), ours, theirs)
    for i, what, unit, digits in ((0, "CPU a request", "us", 2), (1, "throughput", "/s", 0)):
        mine, other = [x[i] for x in a], [x[i] for x in b]
        times = ratio(other, mine) if i == 0 else ratio(mine, other)
        row(f"json(), {what}", f"{statistics.median(mine):.{digits}f}", f"{statistics.median(other):.{digits}f}",
            unit, f"{times:.1f} times {'less' if i == 0 else 'more'} than {name}  (at least 5)")


def main():
    os.sched_setaffinity(0, {CLIENT_CORE})
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        install(folder)
        print(f"Vercel's helpers beside {PACKAGE}, the server on core {SERVER_CORE}, its {CLIENTS} clients on core "
              f"{CLIENT_CORE}\n")
        row("", "turngate", "node", "", "")
        ours = stack.enter_context(Bench(folder).ours([f"{BUILD}/bench/vercel_greeting"]))
        theirs = stack.enter_context(development_server(folder))
        inner = Inner(theirs)
        require_same_answer(ours, theirs, inner)
        compare("its development server", ours, theirs)
        compare("its helpers on http.Server", ours, inner)


if sys.argv[2:]:
    raise SystemExit(__doc__)
main()
