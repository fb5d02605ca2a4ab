// A function that a host runs, for the Invoke API.
#pragma once

#include "host/async_queue.h"
#include "host/lambda_function.h"
#include "lambda_api.h"

namespace turngate::host {

class HostedFunction final : public InvokedFunction {
  public:
    // Both must outlive this.
    HostedFunction(LambdaFunction& function, AsyncQueue& queue)
        : function_(function), queue_(queue) {}

    void invoke(Request& request, ResponseWriter& response, InvokeCall call) const override;
    bool queue(Request& request, InvokeCall call) const override;
    void stream(Request& request, ResponseWriter& response, InvokeCall call) const override;
    bool is_streaming() const noexcept override { return true; }
    bool may_migrate() const noexcept override { return true; }

  private:
    LambdaFunction& function_;
    AsyncQueue& queue_;
};

}  // namespace turngate::host
