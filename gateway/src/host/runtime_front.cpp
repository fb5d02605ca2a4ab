#include "host/runtime_front.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <unistd.h>

#include "open_runtimes/log_id.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/os/fd.h>

namespace turngate::host {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = Line::Kind;

constexpr std::size_t largest_log = 5u << 20;  // what the executor reads of a file

// What is in the file, which goes.
std::string take_file(const std::string& path) {
    std::string text;
    if (const os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); file) {
        text.resize(largest_log);
        text.resize(os::read_whole(file.get(), text));
        ::unlink(path.c_str());
    }
    if (text.ends_with('\n')) text.pop_back();
    return text;
}

std::string milliseconds_text(Clock::duration time) {
    std::array<char, 32> text;
    const double milliseconds = std::chrono::duration<double, std::milli>(time).count();
    const int size = std::snprintf(text.data(), text.size(), "%.1f ms", milliseconds);
    return {text.data(), static_cast<std::size_t>(size)};
}

class RuntimeFront final : public Handler {
  public:
    RuntimeFront(HandlerPtr function, Executions& executions, RuntimeFrontOptions options)
        : function_(std::move(function)), executions_(executions), options_(std::move(options)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        const std::uint64_t number =
            executions_.begin(request.method + ' ' + request.url.request_uri());
        const std::string id = fresh_log_id(std::chrono::system_clock::now());
        add_fields(request.headers, id);
        const auto begun = Clock::now();
        const auto end = [&](int status, std::string_view problem) {
            const auto took = Clock::now() - begun;
            tell_logs(number, id);
            std::string text = std::to_string(status) + "  " + milliseconds_text(took);
            if (problem.empty())
                text += "  " + std::to_string(response.bytes()) + " bytes";
            else
                text.append("  ").append(problem);
            executions_.say(Kind::answer, number, std::move(text));
        };
        try {
            function_->serve(request, response);
        } catch (const HttpError& e) {
            end(e.status(), e.what());
            throw;
        } catch (const ProtocolError& e) {
            end(502, e.what());
            throw;
        } catch (const std::exception& e) {
            end(500, e.what());
            throw;
        }
        if (is_of_function(request, response)) check_answer(response, number, id);
        drop_reserved(response);
        end(response.status(), {});
    }
    bool may_migrate() const noexcept override { return function_->may_migrate(); }

  private:
    void add_fields(Headers& headers, const std::string& id) const {
        headers.set("x-open-runtimes-secret", options_.secret);
        headers.set("x-open-runtimes-timeout", std::to_string(options_.timeout.count()));
        headers.set("x-open-runtimes-logging", "enabled");
        headers.set("x-open-runtimes-log-id", id);
        if (!headers.contains("Authorization"))
            headers.add("Authorization", "Basic " + base64_encode("opr:" + options_.secret));
        if (!headers.contains("x-appwrite-trigger")) headers.add("x-appwrite-trigger", "http");
        if (!headers.contains("x-appwrite-execution-id"))
            headers.add("x-appwrite-execution-id", id);
    }

    void check_answer(ResponseWriter& response, std::uint64_t number, const std::string& id) const {
        const Headers& headers = std::as_const(response).headers();
        if (headers.get("x-open-runtimes-log-id") != id)
            executions_.say(Kind::breach, number,
                            "the answer has another x-open-runtimes-log-id than the request, or "
                            "none: the platform finds no logs");
    }

    // What the runtime answers itself, and has no log of.
    static bool is_of_function(const Request& request, const ResponseWriter& response) {
        return !request.url.path.starts_with("/__opr/") && response.status() != 413;
    }

    static void drop_reserved(ResponseWriter& response) {
        if (!response.committed())
            response.headers().remove_if([](const Headers::Field& field) {
                return lower_case(field.name).starts_with("x-open-runtimes-");
            });
    }

    void tell_logs(std::uint64_t number, const std::string& id) const {
        const std::string start = options_.log_directory + '/' + id;
        for (const auto& [end, label] : {std::pair("_logs.log", ""), {"_errors.log", "error "}}) {
            const std::string text = take_file(start + end);
            for (std::size_t at = 0; at < text.size();) {
                const std::size_t line_end = std::min(text.find('\n', at), text.size());
                executions_.say(Kind::log, number, label + text.substr(at, line_end - at));
                at = line_end + 1;
            }
        }
    }

    const HandlerPtr function_;
    Executions& executions_;
    const RuntimeFrontOptions options_;
};

}  // namespace

std::uint64_t Executions::begin(const std::string& what) {
    const std::lock_guard lock(mutex_);
    tell_({.kind = Kind::request, .request = ++count_, .text = what});
    return count_;
}

void Executions::say(Kind kind, std::uint64_t number, std::string text) {
    const std::lock_guard lock(mutex_);
    if (kind == Kind::breach) ++breaches_;
    tell_({.kind = kind, .request = number, .text = std::move(text)});
}

std::uint64_t Executions::count() const {
    const std::lock_guard lock(mutex_);
    return count_;
}

std::uint64_t Executions::breaches() const {
    const std::lock_guard lock(mutex_);
    return breaches_;
}

HandlerPtr runtime_front(HandlerPtr function, Executions& executions, RuntimeFrontOptions options) {
    return std::make_shared<const RuntimeFront>(std::move(function), executions,
                                                std::move(options));
}

}  // namespace turngate::host
