#!/usr/bin/env python3
"""completion.py BINARY_DIR: what bash, zsh and fish complete with our scripts loaded, asked the way each is asked by
somebody who presses Tab. A shell that is not there is skipped, and told."""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile

BUILD = os.path.abspath(sys.argv[1])
SCHEMES = {"cgi:", "fcgi:unix:", "http:spawn:", "lambda:", "plugin:", "self"}

# (the line up to the cursor, what must be offered, what must not). Names that end in "/" are directories, which
# shells tell in ways of their own.
CASES = [
    ("", {"replay", "event", "host", "help"}, {"new", "--as", "alpha.json", "event new"}),
    ("re", {"record", "replay", "reject"}, {"run"}),
    ("event ", {"new", "convert", "show", "check", "list"}, {"replay", "event"}),
    ("host op", {"open-runtimes", "openedge"}, {"vercel"}),
    ("-C deep ev", {"event"}, {"events"}),
    ("--color never ev", {"event"}, set()),
    ("replay --", {"--as", "--target", "--color", "--help"}, {"--methods", "--redact", "alpha.json"}),
    ("event show --sa", {"--save"}, {"--as"}),
    ("replay --as a", {"all", "alb", "apigw-v2"}, {"alpha.json", "lattice-v1"}),
    ("replay --as=al", {"all", "alb", "alb-multi"}, {"alpha.json", "vercel"}),
    ("replay -q --diff s", {"side"}, {"none"}),
    ("event -q new v", {"vercel"}, {"alb"}),
    ("--color ", {"auto", "always", "never"}, {"replay"}),
    ("replay ", {"alpha.json", "two words.json", "deep/"}, {"replay"}),
    ("replay --lenient -j 4 al", {"alpha.json"}, {"alb", "all"}),
    ("replay -- al", {"alpha.json"}, {"all"}),
    ("invoke -e al", {"alpha.json"}, {"all"}),
    ("replay --report=junit=al", {"alpha.json"}, {"all"}),
    ("record -o d", {"deep/"}, {"alpha.json"}),
    ("replay -t ", SCHEMES, {"alpha.json"}),
    ("serve ", SCHEMES, {"alpha.json"}),
    ("replay -t cgi:al", {"alpha.json"}, {"alb"}),
    ("serve plugin:deep/", {"deep/beta.json"}, {"alpha.json"}),
    ("completion ", {"bash", "zsh", "fish"}, {"alpha.json"}),
    ("help ", {"replay", "event"}, {"new", "alpha.json"}),
    ("help event ", {"new", "check"}, {"replay"}),
    ("host lambda -- ./al", {"./alpha.json"}, {"./two words.json"}),
    ("nonsense ", set(), {"replay", "--as"}),
]


