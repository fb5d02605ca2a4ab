#include "openedge/grpc_dialect.h"

#include "openedge/call_failure.h"
#include "openedge/grpc.h"

namespace turngate::openedge {

net::Dialect grpc_dialect() {
    return {.refusal = [](const Headers& headers, int status,
                          std::string_view why) -> std::optional<Response> {
                if (!is_grpc(headers.get("content-type"))) return std::nullopt;
                Response page;
                page.headers = status_fields(grpc_status(status), why);
                page.headers.add_checked("content-type", "application/grpc");
                return page;
            },
            .patience = [](const Headers& headers) -> std::optional<std::chrono::nanoseconds> {
                if (!is_grpc(headers.get("content-type"))) return std::nullopt;
                return parse_grpc_timeout(headers.get("grpc-timeout"));
            }};
}

}  // namespace turngate::openedge
