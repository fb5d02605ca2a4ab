// Facts of /proc.
#include "observe/process_facts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <turngate/os/fd.h>

namespace turngate {
namespace {

// Of /proc/self/stat, counted from the third on (proc(5)).
constexpr std::size_t start_field = 22 - 3, size_field = 23 - 3, resident_field = 24 - 3;

std::string contents(const char* path) {
    const os::Fd fd(::open(path, O_RDONLY | O_CLOEXEC));
    if (!fd) return {};
    std::string text(4096, '\0');
    text.resize(os::read_whole(fd.get(), text));
    return text;
}

// The fields of /proc/self/stat from the third on: the second is a name with spaces.
std::vector<std::uint64_t> stat_fields() {
    const std::string text = contents("/proc/self/stat");
    std::string_view rest = text;
    rest.remove_prefix(std::min(rest.size(), rest.rfind(')') + 1));
    std::vector<std::uint64_t> out;
    while (!rest.empty()) {
        rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(" \n")));
        std::uint64_t value = 0;
        std::from_chars(rest.data(), rest.data() + rest.size(), value);  // 0 for a letter
        if (!rest.empty()) out.push_back(value);
        rest.remove_prefix(std::min(rest.size(), rest.find(' ')));
    }
    return out;
}

// When the system started, in seconds since 1970.
std::optional<double> boot_time() {
    const os::Fd fd(::open("/proc/stat", O_RDONLY | O_CLOEXEC));
    if (!fd) return std::nullopt;
    std::string text(256 * 1024, '\0');
    text.resize(os::read_whole(fd.get(), text));
    const auto at = text.find("\nbtime ");
    std::uint64_t seconds = 0;
    if (at == text.npos) return std::nullopt;
    std::from_chars(text.data() + at + 7, text.data() + text.size(), seconds);
    return static_cast<double>(seconds);
}

std::optional<std::uint64_t> open_descriptors() {
    const std::unique_ptr<DIR, int (*)(DIR*)> list(::opendir("/proc/self/fd"), ::closedir);
    if (!list) return std::nullopt;
    std::int64_t count = -3;  // ".", ".." and the list itself
    while (::readdir(list.get()))
        ++count;
    return static_cast<std::uint64_t>(count);
}

}  // namespace

std::chrono::milliseconds process_age() {
    const auto fields = stat_fields();
    timespec now{};
    if (fields.size() <= start_field || ::clock_gettime(CLOCK_BOOTTIME, &now) != 0) return {};
    const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    const std::chrono::milliseconds started(fields[start_field] * 1000 / ticks);
    const auto age = std::chrono::seconds(now.tv_sec) +
                     std::chrono::milliseconds(now.tv_nsec / 1'000'000) - started;
    return std::max(age, std::chrono::milliseconds(0));
}

ProcessFacts process_facts() {
    ProcessFacts facts;
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    facts.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
    if (const auto fields = stat_fields(); fields.size() > resident_field) {
        facts.virtual_bytes = fields[size_field];
        facts.resident_bytes =
            fields[resident_field] * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
        if (const auto boot = boot_time())
            facts.start_time = *boot + static_cast<double>(fields[start_field]) /
                                           static_cast<double>(::sysconf(_SC_CLK_TCK));
    }
    facts.open_fds = open_descriptors();
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY)
        facts.max_fds = files.rlim_cur;
    return facts;
}

void print_process(MetricsPage& page) {
    const ProcessFacts facts = process_facts();
    page.family("process_cpu_seconds_total", "counter", "Processor time, user and system.");
    page.sample("process_cpu_seconds_total", {}, facts.cpu_seconds);
    auto gauge = [&](std::string_view name, std::string_view help, const auto& value) {
        if (!value) return;
        page.family(name, "gauge", help);
        page.sample(name, {}, *value);
    };
    gauge("process_resident_memory_bytes", "Memory in use.", facts.resident_bytes);
    gauge("process_virtual_memory_bytes", "Memory mapped.", facts.virtual_bytes);
    gauge("process_open_fds", "Open file descriptors.", facts.open_fds);
    gauge("process_max_fds", "The most file descriptors there may be.", facts.max_fds);
    gauge("process_start_time_seconds", "When this process started, in seconds since 1970.",
          facts.start_time);
}

}  // namespace turngate
