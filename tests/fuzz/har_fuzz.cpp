// HAR files: whatever is in one, each entry is an event and a reply that are read again, a problem,
// or passed over.
// covers: gateway/src/replay/har.cpp
#include <cstdint>
#include <cstdlib>
#include <string>

#include "replay/har.h"
#include <turngate/events/decode.h>
#include <turngate/events/reply.h>

using namespace turngate;
using namespace turngate::replay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        Har har(std::string(reinterpret_cast<const char*>(data), size));
        std::size_t count = 0;
        for (Har::Entry entry; har.next(entry); ++count) {
            const int results =
                !entry.event.empty() + !entry.problem.empty() + !entry.skipped.empty();
            if (results != 1) std::abort();
            if (entry.event.empty()) continue;
            events::decode(entry.event, events::Format::http);
            if (!entry.reply.empty()) events::decode_reply(entry.reply);
        }
        if (count != har.size()) std::abort();
    } catch (const JsonError&) {
    }
    return 0;
}
