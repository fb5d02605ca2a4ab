// Whose line is it: what requests print by every way there is, and what is told of it.
#include "report/capture.h"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <poll.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "report/line_level.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error_lines.h>
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

// "inv:out:text", in order. A context without an id is "-".
class Told final : public Reporter {
  public:
    std::vector<std::string> lines() {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

    void began(const Context& context) override { add(context, "began", ""); }
    void logged(const Context& context, Level level, std::string_view message) override {
        add(context, level == Level::error ? "error" : "log", message);
    }
    void printed(const Context& context, Stream stream, std::string_view text) override {
        add(context, stream == Stream::out ? "out" : "err", text);
    }
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context& context, const Outcome&) override { add(context, "ended", ""); }

  private:
    void add(const Context& context, const char* what, std::string_view text) {
        const std::lock_guard lock(mutex_);
        lines_.push_back((context.request_id.empty() ? "-" : context.request_id) + ':' + what +
                         ':' + std::string(text));
    }

    std::mutex mutex_;
    std::vector<std::string> lines_;
};

// Serves `handler` once, as a door does, with its output captured.
template <class F>
void serve_once(OutputCapture& capture, const std::string& id, F handler) {
    Request request = Request::get("/");
    request.context.request_id = id;
    request.context.reporter = &capture;
    Recorder recorder;
    const Outcome outcome = serve(*to_handler(std::move(handler)), request, recorder);
    settle(request.context, outcome);
}

