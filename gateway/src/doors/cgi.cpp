// Proof that the same seam fits CGI: one request from the environment, one response to stdout.
#include <cerrno>
#include <charconv>
#include <system_error>
#include <unistd.h>

#include <turngate/cgi/variables.h>
#include <turngate/doors/cgi.h>
#include <turngate/http/serve.h>

namespace turngate {
namespace {

class FdBody final : public BodySource {
  public:
    explicit FdBody(std::uint64_t size) : left_(size) {}
    std::size_t read(std::span<char> into) override {
        std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
        ssize_t n;
        do
            n = ::read(STDIN_FILENO, into.data(), want);
        while (n < 0 && errno == EINTR);
        if (n < 0) throw std::system_error(errno, std::generic_category(), "reading stdin");
        left_ -= static_cast<std::uint64_t>(n);
        return static_cast<std::size_t>(n);
    }

  private:
    std::uint64_t left_;
};

class CgiSink final : public ResponseSink {
  public:
    void on_head(int status, const Headers& headers) override {
        std::string head = "Status: " + std::to_string(status) + "\r\n";
        for (const auto& [name, value] : headers)
            head.append(name).append(": ").append(value).append("\r\n");
        put(head + "\r\n");
    }
    void on_body(std::string_view chunk) override { put(chunk); }
    void on_flush() override {}
    void on_finish() override { ::close(STDOUT_FILENO); }
    void on_abort() noexcept override { ::close(STDOUT_FILENO); }

  private:
    static void put(std::string_view bytes) {
        while (!bytes.empty()) {
            ssize_t n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) throw Cancelled("the web server has closed the pipe");
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }
};

class CgiDoor final : public Door {
  public:
    void serve(HandlerPtr handler) override {
        cgi::Variables variables;
        for (char** e = ::environ; *e; ++e) {
            std::string_view pair(*e);
            auto eq = pair.find('=');
            if (eq != std::string_view::npos)
                variables.emplace(pair.substr(0, eq), pair.substr(eq + 1));
        }
        Request request = cgi::to_request(variables);
        if (auto it = variables.find("CONTENT_LENGTH");
            it != variables.end() && !it->second.empty()) {
            std::uint64_t size = 0;
            std::from_chars(it->second.data(), it->second.data() + it->second.size(), size);
            request.body = Body(std::make_unique<FdBody>(size), size);
        }
        CgiSink sink;
        ResponseWriter response(sink, request.method);
        settle(request.context, turngate::serve(*handler, request, response));
    }
    void stop() noexcept override {}
};

}  // namespace

std::unique_ptr<Door> cgi_door() {
    return std::make_unique<CgiDoor>();
}

}  // namespace turngate
