// What a server saw of a request, as one line of JSON: for tests that compare servers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/json/json.h>

namespace turngate::test {

inline std::string hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 15];
    }
    return out;
}

// What of the body is beyond its first bytes is seen by this alone: FNV-1a, which every language
// can.
inline std::string fingerprint(std::string_view bytes) {
    std::uint32_t hash = 2166136261;
    for (const char c : bytes)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    return std::to_string(hash);
}

using SeenFields = std::vector<std::pair<std::string, std::string>>;

// Fields in hex too, which no byte of theirs can break.
inline std::string seen_request(std::string_view method, std::string_view target,
                                std::string_view body, const SeenFields& fields,
                                std::int64_t number = 0) {
    Json::Array names;
    Json::Array pairs;
    for (const auto& [name, value] : fields) {
        names.emplace_back(name);
        pairs.emplace_back(hex(name) + ':' + hex(value));
    }
    return Json::object({{"m", std::string(method)},
                         {"u", std::string(target)},
                         {"bl", static_cast<std::int64_t>(body.size())},
                         {"bh", hex(body.substr(0, 64))},
                         {"bf", fingerprint(body)},
                         {"h", std::move(names)},
                         {"f", std::move(pairs)},
                         {"n", number}})
               .dump() +
           '\n';
}

}  // namespace turngate::test
