// One request from the environment, one response to standard output.
#include <cerrno>
#include <exception>
#include <functional>
#include <poll.h>
#include <stop_token>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "net/cgi_mapping.h"
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
        if (stop_.stop_possible()) wait();
        const auto n = os::read_some(
            fd_, into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_))));
        left_ -= n;
        return n;
    }
    void interrupt(std::stop_token stop) override { stop_ = std::move(stop); }

  private:
    void wait() const {
        constexpr int moment = 100;  // ms until it is seen that nobody wants it
        pollfd input = {fd_, POLLIN, 0};
        while (!stop_.stop_requested())
            if (::poll(&input, 1, moment) != 0) return;
        throw Cancelled("nobody waits for the body");
    }

    const int fd_;
    std::uint64_t left_;
    std::stop_token stop_;
};

class CgiSink final : public ResponseSink {
  public:
    using AppendHead = void (*)(std::string&, int status, const Headers&);

    // `lasts` is called again and again.
    CgiSink(int out, AppendHead append_head, const Context& context, std::function<void()> lasts)
        : out_(out), append_head_(append_head), context_(context), lasts_(std::move(lasts)) {}

    void on_head(int status, const Headers& headers) override {
        append_head_(held_, status, headers);
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
            const std::string what = std::string("the web server takes no more: ") + e.what();
            // Who leaves early is no news.
            if (e.code().value() != EPIPE && e.code().value() != ECONNRESET)
                context_.log(Level::warn, what);
            throw Cancelled(what);
        }
    }

    os::Fd out_;
    const AppendHead append_head_;
    const Context& context_;
    const std::function<void()> lasts_;
    std::string held_;  // the head and what comes with it
    std::size_t head_size_ = 0;
    bool is_out_ = false;
};

std::vector<cgi::Variable> environment() {
    std::vector<cgi::Variable> out;
    for (char** e = ::environ; e && *e; ++e) {
        const std::string_view pair(*e);
        const auto eq = pair.find('=');
        if (eq != std::string_view::npos) out.push_back({pair.substr(0, eq), pair.substr(eq + 1)});
    }
    return out;
}

std::string_view value_of(const std::vector<cgi::Variable>& variables, std::string_view name) {
    for (const auto& [known, value] : variables)
        if (known == name) return value;
    return {};
}

// By such a name a web server knows a program whose output it does not look at (section 5). What
// SCRIPT_NAME says may be the client's choice, for the program need not have the name of its path.
bool is_nph(const std::vector<cgi::Variable>& variables) {
    std::string_view path = value_of(variables, "SCRIPT_FILENAME");
    if (path.empty()) path = value_of(variables, "SCRIPT_NAME");
    path.remove_prefix(path.rfind('/') + 1);  // all of it where there is none
    return path.starts_with("nph-");
}

class CgiDoor final : public Door {
  public:
    explicit CgiDoor(CgiOptions options) : options_(std::move(options)) {}

    int serve(HandlerPtr handler) override {
        HandlerPtr next = limit_body(options_.max_body)(std::move(handler));
        const std::vector<cgi::Variable> variables = environment();
        Request request;
        try {
            request = take_request(variables);
        } catch (const Error&) {  // answered like any error of a handler
            next = to_handler([e = std::current_exception()](Request&) -> Response {
                std::rethrow_exception(e);
            });
        }
        request.context.stop = stop_.get_token();
        request.context.reporter = options_.reporter;
        CgiSink sink(options_.out, is_nph(variables) ? net::append_nph_head : net::append_cgi_head,
                     request.context, [this] { last(); });
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

    Request take_request(const std::vector<cgi::Variable>& variables) const {
        Request request;
        const std::uint64_t size =
            net::fill_request(request, variables,
                              {.trust_remote_user = options_.trust_remote_user,
                               .pass_dot_segments = options_.pass_dot_segments});
        if (size > 0) request.body = Body(std::make_unique<FdBody>(options_.in, size), size);
        std::string_view id = value_of(variables, "HTTP_X_REQUEST_ID");
        if (id.empty()) id = value_of(variables, "UNIQUE_ID");  // Apache's
        request.context.request_id = id;
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
