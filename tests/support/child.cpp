// A child process for tests: does what its first argument says. As a CGI program it reads
// Content-Length bytes at most and answers on standard output.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

void put(const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        ssize_t n = ::write(STDOUT_FILENO, text.data() + done, text.size() - done);
        if (n <= 0) std::_Exit(9);
        done += static_cast<std::size_t>(n);
    }
}

std::string read_all(std::size_t limit) {
    std::string all;
    char block[4096];
    while (all.size() < limit) {
        ssize_t n = ::read(STDIN_FILENO, block, std::min(sizeof block, limit - all.size()));
        if (n <= 0) break;
        all.append(block, static_cast<std::size_t>(n));
    }
    return all;
}

void print_environment() {
    std::vector<std::string> lines;
    for (char** e = ::environ; *e; ++e)
        lines.emplace_back(*e);
    std::sort(lines.begin(), lines.end());
    for (const std::string& line : lines)
        put(line + "\n");
}

// Open descriptors, the group, the signal mask and what the umask leaves of 0777.
void print_state() {
    std::string fds;
    DIR* directory = ::opendir("/proc/self/fd");
    while (const dirent* entry = ::readdir(directory))
        if (entry->d_name[0] != '.' && std::atoi(entry->d_name) != ::dirfd(directory))
            fds += std::string(entry->d_name) + ' ';
    ::closedir(directory);
    put("fds " + fds + "\n");
    put(std::string("leader ") + (::getpgrp() == ::getpid() ? "yes" : "no") + "\n");
    sigset_t blocked;
    ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
    put(std::string("blocked ") + (::sigisemptyset(&blocked) ? "none" : "some") + "\n");
    struct sigaction pipe {};
    ::sigaction(SIGPIPE, nullptr, &pipe);
    put(std::string("sigpipe ") + (pipe.sa_handler == SIG_DFL ? "default" : "changed") + "\n");
    char line[64];
    std::snprintf(line, sizeof line, "writable by others %s\n",
                  (0777 & ~::umask(0) & 022) == 0 ? "no" : "yes");
    put(line);
    put(std::string("directory ") + ::getcwd(line, sizeof line) + "\n");
}

// Starts a child of its own that outlives it, tells its number and waits for ever.
void start_grandchild() {
    pid_t grandchild = ::fork();
    if (grandchild != 0) put(std::to_string(grandchild) + "\n");
    for (;;)
        ::pause();
}

// A sanitizer would make an exit of it.
int die(int signal) {
    std::signal(signal, SIG_DFL);
    return std::raise(signal);
}

// Tells who has started it that it is ready, as sd_notify() does.
void say_ready() {
    const char* name = std::getenv("NOTIFY_SOCKET");
    if (!name) std::_Exit(9);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, name, sizeof address.sun_path - 1);
    address.sun_path[0] = '\0';  // "@..."
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    ::sendto(fd, "READY=1", 7, 0, reinterpret_cast<sockaddr*>(&address),
             static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(name)));
}

// A server of nothing. The first word of `file` says what becomes of it: "fine" stops when it is
// told to, "stubborn" does not, "mute" never says that it is ready, and opens FILE.fifo, "broken"
// ends at once.
int serve(const std::string& file) {
    std::ifstream in(file);
    std::string fate;
    in >> fate;
    if (fate == "broken") return 7;
    if (fate == "stubborn") std::signal(SIGTERM, SIG_IGN);
    if (fate == "fine") std::signal(SIGTERM, [](int) { std::_Exit(0); });
    if (fate == "mute")
        ::open((file + ".fifo").c_str(), O_WRONLY);  // who wants to know that it runs reads there
    else
        say_ready();
    for (;;)
        ::pause();
}

std::size_t content_length() {
    const char* length = std::getenv("CONTENT_LENGTH");
    return length ? std::strtoull(length, nullptr, 10) : 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    const std::string value = argc > 2 ? argv[2] : "";
    if (what == "environment") return print_environment(), 0;
    if (what == "state") return print_state(), 0;
    if (what == "exit") return std::atoi(value.c_str());
    if (what == "raise") return die(std::atoi(value.c_str()));
    if (what == "copy") return put(read_all(SIZE_MAX)), 0;
    if (what == "serve") return serve(value);
    if (what == "grandchild") start_grandchild();
    if (what == "hang") {
        if (value == "stubborn") std::signal(SIGTERM, SIG_IGN);
        put("up\n");
        for (;;)
            ::pause();
    }
    if (what == "write") put(value);  // a whole reply, as it is
    if (what == "cgi-environment") put("Content-Type: text/plain\n\n"), print_environment();
    if (what == "cgi-echo") put("Content-Type: text/plain\n\n" + read_all(content_length()));
    if (what == "cgi-stream") {  // each block of the body as it comes, which a deadlock would show
        put("Content-Type: application/octet-stream\n\n");
        for (std::size_t left = content_length(); left > 0;) {
            std::string block = read_all(std::min<std::size_t>(left, 1000));
            if (block.empty()) return 1;
            left -= block.size();
            put(block);
        }
    }
    if (what == "cgi-large") {  // writes all of its answer before it reads anything
        put("Content-Type: application/octet-stream\n\n" + std::string(1 << 20, 'x'));
        put(std::to_string(read_all(content_length()).size()));
    }
    if (what == "cgi-hang") {  // some of an answer, then nothing
        put(value);
        for (;;)
            ::pause();
    }
    if (what == "cgi-die") {  // a reply, then death by signal
        put(value);
        die(SIGSEGV);
    }
    if (what == "cgi-closed") {  // the answer is complete long before the program
        put("Content-Type: text/plain\n\ndone\n");
        ::close(STDOUT_FILENO);
        for (;;)
            ::pause();
    }
    if (what == "cgi-closed-reader") {  // the same, and it still wants all of its input
        put("Content-Type: text/plain\n\ndone\n");
        ::close(STDOUT_FILENO);
        std::fprintf(stderr, "read %zu bytes", read_all(SIZE_MAX).size());
    }
    if (what == "cgi-noise") {  // a lot on standard error, then the answer
        const std::string line(99, 'e');
        for (long left = std::atol(value.c_str()); left > 0; left -= 100)
            std::fprintf(stderr, "%s\n", line.c_str());
        put("Content-Type: text/plain\n\nok\n");
    }
    if (what == "cgi-arguments") {
        put("Content-Type: text/plain\n\n");
        for (int i = 1; i < argc; ++i)
            put(std::string(argv[i]) + "\n");
    }
    if (what == "cgi-family") {  // never answers, nor does its child, which holds all it has open
        ::flock(::open(value.c_str(), O_RDWR), LOCK_EX);
        std::signal(SIGTERM, SIG_IGN);
        if (::fork() >= 0)
            for (;;)
                ::pause();
    }
    if (what == "cgi-stderr") {
        std::fprintf(stderr, "first line\nsecond line\nlast, without an end");
        put("Content-Type: text/plain\n\nok\n");
    }
    return 0;
}
