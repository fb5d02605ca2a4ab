// One request from the environment, one response to standard output.
#include <exception>
#include <functional>
#include <stop_token>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <turngate/cgi/variables.h>
#include <turngate/doors/cgi.h>
#include <turngate/handlers/middleware.h>
#include <turngate/http/serve.h>
#include <turngate/os/fd.h>

namespace turngate {
namespace {

class FdBody final : public BodySource {
  public:
    FdBody(int fd, std::uint64_t size) : fd_(fd), left_(size) {}

    // Never past the declared length: a web server may keep the pipe open (section 4.2).
    std::size_t read(std::span<char> into) override {
        const auto n = os::read_some(
            fd_, into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_))));
        left_ -= n;
        return n;
    }

  private:
    const int fd_;
    std::uint64_t left_;
};

class CgiSink final : public ResponseSink {
  public:
    // `lasts` is called again and again.
    CgiSink(int out, std::function<void()> lasts) : out_(out), lasts_(std::move(lasts)) {}

    void on_head(int status, const Headers& headers) override {
        held_ = "Status: " + std::to_string(status) + "\r\n";
        for (const auto& [name, value] : headers)
            held_.append(name).append(": ").append(value).append("\r\n");
        held_ += "\r\n";
        head_size_ = held_.size();
    }
    void on_body(std::string_view chunk) override {
        // What a handler writes at once and is done needs one write(), head and all.
        if (!is_out_ && held_.size() - head_size_ + chunk.size() <= ResponseWriter::hold_back) {
            held_ += chunk;
            return;
        }
        on_flush();
        put(chunk);
    }
    // Nothing of an answer that lasts is out before the process hears when it is to stop.
    void on_flush() override {
        lasts_();
        put_held();
    }
    void on_finish() override {
        put_held();
        out_.reset();
    }
    void on_abort() noexcept override {}  // the output ends with the process, which tells why

  private:
    void put_held() {
        if (!std::exchange(is_out_, true)) put(held_);
    }
    void put(std::string_view bytes) {
        try {
            os::write_whole(out_.get(), bytes);
        } catch (const std::system_error& e) {
            throw Cancelled(std::string("the web server takes no more: ") + e.what());
        }
    }

    os::Fd out_;
    const std::function<void()> lasts_;
    std::string held_;  // the head and what comes with it
    std::size_t head_size_ = 0;
    bool is_out_ = false;
};

cgi::Variables environment() {
    cgi::Variables out;
    for (char** e = ::environ; e && *e; ++e) {
        const std::string_view pair(*e);
        const auto eq = pair.find('=');
        if (eq != std::string_view::npos) out.emplace(pair.substr(0, eq), pair.substr(eq + 1));
    }
    return out;
}

class CgiDoor final : public Door {
  public:
    explicit CgiDoor(CgiOptions options) : options_(std::move(options)) {}

    int serve(HandlerPtr handler) override {
        HandlerPtr next = limit_body(options_.max_body)(std::move(handler));
        Request request;
        try {
            request = take_request();
        } catch (const Error&) {  // answered like any error of a handler
            next = to_handler([e = std::current_exception()](Request&) -> Response {
                std::rethrow_exception(e);
            });
        }
        request.context.stop = stop_.get_token();
        request.context.reporter = options_.reporter;
        CgiSink sink(options_.out, [this] { last(); });
        ResponseWriter response(sink, request.method);
        const Outcome outcome = turngate::serve(*next, request, response);
        if (request.context.has_deferred()) last();
        settle(request.context, outcome);
        return outcome.complete ? 0 : 1;
    }

    void stop() noexcept override { stop_.request_stop(); }

  private:
    void last() {
        if (!std::exchange(is_lasting_, true) && options_.lasts) options_.lasts();
    }

    Request take_request() const {
        const cgi::Variables variables = environment();
        Request request = cgi::to_request(variables);
        if (const auto size = cgi::content_length(variables); size > 0)
            request.body = Body(std::make_unique<FdBody>(options_.in, size), size);
        auto id = variables.find("HTTP_X_REQUEST_ID");
        if (id == variables.end()) id = variables.find("UNIQUE_ID");  // Apache's
        if (id != variables.end()) request.context.request_id = id->second;
        return request;
    }

    const CgiOptions options_;
    std::stop_source stop_;
    bool is_lasting_ = false;
};

}  // namespace

std::unique_ptr<Door> cgi_door(CgiOptions options) {
    return std::make_unique<CgiDoor>(std::move(options));
}

}  // namespace turngate
