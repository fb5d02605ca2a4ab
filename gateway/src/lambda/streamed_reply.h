// A response that goes to Lambda while it is being made.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lambda/crash_report.h"
#include "lambda/runtime_api.h"
#include <turngate/events/answer.h>
#include <turngate/events/format.h>
#include <turngate/http/context.h>
#include <turngate/http/response.h>
#include <turngate/http/response_writer.h>

namespace turngate {

// Nothing is sent before the first flush, or before so much is there that it cannot wait: what
// fails until then can still be told as a failed invocation, and a small response is one exchange.
// Then every flush is a chunk. Of a status that fails the invocation nothing is sent. Throws
// Cancelled in the handler once `context` is cancelled or Lambda takes no more.
class StreamedReply final : public ResponseSink {
  public:
    // All must outlive this.
    StreamedReply(RuntimeApi& api, const std::string& id, events::Format format,
                  const Context& context, CrashReport& crash,
                  const std::vector<events::StatusRange>& failing)
        : api_(api),
          id_(id),
          format_(format),
          context_(context),
          crash_(crash),
          failing_(failing) {}

    void on_head(int status, const Headers& headers) override;
    void on_body(std::string_view chunk) override;
    void on_flush() override { send(); }
    void on_finish() override {}
    void on_abort() noexcept override {}

    // Something is on its way: what fails from now on is told at the end of it.
    bool begun() const noexcept { return begun_; }

    // Why the head of the response cannot be sent, if it cannot: it is too large.
    const std::optional<std::string>& refusal() const noexcept { return refusal_; }

    // The response, as far as it is of use, if its status fails the invocation.
    const std::optional<Response>& failed() const noexcept { return failed_; }

    // Sends what is left, and `error`, if there is one. REQUIRES: begun(), or there is no error.
    Delivery end(const FunctionError* error);

  private:
    void send();

    RuntimeApi& api_;
    const std::string& id_;
    const events::Format format_;
    const Context& context_;
    CrashReport& crash_;
    const std::vector<events::StatusRange>& failing_;
    std::string pending_;
    std::optional<Response> failed_;
    std::optional<std::string> refusal_;
    std::string lost_;  // why nothing more can be sent
    bool begun_ = false;
};

}  // namespace turngate
