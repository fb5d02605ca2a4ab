// A process whose lines are read.
#include "host/function_process.h"

#include <csignal>
#include <poll.h>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "host/instance_supervisor.h"

using namespace turngate;
using namespace turngate::host;

namespace {

// One that has run `script` to its end.
struct Ended {
    explicit Ended(const std::string& script)
        : process({"sh", "-c", script}, {"PATH=/usr/bin:/bin"}) {
        while (!status) {
            std::vector<pollfd> news = {{process.exit_fd(), POLLIN, 0},
                                        {process.output_fd(), POLLIN, 0}};
            ::poll(news.data(), news.size(), -1);
            drain();
            status = process.wait();
        }
        drain();
        process.drain(print, true);
    }
    void drain() { process.drain(print); }

    std::vector<std::string> lines;
    const FunctionProcess::Print print = [this](std::string_view line) {
        lines.emplace_back(line);
    };
    FunctionProcess process;
    std::optional<os::ExitStatus> status;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(host_function_process)

BOOST_AUTO_TEST_CASE(its_output_comes_in_lines_and_the_last_half_at_the_end) {
    const Ended ended("printf 'a\\nb'; printf '\\n\\nc'");
    BOOST_TEST((ended.lines == std::vector<std::string>{"a", "b", "", "c"}));
}

BOOST_AUTO_TEST_CASE(what_it_prints_on_either_stream_stays_in_order) {
    const Ended ended("for i in 1 2 3; do echo o$i; echo e$i >&2; done");
    BOOST_TEST((ended.lines == std::vector<std::string>{"o1", "e1", "o2", "e2", "o3", "e3"}));
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end_does_not_grow_for_ever) {
    const Ended ended("head -c 1000000 /dev/zero | tr '\\0' x");
    std::size_t all = 0;
    for (const std::string& line : ended.lines) {
        BOOST_TEST(line.size() < 128u * 1024);
        all += line.size();
    }
    BOOST_TEST(all == 1'000'000u);
}

BOOST_AUTO_TEST_CASE(how_it_ended_is_told_as_go_tells_it) {
    BOOST_TEST(exit_reason(*Ended("exit 3").status) == "exit status 3");
    BOOST_TEST(exit_reason(*Ended("kill -SEGV $$").status) == "signal: segmentation fault");
    BOOST_TEST(exit_reason({.signal = SIGKILL}) == "signal: killed");
}

BOOST_AUTO_TEST_CASE(its_memory_is_known_while_it_runs) {
    FunctionProcess process({"sh", "-c", "echo; sleep 60; true"}, {"PATH=/usr/bin:/bin"});
    pollfd word = {process.output_fd(), POLLIN, 0};
    ::poll(&word, 1, -1);  // the program runs, rather than starts
    BOOST_TEST(process.peak_memory() > 100'000u);
    BOOST_TEST(process.peak_memory() < 100'000'000u);
}

BOOST_AUTO_TEST_CASE(what_it_has_started_counts_as_well) {
    FunctionProcess process(
        {"sh", "-c",
         "sh -c 'x=$(head -c 8000000 /dev/zero | tr \"\\0\" x); echo; sleep 60; "
         "true'; true"},
        {"PATH=/usr/bin:/bin"});
    pollfd word = {process.output_fd(), POLLIN, 0};
    ::poll(&word, 1, -1);  // the child has it
    const std::size_t now = process.memory();
    BOOST_TEST(now >= 8'000'000u);
    BOOST_TEST(process.peak_memory() >= now);
}

BOOST_AUTO_TEST_SUITE_END()
