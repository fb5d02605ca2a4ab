// A function behind the Lambda door, and the Lambda that it belongs to.
#pragma once

#include <string>
#include <thread>
#include <utility>

#include "support/fake_runtime_api.h"
#include "support/recording_reporter.h"
#include <turngate/doors/lambda.h>

namespace turngate::test {

// An event of the shape that a function URL or, with another domain, an HTTP API sends.
inline std::string http_event(const std::string& method, const std::string& path,
                              const std::string& domain = "x.lambda-url.us-east-1.on.aws") {
    return R"({"version":"2.0","routeKey":"$default","rawPath":")" + path +
           R"(","rawQueryString":"","headers":{"host":")" + domain +
           R"("},"requestContext":{"accountId":"1","apiId":"x","domainName":")" + domain +
           R"(","http":{"method":")" + method + R"(","path":")" + path +
           R"(","protocol":"HTTP/1.1","sourceIp":"192.0.2.1"},"requestId":"r","stage":"$default"},)" +
           R"("isBase64Encoded":false})";
}

class LambdaFunction {
  public:
    template <class F>
    explicit LambdaFunction(F handler, LambdaOptions options = {}) {
        options.runtime_api = lambda.address();
        options.wants_sigterm = false;
        options.reporter = &reporter;
        door_ = lambda_door(std::move(options));
        thread_ =
            std::thread([this, h = to_handler(std::move(handler))] { status_ = door_->serve(h); });
    }
    LambdaFunction(const LambdaFunction&) = delete;
    LambdaFunction& operator=(const LambdaFunction&) = delete;
    ~LambdaFunction() { stop(); }

    // What it answers to an event.
    RuntimeCall answer(const std::string& event,
                       std::chrono::milliseconds time = std::chrono::seconds(60)) {
        lambda.push({"id-" + std::to_string(++count_), event, time});
        return lambda.take();
    }

    // The door's exit status.
    int stop() {
        door_->stop();
        return wait();
    }
    int wait() {
        if (thread_.joinable()) thread_.join();
        return status_;
    }

    LambdaDoor& door() { return *door_; }

    RecordingReporter reporter;
    FakeRuntimeApi lambda;

  private:
    int count_ = 0;
    int status_ = -1;
    std::unique_ptr<LambdaDoor> door_;
    std::thread thread_;
};

}  // namespace turngate::test
