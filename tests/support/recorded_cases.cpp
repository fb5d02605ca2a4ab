#include "recorded_cases.h"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <zlib.h>

#include "skip.h"
#include <turngate/http/encoding.h>

using namespace turngate;

namespace {

std::string raw_bytes(const Json& facts) {
    const bool packed = facts["raw_zb64"].string() != nullptr;
    const auto bytes = base64_decode(facts[packed ? "raw_zb64" : "raw_b64"].string_or("!"));
    if (!bytes) throw std::runtime_error("a recorded case without bytes: " + facts.dump());
    if (!packed) return *bytes;
    std::string raw(static_cast<std::size_t>(facts["raw_len"].integer_or(0)), '\0');
    uLongf size = raw.size();
    if (uncompress(reinterpret_cast<Bytef*>(raw.data()), &size,
                   reinterpret_cast<const Bytef*>(bytes->data()), bytes->size()) != Z_OK ||
        size != raw.size())
        throw std::runtime_error("a recorded case of another length: " + facts["name"].dump());
    return raw;
}

std::ifstream open_cases(const std::string& path) {
    std::ifstream file(path);
    if (!file) test::skip("no recorded cases at " + path);
    return file;
}

}  // namespace

std::vector<RecordedCase> recorded_table(const std::string& path) {
    std::ifstream file = open_cases(path);
    if (!file) return {};
    std::vector<RecordedCase> cases;
    const Json table = Json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
    for (const auto& [name, facts] : *table.members()) {
        const bool has_bytes = facts["raw_b64"].string() || facts["raw_zb64"].string();
        cases.push_back({name, facts, has_bytes ? raw_bytes(facts) : std::string()});
    }
    return cases;
}

std::vector<RecordedCase> recorded_cases(const std::string& path) {
    std::ifstream file = open_cases(path);
    std::vector<RecordedCase> cases;
    for (std::string line; std::getline(file, line);) {
        Json facts = Json::parse(line);
        std::string raw = raw_bytes(facts);
        cases.push_back({facts["name"].string_or(""), std::move(facts), std::move(raw)});
    }
    return cases;
}
