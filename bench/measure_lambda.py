"""measure_lambda.py BUILD: a Lambda function on loopback, in CPU time of its process an invocation.

Beside it the barest loop of system calls, and the same loop with libcurl (where its headers are). The event is a
3.75 KB one of a REST API. Who hands out the events is on core 1, the function on core 0; the programs take turns."""

import os
import statistics
import subprocess
import sys

from measuring import BUILD, CLIENT_CORE, SERVER_CORE, ratio, row

EVENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data/apigw-v1.json")
COUNT, ROUNDS = 30_000, 7


def cpu(program):
    """Microseconds an invocation."""
    command = ["taskset", "-c", str(CLIENT_CORE), f"{BUILD}/bench/lambda_load", EVENT, str(COUNT),
               "taskset", "-c", str(SERVER_CORE), f"{BUILD}/bench/{program}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    return float(done.stdout)


def main():
    programs = ["lambda_loop", "lambda_client", "lambda_hello"]
    if os.path.exists(f"{BUILD}/bench/lambda_curl"):
        programs.append("lambda_curl")
    times = {program: [] for program in programs}
    for _ in range(ROUNDS):
        for program in programs:
            times[program].append(cpu(program))
    loop, client, hello = (times[program] for program in programs[:3])
    row("", "turngate", "beside it", "", "")
    row("the client alone, CPU an invocation", f"{statistics.median(client):.2f}", f"{statistics.median(loop):.2f}",
        "us", f"{ratio(client, loop):.2f} times a bare loop  (at most 1.25)")
    if "lambda_curl" in times:
        curl = times["lambda_curl"]
        row("the same beside libcurl", f"{statistics.median(client):.2f}", f"{statistics.median(curl):.2f}", "us",
            f"{ratio(curl, client):.2f} times less  (at least 2)")
    extra = statistics.median(h - b for h, b in zip(hello, loop))
    row("a function that says hello", f"{statistics.median(hello):.2f}", f"{statistics.median(loop):.2f}", "us",
        f"{extra:.1f} us above a bare loop  (at most 12)")


if sys.argv[2:]:
    raise SystemExit(__doc__)
main()
