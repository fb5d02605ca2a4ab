// A program for pools in tests. Takes connections from its descriptor 0, one at a time, reads a
// line and does what it says; a connection that ends without a line is closed.
//
//   pid           answers with its number           variable NAME   with a variable
//   exit N        ends with that status             raise N         ends by that signal
//   half          some of an answer, then SIGKILL   hang            never answers
//   read PATH     answers once PATH, a FIFO, has ended              print TEXT    on standard error
//   child         answers with the number of a child of its own, which ignores SIGTERM
//   fds           its descriptors                   once PATH       ends with status 3 if there is
//                                                   no PATH, which it makes
//
// Arguments: "deaf" takes no connections; "stubborn" ignores SIGTERM; "answers N" ends with status
// 0 after so many; "fails FILE" ends with status 5 if there is that file; "usr1 FILE" writes FILE
// on SIGUSR1, and ends.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace {

const char* mark = nullptr;

void put(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

std::string read_line(int fd) {
    std::string line;
    for (char c; ::read(fd, &c, 1) == 1 && c != '\n';)
        line += c;
    return line;
}

[[noreturn]] void hang() {
    for (;;)
        ::pause();
}

// A sanitizer would make an exit of it.
void die(int signal) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

std::string descriptors() {
    std::string out;
    DIR* directory = ::opendir("/proc/self/fd");
    while (const dirent* entry = ::readdir(directory))
        if (entry->d_name[0] != '.' && std::atoi(entry->d_name) != ::dirfd(directory))
            out += std::string(entry->d_name) + ' ';
    ::closedir(directory);
    return out;
}

std::string start_child() {
    const pid_t child = ::fork();
    if (child != 0) return std::to_string(child);
    std::signal(SIGTERM, SIG_IGN);
    for (int fd = 0; fd < 64; ++fd)
        ::close(fd);
    hang();
}

void answer(int client, const std::string& line) {
    const std::string what = line.substr(0, line.find(' '));
    const std::string value = line.substr(std::min(line.size(), what.size() + 1));
    if (what == "pid") put(client, std::to_string(::getpid()));
    if (what == "variable")
        put(client, std::getenv(value.c_str()) ? std::getenv(value.c_str()) : "");
    if (what == "exit") ::_exit(std::atoi(value.c_str()));
    if (what == "raise") die(std::atoi(value.c_str()));
    if (what == "half") put(client, "half"), die(SIGKILL);
    if (what == "hang") hang();
    if (what == "print") put(STDERR_FILENO, value + '\n'), put(client, "printed");
    if (what == "child") put(client, start_child());
    if (what == "once" && ::access(value.c_str(), F_OK) != 0) {
        ::close(::open(value.c_str(), O_WRONLY | O_CREAT, 0600));
        ::_exit(3);
    }
    if (what == "once") put(client, "again");
    if (what == "fds") put(client, descriptors());
    if (what == "read") {
        const int fifo = ::open(value.c_str(), O_RDONLY);
        for (char c; ::read(fifo, &c, 1) == 1;) {
        }
        ::close(fifo);
        put(client, std::to_string(::getpid()));
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    const char* value = argc > 2 ? argv[2] : "";
    std::signal(SIGPIPE, SIG_IGN);  // whoever has asked may have left
    if (what == "deaf") hang();
    if (what == "fails" && ::access(value, F_OK) == 0) return 5;
    if (what == "stubborn") std::signal(SIGTERM, SIG_IGN);
    if (what == "usr1") {
        mark = value;
        std::signal(SIGUSR1, [](int) {
            ::close(::open(mark, O_WRONLY | O_CREAT, 0600));
            ::_exit(0);
        });
    }
    for (int left = what == "answers" ? std::atoi(value) : -1; left != 0;) {
        const int client = ::accept(STDIN_FILENO, nullptr, nullptr);
        if (client < 0) return 9;
        const std::string line = read_line(client);
        if (!line.empty()) answer(client, line), --left;
        ::close(client);
    }
    return 0;
}
