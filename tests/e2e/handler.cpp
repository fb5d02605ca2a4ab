// A handler with the habits, good and bad, that the cases of the command line need. As a plug-in it
// is e2e_handler.so, as a program e2e_program.
#include <atomic>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#ifdef TURNGATE_PLUGIN_BUILD
#include <turngate/handlers/plugin.h>
#else
#include <turngate/turngate.h>
#endif

#include <turngate/http/cookie.h>
#include <turngate/http/encoding.h>

namespace {

using turngate::HttpError;
using turngate::Request;
using turngate::ResponseWriter;

std::string cookie(const Request& request, std::string_view name) {
    const turngate::Cookies cookies = turngate::Cookies::of(request.headers);
    return std::string(cookies.get(name).value_or("none"));
}

// What a client sent, however the way to here spells names and splits fields.
void tell_fields(const Request& request, ResponseWriter& response) {
    std::map<std::string, std::string> fields;
    for (const auto& [name, value] : request.headers) {
        std::string lower(name);
        for (char& c : lower)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (!lower.starts_with("x-test-")) continue;
        std::string& all = fields[lower];
        all.append(all.empty() ? "" : ", ").append(value);
    }
    for (const auto& [name, value] : fields)
        response.write(name + ": " + value + '\n');
}

// Bytes that follow from where they are.
void write_pattern(std::size_t size, ResponseWriter& response) {
    std::string block(64 * 1024, '\0');
    for (std::size_t at = 0; at < size; at += block.size()) {
        for (std::size_t i = 0; i < block.size(); ++i)
            block[i] = static_cast<char>((at + i) % 251);
        response.write(std::string_view(block).substr(0, size - at));
    }
}

// How many bytes of that pattern the body has, in constant memory.
std::size_t read_pattern(turngate::Body& body) {
    constexpr std::size_t block = 64 * 1024;
    std::string expected(block + 251, '\0');
    for (std::size_t i = 0; i < expected.size(); ++i)
        expected[i] = static_cast<char>(i % 251);
    std::string read(block, '\0');
    std::size_t all = 0;
    while (const std::size_t n = body.read(read)) {
        if (std::string_view(read).substr(0, n) != std::string_view(expected).substr(all % 251, n))
            throw HttpError(422, "another byte among the " + std::to_string(n) + " behind " +
                                     std::to_string(all));
        all += n;
    }
    return all;
}

// What shows how a response travels: piece by piece, all of it, or not to its end.
bool answer_streams(const std::string& kind, const Request& request, ResponseWriter& response) {
    if (kind == "ticks") {  // until nobody listens
        response.header("Content-Type", "text/event-stream");
        response.header("X-Accel-Buffering", "no");
        for (int tick = 0;; ++tick) {
            response.write("data: " + std::to_string(tick) + "\n\n");
            response.flush();
            request.context.check();
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    if (kind == "pattern") {
        response.header("Content-Type", "application/octet-stream");
        write_pattern(std::stoul(request.query("n", "0")), response);
    } else if (kind == "torn") {  // declares more than there is
        response.header("Content-Length", "10").write("half");
        response.flush();
        throw std::runtime_error("late");
    } else if (kind == "late") {  // with a head that stands, and nothing on its way for sure
        response.write(std::string(12'000, 'x'));
        throw std::runtime_error("late");
    } else {
        return false;
    }
    return true;
}

// Answers of every kind, which depend on nothing that a shape of event may lose.
bool answer_kinds(Request& request, ResponseWriter& response) {
    const std::string& path = request.url.path;
    if (!path.starts_with("/kinds/")) return false;
    const std::string kind = turngate::percent_decode(path.substr(7));
    if (answer_streams(kind, request, response)) return true;
    if (kind == "fields") {
        tell_fields(request, response);
    } else if (kind == "cookies") {
        response.headers().add("Set-Cookie", "a=1; Path=/");
        response.headers().add("Set-Cookie", "b=2; HttpOnly");
        response.write("a is " + cookie(request, "a") + ", b is " + cookie(request, "b") + '\n');
    } else if (kind == "login") {
        static std::atomic<int> logins{0};
        const std::string session = "session-of-login-" + std::to_string(++logins);
        response.headers().add("Set-Cookie", "sid=" + session + "; HttpOnly");
        response.header("Content-Type", "application/json");
        response.write("{\"user\": \"ada\", \"token\": \"" + session + "\", \"was\": \"" +
                       cookie(request, "sid") + "\"}\n");
    } else if (kind == "empty") {
        response.status(204);
    } else if (kind == "moved") {
        response.status(302).header("Location", "/kinds/elsewhere?q=" + request.query("q"));
    } else if (kind == "gzip") {
        // "hello\n"
        constexpr std::string_view bytes(
            "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a"
            "\x36"
            "\x06\x00\x00\x00",
            26);
        response.header("Content-Type", "text/plain").header("Content-Encoding", "gzip");
        response.write(bytes);
    } else if (kind == "stream") {
        response.header("Content-Type", "text/event-stream");
        for (int i = 0; i < 3; ++i) {
            response.write("data: " + std::to_string(i) + "\n\n");
            response.flush();
        }
    } else if (kind == "large") {
        response.header("Content-Type", "application/octet-stream");
        response.write(std::string(20'000, '\xfe'));
    } else if (kind == "echo") {
        response.header("Content-Type", request.headers.get("Content-Type", "text/plain"));
        response.write(request.body.text());
    } else if (kind == "size") {
        response.write(std::to_string(read_pattern(request.body)) + '\n');
    } else if (kind == "unread") {
        response.status(404).write("not here\n");
    } else {
        response.header("Content-Type", "text/plain; charset=utf-8");
        response.write(request.method + ' ' + kind + " q=" + request.query("q", "none") + '\n');
    }
    return true;
}

void answer(Request& request, ResponseWriter& response) {
    if (answer_kinds(request, response)) return;
    const std::string& path = request.url.path;
    if (path == "/throw") throw std::runtime_error("out of luck");
    if (path == "/refuse") throw HttpError(422, "no name");
    if (path == "/break") {
        response.write("half");
        response.flush();
        throw std::runtime_error("late");
    }
    if (path == "/teapot") response.status(418);
    if (path == "/address") {
        response.write(request.remote_address + '\n');
        return;
    }
    if (path == "/log") request.context.log(turngate::Level::warn, "looked odd");
    if (path == "/binary") {
        response.header("Content-Type", "application/octet-stream")
            .write(std::string_view("\0\xff\x1b", 3));
        return;
    }
    response.header("Content-Type", "text/plain");
    response.write(request.method + ' ' + request.url.target() + '\n');
    for (const auto& [name, value] : request.headers)
        if (name.starts_with("X-") || name.starts_with("x-") ||
            turngate::iequals(name, "Content-Type"))
            response.write(std::string(name) + ": " + std::string(value) + '\n');
    response.write(request.body.text());
}

}  // namespace

#ifdef TURNGATE_PLUGIN_BUILD
static turngate::HandlerPtr create(std::string_view) {
    return turngate::to_handler(answer);
}
TURNGATE_PLUGIN("e2e", create)
#else
int main(int argc, char** argv) {
    return turngate::run(argc, argv, answer);
}
#endif
