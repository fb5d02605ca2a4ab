"""measure_replay.py BUILD: what a replay spends on showing how far it is, and on showing what differs.

CPU of the whole process, all threads, of runs that do it and runs that do not, in turn: the least of each, for what else
the machine does only adds to it, and by more than the few per cent that are looked for."""

import os
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(sys.argv[1])
ROUNDS, EVENTS = 15, 200_000
# Where CI is set there is no progress line.
PLAIN = {k: v for k, v in os.environ.items() if k not in ("CI", "NO_COLOR")} | {"TERM": "xterm", "LANG": "C.UTF-8"}
SILENT = PLAIN | {"CI": "1"}


def drained(fd):
    """How many bytes come until the other end is closed."""
    size = 0
    while True:
        try:
            size += len(os.read(fd, 65536))
        except OSError:  # what a terminal says when nobody has it any more
            return size


def cpu_of(command, environment):
    """CPU seconds of a run with a terminal for its standard error, and how many bytes that got."""
    near, far = os.openpty()
    sizes = []
    reader = threading.Thread(target=lambda: sizes.append(drained(near)))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=far, env=environment)
    os.close(far)
    reader.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    reader.join()
    os.close(near)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{command} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, sizes[0]


def pairs(plain, more):
    """CPU of both in turn, the least of each, and what the second takes more, in per cent."""
    both = [(cpu_of(*plain), cpu_of(*more)) for _ in range(ROUNDS)]
    if not any(second[1] for _, second in both) and more[1] is PLAIN:
        raise SystemExit("no progress line was seen")
    least = [min(run[0] for run in runs) for runs in zip(*both)]
    return *least, (least[1] / least[0] - 1) * 100


def make_events(folder, name, wrong_every):
    """A file with events, of whose expected replies one in `wrong_every` is another; 0: none is."""
    path = f"{folder}/{name}.ndjson"
    subprocess.run([sys.executable, f"{ROOT}/bench/make_events.py", str(EVENTS), path], check=True)
    replies = f"{folder}/{name}.replies.ndjson"
    if wrong_every:
        with open(replies, encoding="ascii") as file:
            lines = file.readlines()
        for i in range(0, len(lines), wrong_every):
            lines[i] = lines[i].replace('"size":', '"size":1')
        with open(replies, "w", encoding="ascii") as file:
            file.writelines(lines)
    return [f"{BUILD}/bin/turngate", "replay", path, "-t", f"plugin:{BUILD}/bench/bench_handler.so"]


def row(name, plain, more, change, note=""):
    print(f"{name:<46}{plain / EVENTS * 1e6:>8.2f}{more / EVENTS * 1e6:>8.2f}  us CPU an event  {change:+.1f} %  {note}",
          flush=True)


print(f"Replay of {EVENTS} events of 0.9 KB from NDJSON, without and with\n")
with tempfile.TemporaryDirectory() as place:
    same = make_events(place, "same", 0)
    row("the progress bar", *pairs((same, SILENT), (same, PLAIN)), "(at most 2)")
    some = make_events(place, "some", 1000)
    row("differences shown, one event in 1000", *pairs((some + ["--diff", "none"], SILENT), (some, SILENT)),
        "(at most 2)")
    every = make_events(place, "every", 1)
    row("differences shown, every event", *pairs((every + ["--diff", "none"], SILENT), (every, SILENT)))
