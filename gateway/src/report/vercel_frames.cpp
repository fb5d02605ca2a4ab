// Frames are printed piece by piece: a value of JSON in between would cost several times as much.
#include "report/vercel_frames.h"

#include <array>
#include <charconv>
#include <concepts>

#include "observe/log_line.h"
#include "observe/log_text.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json_writer.h>

namespace turngate::vercel {
namespace {

void append_number(std::string& out, std::integral auto number) {
    std::array<char, 20> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), end);
}

void append_string(std::string& out, std::string_view text) {
    JsonWriter(out).string(text);
}

template <class Clock>
std::int64_t milliseconds(std::chrono::time_point<Clock> time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

void append_context(std::string& out, const Invocation* invocation) {
    if (!invocation) {
        out += R"("context":{"invocationId":"0","requestId":0})";
        return;
    }
    out += R"("context":{"invocationId":)";
    append_string(out, invocation->id);
    out += R"(,"requestId":)";
    append_number(out, invocation->request_id);
    out += '}';
}

void end_frame(std::string& out) {
    out += "}}";
    out += '\0';
}

// `source` is the last member: "level" or "stream".
void append_log(std::string& out, const Invocation* invocation, std::string_view source,
                std::string_view value, std::string_view text) {
    out += R"({"type":"log","payload":{)";
    append_context(out, invocation);
    out += R"(,"message":")";
    if (is_utf8(text)) {
        base64_encode_to(out, text);
    } else {
        std::string repaired;
        append_utf8(repaired, text);
        base64_encode_to(out, repaired);
    }
    out.append(R"(",")").append(source).append(R"(":")").append(value).append(R"(")");
    end_frame(out);
}

}  // namespace

void append_server_started(std::string& out, std::chrono::milliseconds init, std::uint16_t port) {
    out += R"({"type":"server-started","payload":{"initDuration":)";
    append_number(out, init.count());
    out += R"(,"httpPort":)";
    append_number(out, port);
    end_frame(out);
}

void append_handler_started(std::string& out, const Invocation* invocation,
                            std::chrono::system_clock::time_point at) {
    out += R"({"type":"handler-started","payload":{"handlerStartedAt":)";
    append_number(out, milliseconds(at));
    out += ',';
    append_context(out, invocation);
    end_frame(out);
}

void append_log(std::string& out, const Invocation* invocation, Level level,
                std::string_view text) {
    append_log(out, invocation, "level", name_of(level), text);
}

void append_log(std::string& out, const Invocation* invocation, Stream stream,
                std::string_view text) {
    append_log(out, invocation, "stream", stream == Stream::out ? "stdout" : "stderr", text);
}

// No other text of such a frame can have the quotes in it that are looked for.
std::optional<std::string_view> log_message(std::string_view frame) noexcept {
    constexpr std::string_view member = R"(,"message":")";
    if (!frame.starts_with(R"({"type":"log",)")) return std::nullopt;
    const std::size_t at = frame.find(member);
    if (at == frame.npos) return std::nullopt;
    frame.remove_prefix(at + member.size());
    return frame.substr(0, frame.find('"'));
}

std::optional<std::string> log_text(std::string_view frame) {
    const auto message = log_message(frame);
    return message ? base64_decode(*message) : std::nullopt;
}

void append_fetch(std::string& out, const Invocation* invocation, const FetchMetric& metric) {
    out += R"({"type":"metric","payload":{)";
    append_context(out, invocation);
    out += R"(,"type":"fetch-metric","payload":{"pathname":)";
    append_string(out, metric.path);
    out += R"(,"search":)";
    append_string(out, metric.search);
    out += R"(,"start":)";
    append_number(out, milliseconds(metric.start));
    out += R"(,"duration":)";
    append_number(out, metric.duration.count());
    out += R"(,"host":)";
    append_string(out, metric.host);
    out += R"(,"statusCode":)";
    append_number(out, metric.status);
    out += R"(,"method":)";
    append_string(out, metric.method);
    out += R"(,"id":)";
    append_number(out, metric.id);
    out += '}';
    end_frame(out);
}

bool is_fetch(std::string_view frame) noexcept {
    return frame.starts_with(R"({"type":"metric",)");
}

void append_end(std::string& out, const Invocation* invocation) {
    out += R"({"type":"end","payload":{)";
    append_context(out, invocation);
    end_frame(out);
}

void append_unrecoverable_error(std::string& out, int exit_code, std::string_view message) {
    out += R"({"type":"unrecoverable-error","payload":{"exitCode":)";
    append_number(out, exit_code);
    out += R"(,"message":)";
    append_string(out, message);
    end_frame(out);
}

}  // namespace turngate::vercel
