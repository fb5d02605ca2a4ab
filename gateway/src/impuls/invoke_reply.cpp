#include "impuls/invoke_reply.h"

namespace turngate::impuls {

std::string invoke_reply(const InvokeResult& result, std::chrono::milliseconds duration,
                         const InvocationLogs& logs, LogsForm form) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.key("statusCode").integer(result.status);
    json.key("status_code").integer(result.status);
    json.key("body").raw(result.body);
    if (!result.error.empty()) {
        json.key("error").string(result.error);
        json.key("stack").string(
            result.error_type.empty() ? result.error : result.error_type + ": " + result.error);
    }
    json.key("duration_ms").integer(duration.count());
    logs.write(json, form);
    json.end_object();
    return out;
}

Response refusal(int status, std::string_view why) {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}},
            .body = invoke_reply(failed(status, std::string(why)), {}, {}, LogsForm::text)};
}

}  // namespace turngate::impuls
