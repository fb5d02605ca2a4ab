// What a function on Impuls answers, as the platform reads it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace turngate::host {

struct ImpulsReply {
    int status = 0;
    std::string body;   // JSON
    std::string error;  // empty: none
    std::int64_t duration_ms = 0;
    std::vector<std::string> out;  // lines
    std::vector<std::string> err;  // likewise
};

// Throws Error, one sentence, for what the platform takes for no reply: what is no JSON object, has
// no "status_code" from 100 to 999, "logs" that are no {"stdout": [...], "stderr": [...]}, an
// "error" that is no string or a "duration_ms" that is no integer. null is as good as nothing.
ImpulsReply read_impuls_reply(std::string_view text);

}  // namespace turngate::host
