#include "host/process_memory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <unistd.h>

#include <turngate/os/fd.h>

namespace turngate::host {
namespace {

constexpr int deepest = 16;  // generations of children

// Of a file in /proc/PROCESS; empty if it is not there.
template <std::size_t N>
std::string_view contents(pid_t process, const char* file, std::array<char, N>& room) {
    std::array<char, 128> path;
    std::snprintf(path.data(), path.size(), "/proc/%d/%s", static_cast<int>(process), file);
    const os::Fd fd(::open(path.data(), O_RDONLY | O_CLOEXEC));
    const ssize_t size = fd ? ::read(fd.get(), room.data(), room.size()) : 0;
    return {room.data(), size > 0 ? static_cast<std::size_t>(size) : 0};  // it may just have gone
}

// The number at the front, behind blanks; 0 if there is none, and an empty rest.
std::size_t take_number(std::string_view& text) noexcept {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t")));
    std::size_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    text.remove_prefix(error == std::errc() ? static_cast<std::size_t>(stop - text.data())
                                            : text.size());
    return number;
}

// Calls `visit` with each child. They are listed by the thread that started them (proc(5),
// /proc/PID/task/TID/children).
template <class F>
void for_each_child(pid_t process, F visit) {
    std::array<char, 64> tasks;
    std::snprintf(tasks.data(), tasks.size(), "/proc/%d/task", static_cast<int>(process));
    const std::unique_ptr<DIR, int (*)(DIR*)> list(::opendir(tasks.data()), ::closedir);
    for (const dirent* one = nullptr; list && (one = ::readdir(list.get()));) {
        if (one->d_name[0] == '.') continue;
        std::array<char, 32> file;
        std::snprintf(file.data(), file.size(), "task/%.10s/children", one->d_name);
        std::array<char, 4096> room;
        for (std::string_view rest = contents(process, file.data(), room); !rest.empty();)
            if (const std::size_t child = take_number(rest); child > 0)
                visit(static_cast<pid_t>(child));
    }
}

void add_descendants(std::vector<pid_t>& into, pid_t process, int depth) {
    if (depth > deepest) return;
    for_each_child(process, [&](pid_t child) {
        into.push_back(child);
        add_descendants(into, child, depth + 1);
    });
}

// In bytes, of a line "NAME   123 kB"; 0 if there is none.
std::size_t kilobytes(std::string_view text, std::string_view name) noexcept {
    const std::size_t at = text.find(name);
    if (at == text.npos) return 0;
    text.remove_prefix(at + name.size());
    return take_number(text) << 10;
}

// What several processes share is shared out among them, as each page is one of a control group's.
std::size_t resident(pid_t process, int depth) {
    if (depth > deepest) return 0;
    std::array<char, 2048> room;
    std::size_t own = kilobytes(contents(process, "smaps_rollup", room), "\nPss:");
    if (own == 0) own = kilobytes(contents(process, "status", room), "\nVmRSS:");  // no such file
    for_each_child(process, [&](pid_t child) { own += resident(child, depth + 1); });
    return own;
}

}  // namespace

std::vector<pid_t> descendants(pid_t process) {
    std::vector<pid_t> out;
    add_descendants(out, process, 0);
    return out;
}

std::size_t resident_memory(pid_t process) noexcept {
    return resident(process, 0);
}

std::size_t peak_memory(pid_t process) noexcept {
    std::array<char, 2048> room;
    return kilobytes(contents(process, "status", room), "\nVmHWM:");
}

}  // namespace turngate::host
