#!/usr/bin/env python3
"""bad_events.py BINARY_DIR FIXTURES: replays recorded hostile events, a file each and a line each.

Each that must be refused is refused alone, by a message that names the member or the byte and what
was expected; the others are replayed. Then each by itself through the commands that take one event:
within its memory and time, in valid UTF-8, and unchanged where the handler is to get it as it stands.
"""
import base64
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import zlib

OURS = ("apigw1", "apigw2", "alb", "vercel", "generic", "json")  # other platforms' doors come later
PLACE = re.compile(r"at byte \d+|\(byte \d+|: missing, expected|bytes, more than the limit of \d+")


def raw_bytes(case):
    if "raw_b64" in case:
        return base64.b64decode(case["raw_b64"])
    return zlib.decompress(base64.b64decode(case["raw_zb64"]))


def replay(build, arguments, directory):
    done = subprocess.run([f"{build}/bin/turngate", "replay", "--expect-status", "100-999", "--format", "json",
                           "-t", f"plugin:{build}/e2e/e2e_handler.so", *arguments],
                          cwd=directory, capture_output=True, timeout=300, check=False)
    if done.stderr:
        sys.exit(f"replay {arguments} wrote to standard error: {done.stderr.decode(errors='replace')}")
    return done.returncode, json.loads(done.stdout)


def check(case, event):
    """What is wrong with the verdict on a case; None if nothing is."""
    refused = event["verdict"] == "unreadable"
    problem = event.get("problem", "")
    if refused and case["kind"] in ("generic", "json") and problem.startswith("not a known event"):
        refused = False  # as it should be, unless it is replayed --as raw
    if refused and not PLACE.search(problem):
        return f"was refused without its place: {problem}"
    if refused and case["expect"] in ("accept", "sanitize"):
        return f"was refused: {problem}"
    if not refused and case["expect"] == "reject":
        return "was not refused"
    return None


def run(build, arguments, file):
    """Exit status, standard output, CPU seconds and largest resident size in bytes."""
    with tempfile.TemporaryFile() as output:
        # What the sanitizer keeps of freed memory is not the program's.
        process = subprocess.Popen([f"{build}/bin/turngate", *arguments, file], stdout=output,
                                   stderr=subprocess.STDOUT,
                                   env={**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=0"})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return process.returncode, output.read(), usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def alone(build, case, file, control, control_file):
    """What is wrong with a case that goes through each command by itself; a line each."""
    size = len(raw_bytes(case))
    memory = min(case.get("max_rss_factor", math.inf) * size,
                 case.get("max_rss_delta_mb", math.inf) * 1024 * 1024)
    handler = f"plugin:{build}/e2e/e2e_handler.so"
    for arguments in (["event", "show"], ["event", "check"], ["event", "convert", "--as", "raw"],
                      ["invoke", "-t", handler, "-e"]):
        command = " ".join(arguments[:2])
        status, output, cpu, resident = run(build, arguments, file)
        if status not in (0, 3):
            yield f"{command}: status {status}"
        # Beside what the same command takes for a small event, plug-in and all.
        resident -= control if "-t" not in arguments else run(build, arguments, control_file)[3]
        if resident > memory:
            yield f"{command}: {resident} bytes of memory for {size}"
        if cpu * 1000 > case.get("max_ms", math.inf):
            yield f"{command}: {cpu} s"
        try:
            output.decode("utf-8")
        except UnicodeDecodeError as error:
            yield f"{command}: {error}"
        forbidden = case.get("must_not", "").encode()
        if forbidden and forbidden in output:
            yield f"{command}: {forbidden} in its output"
        unchanged = "byte-identical" in case.get("must", "") and arguments[0] == "invoke"
        if unchanged and status == 0 and not output.endswith(raw_bytes(case)):
            yield f"{command}: the handler got other bytes"


def main():
    build, fixtures = os.path.abspath(sys.argv[1]), sys.argv[2]
    path = os.path.join(fixtures, "events", "bad-events.jsonl")
    if not os.path.exists(path):
        print(f"SKIPPED: no recorded cases at {path}", file=sys.stderr)
        sys.exit(77)
    with open(path, encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    failed = []
    with tempfile.TemporaryDirectory() as directory:
        os.mkdir(f"{directory}/files")
        with open(f"{directory}/all.ndjson", "wb") as all_lines:
            for number, case in enumerate(cases):
                with open(f"{directory}/files/{number:04}.json", "wb") as file:
                    file.write(raw_bytes(case))
                if b"\n" not in raw_bytes(case):
                    all_lines.write(raw_bytes(case) + b"\n")
        for jobs in "1", "3":
            status, report = replay(build, ["files", "-j", jobs], directory)
            if status != 3 or len(report["events"]) != len(cases):
                failed.append(f"status {status}, {len(report['events'])} of {len(cases)} events")
            for case, event in zip(cases, report["events"]):
                problem = check(case, event) if case["kind"] in OURS else None
                if problem:
                    failed.append(f"{case['name']} ({event['name']}) {problem}")
        status, report = replay(build, ["all.ndjson"], directory)
        count = sum(b"\n" not in raw_bytes(case) for case in cases)
        if status != 3 or len(report["events"]) != count:
            failed.append(f"as lines: status {status}, {len(report['events'])} of {count} events")
        good = [f"files/{number:04}.json" for number, case in enumerate(cases)
                if case["kind"] in ("generic", "json") and case["expect"] == "accept"]
        status, report = replay(build, ["--as", "raw", *good], directory)
        if status != 0:
            failed.append(f"as raw: status {status}")
        with open(f"{directory}/control.json", "w", encoding="utf-8") as file:
            file.write("{}")
        control = run(build, ["event", "show"], f"{directory}/control.json")[3]
        bounds = {"must", "must_not", "max_ms", "max_rss_factor", "max_rss_delta_mb"}
        bounded = [(number, case) for number, case in enumerate(cases)
                   if case["kind"] in OURS and bounds & case.keys()]
        if len(bounded) < 20:
            failed.append(f"only {len(bounded)} cases with bounds")
        for number, case in bounded:
            failed += [f"{case['name']}: {problem}" for problem in
                       alone(build, case, f"{directory}/files/{number:04}.json", control,
                                             f"{directory}/control.json")]
    print("\n".join(failed) or f"{len(cases)} cases")
    sys.exit(1 if failed else 0)


main()
