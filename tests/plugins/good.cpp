// A plug-in for tests: answers with its configuration.
#include <string>

#include <turngate/handlers/plugin.h>

namespace {

class Answer final : public turngate::Handler {
  public:
    explicit Answer(std::string_view config) : config_(config) {}

    void serve(turngate::Request& request, turngate::ResponseWriter& response) const override {
        if (request.url.path == "/missing") throw turngate::HttpError(404, "not here");
        response.write("config " + config_);
    }

  private:
    const std::string config_;
};

turngate::HandlerPtr create(std::string_view config) {
    return std::make_shared<const Answer>(config);
}

}  // namespace

TURNGATE_PLUGIN("good", create)
