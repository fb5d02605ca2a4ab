#include "host/fluid_front.h"

#include <chrono>
#include <exception>
#include <utility>

#include "fresh_ids.h"
#include <turngate/http/error.h>

namespace turngate::host {
namespace {

// Hexadecimal digits that nobody has used before.
std::string fresh_hex(std::size_t size) {
    std::string out;
    while (out.size() < size)
        for (const char c : fresh_uuid())
            if (c != '-' && out.size() < size) out += c;
    return out;
}

// "dev1::k4x7p-1767225600000-0123456789ab", as `vercel dev` makes it.
std::string fresh_vercel_id() {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    return "dev1::" + fresh_hex(5) + '-' + std::to_string(now.count()) + '-' + fresh_hex(12);
}

class FluidFront final : public Handler {
  public:
    FluidFront(FluidFunction& function, Ledger& ledger, FrontOptions options)
        : function_(function), ledger_(ledger), options_(std::move(options)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        if (request.url.path == "/_vercel/ping") return serve_ping(request, response);
        const IpcContext context = ledger_.begin(request.method, request.url.target());
        const HandlerPtr proxy = started(context, request, response);
        if (!proxy) return;
        add_fields(request, context);
        ledger_.passed_on(context);
        const auto tell = [&](int status, std::string_view problem) {
            ledger_.answered(context, response.committed() ? response.status() : status,
                             response.bytes(), problem);
        };
        try {
            proxy->serve(request, response);
        } catch (const HttpError& e) {
            tell(e.status(), e.what());
            throw;
        } catch (const Cancelled& e) {
            tell(499, e.what());  // nginx's number for a client that has gone
            throw;
        } catch (const ProtocolError& e) {
            tell(502, e.what());
            throw;
        } catch (const std::exception& e) {
            tell(500, e.what());
            throw;
        }
        tell(response.status(), {});
    }

  private:
    // Null if there is no function, and then the answer is given.
    HandlerPtr started(const IpcContext& context, const Request& request,
                       ResponseWriter& response) const {
        try {
            return function_.ready(request.context);
        } catch (const Cancelled& e) {
            ledger_.refused(context, 499, e.what());
            throw;
        } catch (const Error& e) {
            ledger_.refused(context, 500, e.what());
            answer_failure(response, e);
            return nullptr;
        }
    }

    // A function tells nothing of it: there is no end to wait for.
    void serve_ping(Request& request, ResponseWriter& response) const {
        HandlerPtr proxy;
        try {
            proxy = function_.ready(request.context);
        } catch (const Cancelled&) {
            throw;
        } catch (const Error& e) {
            return answer_failure(response, e);
        }
        proxy->serve(request, response);
    }

    static void answer_failure(ResponseWriter& response, const Error& failure) {
        response.status(500).header("X-Vercel-Error", "FUNCTION_INVOCATION_FAILED");
        response.write(std::string("FUNCTION_INVOCATION_FAILED\n\n") + failure.what() + '\n');
    }

    void add_fields(Request& request, const IpcContext& context) const {
        Headers& headers = request.headers;
        headers.set("X-Vercel-Internal-Invocation-Id", context.invocation_id);
        headers.set("X-Vercel-Internal-Request-Id", std::to_string(context.request_id));
        headers.set("X-Vercel-Internal-Span-Id", fresh_hex(16));
        headers.set("X-Vercel-Internal-Trace-Id", fresh_hex(32));
        if (!options_.oidc_token.empty())
            headers.set("X-Vercel-Internal-Oidc-Token", options_.oidc_token);
        headers.set("X-Vercel-Id", fresh_vercel_id());
        headers.set("X-Vercel-Deployment-Url", options_.deployment);
        headers.set("X-Vercel-Forwarded-For", request.remote_address);
    }

    FluidFunction& function_;
    Ledger& ledger_;
    const FrontOptions options_;
};

}  // namespace

HandlerPtr fluid_front(FluidFunction& function, Ledger& ledger, FrontOptions options) {
    return std::make_shared<const FluidFront>(function, ledger, std::move(options));
}

}  // namespace turngate::host
