#include "host/impuls_reply.h"

#include <turngate/json/json.h>

namespace turngate::host {
namespace {

std::vector<std::string> lines_of(const Json& logs, std::string_view name) {
    std::vector<std::string> lines;
    const Json& list = logs[name];
    if (list.is_null()) return lines;
    const std::string problem = "\"logs." + std::string(name) + "\" is no list of strings";
    if (!list.items()) throw Error(problem);
    for (const Json& line : *list.items()) {
        if (!line.string() && !line.is_null()) throw Error(problem);
        lines.push_back(line.string_or(""));
    }
    return lines;
}

}  // namespace

ImpulsReply read_impuls_reply(std::string_view text) {
    const Json json = Json::parse(text, {.size = text.size()}, DuplicateNames::keep_last);
    if (!json.members()) throw Error("the reply is no JSON object");
    const auto status = json["status_code"].integer_or(0);
    if (status < 100 || status > 999)
        throw Error("\"status_code\" is missing, or no integer from 100 to 999");
    if (const Json& error = json["error"]; !error.is_null() && !error.string())
        throw Error("\"error\" is no string");
    if (const Json& time = json["duration_ms"]; !time.is_null() && !time.integer())
        throw Error("\"duration_ms\" is no integer");
    ImpulsReply reply{.status = static_cast<int>(status),
                      .body = json["body"].dump(),
                      .error = json["error"].string_or(""),
                      .duration_ms = json["duration_ms"].integer_or(0),
                      .out = {},
                      .err = {}};
    const Json& logs = json["logs"];
    if (logs.is_null()) return reply;
    if (!logs.members())
        throw Error("\"logs\" is no object with the lists \"stdout\" and \"stderr\"");
    reply.out = lines_of(logs, "stdout");
    reply.err = lines_of(logs, "stderr");
    return reply;
}

}  // namespace turngate::host