def environment(folder):
    kept = {name: os.environ[name] for name in ("ASAN_OPTIONS", "LD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": f"{BUILD}/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": folder, "TERM": "xterm",
            "ZDOTDIR": folder, **kept}


def script(shell):
    return subprocess.run([f"{BUILD}/bin/turngate", "completion", shell], capture_output=True, text=True,
                          check=True).stdout


# bash: words are cut as readline cuts them, and the function that was registered is called as bash calls it.
BASH = r"""
. "$1"
set -u
line="turngate $2"
# readline cuts at blanks and around the runs of = and :
IFS=$'\n' read -r -d '' -a COMP_WORDS < <(python3 -c '
import re, sys
for word in re.findall(r"[=:]+|[^=:\s]+", sys.argv[1]): print(word)
if not sys.argv[1] or sys.argv[1][-1].isspace(): print()
' "$line"; printf '\0')
[[ $line == *[[:space:]] ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line}
function=$(complete -p turngate | sed 's/.*-F \([^ ]*\).*/\1/')
"$function" turngate "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
for word in "${COMPREPLY[@]}"; do [[ -d $word ]] && word+=/; printf '%s\n' "$word"; done
"""


def ask_bash(folder, line):
    with open(f"{folder}/.bash", "w", encoding="utf-8") as file:
        file.write(script("bash"))
    done = subprocess.run(["bash", "--norc", "-c", BASH, "bash", f"{folder}/.bash", line], cwd=folder,
                          env=environment(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, f"bash: {line!r}: {done.stderr}"
    return done.stdout.splitlines()


def ask_fish(folder, line):
    with open(f"{folder}/.fish", "w", encoding="utf-8") as file:
        file.write(script("fish"))
    done = subprocess.run(["fish", "--no-config", "-c", 'source $argv[1]; complete -C "$argv[2]"', f"{folder}/.fish",
                           f"turngate {line}"],
                          cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, f"fish: {line!r}: {done.stderr}"
    return [re.sub(r"\\(.)", r"\1", text.split("\t")[0]) for text in done.stdout.splitlines()]


# zsh: a line is typed and completed on a terminal; what its functions hand to compadd is what it would offer.
ZSH = r"""
PROMPT= RPROMPT= PS2=
unsetopt zle_bracketed_paste 2>/dev/null; zle_bracketed_paste=()
autoload -U compinit && compinit -u -D
source $HOME/.zsh-script
zstyle ':completion:*' menu no
compadd() {
    local -a offered
    if [[ ${@[1,(i)(-|--)]} == *-[OAD]\ * ]]; then
        builtin compadd "$@"
        return
    fi
    builtin compadd -A offered "$@"
    local suffix=''
    [[ " $* " == *' -f '* ]] && suffix=file
    local each
    for each in $offered; do
        [[ -n $suffix && -d $IPREFIX$PREFIX:h/$each || -n $suffix && -d ${(Q)each} ]] && each+=/
        print -r -- "offer ${(Q)each}" >>$HOME/.offers
    done
    builtin compadd "$@"
}
ask() {
    zle list-choices
    print -r -- "asked" >>$HOME/.offers
    BUFFER=
    print -n "ASKED" >/dev/tty
}
zle -N ask
bindkey '^X' ask
bindkey -r '^I'
print -n READY
"""


class Zsh:
    def __init__(self, folder):
        self.folder = folder
        for name, text in ((".zsh-script", script("zsh")), (".zshrc", ZSH)):
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execvpe("zsh", ["zsh", "-d", "-i"], environment(folder))
        self.wait_for("READY")

    def wait_for(self, word):
        seen = ""
        while word not in seen:
            ready, _, _ = select.select([self.terminal], [], [], 120)
            assert ready, f"zsh says no {word}: {seen}"
            try:
                seen += os.read(self.terminal, 65536).decode("utf-8", "replace")
            except OSError:
                raise AssertionError(f"zsh ended: {seen}") from None
        return seen

    def ask(self, line):
        open(f"{self.folder}/.offers", "w", encoding="utf-8").close()
        os.write(self.terminal, f"turngate {line}\x18".encode())
        self.wait_for("ASKED")
        with open(f"{self.folder}/.offers", encoding="utf-8") as file:
            return [text[len("offer "):] for text in file.read().splitlines() if text.startswith("offer ")]

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.process, 0)


def check(shell, ask):
    failures = 0
    for line, wanted, unwanted in CASES:
        offered = ask(line)
        # A file may be offered by its path, by its name, or with what stands before it in the word.
        ends = set(offered) | {re.sub(r"^.*[=/]", "", name.rstrip("/")) for name in offered}
        ends |= {re.sub(r"^(cgi|plugin):(?=.)", "", name) for name in offered}
        ends |= {name.rstrip("/") for name in ends}
        missing = {word for word in wanted
                   if not {word, word.rstrip("/"), re.sub(r"^.*/(?=.)", "", word.rstrip("/"))} & ends}
        wrong = unwanted & ends
        if missing or wrong:
            failures += 1
            print(f"{shell}: turngate {line}|\n  missing {sorted(missing)}, wrong {sorted(wrong)}\n"
                  f"  offered {offered[:40]}")
    print(f"{shell}: {len(CASES)} lines, {failures} failed")
    return failures


def check_names(folder):
    """Programs of any name can be completed, and every option of every command is."""
    strange = f"{folder}/it's a-pro@NAME@gram"
    os.symlink(f"{BUILD}/e2e/e2e_program", strange)
    for shell in ("bash", "zsh", "fish"):
        if not shutil.which(shell):
            continue
        text = subprocess.run([strange, "completion", shell], capture_output=True, text=True, check=True).stdout
        path = f"{folder}/.named"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([shell, "-n", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and not done.stderr, f"{shell} -n: {done.stderr}"
    os.remove(strange)
    os.remove(path)
    names = subprocess.run(["bash", "--norc", "-c", "complete -p | sed -n 's/.*-F //p'; . \"$1\"; complete -p", "bash",
                            "/dev/stdin"], input=script("bash"), capture_output=True, text=True, check=True).stdout
    assert names.strip().endswith("turngate"), names


def check_style(folder):
    if not shutil.which("shellcheck"):
        print("SKIPPED: shellcheck is not installed")
        return
    path = f"{folder}/.checked"
    with open(path, "w", encoding="utf-8") as file:
        file.write(script("bash"))
    done = subprocess.run(["shellcheck", "-s", "bash", path], capture_output=True, text=True, check=False)
    os.remove(path)
    assert done.returncode == 0, done.stdout


def main():
    failures, skipped = 0, []
    with tempfile.TemporaryDirectory() as folder:
        check_names(folder)
        check_style(folder)
        os.mkdir(f"{folder}/deep")
        for name in ("alpha.json", "two words.json", "deep/beta.json"):
            with open(f"{folder}/{name}", "w", encoding="utf-8"):
                pass
        for shell in ("bash", "zsh", "fish"):
            if not shutil.which(shell):
                skipped.append(shell)
                print(f"SKIPPED: {shell} is not installed")
            elif shell == "zsh":
                zsh = Zsh(folder)
                failures += check(shell, zsh.ask)
                zsh.end()
            else:
                ask = ask_bash if shell == "bash" else ask_fish
                failures += check(shell, lambda line, ask=ask: ask(folder, line))
    sys.exit(1 if failures else 77 if skipped else 0)


main()