void wait_for_line(Told& told, const std::string& line) {
    for (int i = 0; i < 1000; ++i) {
        const auto lines = told.lines();
        if (std::find(lines.begin(), lines.end(), line) != lines.end()) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

using Lines = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(output_capture)

BOOST_AUTO_TEST_CASE(all_streams_of_a_request_are_told_before_its_end) {
    Told told;
    {
        OutputCapture capture(told);
        std::cout << "before" << std::endl;
        serve_once(capture, "a", [](Request&, ResponseWriter&) {
            std::cout << "x = " << 5 << ", "
                      << "y\n";
            std::cerr << "bad " << 7 << '\n';
            std::printf("printf %d\n", 3);
            std::fprintf(stderr, "two\nlines\n");
            std::cout << "half" << std::flush << " a line";
            [[maybe_unused]] const auto size = ::write(2, "bare\n\nmore\n", 11);
        });
        std::clog << "after\n";
    }
    const Lines expected = {"-:out:before\n", "a:began:",         "a:out:x = 5, y\n",
                            "a:err:bad 7\n",  "a:out:printf 3\n", "a:err:two\nlines\n",
                            "a:out:half",     "a:err:bare",       "a:err:more",
                            "a:out: a line",  "a:ended:",         "-:err:after\n"};
    BOOST_TEST(told.lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lines_of_threads_do_not_mix) {
    constexpr int threads = 8, lines = 200;
    Told told;
    {
        OutputCapture capture(told);
        std::vector<std::thread> all;
        for (int i = 0; i < threads; ++i)
            all.emplace_back([&, i] {
                serve_once(capture, std::to_string(i), [i](Request&, ResponseWriter&) {
                    for (int n = 0; n < lines; ++n) {
                        std::cout << "line " << i << ' ' << n << '\n';
                        std::printf("printed %d %d\n", i, n);
                    }
                });
            });
        for (std::thread& one : all)
            one.join();
    }
    std::size_t good = 0;
    for (const std::string& line : told.lines()) {
        const std::string id = line.substr(0, line.find(':'));
        good += line.starts_with(id + ":out:line " + id + ' ') ||
                line.starts_with(id + ":out:printed " + id + ' ');
    }
    BOOST_TEST(good == std::size_t{2 * threads * lines});
}

BOOST_AUTO_TEST_CASE(bare_descriptors_are_of_a_request_that_is_alone) {
    Told told;
    {
        OutputCapture capture(told);
        serve_once(capture, "outer", [&](Request&, ResponseWriter&) {
            [[maybe_unused]] auto size = ::write(1, "alone\n", 6);
            wait_for_line(told, "outer:out:alone");
            std::thread([&] {
                serve_once(capture, "inner", [&](Request&, ResponseWriter&) {
                    [[maybe_unused]] const auto n = ::write(1, "one of two\n", 11);
                    wait_for_line(told, "-:out:one of two");
                });
            }).join();
        });
    }
    const Lines expected = {"outer:began:",     "outer:out:alone", "inner:began:",
                            "-:out:one of two", "inner:ended:",    "outer:ended:"};
    BOOST_TEST(told.lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(children_are_captured_too) {
    Told told;
    {
        OutputCapture capture(told);
        serve_once(capture, "a", [&](Request&, ResponseWriter&) {
            BOOST_TEST(std::system("echo child; echo its error >&2") == 0);
        });
    }
    const Lines expected = {"a:began:", "a:out:child", "a:err:its error", "a:ended:"};
    BOOST_TEST(told.lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_thread_of_a_handler_prints_for_its_request) {
    Told told;
    {
        OutputCapture capture(told);
        serve_once(capture, "a", [&](Request& request, ResponseWriter&) {
            std::thread(attributed(request.context, [] { std::cout << "its\n"; })).join();
            std::thread([] { std::cout << "nobody's\n"; }).join();
        });
    }
    const Lines expected = {"a:began:", "a:out:its\n", "-:out:nobody's\n", "a:ended:"};
    BOOST_TEST(told.lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_thread_that_outlives_an_exception_is_nobodys_again) {
    const Context context;
    BOOST_CHECK_THROW(attributed(context, [] { throw Error("no"); })(), Error);
    BOOST_TEST(current_context == nullptr);
    BOOST_TEST(attributed(context, [] { return 7; })() == 7);
}

// Who prints while it is told must not wait for who tells it what was printed.
BOOST_AUTO_TEST_CASE(lines_of_errors_are_for_who_takes_them) {
    class Taker final : public Reporter, public ErrorLines {
      public:
        void began(const Context&) override {}
        void logged(const Context&, Level, std::string_view) override {}
        void printed(const Context&, Stream, std::string_view) override {}
        bool complained(const Context&, std::string_view line) override { return line == "taken"; }
        void fetched(const Context&, const FetchMetric&) override {}
        void ended(const Context&, const Outcome&) override {}
    } taker;
    Told told;
    BOOST_TEST(!OutputCapture::is_on());
    {
        OutputCapture capture(taker);
        BOOST_TEST(OutputCapture::is_on());
        BOOST_TEST(ErrorLines::told(&capture, Context(), "taken"));
        BOOST_TEST(!ErrorLines::told(&capture, Context(), "refused"));
    }
    BOOST_TEST(!OutputCapture::is_on());
    OutputCapture capture(told);
    BOOST_TEST(!ErrorLines::told(&capture, Context(), "taken"));
}

BOOST_AUTO_TEST_CASE(what_the_next_reporter_prints_is_not_captured) {
    struct Printing final : Reporter {
        std::atomic<int> printed_lines = 0;
        void began(const Context&) override { std::cerr << "began\n"; }
        void logged(const Context&, Level, std::string_view) override { std::cerr << "logged\n"; }
        void printed(const Context&, Stream, std::string_view) override { ++printed_lines; }
        void fetched(const Context&, const FetchMetric&) override { std::cerr << "fetched\n"; }
        void ended(const Context&, const Outcome&) override { std::cerr << "ended\n"; }
    } next;
    {
        OutputCapture capture(next);
        serve_once(capture, "a", [](Request& request, ResponseWriter&) {
            request.context.log(Level::info, "x");
            request.context.report({});
        });
    }
    BOOST_TEST(next.printed_lines == 0);
}

// A child that prints faster than it can be told would hold up all requests for ever.
BOOST_AUTO_TEST_CASE(a_child_that_never_stops_printing_does_not_hold_up_requests) {
    struct Counting final : Reporter {
        void began(const Context&) override {}
        void logged(const Context&, Level, std::string_view) override {}
        void printed(const Context&, Stream, std::string_view) override { ++lines; }
        void fetched(const Context&, const FetchMetric&) override {}
        void ended(const Context&, const Outcome&) override {}
        std::atomic<std::uint64_t> lines = 0;
    } next;
    // A few pipes full of short lines, and some for a thread that does not get a core at once.
    constexpr std::uint64_t patience = 5'000'000;
    std::uint64_t told_meanwhile = 0;
    FILE* child = nullptr;
    {
        OutputCapture capture(next);
        child = ::popen("exec yes >&2", "w");
        while (next.lines < 1000)
            std::this_thread::yield();
        const std::uint64_t before = next.lines;
        for (int i = 0; i < 5; ++i)
            serve_once(capture, "a", [](Request&, ResponseWriter&) {});
        told_meanwhile = next.lines - before;
    }
    ::pclose(child);  // its pipe has gone
    BOOST_TEST(told_meanwhile < patience);
}

BOOST_AUTO_TEST_CASE(children_get_no_descriptor_of_the_capture) {
    const auto inherited = [] {
        int count = 0;
        for (int fd = STDERR_FILENO + 1; fd < 256; ++fd) {
            const int flags = ::fcntl(fd, F_GETFD);
            count += flags >= 0 && (flags & FD_CLOEXEC) == 0;
        }
        return count;
    };
    Told told;
    const int before = inherited();
    const OutputCapture capture(told);
    BOOST_TEST(inherited() == before);
}

BOOST_AUTO_TEST_CASE(what_a_request_has_printed_can_be_asked_for_before_it_ends) {
    Told told;
    OutputCapture capture(told);
    serve_once(capture, "a", [&](Request& request) {
        std::cout << "half a line";
        [[maybe_unused]] const auto size = ::write(STDERR_FILENO, "bare", 4);
        capture.flush(request.context);
        request.context.log(Level::info, "flushed");
        return Response();
    });
    const Lines expected = {"a:began:", "a:err:bare", "a:out:half a line", "a:log:flushed",
                            "a:ended:"};
    auto lines = told.lines();
    std::sort(lines.begin() + 1, lines.begin() + 3);
    BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

// Whose handler is late may have children that print still.
BOOST_AUTO_TEST_CASE(bare_descriptors_are_nobodys_while_somebody_complete_goes_on) {
    Told told;
    const auto print = [](std::string_view text) {
        [[maybe_unused]] const auto size = ::write(1, text.data(), text.size());
    };
    {
        OutputCapture capture(told);
        serve_once(capture, "late", [&](Request& request, ResponseWriter&) {
            print("its own, half a line");
            capture.complete(request.context, true);
            std::thread([&] {
                serve_once(capture, "other", [&](Request&, ResponseWriter&) {
                    print("whose?\n");
                    wait_for_line(told, "-:out:whose?");
                });
            }).join();
            print("no end");
        });
        serve_once(capture, "next", [&](Request&, ResponseWriter&) { print("a line\n"); });
    }
    const Lines expected = {"late:began:",     "late:out:its own, half a line",
                            "other:began:",    "-:out:whose?",
                            "other:ended:",    "-:out:no end",
                            "late:ended:",     "next:began:",
                            "next:out:a line", "next:ended:"};
    BOOST_TEST(told.lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_is_complete_and_does_not_go_on_is_no_more_in_the_way) {
    Told told;
    {
        OutputCapture capture(told);
        serve_once(capture, "done", [&](Request& request, ResponseWriter&) {
            capture.complete(request.context, false);
            std::thread([&] {
                serve_once(capture, "next", [&](Request&, ResponseWriter&) {
                    [[maybe_unused]] const auto size = ::write(1, "its own\n", 8);
                });
            }).join();
        });
    }
    const Lines expected = {"done:began:", "next:began:", "next:out:its own",
                            "next:ended:", "done:ended:"};
    BOOST_TEST(told.lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(half_a_line_of_a_descriptor_is_told_at_the_end) {
    Told told;
    {
        OutputCapture capture(told);
        [[maybe_unused]] const auto size = ::write(1, "no end", 6);
    }
    const Lines expected = {"-:out:no end"};
    BOOST_TEST(told.lines() == expected, boost::test_tools::per_element());
}

// The thread that has the lock is not in the child.
BOOST_AUTO_TEST_CASE(a_long_line_is_told_in_pieces_that_cut_no_character) {
    std::string text = "x";
    while (text.size() < 300'000)
        text += "\u00e9";
    const std::string no_text(300'000, '\x80');
    Told told;
    {
        OutputCapture capture(told);
        const std::string lines = text + '\n' + no_text + '\n';
        for (std::string_view rest = lines; !rest.empty();)
            rest.remove_prefix(static_cast<std::size_t>(::write(2, rest.data(), rest.size())));
        std::cout << text.substr(0, 100'000);  // ends within a character
        std::cout << text.substr(100'000) << '\n';
    }
    std::string printed, bare;
    for (const std::string& line : told.lines()) {
        const std::string piece = line.substr(std::string("-:out:").size());
        BOOST_TEST((piece.starts_with('\x80') || is_utf8(piece)));
        (line.starts_with("-:out:") ? printed : bare) += piece;
    }
    BOOST_TEST((printed == text + '\n'));
    BOOST_TEST((bare == text + no_text));
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_prints_though_another_thread_was_printing) {
    struct Slow final : Reporter {
        void began(const Context&) override {}
        void logged(const Context&, Level, std::string_view) override {}
        void printed(const Context&, Stream, std::string_view text) override {
            told += text;
            is_telling = true;
            is_telling.notify_one();
            go_on.wait(false);
        }
        void fetched(const Context&, const FetchMetric&) override {}
        void ended(const Context&, const Outcome&) override {}
        std::atomic<bool> is_telling = false, go_on = false;
        std::string told;
    } slow;
    int status = -1;
    {
        OutputCapture capture(slow);
        std::thread printing([] { std::cout << "parent\n"; });
        slow.is_telling.wait(false);
        const pid_t child = ::fork();
        if (child == 0) {
            ::signal(SIGALRM, SIG_DFL);
            ::alarm(20);
            std::cout << "child " << 1 << '\n';
            std::printf("child 2\n");
            ::_exit(0);
        }
        ::waitpid(child, &status, 0);
        slow.go_on = true;
        slow.go_on.notify_all();
        printing.join();
    }
    BOOST_TEST(status == 0);
    BOOST_TEST(slow.told == "parent\nchild 1child 2");
}

// By a library that has kept it, such as a logger that is flushed at exit.
BOOST_AUTO_TEST_CASE(a_stream_that_somebody_has_kept_can_be_used_afterwards) {
    os::Pipe out = os::make_pipe();
    const os::Fd before(::dup(STDOUT_FILENO));
    ::dup2(out.write.get(), STDOUT_FILENO);
    FILE* kept = nullptr;
    std::streambuf* buffer = nullptr;
    Told told;
    {
        OutputCapture capture(told);
        kept = stdout;
        buffer = std::cout.rdbuf();
    }
    std::fputs("later\n", kept);
    std::ostream(buffer) << "too\n" << std::flush;
    ::dup2(before.get(), STDOUT_FILENO);
    std::array<char, 64> block;
    const std::size_t size = os::read_some(out.read.get(), block);
    BOOST_TEST(std::string_view(block.data(), size) == "later\ntoo\n");
    BOOST_TEST(told.lines().empty());
}

// What is in the pipe when nobody reads it any more; a child that prints on does not hold it up.
BOOST_AUTO_TEST_CASE(a_crash_brings_out_the_last_words) {
    struct Stuck final : Reporter {
        void began(const Context&) override {}
        void logged(const Context&, Level, std::string_view) override {}
        void printed(const Context&, Stream, std::string_view) override {
            is_stuck = true;
            ::pause();
        }
        void fetched(const Context&, const FetchMetric&) override {}
        void ended(const Context&, const Outcome&) override {}
        std::atomic<bool> is_stuck = false;
    };
    os::Pipe words = os::make_pipe();
    const pid_t process = ::fork();
    if (process == 0) {
        ::alarm(20);
        const rlimit none{};
        ::setrlimit(RLIMIT_CORE, &none);
        ::signal(SIGABRT, SIG_DFL);
        ::dup2(words.write.get(), STDERR_FILENO);
        Stuck stuck;
        const OutputCapture capture(stuck);
        [[maybe_unused]] auto size = ::write(STDERR_FILENO, "first\n", 6);
        while (!stuck.is_stuck)
            std::this_thread::yield();
        size = ::write(STDERR_FILENO, "last\n", 5);
        [[maybe_unused]] FILE* const child = ::popen("exec yes >&2", "w");
        pollfd room{STDERR_FILENO, POLLOUT, 0};
        while (::poll(&room, 1, 0) > 0)
            std::this_thread::yield();
        std::abort();
    }
    words.write.reset();
    std::string told;
    std::array<char, 4096> block;
    for (ssize_t size; (size = ::read(words.read.get(), block.data(), block.size())) > 0;)
        if (told.size() < block.size()) told.append(block.data(), static_cast<std::size_t>(size));
    int status = 0;
    ::waitpid(process, &status, 0);
    BOOST_TEST((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
    BOOST_TEST(told.starts_with("last\n"));
}

BOOST_AUTO_TEST_CASE(levels_are_found_in_every_notation) {
    const auto level = [](const char* line) { return level_of_line(line); };
    BOOST_TEST((level(R"({"severity":"CRITICAL","a":1})") == Level::fatal));
    BOOST_TEST((level(R"({"log.level":"Warning"})"
                      "\r\n") == Level::warn));
    BOOST_TEST((level("time=1 level=debug msg=x") == Level::debug));
    BOOST_TEST((level("level=\"error\" msg=x") == Level::error));
    BOOST_TEST((level("[TRACE] x") == Level::debug));
    BOOST_TEST((level("panic: runtime error: index out of range") == Level::fatal));
    BOOST_TEST((level("fatal error: all goroutines are asleep - deadlock!\n") == Level::fatal));
    BOOST_TEST(!level("do not panic: it is no fatal error: none"));
    BOOST_TEST(!level("xlevel=error"));
    BOOST_TEST(!level("[12:00] level is error"));
    BOOST_TEST(!level(R"({"level":)"));
    BOOST_TEST(!level(R"({"level":7})"));
    BOOST_TEST(!level("an error"));
    BOOST_TEST(!level(""));
}

BOOST_AUTO_TEST_SUITE_END()
