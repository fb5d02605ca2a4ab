#!/usr/bin/env python3
"""vercel.py BINARY_DIR SOURCE_DIR CXX FLAGS: the builder's own tests, then `vercel build` and `vercel dev` of the sample.

All of it is built against BINARY_DIR as it is installed, or the turngate that TURNGATE_DIR names, in a copy below
BINARY_DIR. Nothing asks Vercel, but npm its registry: ends with 77 where that, npm or Node 20 is absent.
"""
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys

E2E = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e")
sys.path.insert(0, E2E)
from peers import check, finish, free_port, need, skipped, until  # noqa: E402

BUILD, SOURCE, CXX, FLAGS = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
WORK = os.path.join(BUILD, "vercel")
SAMPLE = os.path.join(WORK, "samples/deploy/vercel")
PACKAGE = os.path.join(WORK, "packaging/vercel")
ABSENT = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT")
SETTINGS = {"handler": "executable", "runtime": "executable", "environment": {}, "supportsResponseStreaming": True,
            "architecture": "arm64" if os.uname().machine == "aarch64" else "x86_64"}


def run(what, *command, cwd, environment):
    """What it prints; the test has failed if its status is not 0."""
    done = subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode and ABSENT.search(done.stdout):
        skipped.append(f"{what}: npm does not reach its registry: " + ABSENT.search(done.stdout)[0])
        finish()
    check(what, done.returncode == 0, done.stdout)
    if done.returncode:
        finish()
    return done.stdout


def environment():
    """That of all that is built here, by the compiler of the build."""
    all_names = {**os.environ, "CXX": CXX, "CXXFLAGS": FLAGS, "VERCEL_TELEMETRY_DISABLED": "1", "CI": "1"}
    for name in ("VERCEL_TOKEN", "VERCEL_IPC_PATH", "PORT", "HOST"):
        all_names.pop(name, None)
    if not all_names.get("TURNGATE_DIR"):
        all_names["TURNGATE_DIR"] = os.path.join(WORK, "prefix")
        run("turngate is installed", "cmake", "--install", BUILD, "--prefix", all_names["TURNGATE_DIR"], cwd=WORK,
            environment=all_names)
    return all_names


def copy(path):
    """What others built there stays there."""
    ignored = shutil.ignore_patterns("node_modules", ".vercel", "dist")
    shutil.copytree(os.path.join(SOURCE, path), os.path.join(WORK, path), ignore=ignored)


def ask(port, path, method="GET", body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, body=body, headers={"Connection": "close"})
    reply = connection.getresponse()
    return f"{reply.status} {reply.read().decode()}"


def listens(port):
    try:
        ask(port, "/_turngate_test")
        return True
    except OSError:
        return False


class Running:
    """A program and its children on a port, with what it says in a file, until the end of the with block."""

    def __init__(self, command, port, log, **options):
        self.port = port
        with open(log, "w", encoding="utf-8") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            start_new_session=True, **options)
        self.log = log

    def __enter__(self):
        if not until(f"{os.path.basename(self.log)} listens", lambda: listens(self.port), 120):
            with open(self.log, encoding="utf-8") as said:
                print(said.read()[-3000:])
        return self.port

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGTERM)  # npx does not pass it on
        self.process.wait(60)


def ask_function(name, questions):
    """Starts a function of the build's output as the platform does: elsewhere, and without arguments."""
    built = os.path.join(SAMPLE, ".vercel/output/functions", name + ".func")
    with open(os.path.join(built, ".vc-config.json"), encoding="utf-8") as config:
        seen = json.load(config)
    check(f"{name} is described as an executable", seen == SETTINGS, seen)
    place = os.path.join(WORK, "function", name)
    shutil.copytree(built, place)
    port = free_port()
    names = {"PATH": "/usr/bin:/bin", "PORT": str(port), "HOST": "127.0.0.1"}
    with Running([os.path.join(place, "executable")], port, os.path.join(WORK, "function.log"), cwd="/", env=names):
        for (path, method, body), wanted in questions.items():
            answer = ask(port, path, method, body)
            check(f"{name} answers {method} {path}", re.fullmatch(wanted, answer), answer)


