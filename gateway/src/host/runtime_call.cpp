#include "host/runtime_call.h"

#include <string>

#include <turngate/json/json_writer.h>

namespace turngate::host {

void RuntimeApi::Call::refuse(const RuntimeRefusal& refusal) const {
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("errorMessage").string(refusal.message);
    json.key("errorType").string(refusal.type).end_object();
    send_json(refusal.status, body);
}

void RuntimeApi::Call::accept() const {
    send_json(202, R"({"status":"OK"})");
}

// With a newline behind it, as Go's encoder has it.
void RuntimeApi::Call::send_json(int status, std::string_view json) const {
    response.status(status).header("Content-Type", "application/json");
    response.write(std::string(json) + '\n');
}

}  // namespace turngate::host
