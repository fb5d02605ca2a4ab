// A reverse proxy for each origin does the work: pools, deadlines, metrics, hop-by-hop fields.
#include <map>
#include <mutex>
#include <utility>

#include "exchange_rules.h"
#include "url_reference.h"
#include <turngate/handlers/fetch.h>
#include <turngate/handlers/upstream.h>
#include <turngate/http/recorder.h>
#include <turngate/http/request.h>

namespace turngate {
namespace {

using Clock = Context::Clock;

constexpr std::size_t most_origins = 128;  // whose connections are kept

// Tells the request that is being served what happens in a request of ours.
class Outer final : public Reporter {
  public:
    explicit Outer(const Context& context) : context_(context) {}

    void began(const Context&) override {}
    void logged(const Context&, Level level, std::string_view message) override {
        context_.log(level, message);
    }
    void printed(const Context&, Stream stream, std::string_view text) override {
        context_.print(stream, text);
    }
    void fetched(const Context&, const FetchMetric& metric) override { context_.report(metric); }
    void ended(const Context&, const Outcome&) override {}

  private:
    const Context& context_;
};

HandlerPtr client_of(const std::string& origin) {
    static std::mutex mutex;
    static std::map<std::string, HandlerPtr, std::less<>> clients;
    const std::lock_guard lock(mutex);
    if (const auto known = clients.find(origin); known != clients.end()) return known->second;
    if (clients.size() >= most_origins) clients.clear();  // who is being asked keeps its own
    HandlerPtr client = upstream({.url = origin,
                                  .timeout = std::chrono::milliseconds(0),
                                  .deadline_margin = std::chrono::milliseconds(0),
                                  .forwarded = ForwardedPolicy::none,
                                  .preserve_host = false});
    clients.emplace(origin, client);
    return client;
}

Url parse(std::string_view text) {
    Url url;
    try {
        url = Url::parse(text.substr(0, text.find('#')));
    } catch (const HttpError& e) {
        throw Error("cannot fetch " + std::string(text) + ": " + e.what());
    }
    if (url.host.empty())
        throw Error("cannot fetch " + std::string(text) + ": it has no host, as http://host/path");
    const bool is_secure = iequals(url.scheme, "https");
    if (!is_secure && !iequals(url.scheme, "http"))
        throw Error("cannot fetch " + std::string(text) + ": http and https are spoken here, not " +
                    url.scheme);
    url.scheme = is_secure ? "https" : "http";
    return url;
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

class Fetching {
  public:
    Fetching(const Context& context, FetchRequest request)
        : context_(context), outer_(context), request_(std::move(request)) {
        const auto now = Clock::now();
        until_ =
            sooner(answer_by(context, now, std::chrono::milliseconds(0)), now, request_.timeout);
    }

    Response run() {
        if (!is_token(request_.method))
            throw Error("cannot fetch " + request_.url + ": the method is not a token");
        Url url = parse(request_.url);
        for (int redirects = 0;; ++redirects) {
            Response response = ask(url);
            const std::string location(response.headers.get("Location"));
            if (request_.max_redirects == 0 || !is_redirect(response.status) || location.empty())
                return response;
            if (redirects == request_.max_redirects)
                throw Error("cannot fetch " + request_.url + ": it leads on after " +
                            std::to_string(redirects) + " redirects");
            Url next = parse(resolve_reference(url, location));
            prepare(response.status, next.scheme == url.scheme && next.host == url.host);
            url = std::move(next);
        }
    }

  private:
    Response ask(const Url& url) {
        Request request;
        request.method = request_.method;
        request.url = Url::parse(url.target());
        request.headers = request_.headers;
        if (!request.headers.contains("User-Agent")) request.headers.add("User-Agent", "turngate");
        if (!request_.body.empty()) request.body = Body(request_.body);
        request.context.request_id = context_.request_id;
        request.context.deadline = until_;
        request.context.stop = context_.stop;
        request.context.parking = context_.parking;
        request.context.reporter = &outer_;
        Recorder recorder(request.method, request_.max_body);
        client_of(url.scheme + "://" + url.host)->serve(request, recorder);
        return recorder.take();
    }

    // For the next one.
    void prepare(int status, bool is_same_origin) {
        const bool becomes_get = (status == 303 && request_.method != "HEAD") ||
                                 (status <= 302 && request_.method == "POST");
        if (becomes_get) {
            request_.method = "GET";
            request_.body.clear();
            for (const char* name :
                 {"Content-Type", "Content-Encoding", "Content-Language", "Content-Location"})
                request_.headers.remove(name);
        }
        if (!is_same_origin)
            for (const char* name : {"Authorization", "Cookie", "Proxy-Authorization"})
                request_.headers.remove(name);
    }

    const Context& context_;
    Outer outer_;
    FetchRequest request_;
    Clock::time_point until_;
};

}  // namespace

Response fetch(const Context& context, FetchRequest request) {
    return Fetching(context, std::move(request)).run();
}

}  // namespace turngate
