// Attack cases recorded as lines of JSON, where a checkout has them beside it.
#pragma once

#include <string>
#include <vector>

#include <turngate/json/json.h>

struct RecordedCase {
    std::string name;
    turngate::Json facts;  // the line as it stands: "expect", "kind" and so on
    std::string raw;       // its bytes, from "raw_b64" or "raw_zb64" (zlib, then base64)
};

// The cases of TURNGATE_FIXTURES "/events/bad-events.jsonl" and the like. Where there is no such
// file, says so and yields none.
std::vector<RecordedCase> recorded_cases(const std::string& path);

// The same of one object, whose members are named cases, with or without bytes.
std::vector<RecordedCase> recorded_table(const std::string& path);
