"""Part of measure_platforms.py: functions of OpenEdge, called by gRPC: warm, and from their start.

The peers are servers of gRPC's own libraries that do the same, called by the same client, which is
libgrpc++'s; CPU is that of the server's process. Cold is what `turngate host openedge` tells: from
the message to the answer of a program that is started for it; it dials each millisecond. Also by
itself: measure_openedge.py BUILD"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

from measuring import CLIENT_CORE, SERVER_CORE, Server, free_port, ratio, row

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"  # which has Debian's grpc
ROUNDS, STARTS = 5, 15


def configuration(port):
    return json.dumps({"name": "echo-1", "server": {"address": f"127.0.0.1:{port}"},
                       "function": {"name": "echo", "handler": "app.echo", "codedir": "."}})


def call(build, server, threads, calls):
    """Microseconds of CPU a call."""
    before = server.cpu()
    subprocess.run(["taskset", "-c", str(CLIENT_CORE), f"{build}/bench/grpc_client", f"127.0.0.1:{server.address}",
                    str(threads), str(calls)], check=True, capture_output=True)
    return (server.cpu() - before) / (threads * calls) * 1e6


def warm(build, folder, threads, calls):
    """Of each server a list; one round before those that count warms them up."""
    subprocess.run(["protoc", f"-I{HERE}/../tests/e2e/peers/openedge", f"--python_out={folder}",
                    f"{HERE}/../tests/e2e/peers/openedge/runtime.proto"], check=True)
    ports = [free_port() for _ in range(3)]
    commands = [[f"{build}/bench/openedge_echo", "-c", configuration(ports[0])],
                [f"{build}/bench/grpc_server", str(ports[1])],
                [PYTHON, f"{HERE}/peers/grpc_server.py", str(ports[2]), folder]]
    servers = [Server(command, port, f"{folder}/{port}.log") for command, port in zip(commands, ports)]
    try:
        rounds = [[call(build, server, threads, calls) for server in servers] for _ in range(ROUNDS + 1)][1:]
        return [list(times) for times in zip(*rounds)]
    finally:
        for server in servers:
            server.__exit__()


def cold(build):
    """Milliseconds of each start."""
    command = [f"{build}/bin/turngate", "host", "openedge", "-p", "0", "--", f"{build}/bench/openedge_echo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE, CLIENT_CORE})) as host:
        url = next(filter(None, (re.search(r"http://\S+", line) for line in host.stderr)))[0]
        for _ in range(STARTS):
            for payload in ("hello", "stop"):
                subprocess.run(["curl", "-s", "-o", "/dev/null", "-d", payload, url + "/t"], check=True)
        host.terminate()
        said, _ = host.communicate()
    found = re.findall(r"bytes  ([\d.]+) ms, started in ([\d.]+) ms", said)
    if len(found) != STARTS:
        raise SystemExit(f"there were {len(found)} starts\n{said}")
    return [float(answer) + float(start) for answer, start in found]


def openedge(build):
    with tempfile.TemporaryDirectory() as folder:
        for threads, calls in ((1, 4000), (16, 500)):
            ours, cpp, python = warm(build, folder, threads, calls)
            name = f"OpenEdge, a call, {threads} at a time, CPU"
            row(name, f"{statistics.median(ours):.1f}", f"{statistics.median(cpp):.1f}", "us",
                f"libgrpc++ {ratio(cpp, ours):.2f} times that  (at least 1)")
            row("", "", f"{statistics.median(python):.1f}", "us",
                f"python3-grpcio {ratio(python, ours):.2f} times that  (at least 3)")
    row("OpenEdge, message to answer, cold", f"{statistics.median(cold(build)):.1f}", "", "ms", "(at most 20)")


if __name__ == "__main__":
    if sys.argv[2:]:
        raise SystemExit(__doc__)
    row("", "turngate", "beside it", "", "")
    openedge(os.path.abspath(sys.argv[1]))
