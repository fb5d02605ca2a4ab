// Any bytes in every field of a log line: it is one line of at most 16 KiB, and JSON.
// covers: gateway/src/observe/log_text.cpp gateway/src/observe/log_line.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "observe/log_line.h"
#include "observe/trace_context.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>

using namespace turngate;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    LogForm form;
    form.json = (data[0] & 1) != 0;
    form.powertools = (data[0] & 2) != 0;
    form.service = text;
    Context context;
    context.request_id = text;
    context.put(TraceContext{.trace_id = std::string(text), .xray = std::string(text)});
    LogLine line(form, Level::info, text, context);
    line.text("method", text).text("path", text).detail("shape", text);
    const std::string out = line.take();

    require(out.size() <= 16 * 1024 && out.ends_with('\n') && is_utf8(out));
    require(std::none_of(out.begin(), out.end() - 1,
                         [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
    for (const char* mark : {"\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xae", "\xc2\x85"})
        require(out.find(mark) == std::string::npos);
    if (form.json) require(Json::parse(out).members() != nullptr);
    return 0;
}
