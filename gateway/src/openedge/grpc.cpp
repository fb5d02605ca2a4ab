#include "openedge/grpc.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace turngate::openedge {
namespace {

constexpr std::size_t prefix_size = 5;
constexpr std::size_t most_at_once = 64 * 1024;  // who declares much and sends nothing costs little
constexpr std::size_t most_digits = 8;
constexpr std::uint32_t most_hours = 24 * 365 * 100;  // more would not fit into nanoseconds

// True if `into` is full.
bool fill(Body& body, std::span<char> into) {
    while (!into.empty()) {
        const std::size_t n = body.read(into);
        if (n == 0) return false;
        into = into.subspan(n);
    }
    return true;
}

std::uint32_t size_of(std::span<const char, prefix_size> prefix) {
    std::uint32_t size = 0;
    for (std::size_t i = 1; i < prefix_size; ++i)
        size = size << 8 | static_cast<unsigned char>(prefix[i]);
    return size;
}

[[noreturn]] void refuse_compressed(std::string_view encoding) {
    if (encoding.empty() || encoding == "identity")
        throw GrpcError(GrpcStatus::internal,
                        "the message is compressed, and no grpc-encoding says how");
    throw GrpcError(GrpcStatus::unimplemented,
                    "messages that are compressed are not supported: expected grpc-encoding "
                    "identity");
}

}  // namespace

std::string name_of(GrpcStatus status) {
    constexpr std::array names = {
        "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
        "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
        "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
        "DataLoss", "Unauthenticated"};
    const auto number = static_cast<std::size_t>(status);
    return number < names.size() ? names[number] : "Code(" + std::to_string(number) + ')';
}

GrpcError too_large(std::string_view what, std::string_view size, std::uint32_t most) {
    return {GrpcStatus::resource_exhausted, std::string(what) + " message larger than max (" +
                                                std::string(size) + " vs. " + std::to_string(most) +
                                                ')'};
}

std::string grpc_message_field(std::string_view message) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(message.size());
    for (const char c : message) {
        if (c >= ' ' && c <= '~' && c != '%') {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
    return out;
}

Headers status_fields(GrpcStatus status, std::string_view message) {
    Headers fields;
    fields.add_checked("grpc-status", std::to_string(static_cast<int>(status)));
    fields.add_checked("grpc-message", grpc_message_field(message));
    return fields;
}

bool is_grpc(std::string_view type) noexcept {
    constexpr std::string_view name = "application/grpc";
    if (type.size() < name.size() || !iequals(type.substr(0, name.size()), name)) return false;
    return type.size() == name.size() || type[name.size()] == '+' || type[name.size()] == ';';
}

std::optional<std::chrono::nanoseconds> parse_grpc_timeout(std::string_view text) noexcept {
    using namespace std::chrono;
    if (text.size() < 2 || text.size() > most_digits + 1) return std::nullopt;
    std::uint32_t number = 0;
    const char* const unit = text.data() + text.size() - 1;
    const auto [stop, error] = std::from_chars(text.data(), unit, number);
    if (error != std::errc() || stop != unit) return std::nullopt;
    switch (*unit) {
        case 'H':
            return hours(std::min(number, most_hours));
        case 'M':
            return minutes(number);
        case 'S':
            return seconds(number);
        case 'm':
            return milliseconds(number);
        case 'u':
            return microseconds(number);
        case 'n':
            return nanoseconds(number);
        default:
            return std::nullopt;
    }
}

std::array<char, prefix_size> grpc_prefix(std::uint32_t size) noexcept {
    const auto byte = [&](int shift) { return static_cast<char>(size >> shift & 0xFF); };
    return {'\0', byte(24), byte(16), byte(8), byte(0)};
}

std::string read_grpc_message(Body& body, std::uint32_t most, std::string_view encoding) {
    std::array<char, prefix_size> prefix{};
    if (!fill(body, prefix)) throw GrpcError(GrpcStatus::internal, "there is no whole message");
    if (prefix[0] == 1) refuse_compressed(encoding);
    if (prefix[0] != 0)
        throw GrpcError(GrpcStatus::internal, "the first byte of a message is neither 0 nor 1");
    const std::uint32_t size = size_of(prefix);
    if (size > most) throw too_large("Received", std::to_string(size), most);
    std::string message;
    while (message.size() < size) {
        const std::size_t begin = message.size();
        message.resize(begin + std::min<std::size_t>(size - begin, most_at_once));
        if (!fill(body, std::span(message).subspan(begin)))
            throw GrpcError(GrpcStatus::internal, "the message is cut short: it has fewer than " +
                                                      std::to_string(size) + " bytes");
    }
    char more = 0;
    if (body.read({&more, 1}) != 0)
        throw GrpcError(GrpcStatus::unimplemented,
                        "there is more than one message, and the method takes one");
    return message;
}

}  // namespace turngate::openedge
