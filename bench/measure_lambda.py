"""measure_lambda.py BUILD [PART...]: AWS Lambda, one table with the goal beside each row.

A function on loopback, in CPU time of its process an invocation, beside the barest loop of system calls, and the
same loop with libcurl in the shape of aws-lambda-cpp (where its headers are); the event is a 3.75 KB one of a REST API.
Most of the client's time is the kernel's, for the four calls that the barest loop has, too: libcurl makes 17, and has 12
times our instructions outside the kernel (callgrind: 184,000 and 15,300; the barest loop 3,000). Who hands out the events is
on core 1, the function on core 0; the programs take turns. Then how a static function starts, STATIC being the build
that it is of, and what `turngate host lambda` costs with the bare loop as its function."""

import contextlib
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from measuring import BUILD, CLIENT_CORE, ROUNDS, SERVER_CORE, Bench, ratio, row, wrk

STATIC = os.environ.get("STATIC", os.path.join(os.path.dirname(BUILD), "static"))
EVENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data/apigw-v1.json")
INVOCATIONS, STARTS = 1_000, 150


def cpu(program):
    """Microseconds an invocation."""
    command = ["taskset", "-c", str(CLIENT_CORE), f"{BUILD}/bench/lambda_load", EVENT, str(INVOCATIONS),
               "taskset", "-c", str(SERVER_CORE), f"{BUILD}/bench/{program}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    return float(done.stdout)


def client():
    programs = ["lambda_loop", "lambda_client", "lambda_hello"]
    if os.path.exists(f"{BUILD}/bench/lambda_curl"):
        programs.append("lambda_curl")
    times = {program: [] for program in programs}
    for _ in range(2 * ROUNDS):
        for program in programs:
            times[program].append(cpu(program))
    loop, ours, hello = (times[program] for program in programs[:3])
    row("the client alone, CPU an invocation", f"{statistics.median(ours):.2f}", f"{statistics.median(loop):.2f}",
        "us", f"{ratio(ours, loop):.2f} times a bare loop  (at most 1.25)")
    if "lambda_curl" in times:
        curl = times["lambda_curl"]
        row("the same beside libcurl", f"{statistics.median(ours):.2f}", f"{statistics.median(curl):.2f}", "us",
            f"{ratio(curl, ours):.2f} times less  (at least 2)")
    extra = statistics.median(h - b for h, b in zip(hello, loop))
    row("a function that says hello", f"{statistics.median(hello):.2f}", f"{statistics.median(loop):.2f}", "us",
        f"{extra:.1f} us above a bare loop  (at most 12)")


class Platform:
    """A Runtime API as far as a program asks for its first event."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"

    def start(self, program):
        """Microseconds from exec to the first /next by the clock, and of CPU, and kilobytes in memory."""
        waiting = [self.listener]
        begin = time.perf_counter()
        pid = os.posix_spawn(program, [program], {"AWS_LAMBDA_RUNTIME_API": self.address})
        try:
            while True:
                for ready in select.select(waiting, [], [], 10)[0]:
                    if ready is self.listener:
                        waiting.append(self.listener.accept()[0])
                        continue
                    asked = ready.recv(4096)
                    if b"/runtime/invocation/next" in asked:
                        took = time.perf_counter() - begin
                        return took * 1e6, time.clock_gettime(~pid << 3 | 2) * 1e6, resident(pid)
                    if b"/register" in asked:
                        ready.sendall(b"HTTP/1.1 200 OK\r\nLambda-Extension-Identifier: 1\r\nContent-Length: 0\r\n\r\n")
                    if not asked:
                        waiting.remove(ready)
        finally:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            for connection in waiting[1:]:
                connection.close()


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def start(folder):
    """Of many starts the quarter that was disturbed least."""
    platform = Platform()
    for name, sample, most in (("Lambda alone", "bootstrap", 1.6), ("all doors", "bootstrap-doors", 2.6)):
        if not os.path.exists(f"{STATIC}/samples/{sample}"):
            row(f"{name}: no {STATIC}/samples/{sample}", "", "", "", "")
            continue
        program = f"{folder}/{sample}"
        subprocess.run(["strip", "-o", program, f"{STATIC}/samples/{sample}"], check=True)
        runs = [platform.start(program) for _ in range(STARTS)]
        clock, used, memory = ([statistics.median(sorted(run[i] for run in runs)[:STARTS // 4]) for i in range(3)])
        row(f"a static function, {name}, stripped", f"{os.path.getsize(program) / 1e6:.2f}", "", "MB",
            f"(at most {most})")
        row("  exec to its first event asked for", f"{clock / 1e3:.2f}", "", "ms", "(at most 1.2)")
        row("    of CPU", f"{used / 1e3:.2f}", "", "ms", "")
        row("  memory", f"{memory / 1e3:.1f}", "", "MB", "(at most 3)")


def host(folder):
    bench = Bench(folder)
    command = [f"{BUILD}/bin/turngate", "host", "lambda", "-q", "--as", "apigw-v1", "-p", "{port}"]
    function = ["--", f"{BUILD}/bench/lambda_loop"]
    with contextlib.ExitStack() as stack:
        one = stack.enter_context(bench.ours([*command, *function]))
        runs = [wrk(one, 1, seconds=1) for _ in range(ROUNDS + 1)][1:]
        row("host lambda, CPU an invocation", f"{statistics.median(run[0] for run in runs):.1f}", "", "us", "(under 60)")
    with contextlib.ExitStack() as stack:
        four = stack.enter_context(bench.ours([*command, "--instances", "4", *function], "0-1"))
        runs = [wrk(four, 16, seconds=1) for _ in range(ROUNDS + 1)][1:]
        row("  with 4 instances on 2 cores", f"{statistics.median(run[1] for run in runs):.0f}", "", "/s",
            "(at least 8000)")
        row("    CPU an invocation", f"{statistics.median(run[0] for run in runs):.1f}", "", "us", "")


def main():
    os.sched_setaffinity(0, {CLIENT_CORE})
    print(f"Lambda, the function on core {SERVER_CORE}, the other end on core {CLIENT_CORE}\n")
    row("", "turngate", "beside it", "", "")
    with tempfile.TemporaryDirectory() as folder:
        parts = {"client": client, "start": lambda: start(folder), "host": lambda: host(folder)}
        for part in sys.argv[2:] or parts:
            parts[part]()


main()
