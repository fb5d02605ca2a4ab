// What a function for the C++ runtime of Open Runtimes is called with.
#pragma once

#include <string>

#include "RuntimeRequest.h"
#include "RuntimeResponse.h"
#include <turngate/http/context.h>

namespace runtime {

class RuntimeContext {
  public:
    explicit RuntimeContext(const turngate::Context& context) : context_(context) {}

    RuntimeRequest req;
    RuntimeResponse res;

    void log(const std::string& message) { context_.log(turngate::Level::info, message); }
    void error(const std::string& message) { context_.log(turngate::Level::error, message); }

  private:
    const turngate::Context& context_;
};

}  // namespace runtime
