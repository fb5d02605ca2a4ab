// The order of the checks, and their texts, are those of the runtimes of Open Runtimes.
#include <charconv>
#include <chrono>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <utility>

#include "doors/open_runtimes_reader.h"
#include "open_runtimes/call_front.h"
#include "open_runtimes/fence.h"
#include "open_runtimes/log_id.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/os/fd.h>

namespace turngate {
namespace {

using std::chrono::milliseconds;
using Generation = RuntimeGeneration;

constexpr std::string_view reserved = "x-open-runtimes-";
constexpr std::string_view wrong_timeout =
    "Header \"x-open-runtimes-timeout\" must be an integer greater than 0.";
constexpr std::string_view unauthorized =
    "Unauthorized. Provide correct \"x-open-runtimes-secret\" header.";
// No execution has so much time, and more cannot be added to every clock.
constexpr std::chrono::hours longest_time{24 * 365};

constexpr std::size_t usual_size = 256;  // of the fields of an answer
constexpr std::size_t largest_timings = 64 * 1024;

// Absent for what is no integer greater than 0.
std::optional<milliseconds> seconds_of(std::string_view text) {
    std::uint64_t seconds = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, seconds);
    if (stop != end || (error == std::errc() && seconds == 0)) return std::nullopt;
    const std::uint64_t most = std::chrono::seconds(longest_time).count();
    if (error != std::errc() || seconds > most) return longest_time;
    return std::chrono::seconds(seconds);
}

Response refusal(std::string_view text) {
    return {500, {{"content-type", "text/plain; charset=utf-8"}}, std::string(text)};
}

class HttpCalls final : public Handler {
  public:
    HttpCalls(HandlerPtr handler, CallSurroundings surroundings)
        : handler_(std::move(handler)),
          surroundings_(std::move(surroundings)),
          settings_(surroundings_.settings),
          fence_(surroundings_.stuck) {}

    void serve(Request& request, ResponseWriter& response) const override {
        if (settings_.generation == Generation::v5 && request.url.path == "/__opr/timings")
            return response.send(timings());
        static const ExecutorCall nobody;
        const auto* found = request.context.find<ExecutorCall>();
        const ExecutorCall& call = found ? *found : nobody;
        std::optional<milliseconds> time;
        if (!call.timeout.empty()) {
            time = seconds_of(call.timeout);
            if (!time) return response.send(refusal(wrong_timeout));
        }
        if (!is_authorized(call)) return response.send(refusal(unauthorized));
        // All of it, for the time that it takes is not the function's.
        request.body.text(settings_.http.max_body);
        for (const auto& [name, value] : settings_.enforced)
            request.headers.set(name, value);
        const auto log = settings_.generation == Generation::v3
                             ? std::make_shared<CallLog>(settings_.generation)
                             : std::make_shared<CallLog>(settings_.generation,
                                                         settings_.log_directory, log_id_of(call));
        surroundings_.calls.attach(request.context, log);
        const auto deliver = [&](CallResult&& result) {
            // Tasks behind the answer print as well. Who goes on may be adding some just now.
            const bool prints_on = result.goes_on || request.context.has_deferred();
            surroundings_.complete_output(request.context, prints_on);
            if (result.kind == CallResult::Kind::timed_out)
                log->log(Stream::err, "Execution timed out.");
            log->close();
            answer(response, std::move(result), *log);
        };
        fence_.run(*handler_, request, time, std::ref(deliver));
    }
    bool may_migrate() const noexcept override { return handler_->may_migrate(); }

  private:
    bool is_authorized(const ExecutorCall& call) const {
        if (settings_.secret.empty()) return true;
        return call.secret && is_secret(*call.secret, settings_.secret);
    }

    // Empty: nothing is logged.
    std::string log_id_of(const ExecutorCall& call) const {
        if (!call.logging.empty() && call.logging != "enabled") return {};
        if (!call.log_id.empty()) return file_safe(call.log_id);
        if (settings_.is_development) return "dev";
        return fresh_log_id(std::chrono::system_clock::now());
    }

    void answer(ResponseWriter& writer, CallResult&& result, const CallLog& log) const {
        Response out{.status = result.status};
        if (result.kind == CallResult::Kind::answered) {
            out.status = result.response.status;
            out.body = std::move(result.response.body);
            out.headers.reserve(usual_size, result.response.headers.size() + 1);
            for (const auto& [name, value] : result.response.headers) {
                const std::string lower = lower_case(name);
                if (!lower.starts_with(reserved)) out.headers.add_checked(lower, value);
            }
        } else if (result.kind == CallResult::Kind::failed && result.status < 500) {
            out = text(result.message + '\n', result.status);
        } else if (result.kind == CallResult::Kind::timed_out) {
            // Who has no thread for the next request on this connection is not to be asked.
            out.headers.add_checked("connection", "close");
        }
        if (settings_.generation == Generation::v3) {
            out.headers.add("x-open-runtimes-logs", percent_encode(log.text(Stream::out)));
            out.headers.add("x-open-runtimes-errors", percent_encode(log.text(Stream::err)));
        } else {
            out.headers.add_checked("x-open-runtimes-log-id", log.id());
        }
        writer.send(std::move(out));
        writer.finish();
    }

    // Lines of NAME=SECONDS that those write who have started us; none where nobody has. What is no
    // file could hold us up.
    Response timings() const {
        std::string lines(largest_timings, '\0');
        const os::Fd file(
            ::open(settings_.timings_file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        struct stat what {};
        const bool is_file = file && ::fstat(file.get(), &what) == 0 && S_ISREG(what.st_mode);
        lines.resize(is_file ? os::read_whole(file.get(), lines) : 0);
        if (lines.size() == largest_timings) lines.resize(lines.rfind('\n') + 1);
        return {200, {{"content-type", "text/plain; charset=utf-8"}}, std::move(lines)};
    }

    const HandlerPtr handler_;
    const CallSurroundings surroundings_;
    const OpenRuntimesSettings& settings_;
    const Fence fence_;
};

}  // namespace

HandlerPtr http_calls(HandlerPtr handler, CallSurroundings surroundings) {
    return std::make_shared<const HttpCalls>(std::move(handler), std::move(surroundings));
}

bool is_secret(std::string_view given, std::string_view secret) noexcept {
    // The length is no secret: who knows it knows nothing.
    if (given.size() != secret.size()) return false;
    unsigned differences = 0;
    for (std::size_t i = 0; i < secret.size(); ++i)
        differences |= static_cast<unsigned char>(given[i] ^ secret[i]);
    return differences == 0;
}

}  // namespace turngate
