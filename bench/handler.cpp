// What the replay benchmark replays against: a small JSON answer that depends on the request.
#include <turngate/handlers/plugin.h>

namespace {

turngate::HandlerPtr create(std::string_view) {
    return turngate::to_handler([](turngate::Request& request) {
        return turngate::Response{200,
                                  {{"Content-Type", "application/json"}},
                                  R"({"path":")" + request.url.path + R"(","size":)" +
                                      std::to_string(request.body.text().size()) + "}"};
    });
}

}  // namespace

TURNGATE_PLUGIN("bench", create)
