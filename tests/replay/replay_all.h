// A replay of files in a folder through a small shop, for tests.
#pragma once

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "replay/runner.h"
#include "support/temporary_directory.h"

namespace turngate::test {

using namespace replay;
using Folder = TemporaryDirectory;

inline Response orders(Request& request) {
    if (request.url.path == "/throw") throw std::runtime_error("no such shop");
    if (request.url.path == "/late") {
        while (!request.context.stop.stop_requested())
            std::this_thread::yield();
        throw Cancelled("stopped");
    }
    if (request.url.path == "/text") return text("one\ntwo\nthree\n");
    return {200,
            {{"Content-Type", "application/json"}, {"Date", "today"}},
            R"({"method":")" + request.method + R"(","path":")" + request.url.path + R"("})"};
}

inline std::string event(const std::string& path, const std::string& method = "GET") {
    return R"({"method":")" + method + R"(","path":")" + path +
           R"(","headers":{},"body":"","encoding":"text"})";
}

inline std::string golden(const std::string& path, const std::string& method = "GET") {
    return R"({"status":200,"headers":[["content-type","application/json"]],"body":{"json":{"path":")" +
           path + R"(","method":")" + method + R"("}}})";
}

struct Ran {
    Summary summary;
    std::string text;
};

inline JudgeOptions plain() {
    JudgeOptions options;
    options.handler = to_handler(orders);
    options.ignore.add_header("date");
    return options;
}

inline Ran replay_all(std::vector<std::string> inputs, const JudgeOptions& judge = plain(),
                      RunOptions options = {}, int verbosity = 1, Selection selection = {}) {
    Ran outcome;
    cli::Terminal terminal;
    terminal.unicode = true;
    cli::Output out(outcome.text, terminal);
    const auto report = text_report(out, {.verbosity = verbosity, .rerun = " -t self"});
    const Interrupt interrupt;
    Source source(std::move(inputs), std::move(selection), interrupt.fd(), Source::Reading::lines,
                  judge.answer.decode.max_size);
    outcome.summary = replay::run(source, judge, options, {report.get()}, interrupt);
    return outcome;
}

}  // namespace turngate::test
