// The answers of ../handler.cpp to the cases of conformance.py, by libfcgi's fcgiapp.h, with
// threads.
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

#include <fcgiapp.h>

namespace {

class Exchange {
  public:
    explicit Exchange(FCGX_Request& request) : request_(request) {}

    std::string variable(const char* name) const {
        const char* value = FCGX_GetParam(name, request_.envp);
        return value ? value : "";
    }

    std::string parameter(const std::string& name, std::string otherwise) const {
        const std::string query = '&' + variable("QUERY_STRING");
        const std::size_t found = query.find('&' + name + '=');
        if (found == query.npos) return otherwise;
        const std::size_t begin = found + name.size() + 2;
        return decoded(query.substr(begin, query.find('&', begin) - begin));
    }

    void head(const std::string& type, const std::string& more = "") {
        put(more + "Content-Type: " + type + "\r\n\r\n");
    }

    // False if nobody takes it.
    bool put(std::string_view text) {
        return FCGX_PutStr(text.data(), static_cast<int>(text.size()), request_.out) >= 0;
    }

    bool flush() { return FCGX_FFlush(request_.out) == 0; }

    void echo_body() {
        char block[8192];
        for (int n = 0; (n = FCGX_GetStr(block, sizeof block, request_.in)) > 0;)
            put({block, static_cast<std::size_t>(n)});
    }

    // A body that is not read is taken for records if the web server keeps the connection.
    void skip_body() {
        char block[8192];
        while (FCGX_GetStr(block, sizeof block, request_.in) > 0) {
        }
    }

    void fields() {
        std::map<std::string, std::string> found;
        for (char** variable = request_.envp; *variable; ++variable) {
            const std::string pair = *variable;
            if (!pair.starts_with("HTTP_X_TEST_")) continue;
            const std::size_t end = pair.find('=');
            std::string name = pair.substr(5, end - 5);
            for (char& c : name)
                c = c == '_' ? '-' : static_cast<char>(c | 0x20);
            std::string& all = found[name];
            all.append(all.empty() ? "" : ", ").append(pair.substr(end + 1));
        }
        head("text/plain");
        for (const auto& [name, value] : found)
            put(name + ": " + value + '\n');
    }

    // Gives the connection up without an end of the request.
    void leave() {
        flush();
        FCGX_Free(&request_, 1);
    }

  private:
    static std::string decoded(const std::string& text) {
        std::string out;
        for (std::size_t i = 0; i < text.size(); ++i)
            if (text[i] == '%' && i + 2 < text.size()) {
                out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
                i += 2;
            } else {
                out += text[i] == '+' ? ' ' : text[i];
            }
        return out;
    }

    FCGX_Request& request_;
};

std::string cookie(const Exchange& exchange, const std::string& name) {
    const std::string all = "; " + exchange.variable("HTTP_COOKIE");
    const std::size_t begin = all.find("; " + name + '=') + name.size() + 3;
    return all.substr(begin, all.find(';', begin) - begin);
}

void answer_ticks(Exchange& exchange) {
    exchange.head("text/event-stream", "X-Accel-Buffering: no\r\n");
    for (int tick = 0; exchange.put("data: " + std::to_string(tick) + "\n\n") && exchange.flush();
         ++tick)
        ::usleep(20'000);
}

void write_pattern(Exchange& exchange, std::size_t size) {
    std::string once;
    for (int value = 0; value < 251; ++value)
        once += static_cast<char>(value);
    exchange.head("application/octet-stream");
    for (; size > once.size(); size -= once.size())
        exchange.put(once);
    exchange.put(once.substr(0, size));
}

void answer_kind(Exchange& exchange, const std::string& kind) {
    using namespace std::string_literals;
    if (kind == "fields") return exchange.fields();
    if (kind == "ticks") return answer_ticks(exchange);
    if (kind == "pattern") return write_pattern(exchange, std::stoul(exchange.parameter("n", "0")));
    if (kind == "cookies") {
        exchange.head("text/plain", "Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; HttpOnly\r\n");
        exchange.put("a is " + cookie(exchange, "a") + ", b is " + cookie(exchange, "b") + '\n');
    } else if (kind == "empty") {
        exchange.put("Status: 204 No Content\r\n\r\n");
    } else if (kind == "moved") {
        exchange.put("Status: 302 Found\r\nLocation: /kinds/elsewhere?q=" +
                     exchange.parameter("q", "") + "\r\n\r\n");
    } else if (kind == "gzip") {
        exchange.head("text/plain", "Content-Encoding: gzip\r\n");
        exchange.put(
            "\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\0\x20\x30\x3a\x36\x06\0\0\0"s);
    } else if (kind == "stream") {
        exchange.head("text/event-stream");
        for (int i = 0; i < 3 && exchange.put("data: " + std::to_string(i) + "\n\n"); ++i)
            exchange.flush();
    } else if (kind == "large") {
        exchange.head("application/octet-stream");
        exchange.put(std::string(20'000, '\xfe'));
    } else if (kind == "torn") {
        exchange.head("application/octet-stream", "Content-Length: 10\r\n");
        exchange.put("half");
    } else if (kind == "echo") {
        const std::string type = exchange.variable("CONTENT_TYPE");
        exchange.head(type.empty() ? "text/plain" : type);
        exchange.echo_body();
    } else if (kind == "unread") {
        exchange.head("text/plain", "Status: 404 Not Found\r\n");
        exchange.put("not here\n");
        exchange.skip_body();
    } else {
        exchange.head("text/plain; charset=utf-8");
        exchange.put(exchange.variable("REQUEST_METHOD") + ' ' + kind +
                     " q=" + exchange.parameter("q", "none") + '\n');
    }
}

void answer(Exchange& exchange) {
    const std::string target = exchange.variable("REQUEST_URI");
    const std::string path = target.substr(0, target.find('?'));
    if (path.starts_with("/kinds/")) {
        answer_kind(exchange, path.substr(7));
    } else if (path == "/throw") {
        exchange.head("text/plain", "Status: 500\r\n");
        exchange.put("internal error\n");
    } else if (path == "/refuse") {
        exchange.head("text/plain", "Status: 422\r\n");
        exchange.put("no name\n");
    } else if (path == "/break") {
        exchange.head("text/plain");
        exchange.put("half");
        exchange.leave();
    } else {
        exchange.head("text/plain", path == "/teapot" ? "Status: 418\r\n" : "");
        exchange.put(exchange.variable("REQUEST_METHOD") + ' ' + target + '\n');
    }
}

void serve() {
    FCGX_Request request;
    FCGX_InitRequest(&request, 0, 0);
    while (FCGX_Accept_r(&request) >= 0) {
        Exchange exchange(request);
        answer(exchange);
        FCGX_Finish_r(&request);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int count = argc > 1 ? std::atoi(argv[1]) : 1;
    if (FCGX_Init() != 0) return 1;
    std::vector<std::thread> threads;
    for (int n = 1; n < count; ++n)
        threads.emplace_back(serve);
    serve();
    return 0;
}
