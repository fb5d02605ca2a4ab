#!/usr/bin/env python3
"""run_cases.py BINARY_DIR CASES: runs the command lines in a file of cases and compares.

    == a sentence that names the case
    $ command line, for bash; several lines are one script
    > a line of standard output
    ! a line of standard error
    ? 2

"?" is the exit status, 0 if it is missing. In expected lines "..." stands for any text; a line
">..." or "!..." for any lines. Lines that begin with # are comments. A line "@ name" begins a
file of that name for the cases below it; its lines begin with "|".

Each case runs in a directory of its own that holds the files. Programs of the build are on PATH,
and BUILD is its directory.
"""
import os
import re
import subprocess
import sys
import tempfile


def parse(path):
    cases, files, case, file = [], {}, None, None
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        mark, text = line[:1], line[2:] if line[1:2] == " " else line[1:]
        if mark in ("#", ""):
            continue
        if line.startswith("== "):
            case = {"name": line[3:], "line": number, "script": [], "out": [], "err": [], "status": 0,
                    "files": dict(files)}
            cases.append(case)
        elif mark == "@":
            file = text
            files[file] = ""
        elif mark == "|":
            files[file] += text + "\n"
        elif mark == "$":
            case["script"].append(text)
        elif mark == ">":
            case["out"].append(text)
        elif mark == "!":
            case["err"].append(text)
        elif mark == "?":
            case["status"] = int(text)
        else:
            sys.exit(f"{path}:{number}: a line must begin with one of == $ > ! ? @ | #")
    return cases


def pattern(lines):
    parts = []
    for line in lines:
        if line == "...":
            parts.append(r"(?:.*\n)*")
        else:
            parts.append(".*".join(re.escape(piece) for piece in line.split("...")) + r"\n")
    return re.compile("".join(parts))


def matches(lines, text):
    if text and not text.endswith("\n"):
        text += "\n"
    return pattern(lines).fullmatch(text) is not None


def run(case, build):
    environment = {"PATH": f"{build}/bin:{os.environ['PATH']}", "BUILD": build, "LC_ALL": "C.UTF-8",
                   "HOME": "/nonexistent"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH"):
        if name in os.environ:
            environment[name] = os.environ[name]
    with tempfile.TemporaryDirectory() as directory:
        for name, text in case["files"].items():
            path = os.path.join(directory, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run(["bash", "-c", "\n".join(case["script"])], cwd=directory, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    problems = []
    for what, text in (("out", done.stdout), ("err", done.stderr)):
        text = text.decode("utf-8", "backslashreplace")
        if not matches(case[what], text):
            problems.append(f"  expected std{what}:\n" + "".join(f"    {l}\n" for l in case[what]) +
                            f"  actual std{what}:\n" + "".join(f"    {l}\n" for l in text.splitlines()))
    if done.returncode != case["status"]:
        problems.append(f"  expected exit status {case['status']}, got {done.returncode}\n")
    return problems


def main():
    build, path = os.path.abspath(sys.argv[1]), sys.argv[2]
    if not os.access(f"{build}/bin/turngate", os.X_OK):
        sys.exit(f"{build}/bin/turngate is not built")
    failed = 0
    cases = parse(path)
    for case in cases:
        problems = run(case, build)
        if problems:
            failed += 1
            print(f"{path}:{case['line']}: {case['name']}")
            print("  $ " + "\n    ".join(case["script"]))
            print("".join(problems))
    print(f"{len(cases)} cases, {failed} failed")
    sys.exit(1 if failed or not cases else 0)


main()
