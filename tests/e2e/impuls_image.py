#!/usr/bin/env python3
"""impuls_image.py SOURCE_DIR BINARY_DIR: what packaging/impuls makes: an image, and what is in it; and its bootstrap."""
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

from peers import check, finish, need, skipped

SOURCE, BUILD = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PACKAGING = f"{SOURCE}/packaging/impuls"
PROGRAM = f"{BUILD}/tests/turngate_impuls_program"
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": PATH}).stdout


def image(place):
    if not (need("mke2fs") and need("debugfs") and need("busybox")):
        return
    path = f"{place}/function.ext4"
    made = subprocess.run([f"{PACKAGING}/make-rootfs.sh", "/bin/true", path], capture_output=True, text=True,
                          check=False, env={"PATH": PATH, "TMPDIR": place})
    check("an image is made without root's help", made.returncode == 0 and os.path.exists(path), made)
    check("and nothing else is left", os.listdir(place) == ["function.ext4"], os.listdir(place))
    for name in "/sbin/impuls-init", "/sbin/init":
        check(f"{name} is the bootstrap", "../var/runtime/bootstrap.sh" in output("debugfs", "-R", f"stat {name}", path),
              output("debugfs", "-R", f"stat {name}", path))
    for name, file in ("/var/runtime/function", "/bin/true"), ("/var/runtime/bootstrap.sh", f"{PACKAGING}/bootstrap.sh"):
        copy = f"{place}/copy"
        output("debugfs", "-R", f"dump {name} {copy}", path)
        with open(copy, "rb") as got, open(file, "rb") as wanted:
            check(f"{name} is there byte for byte", got.read() == wanted.read())
        check("and may be executed", re.search(r"Mode:\s+0755", output("debugfs", "-R", f"stat {name}", path)))
    check("with its libraries", "libc.so.6" in output("debugfs", "-R", "ls /lib/x86_64-linux-gnu", path)
          or os.uname().machine != "x86_64", output("debugfs", "-R", "ls /lib/x86_64-linux-gnu", path))
    without = subprocess.run([f"{PACKAGING}/make-rootfs.sh"], capture_output=True, text=True, check=False)
    check("without arguments it says how it is used", without.returncode == 2 and "IMAGE.ext4" in without.stderr, without)


def bootstrap(place):
    environment = {"PATH": PATH, "RUNTIME_PORT": "0", "FUNCTION": PROGRAM, "FUNCTION_DIR": place}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            environment[name] = os.environ[name]
    with subprocess.Popen([f"{PACKAGING}/bootstrap.sh"], env=environment, stderr=subprocess.PIPE, text=True) as process:
        port = next(filter(None, (re.search(r'listening on [^"\s]*:(\d+)', line) for line in process.stderr)))[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as reply:
            check("the bootstrap starts the function", json.load(reply)["status"] == "healthy")
        check("in its directory", os.readlink(f"/proc/{process.pid}/cwd") == os.path.realpath(place))
        process.terminate()
        process.stderr.read()
        check("which ends as it does", process.wait(60) == 0)


def twice_mounted(place):
    """As process 1 of a system whose file systems are mounted already."""
    before = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if subprocess.run([*before, "true"], capture_output=True, check=False).returncode != 0:
        skipped.append("no namespaces to be had: the bootstrap did not run as process 1")
        return
    tools = f"{place}/tools"
    os.mkdir(tools)
    # What the network has already, too, is "File exists" to whoever adds it.
    for name, text in (("mount", 'echo "mount: $*"; exit 32'),
                       ("ip", 'case "$*" in *" add "*) echo "ip: File exists"; exit 2;; esac; echo "ip $*"')):
        with open(f"{tools}/{name}", "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\n{text}\n")
        os.chmod(f"{tools}/{name}", 0o755)
    environment = {"PATH": f"{tools}:{PATH}", "FUNCTION": "/bin/echo", "FUNCTION_DIR": place,
                   "GUEST_IP": "172.16.1.2", "GATEWAY_IP": "172.16.1.1"}
    run = subprocess.run([*before, f"{PACKAGING}/bootstrap.sh", "started"], env=environment, capture_output=True,
                         text=True, check=False)
    check("what is mounted is not mounted again", run.returncode == 0 and "mount:" not in run.stdout, run)
    check("an address that is there is no failure", "ip addr replace 172.16.1.2/30 dev eth0" in run.stdout, run)
    check("and the function is started", run.stdout.endswith("started\n"), run)


def main():
    with tempfile.TemporaryDirectory() as place:
        image(place)
    with tempfile.TemporaryDirectory() as place:
        bootstrap(place)
        twice_mounted(place)
    finish()


main()