def build_without_builds(names):
    """A project whose functions have the paths of their files, in a place with a blank."""
    place = os.path.join(WORK, "by path")
    for directory in ("api/users", "data"):
        os.makedirs(os.path.join(place, directory))
    shutil.copytree(os.path.join(SAMPLE, ".vercel/builders"), os.path.join(place, ".vercel/builders"), symlinks=True)
    os.symlink(os.path.join(SAMPLE, "node_modules"), os.path.join(place, "node_modules"))
    shutil.copy(os.path.join(SAMPLE, "api/hello.cc"), os.path.join(place, "api/users/[id].cc"))
    for path, text in ((".vercel/project.json", '{"settings": {}}'), ("package.json", "{}"), ("data/a.txt", "a"),
                       ("vercel.json", BY_PATH)):
        with open(os.path.join(place, path), "w", encoding="utf-8") as file:
            file.write(text)
    run("vercel build of functions by their paths", "npx", "vercel", "build", "--yes", cwd=place, environment=names)
    built = os.path.join(place, ".vercel/output")
    for path in ("executable", "data/a.txt"):
        check(f"they have {path}", os.path.isfile(os.path.join(built, "functions/api/users/[id].func", path)), built)
    with open(os.path.join(built, "config.json"), encoding="utf-8") as config:
        routes = [route.get("dest") for route in json.load(config)["routes"]]
    check("and a parameter", "/api/users/[id]?id=$1" in routes, routes)


def ask_dev(names):
    port = free_port()
    command = ["npx", "vercel", "dev", "--local", "--listen", f"127.0.0.1:{port}"]
    for service in ("queue", "runtime-cache", "schedules"):
        command += [f"--{service}-port", str(free_port())]
    with Running(command, port, os.path.join(WORK, "dev.log"), cwd=SAMPLE, env=names):
        for path, wanted in (("/api/hello?name=dev", r"200 Hello, dev!\n"), ("/api/stream", STREAM),
                             ("/some/path", r"200 GET /some/path by PHP \d\n")):
            answer = ask(port, path)
            check(f"vercel dev answers {path}", re.fullmatch(wanted, answer), answer)


BY_PATH = '{"functions": {"api/**/*.cc": {"runtime": "@turngate/vercel@0.1.0", "includeFiles": "data/**"}}}'
STREAM = r"200 data: tick 1\n\ndata: tick 2\n\ndata: tick 3\n\n"
FUNCTIONS = {
    "api/hello.cc": {("/api/hello?name=Ada", "GET", None): r"200 Hello, Ada!\n",
                     ("/api/hello", "POST", "Bob"): r"200 Hello, Bob!\n", ("/api/hello", "PUT", ""): r"405 .*\n?"},
    "api/stream.cc": {("/api/stream", "GET", None): STREAM},
    "public/index.php": {("/any/path?a=b", "GET", None): r"200 GET /any/path\?a=b by PHP \d\n",
                         ("/style.css", "GET", None): r"200 body \{[^}]*\}\n"},
}


def main():
    if not all([need("node"), need("npm"), need("php-cgi")]):
        finish()
    version = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    if int(re.match(r"v(\d+)", version)[1]) < 20:
        skipped.append(f"the vercel CLI needs Node 20, and node is {version}")
        finish()
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    copy("packaging/vercel")
    copy("samples/deploy/vercel")
    names = environment()
    run("npm ci", "npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", cwd=SAMPLE, environment=names)
    run("npm test", "npm", "test", cwd=PACKAGE, environment=names)
    run("eslint", "npm", "run", "lint", cwd=PACKAGE, environment=names)
    run("vercel build", "npx", "vercel", "build", "--yes", cwd=SAMPLE, environment=names)
    for name, questions in FUNCTIONS.items():
        ask_function(name, questions)
    build_without_builds(names)
    ask_dev(names)
    finish()


main()
