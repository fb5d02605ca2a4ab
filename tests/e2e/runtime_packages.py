#!/usr/bin/env python3
"""runtime_packages.py BINARY_DIR SOURCE_DIR COMPILER FLAGS: functions built and started by the scripts of
packaging/open-runtimes and packaging/appwrite, with the variables of their contracts, in folders of their own."""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from peers import check, finish, skipped
from program import ask

BUILD, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PACKAGING = f"{SOURCE}/packaging"
KEPT = {name: os.environ[name] for name in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "CCACHE_DIR",
                                            "CMAKE_CXX_COMPILER_LAUNCHER") if name in os.environ}
# Written for the C++ runtime of Open Runtimes, and unchanged: examples there have the headers beside them, Appwrite's
# templates one folder up.
OFFICIAL = """
#include "../RuntimeResponse.h"
#include "../RuntimeRequest.h"
#include "RuntimeOutput.h"
#include "RuntimeContext.h"
#include "greeting.h"

namespace runtime {
class Handler {
  public:
    static RuntimeOutput main(RuntimeContext &context) {
        RuntimeRequest req = context.req;
        RuntimeResponse res = context.res;
        Json::Value headers, json;
        if (req.path == "/throw") throw std::invalid_argument("thrown");
        if (req.path == "/empty") return res.empty();
        if (req.path == "/nothing") return res.json(json);
        if (req.path == "/binary") return res.binary(req.bodyBinary);
        if (req.path == "/auto") return res.text(std::any_cast<std::string>(req.body));
        if (req.path == "/autojson") return res.json(std::any_cast<Json::Value>(req.body));
        context.log("asked for " + req.path);
        context.error("no error");
        headers["set-cookie"].append("a=1");
        headers["set-cookie"].append("b=2");
        json["greeting"] = std::string(greeting) + req.query["name"].asString();
        json["method"] = req.method;
        json["action"] = req.headers["x-action"].asString();
        json["url"] = req.url;
        json["number"] = req.bodyJson["n"];
        json["setting"] = SETTING;
        return res.json(json, 201, headers);
    }
};
}
"""


def run(command, environment, **options):
    return subprocess.run(command, env={**KEPT, **environment}, capture_output=True, text=True, check=False, **options)


@contextlib.contextmanager
def started(command, environment, **options):
    """A function, and the port that it says it listens on."""
    process = subprocess.Popen(command, env={**KEPT, "TURNGATE_LISTEN": "127.0.0.1:0", **environment}, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **options)
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if found := re.search(r"listening on 127\.0\.0\.1:(\d+)", line):
                yield int(found[1]), process
                return
        check("the function starts", False, said)
        yield None, process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.stderr.close()
        process.wait()


