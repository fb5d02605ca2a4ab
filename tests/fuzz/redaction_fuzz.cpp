// Secrets in calls: what a rule names is in nothing that is kept, and JSON stays JSON.
//
// The input is a line each for the target, the Cookie, the Set-Cookie, the Referer and the
// Content-Encoding, then the body of request and reply.
// covers: gateway/src/record/content_coding.cpp gateway/src/record/json_redaction.cpp
// covers: gateway/src/record/redaction.cpp gateway/src/record/secrets.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "record/redaction.h"
#include <turngate/http/error.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::recording;

namespace {

std::string_view take_line(std::string_view& rest) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    return line;
}

void check(bool condition) {
    if (!condition) std::abort();
}

// True if every cookie is redacted, or has no value.
bool is_clean(std::string_view cookies) {
    while (!cookies.empty()) {
        std::string_view pair = cookies.substr(0, cookies.find(';'));
        cookies.remove_prefix(std::min(cookies.size(), pair.size() + 1));
        pair.remove_prefix(std::min(pair.size(), pair.find('=') + 1));  // npos + 1 is 0
        if (pair.find_first_not_of(" \t") != pair.npos && !pair.ends_with(redacted)) return false;
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string_view whole = input;
    static const RedactionRules rules = [] {
        RedactionRules all = RedactionRules::defaults();
        for (const char* rule : {"/body/json/p", "/a/*/p", "/0", "form:p", "query:p"})
            all.add(rule);
        return all;
    }();
    try {
        Request request = Request::make("POST", take_line(input));
        request.headers.add("Cookie", take_line(input));
        Response reply;
        reply.headers.add("Set-Cookie", take_line(input));
        request.headers.add("Referer", take_line(input));
        request.headers.add("Content-Encoding", take_line(input));
        reply.headers.add("Content-Encoding", request.headers.get("Content-Encoding"));
        reply.body = input;
        const bool was_json = is_json(input);
        const RedactedCall call = redact(request, std::string(input), reply, rules);

        // A secret that overlaps the marker spoils it, and what stands there is no secret then.
        if (whole.find_first_of("RD") != whole.npos) return 0;
        check(is_clean(request.headers.get("Cookie")));
        for (const auto& [name, value] : request.url.parameters())
            check(!iequals(name, "p") || value.empty() || value.starts_with(redacted));
        if (was_json && request.headers.get("Content-Encoding").empty()) {
            const Json json = Json::parse(call.body, {.depth = 1000}, DuplicateNames::keep_last);
            const Json& value = json["p"];
            check(!json.find("p") || value.string_or("") == redacted);
        }
    } catch (const Error&) {
    } catch (const std::invalid_argument&) {
    }
    return 0;
}
