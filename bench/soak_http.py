#!/usr/bin/env python3
"""soak_http.py BUILD [SECONDS [SLOPE_SECONDS]]: what a server stands, with the goals beside the figures.

BUILD has bench/attacker, tests/turngate_door_program, bin/turngate and the samples. A phase takes SECONDS (20) or
as long as the timers of the server do; memory is watched for growth for SLOPE_SECONDS. The phases: quiet; 5,000
slow heads, 2,000 slow bodies and 1,000 clients that do not read, and all of them at once in 128 MB; as many with as
much as they may send; 10,000 and 18,000 idle connections; four fifths of what can be served, and ten times more than
blocked handlers can; connections that come and go; errors of system calls by strace, where it is installed;
successors on one socket; SIGHUP, SIGSTOP and SIGTERM under load. Goals of time are reported and depend on what else
the machine does; a miss of any other ends with status 1.
"""
import os
import time

import soak_faults
from soaking import SECONDS, SLOPE_SECONDS, Attack, Server, ask, missed, of, only, row, show_legit, wait_for

HEADER_TIMEOUT, GRACE = 10, 10
RAMP = 3  # s in which a crowd of slow clients comes


def most_of(server, attack):
    """Megabytes and threads, while the attack lasts."""
    megabytes = threads = 0
    while attack.process.poll() is None:
        megabytes, threads = max(megabytes, server.megabytes()), max(threads, server.threads())
        time.sleep(0.1)
    return megabytes, threads