def official(place, prefix):
    """An image's folders, in `place`."""
    shutil.copytree(f"{PACKAGING}/open-runtimes", f"{place}/server")
    for folder in ("in/src", "out", "logs", "telemetry"):
        os.makedirs(f"{place}/{folder}")
    for name, text in (("src/main.cc", OFFICIAL), ("src/greeting.h", '#define greeting "Hello, "\n'),
                       ("CMakeLists.txt", "target_compile_definitions(${PROJECT_NAME} PUBLIC SETTING=\"s\")\n")):
        with open(f"{place}/in/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    built = run([f"{place}/server/helpers/build.sh", "echo installed >installed"],
                {"OPEN_RUNTIMES_ENTRYPOINT": "src/main.cc", "OPEN_RUNTIMES_BUILD_INPUT_DIR": f"{place}/in",
                 "OPEN_RUNTIMES_BUILD_OUTPUT_DIR": f"{place}/out", "TURNGATE_PREFIX": prefix})
    check("a function for the official runtime is built", built.returncode == 0 and os.path.exists(
        f"{place}/out/code.tar.gz"), built.stdout[-1500:] + built.stderr[-3000:])
    if built.returncode != 0:
        return
    environment = {"OPEN_RUNTIMES_SECRET": "s", "TURNGATE_LOG_DIR": f"{place}/logs", "OPEN_RUNTIMES_CODE_DIR": f"{place}/out",
                   "TURNGATE_TIMINGS_FILE": f"{place}/telemetry/timings.txt"}
    with started([f"{place}/server/helpers/start.sh"], environment) as (port, process):
        secret = {"x-open-runtimes-secret": "s", "x-open-runtimes-log-id": "id", "x-action": "a"}
        status, headers, body = ask(port, "/x?name=Ada", method="POST", headers=secret, body='{"n":7}')
        check("it answers", status == 201 and json.loads(body) == {
            "greeting": "Hello, Ada", "method": "POST", "action": "a", "url": f"http://127.0.0.1:{port}/x?name=Ada",
            "number": 7, "setting": "s"}, body)
        check("with all cookies", headers.get_all("set-cookie") == ["a=1", "b=2"], headers)
        with open(f"{place}/logs/id_logs.log", encoding="utf-8") as file:
            check("and logs", file.read() == "asked for /x\n")
        check("exceptions are failures", ask(port, "/throw", headers=secret)[0] == 500)
        check("nothing is an empty object", ask(port, "/nothing", headers=secret)[2] == "{}")
        check("empty is 204", ask(port, "/empty", headers=secret)[0] == 204)
        check("bytes come back", ask(port, "/binary", "POST", secret, "bytes")[2] == "bytes")
        check("a body is a string", ask(port, "/auto", "POST", secret, "text")[2] == "text")
        check("or JSON", ask(port, "/autojson", "POST", {**secret, "content-type": "application/json"}, "[1]")[2] == "[1]")
        check("it says when it has started", process.stdout.readline() == "HTTP server successfully started!\n")
        # The line is printed before it is noted.
        lines = ""
        while "startup=" not in lines:
            lines = ask(port, "/__opr/timings")[2]
        check("and how long it took", re.fullmatch(r"startup=\d+\.\d{3}\n", lines), lines)


def tree(place):
    """A handler that is no program of ours."""
    for folder in ("code", "packed"):
        os.mkdir(f"{place}/{folder}")
    with open(f"{place}/code/program.sh", "w", encoding="ascii") as file:
        file.write('#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n%s" "$REQUEST_METHOD"\n')
    os.chmod(f"{place}/code/program.sh", 0o755)
    with open(f"{place}/code/handler.uri", "w", encoding="ascii") as file:
        file.write("cgi:./program.sh\n")
    for compression in ("none", "gzip", "skip"):
        built = run([f"{place}/server/helpers/build.sh"], {
            "OPEN_RUNTIMES_ENTRYPOINT": "handler.uri", "OPEN_RUNTIMES_BUILD_INPUT_DIR": f"{place}/code",
            "OPEN_RUNTIMES_BUILD_OUTPUT_DIR": f"{place}/packed/{compression}",
            "OPEN_RUNTIMES_BUILD_COMPRESSION": compression})
        check(f"a handler is packed by {compression}", built.returncode == 0, built)
        with started([f"{place}/server/helpers/start.sh"], {
                "OPEN_RUNTIMES_SECRET": "", "OPEN_RUNTIMES_ENV": "production", "TURNGATE": f"{BUILD}/bin/turngate",
                "OPEN_RUNTIMES_CODE_DIR": f"{place}/packed/{compression}", "TURNGATE_LOG_DIR": place,
                "TURNGATE_TIMINGS_FILE": f"{place}/timings.txt"}) as (port, process):
            check("and answers", ask(port, "/", method="PUT")[2] == "PUT")
            process.terminate()
            check("and ends when it is told to", process.wait(60) == 0, process.returncode)
    # A function that has something to do when it is stopped.
    command = ("trap 'echo last; echo words >&2; kill %1; exit 7' TERM; sleep 1000 & "
               "echo listening on 127.0.0.1:1 >&2; wait")
    with started([f"{place}/server/helpers/start.sh", command], {
            "OPEN_RUNTIMES_CODE_DIR": f"{place}/packed/gzip", "TURNGATE_TIMINGS_FILE": f"{place}/timings.txt"}) as (_, process):
        process.terminate()
        check("it ends as its function does", process.wait(60) == 7, process.returncode)
        said = (process.stdout.read(), process.stderr.read())
        check("whose last words are heard", said == ("last\n", "words\n"), said)
    built = run([f"{place}/server/helpers/build.sh"], {
        "OPEN_RUNTIMES_ENTRYPOINT": "handler.uri", "OPEN_RUNTIMES_BUILD_INPUT_DIR": f"{place}/code",
        "OPEN_RUNTIMES_BUILD_OUTPUT_DIR": f"{place}/packed", "OPEN_RUNTIMES_BUILD_COMPRESSION": "rar"})
    check("another compression is refused", built.returncode == 1 and "rar is wrong" in built.stderr, built)


