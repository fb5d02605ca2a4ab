#include "host/lambda_rules.h"

#include <limits>
#include <utility>

#include <turngate/events/decode.h>

namespace turngate::host {
namespace {

using strict::Platform;

// Shapes that AWS does not send are held to what AWS Lambda itself takes.
Platform platform_of(events::Format format) {
    if (format == events::Format::vercel) return Platform::lambda;
    return strict::platform_named(events::name(format)).value_or(Platform::lambda);
}

}  // namespace

LambdaRules::LambdaRules(std::string_view event, events::Format format)
    : platform_(platform_of(format)) {
    events::Event decoded = events::decode(
        event, {.format = format, .max_size = std::numeric_limits<std::size_t>::max()});
    facts_ = strict::facts_of(decoded, event, platform_);
}

std::vector<strict::Violation> LambdaRules::broken(const Response& reply,
                                                   const InvocationResult& result,
                                                   std::chrono::nanoseconds latency) && {
    strict::Subject subject{.platform = platform_,
                            .request = std::move(facts_),
                            .status = reply.status,
                            .headers = reply.headers,
                            .body = reply.body.size(),
                            .refused = result.refused,
                            .latency = latency,
                            .binary_types = {"*/*"}};
    subject.set_reply(result.payload);
    return strict::check(subject);
}

}  // namespace turngate::host