def slow(server, quiet, name, seconds, limits, **counts):
    """Each kind comes in RAMP seconds, for who all come at once compete for the cores with those who ask."""
    attacks = {mode: Attack(server, mode, count, RAMP + seconds, count // RAMP) for mode, count in counts.items()}
    legit = ask(server, RAMP + seconds - 4)
    most, _ = most_of(server, legit)
    show_legit(name, legit.result(), quiet)
    row(f"{name}: resident MB", f"{most:.1f}", "<= 64", most <= 64)
    for mode, limit in limits.items():
        result = attacks[mode].result()
        row(f"{name}: {mode} gone after s, still open",
            f"{result['oldest_ms'] / 1000:.1f}, {result['open']}",
            f"<= {limit + 1}, 0",
            result["open"] == 0 and result["oldest_ms"] <= (limit + 1) * 1000)


def idle(server, quiet):
    threads = server.threads()
    attack = Attack(server, "idle", 10000, SECONDS)
    wait_for(lambda: server.descriptors() > 10000, 15)
    legit = ask(server, max(2, SECONDS - 8)).result()
    megabytes = server.megabytes()
    show_legit("10,000 idle", legit, quiet)
    result = attack.result()
    row("10,000 idle: answered", of(result)["count"], "10000", of(result)["count"] == 10000)
    row("10,000 idle: resident MB", f"{megabytes:.1f}", "<= 32", megabytes <= 32)
    row("10,000 idle: threads more", server.threads() - threads, "<= 2",
        server.threads() - threads <= 2)
    wait_for(lambda: server.descriptors() < 100, 10)
    attacks = [Attack(server, "idle", 9000, RAMP + SECONDS, 9000 // RAMP) for _ in range(2)]
    results = [attack.result() for attack in attacks]
    served = sum(of(result)["count"] for result in results)
    refused = sum(of(result, "503")["count"] for result in results)
    unconnected = sum(result["unconnected"] for result in results)
    row("18,000 idle: answered, refused, hanging",
        f"{served}, {refused}, {18000 - served - refused - unconnected}", "hanging 0",
        served + refused + unconnected == 18000)
    slowest = max(of(result, "503")["max"] for result in results)
    row("18,000 idle: slowest 503, ms", f"{slowest:.1f}", "<= 50", slowest <= 50, False)


def memory_group(megabytes):
    """A folder of the kernel's that holds who is in it to so much memory; None where there is no such thing."""
    for folder, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
        group = f"{folder}/turngate-soak-{os.getpid()}"
        try:
            os.mkdir(group)
            with open(f"{group}/{limit}", "w", encoding="ascii") as file:
                file.write(str(megabytes << 20))
            return group
        except OSError:
            if os.path.isdir(group):
                os.rmdir(group)
    return None


def in_little_memory(quiet):
    """Without such a group it is only looked at how much memory that takes."""
    group = memory_group(128)
    if not group:
        print("no memory group can be made here: everything at once is not in 128 MB", flush=True)
    everything_at_once(group, lambda server: slow(
        server, quiet, "all at once in 128 MB", HEADER_TIMEOUT + 8,
        {"heads": HEADER_TIMEOUT, "bodies": GRACE + 1}, heads=5000, bodies=2000, readers=1000))
    everything_at_once(group, at_the_limits, TURNGATE_MAX_CONNECTIONS="1000")
    if group:
        os.rmdir(group)


def everything_at_once(group, attack, **environment):
    server = Server(**environment)
    try:
        if group:
            with open(f"{group}/cgroup.procs", "w", encoding="ascii") as file:
                file.write(str(server.pid))
        attack(server)
        status, _ = server.stop()
        row("all at once in 128 MB: exit status", status, "0", status == 0)
    finally:
        server.process.kill()
        server.process.wait()


def at_the_limits(server):
    """As many connections as there may be, each with as large a head or body as it may have, or an answer."""
    counts = {"large-heads": 400, "large-bodies": 350, "readers": 200}
    attacks = [Attack(server, mode, count, 8, count // RAMP) for mode, count in counts.items()]
    legit = ask(server, 6)
    megabytes, _ = most_of(server, legit)
    show_legit("at the limits", legit.result())
    for attack in attacks:
        attack.result()
    # Twice what is kept, for it grows by doubling; what the socket does not take of an answer; and the program.
    budget = (400 * 2 * 32 + 350 * 2 * 64) / 1024 + 32 + 16
    row("at the limits: resident MB", f"{megabytes:.1f}", f"<= {budget:.0f}", megabytes <= budget)


def near_peak(server, path, clients):
    """Returns what `clients` get that ask again at once, and has 80 % of it asked for, three phases long."""
    seconds = max(2, SECONDS // 2)
    peak = ask(server, seconds, clients, path, 0).result()
    rate = 8 * of(peak)["count"] // (10 * seconds)
    result = Attack(server, "rate", 4 * clients, 3 * SECONDS, path, rate).result()
    show_legit(f"80 % of the peak, {rate} a second of {path}", result)
    row(f"80 % of the peak, {path}: not sent", result["unsent"], f"<= {rate // 10}", result["unsent"] <= rate // 10,
        False)
    return peak


def overload(server):
    """Handlers that wait, for these are what there are too few of."""
    near_peak(server, "/", 64)
    seconds = max(2, SECONDS // 2)
    peak = near_peak(server, "/wait", 200)
    # Each request has its time, whether the ones before it are answered or not.
    rate = 10 * of(peak)["count"] // seconds
    attack = Attack(server, "rate", 4000, seconds, "/wait", rate)
    megabytes, threads = most_of(server, attack)
    result = attack.result()
    row("10x overload: resident MB, threads", f"{megabytes:.1f}, {threads}", "<= 64, <= 264",
        megabytes <= 64 and threads <= 256 + 8)
    share = of(result)["count"] / max(1, of(peak)["count"])
    row(f"10x overload: of {rate} a second not sent", result["unsent"], f"<= {rate // 10}",
        result["unsent"] <= rate // 10, False)
    row("10x overload: goodput of what 200 clients get", f"{share:.0%}", ">= 80%", share >= 0.8)
    busy = of(result, "503")
    row("10x overload: only 200 and 503, failures", result["failures"], "0",
        only(result, "200", "503") and result["failures"] == 0)
    row("10x overload: 503 without Retry-After", result["without_retry_after"], "0",
        result["without_retry_after"] == 0)
    row(f"10x overload: {busy['count']} of 503, p50 and p99 ms",
        f"{busy['p50']:.1f}, {busy['p99']:.1f}", "p99 <= 50", busy["p99"] <= 50, False)
    row("10x overload: p99 of those served, ms", f"{of(result)['p99']:.0f}",
        f"<= {5 * of(peak)['p99']:.0f}", of(result)["p99"] <= 5 * of(peak)["p99"], False)


def burst(server):
    attacks = [Attack(server, "burst", 100, SECONDS // 2) for _ in range(2)]
    cpu = server.cpu()
    legit = ask(server, max(1, SECONDS // 2 - 1)).result()
    results = [attack.result() for attack in attacks]
    connected = sum(result["connected"] for result in results)
    row("connections opened and closed a second", connected // (SECONDS // 2), ">= 50000",
        connected >= 50000 * (SECONDS // 2), False)
    row("the server's CPU for each, us", f"{(server.cpu() - cpu) / connected * 1e6:.1f}", "", True)
    show_legit("meanwhile", legit)


def grows(server):
    """By how much, in the last two thirds of the time: least squares through what is seen each second."""
    load = ask(server, SLOPE_SECONDS, 64, "/echo", 1)
    began = time.monotonic()
    seen = []
    while load.process.poll() is None:
        seen.append((time.monotonic() - began, server.megabytes()))
        time.sleep(1)
    seen = seen[len(seen) // 3:]
    middle, mean = (sum(column) / len(seen) for column in zip(*seen))
    slope = sum((x - middle) * (y - mean) for x, y in seen) / max(1, sum((x - middle) ** 2 for x, _ in seen)) * 600
    row(f"resident MB more in 10 minutes, of {SLOPE_SECONDS} s", f"{slope:.2f}", "< 1", slope < 1, False)


def main():
    server = Server()
    quiet = ask(server, min(10, SECONDS)).result()
    show_legit("quiet", quiet)
    idle(server, quiet)
    server.stop()
    server = Server()
    ask(server, 1).result()
    descriptors, threads = server.descriptors(), server.threads()
    slow(server, quiet, "slow senders", HEADER_TIMEOUT + 8,
         {"heads": HEADER_TIMEOUT, "bodies": GRACE + 1}, heads=5000, bodies=2000)
    # What the kernel has taken of their answers is no burden: they count as idle (60 s), not as slow.
    slow(server, quiet, "slow readers", SECONDS, {}, readers=1000)
    overload(server)
    burst(server)
    soak_faults.stopped_for_a_while(server)
    grows(server)
    are_back = wait_for(lambda: server.descriptors() == descriptors, 15)
    row("descriptors more than at first", server.descriptors() - descriptors, "0", are_back)
    are_back = wait_for(lambda: server.threads() <= threads, 30)
    row("threads more than at first", server.threads() - threads, "<= 0", are_back)
    status, seconds = server.stop()
    row("exit status, s", f"{status}, {seconds:.2f}", "0", status == 0)
    in_little_memory(quiet)
    soak_faults.run()
    if missed:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
