// Events from anywhere without their secrets: what is left decodes, has nothing where secrets were,
// and gets back what was put aside.
//
// covers: gateway/src/record/event_redaction.cpp gateway/src/record/json_redaction.cpp
// covers: gateway/src/replay/placeholders.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "record/event_redaction.h"
#include "replay/placeholders.h"
#include <turngate/http/error.h>

using namespace turngate;
using namespace turngate::recording;

namespace {

void check(bool condition) {
    if (!condition) std::abort();
}

RedactionStep step(std::initializer_list<std::string_view> words, std::string in_place) {
    RedactionRules rules;
    for (const std::string_view word : words)
        rules.add(word);
    return {std::move(rules), std::move(in_place)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static const RedactionStep steps[] = {
        step({"x-aside"}, "${env:TURNGATE_SECRET_ASIDE}"),
        step({"authorization", "cookie", "query:p", "/body/json/p"}, "REDACTED"),
    };
    try {
        const RedactedEvent done = redact_event(text, {}, steps, nullptr);
        events::Event event = events::decode(done.event, {.format = events::decode(text).format});
        for (const std::string_view value : event.request.headers.values("Authorization"))
            check(value.empty() || value.find("REDACTED") != value.npos);
        const std::string aside(event.request.headers.get("X-Aside"));
        replay::fill_in(event.request, [](const std::string&) { return "known"; });
        if (aside == "${env:TURNGATE_SECRET_ASIDE}")
            check(event.request.headers.get("X-Aside") == "known");
    } catch (const Error&) {
    } catch (const std::invalid_argument&) {
    }
    return 0;
}
