#!/usr/bin/env python3
"""static_build.py SOURCE_DIR BINARY_DIR: what samples/hello and samples/bootstrap are as static programs: small, and in
need of nothing; and the latter for arm64, by the cross compiler and an emulator where they are."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from fake_lambda import FakeLambda, http_event
from openedge_function import Function, Peak, PYTHON, configuration, slow_readers
from peers import check, finish, need, skipped

SOURCE, BINARY = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
MACHINE = os.uname().machine.replace("aarch64", "arm64")
# Bytes: stripped, and in memory while it waits.
MOST = {"hello": (3_300_000, 3_100_000), "bootstrap-doors": (2_600_000, 3_000_000), "bootstrap": (1_600_000, 3_000_000)}


def built(place, preset, targets, *options):
    for command in (["cmake", "--preset", preset, "-B", place, *options],
                    ["cmake", "--build", place, "-j2", "--target", *targets]):
        done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True)
        if done.returncode != 0:
            check(f"the preset {preset} builds", False, done.stdout[-1200:] + done.stderr)
            return False
    return True


def inspect(program):
    elf = subprocess.run(["readelf", "-dhlnW", program], capture_output=True, text=True, check=True).stdout
    check("it needs no library and no loader", "NEEDED" not in elf and "INTERP" not in elf, elf)
    isa = re.findall(r"x86 ISA needed: (.*)", elf)
    check("nor extensions of x86-64", all(one.strip() in ("x86-64-baseline", "<None>") for one in isa), isa)
    return elf


def pack(program, place, machine):
    run = subprocess.run([f"{BINARY}/bin/turngate", "package", "--arch", machine, "-o", place + "/packed.zip", program],
                         capture_output=True, text=True)
    check("it is packed for its machine, alone", run.returncode == 0 and f"{machine}   1 file " in run.stdout, run)
    print("        " + run.stdout.strip())


def resident(process):
    with open(f"/proc/{process}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS:"))


def answers(command, most_memory=None):
    """As a function."""
    lambda_ = FakeLambda()
    process = subprocess.Popen(command, env={"AWS_LAMBDA_RUNTIME_API": lambda_.address})
    lambda_.polls.acquire(timeout=60)
    memory = resident(process.pid)
    for _ in range(2):  # how it registers as an extension
        lambda_.take()
    answer = lambda_.invoke("a", http_event("/", "name=Ada"))
    process.terminate()
    check("it answers Lambda", b'"Hello, Ada!\\n"' in answer.body, answer.body)
    check("and ends", process.wait(60) == 0)
    if most_memory:
        check(f"it has {memory} bytes in memory, of at most {most_memory}", memory <= most_memory)
    lambda_.close()


def called_by_grpc(program):
    """As an instance of OpenEdge, which has so many threads and so much memory."""
    client = f"{BINARY}/tests/turngate_grpc_client"
    if not os.path.exists(client):
        return need("libgrpc++-dev and protobuf-compiler-grpc, when the tests are built")
    with Function(program, ["-c", configuration(0, "app.echo")]) as function:
        address = function.listening()
        with Peak(function):
            run = subprocess.run([client, address, "16", "100"], capture_output=True, text=True)
        check("libgrpc++'s calls", run.stdout == "1600 of 1600 right\n", run)
        function.check_memory()
        check("it ends well as a function of OpenEdge", function.stop() == 0)
    if subprocess.run([PYTHON, "-c", "import grpc"], capture_output=True).returncode == 0:
        slow_readers(program)
    else:
        need("python3-grpcio of Debian")


def native(place):
    if not built(place, "static", [*(f"sample_{name}" for name in MOST), "turngate_openedge_program"]):
        return
    for name, (most, most_memory) in MOST.items():
        program = f"{place}/{name}"
        subprocess.run(["strip", "-o", program, f"{place}/samples/{name}"], check=True)
        size = os.path.getsize(program)
        check(f"{name} has {size} bytes, of at most {most}", size <= most)
        inspect(program)
        pack(program, place, MACHINE)
        answers([program], most_memory)
    called_by_grpc(f"{place}/tests/turngate_openedge_program")
    run = subprocess.run([f"{place}/hello", "invoke", "/?name=Ada"], capture_output=True, text=True)
    check("a program of all doors has commands", run.stdout == "Hello, Ada!\n", run)
    run = subprocess.run([f"{place}/bootstrap"], capture_output=True, text=True)
    check("one of Lambda alone says what it is", run.returncode == 2 and "turngate host lambda" in run.stderr, run)


def arm64(place):
    """Not optimised, which takes half as long."""
    if MACHINE == "arm64" or not (need("aarch64-linux-gnu-g++") and need("qemu-aarch64")):
        return
    fetched = subprocess.run([f"{SOURCE}/cmake/arm64_root.sh", f"{place}/root"], capture_output=True, text=True)
    if fetched.returncode:
        skipped.append("Debian's packages for arm64 cannot be had: " + fetched.stderr[-300:])
        return
    if not built(place, "static-arm64", ["sample_bootstrap"], f"-DTURNGATE_ARM64_ROOT={place}/root", "-DCMAKE_CXX_FLAGS_MINSIZEREL=-O0"):
        return
    program = f"{place}/samples/bootstrap"
    check("it is for arm64", "AArch64" in inspect(program))
    pack(program, place, "arm64")
    answers(["qemu-aarch64", program])


if need("readelf") and shutil.which("cmake"):
    for part in native, arm64:
        with tempfile.TemporaryDirectory(dir=BINARY) as folder:
            part(folder)
finish()