def seed(place, prefix):
    """A function for Appwrite before 1.4."""
    shutil.copytree(f"{PACKAGING}/appwrite", f"{place}/src")
    os.mkdir(f"{place}/code")
    with open(f"{PACKAGING}/appwrite/README.md", encoding="utf-8") as page:
        text = re.search(r"```cpp\n(.*?)```", page.read(), re.DOTALL)[1]
    with open(f"{place}/code/main.cpp", "w", encoding="utf-8") as file:
        file.write(text)
    environment = {"TURNGATE_CODE_DIR": f"{place}/code", "TURNGATE_RUNTIME_DIR": f"{PACKAGING}/open-runtimes",
                   "TURNGATE_PREFIX": prefix}
    built = run([f"{place}/src/build.sh"], environment)
    check("an entrypoint is wanted", built.returncode == 1 and "APPWRITE_ENTRYPOINT_NAME is not set" in built.stderr, built)
    built = run([f"{place}/src/build.sh"], {**environment, "APPWRITE_ENTRYPOINT_NAME": "other.cpp"})
    check("and it must be there", built.returncode == 1 and "there is no other.cpp" in built.stderr, built)
    built = run([f"{place}/src/build.sh"], {**environment, "APPWRITE_ENTRYPOINT_NAME": "main.cpp"})
    check("a function for Appwrite is built", os.access(f"{place}/code/runtime", os.X_OK), built.stdout[-1500:] +
          built.stderr[-3000:])
    subprocess.run(["tar", "-C", f"{place}/code", "-czf", f"{place}/code.tar.gz", "."], check=True)
    with started([f"{place}/src/launch.sh"], {"TURNGATE_CODE_DIR": f"{place}/run", "TURNGATE_ARCHIVE": f"{place}/code.tar.gz",
                                              "APPWRITE_INTERNAL_RUNTIME_KEY": "k"}) as (port, _):
        call = json.dumps({"env": {"NAME": "Bob"}, "payload": "Ada", "timeout": 60})
        status, _, body = ask(port, "/", "POST", {"x-internal-challenge": "k", "content-type": "application/json"}, call)
        check("and answers", status == 200 and body == '{"greeting":"Hello, Ada","by":"Bob"}', body)


def image():
    """What the platform starts in an image by itself."""
    with open(f"{PACKAGING}/open-runtimes/Dockerfile", encoding="utf-8") as file:
        last = file.read().rpartition("\nFROM ")[2]
    owner = run(["dpkg", "-S", "/usr/bin/script"], {}).stdout.partition(":")[0]
    check("the image has the package of `script`", owner and owner in re.findall(r"[\w.+-]+", last), owner)
    check("which runs", "Usage" in run(["script", "--help"], {"LC_ALL": "C"}).stdout)


image()
with tempfile.TemporaryDirectory(dir=BUILD) as folder:
    prefix_ = f"{folder}/prefix"
    installed = run(["cmake", "--install", BUILD, "--prefix", prefix_], {})
    check("turngate is installed", installed.returncode == 0, installed.stderr)
    KEPT.update(CXX=sys.argv[3], CXXFLAGS=sys.argv[4])
    os.mkdir(f"{folder}/one")
    os.mkdir(f"{folder}/two")
    if os.path.exists("/usr/include/jsoncpp/json/json.h"):
        official(f"{folder}/one", prefix_)
    else:
        skipped.append("there is no jsoncpp")
        shutil.copytree(f"{PACKAGING}/open-runtimes", f"{folder}/one/server")
    tree(f"{folder}/one")
    seed(f"{folder}/two", prefix_)
finish()
