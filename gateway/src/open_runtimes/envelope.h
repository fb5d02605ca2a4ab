// The JSON texts in which v0 to v2 ask and are answered.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "open_runtimes/settings.h"
#include <turngate/json/json.h>

namespace turngate {

// What the executor asks for. Whatever it leaves out is empty; what is of another type than it
// should be is printed as JSON where there is to be a string, and else passed over.
struct Envelope {
    bool has_variables = false;  // v2's name for `env`
    Json env = Json::object({});
    std::string payload = {};
    Headers headers = {};  // those that can be fields
    std::optional<std::chrono::milliseconds> timeout = {};
};

// An empty text is an empty envelope. Throws JsonError for what is no JSON object.
Envelope read_envelope(std::string_view text);

// v2: an answer. The body is JSON if `response` says so and it is, else a string.
std::string print_answer(const Response& response, std::string_view out, std::string_view errors);

// v2: a failure.
std::string print_failure(std::string_view out, std::string_view errors);

// v0 and v1: the error schema.
std::string print_error(int code, std::string_view message);

}  // namespace turngate
