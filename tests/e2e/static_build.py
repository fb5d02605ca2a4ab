#!/usr/bin/env python3
"""static_build.py SOURCE_DIR BINARY_DIR: what samples/hello is in a static build: small, and in need of nothing."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from peers import check, finish, need

SOURCE, BINARY = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
MACHINE = os.uname().machine.replace("aarch64", "arm64")
MOST_BYTES = 3_750_000


def built(place):
    """The program, stripped; None if it cannot be built."""
    for command in (["cmake", "--preset", "static", "-B", place],
                    ["cmake", "--build", place, "-j2", "--target", "sample_hello"]):
        done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True)
        if done.returncode != 0:
            check("the preset builds", False, done.stdout[-1200:] + done.stderr)
            return None
    program = place + "/hello"
    subprocess.run(["strip", "-o", program, place + "/samples/hello"], check=True)
    return program


def inspect(program):
    size = os.path.getsize(program)
    check(f"it has {size} bytes, of at most {MOST_BYTES}", size <= MOST_BYTES)
    elf = subprocess.run(["readelf", "-dlnW", program], capture_output=True, text=True, check=True).stdout
    check("it needs no library and no loader", "NEEDED" not in elf and "INTERP" not in elf, elf)
    isa = re.findall(r"x86 ISA needed: (.*)", elf)
    check("nor extensions of x86-64", all(one.strip() in ("x86-64-baseline", "<None>") for one in isa), isa)


def pack(program, place):
    run = subprocess.run([f"{BINARY}/bin/turngate", "package", "--arch", MACHINE, "-o", place + "/hello.zip", program],
                         capture_output=True, text=True)
    check("it is packed for its machine, alone", run.returncode == 0 and f"{MACHINE}   1 file " in run.stdout, run)
    print("        " + run.stdout.strip())


def start(program):
    run = subprocess.run([program, "invoke", "/?name=Ada"], capture_output=True, text=True)
    check("it runs", run.stdout == "Hello, Ada!\n", run)


with tempfile.TemporaryDirectory(dir=BINARY) as folder:
    if need("readelf") and shutil.which("cmake") and (hello := built(folder)):
        inspect(hello)
        pack(hello, folder)
        start(hello)
finish()
