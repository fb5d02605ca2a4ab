"""run_snippets.py SOURCE BUILD PAGE: runs what a page shows.

```sh blocks must end with status 0. In ```console blocks each `$ ` line is a command and the lines
below it are what it prints (both streams); `...` or `…` in them stands for anything within a line,
a line of only `…` for any lines. The commands of a page run in one copy of the source tree, in
order, in one shell; `build/release` there is the build under test. `./dev` commands are only
checked to exist: what they do is what runs this test.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile


def blocks(page):
    """Yields (first line number, language, lines) for each fenced block."""
    language = None
    with open(page, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            fence = re.match(r"^```(\w*)\s*$", line)
            if fence and language is None:
                language, first, body = fence[1], number + 1, []
            elif fence:
                yield first, language, body
                language = None
            elif language is not None:
                body.append(line.rstrip("\n"))
    if language is not None:
        raise SystemExit(f"{page}: the block at line {first - 1} is not closed")


def steps(language, first, body):
    """Yields (line number, command, expected lines or None)."""
    if language == "sh":
        command = [(first + i, line) for i, line in enumerate(body) if line and not line.startswith("#")]
        for number, line in command:
            yield number, line, None
    elif language == "console":
        step = None
        for i, line in enumerate(body):
            if line.startswith("$ "):
                if step:
                    yield tuple(step)
                step = [first + i, line[2:], []]
            elif step:
                step[2].append(line)
        if step:
            yield tuple(step)


def matches(expected, actual):
    """Whether the printed lines are the expected ones, with `…` as a wildcard."""

    def pattern(line):
        parts = re.split(r"…|\.\.\.", line)
        return ".*".join(re.escape(part) for part in parts)

    whole = "\n".join("\0" if line.strip() in ("…", "...") else pattern(line) for line in expected)
    whole = whole.replace("\n\0\n", r"\n(?:.*\n)*").replace("\0\n", r"(?:.*\n)*").replace("\n\0", r"(?:\n.*)*")
    return re.fullmatch(whole.replace("\0", r"(?:.*\n?)*"), "\n".join(actual)) is not None


class Shell:
    """One bash for a page; a marker line tells where a command's output ends."""

    def __init__(self, folder, environment):
        self.process = subprocess.Popen(
            ["bash", "--norc"], cwd=folder, env=environment, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, command):
        self.process.stdin.write(f"{command}\n__s=$?; echo; echo __done $__s; (exit $__s)\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.startswith("__done "):
                if lines and lines[-1] == "":
                    lines.pop()
                return int(line.split()[1]), lines
            lines.append(line.rstrip("\n"))
        raise SystemExit(f"the shell ended while running: {command}")


def main(source, build, page):
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=source,
                           capture_output=True, text=True, check=True).stdout.split("\n")
    commands = subprocess.run(["./dev", "help"], cwd=source, capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        for file in filter(None, files):
            if os.path.exists(os.path.join(source, file)):
                os.makedirs(os.path.dirname(os.path.join(folder, file)), exist_ok=True)
                shutil.copy(os.path.join(source, file), os.path.join(folder, file))
        os.makedirs(os.path.join(folder, "build"), exist_ok=True)
        os.symlink(build, os.path.join(folder, "build", "release"))
        environment = {k: v for k, v in os.environ.items() if k not in ("CI", "FORCE_COLOR", "NO_COLOR")}
        shell = Shell(folder, environment | {"LC_ALL": "C.UTF-8"})
        count = 0
        for first, language, body in blocks(os.path.join(source, page)):
            for number, command, expected in steps(language, first, body):
                count += 1
                if command.startswith("./dev"):
                    word = (command.split() + ["help"])[1]
                    if f"./dev {word}" not in commands:
                        raise SystemExit(f"{page}:{number}: there is no './dev {word}'")
                    continue
                status, printed = shell.run(command)
                if expected is None and status != 0:
                    raise SystemExit(f"{page}:{number}: {command}\nended with {status}:\n" + "\n".join(printed))
                if expected is not None and not matches(expected, printed):
                    raise SystemExit(f"{page}:{number}: {command}\nshown:\n" + "\n".join(expected)
                                     + "\nprinted:\n" + "\n".join(printed))
        print(f"{page}: {count} commands")


main(*sys.argv[1:])
