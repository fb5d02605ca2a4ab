#include "field_filter.h"
#include "supervisor.h"
#include "upstream_pool.h"
#include <turngate/handlers/middleware.h>
#include <turngate/handlers/spawned_upstream.h>
#include <turngate/handlers/upstream.h>

namespace turngate {
namespace {

constexpr std::size_t least_compressed = 32;  // bytes, as Lambda Web Adapter has it

class SpawnedUpstream final : public Handler {
  public:
    explicit SpawnedUpstream(SpawnOptions options) : supervisor_(std::move(options)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        const HandlerPtr proxy = supervisor_.ready(request.context);
        try {
            return proxy->serve(request, response);
        } catch (const UnreachableUpstream&) {
            // It may have died a moment ago.
            if (!supervisor_.has_lost(proxy, request.context)) throw;
        }
        supervisor_.ready(request.context)->serve(request, response);
    }
    bool may_migrate() const noexcept override { return true; }

  private:
    const Supervisor supervisor_;
};

}  // namespace

HandlerPtr spawned_upstream(SpawnOptions options) {
    if (options.command.find_first_not_of(" \t\n") == std::string::npos)
        throw Error("the command of a spawned program is empty: expected http:spawn:COMMAND");
    if (!options.open)
        options.open = [](std::string url) { return upstream({.url = std::move(url)}); };
    const SpawnOptions around = options;
    HandlerPtr handler = std::make_shared<const SpawnedUpstream>(std::move(options));
    if (!around.authorization_source.empty())
        handler = authorization_from(around.authorization_source)(handler);
    if (!around.base_path.empty()) handler = remove_base_path(around.base_path)(handler);
    if (!around.removed_response_fields.empty())
        handler = remove_response_fields(around.removed_response_fields)(handler);
    if (around.compress) handler = compress({.min_size = least_compressed})(handler);
    return handler;
}

}  // namespace turngate
