// What the executor of Appwrite or Open Runtimes writes into the headers of a request.
#pragma once

#include <optional>
#include <string>

#include <turngate/doors/door.h>

namespace turngate {

// Attached to the context of each request.
struct ExecutorCall {
    std::optional<std::string> secret;     // x-open-runtimes-secret
    std::optional<std::string> challenge;  // x-internal-challenge
    std::string timeout;                   // x-open-runtimes-timeout
    std::string logging;                   // x-open-runtimes-logging
    std::string log_id;                    // x-open-runtimes-log-id
};

// Of a field that is repeated the first counts. The door drops them all.
class OpenRuntimesReader final : public PlatformReader {
  public:
    void read(Request& request) noexcept override;
};

}  // namespace turngate
