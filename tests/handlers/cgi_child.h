// The test child as a CGI program, and what it takes to ask it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <turngate/handlers/cgi_program.h>
#include <turngate/http/serve.h>

namespace turngate::test {

class Log final : public Reporter {
  public:
    void began(const Context&) override {}
    void logged(const Context&, Level, std::string_view message) override {
        lines.emplace_back(message);
    }
    void printed(const Context&, Stream, std::string_view) override {}
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context&, const Outcome&) override {}

    bool has(const std::string& line) const {
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    }

    std::vector<std::string> lines;
};

inline CgiProgramOptions child(std::vector<std::string> arguments) {
    return {.path = TURNGATE_TEST_CHILD, .arguments = std::move(arguments)};
}

inline Response run(std::vector<std::string> arguments, Request request = Request::get("/")) {
    return record(*cgi_program(child(std::move(arguments))), std::move(request));
}

// The status of a reply that the program writes as it is, and what was logged.
inline Response reply(const std::string& text, Log& log) {
    Request request = Request::get("/");
    request.context.reporter = &log;
    return run({"write", text}, std::move(request));
}

// How many children of this process are there, zombies too, but for the guard, which is a shell.
inline std::size_t programs_left() {
    std::size_t count = 0;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream children(thread.path() / "children");
        for (std::string child, name; children >> child; count += name != "sh")
            std::ifstream("/proc/" + child + "/comm") >> name;
    }
    return count;
}

inline const std::string program = "the CGI program " TURNGATE_TEST_CHILD " ";

// A body that hands out `blocks` blocks and calls a function before each.
class Blocks final : public BodySource {
  public:
    Blocks(int blocks, std::function<void(int)> before)
        : blocks_(blocks), before_(std::move(before)) {}
    std::size_t read(std::span<char> into) override {
        if (next_ == blocks_) return 0;
        before_(next_++);
        const std::size_t n = std::min<std::size_t>(into.size(), 1000);
        std::fill_n(into.begin(), n, 'b');
        return n;
    }

  private:
    const int blocks_;
    const std::function<void(int)> before_;
    int next_ = 0;
};

inline Request streamed(int blocks, std::function<void(int)> before) {
    Request request = Request::make("POST", "/");
    request.body = Body(std::make_unique<Blocks>(blocks, std::move(before)),
                        static_cast<std::uint64_t>(blocks) * 1000);
    return request;
}

}  // namespace turngate::test
