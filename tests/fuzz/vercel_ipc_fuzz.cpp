// Any headers from the platform's router: nothing internal is left, and every frame that follows
// from them is one JSON object, of valid UTF-8, that says what was said.
// covers: gateway/src/doors/vercel_reader.cpp gateway/src/report/vercel_frames.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "doors/vercel_reader.h"
#include "report/vercel_frames.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>

using namespace turngate;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

Json parsed(const std::string& frame) {
    require(frame.find('\0') == frame.size() - 1);
    return Json::parse(std::string_view(frame).substr(0, frame.size() - 1));
}

void check_log(const vercel::Invocation* invocation, std::string_view text) {
    std::string frame;
    vercel::append_log(frame, invocation, Level::info, text);
    const Json log = parsed(frame);
    const Json& payload = log["payload"];
    const auto message = base64_decode(payload["message"].string_or("!"));
    require(message && is_utf8(*message) && (!is_utf8(text) || *message == text));
    require(vercel::log_text(frame) == message);
    const std::string id = payload["context"]["invocationId"].string_or("");
    require(!id.empty() && is_utf8(id));
    if (!invocation)
        require(id == "0");
    else if (is_utf8(invocation->id))
        require(id == invocation->id);
}

}  // namespace

// One field a line: name, '=' and value. All of it is logged, and the address of a call.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view whole(reinterpret_cast<const char*>(data), size);
    Request request;
    for (std::string_view input = whole; !input.empty();) {
        const std::string_view line = input.substr(0, input.find('\n'));
        input.remove_prefix(std::min(input.size(), line.size() + 1));
        const std::size_t end = std::min(line.find('='), line.size());
        const std::string_view name = line.substr(0, end);
        const std::string_view value = line.substr(std::min(line.size(), end + 1));
        if (is_token(name) && is_field_value(value)) request.headers.add(name, value);
    }
    VercelReader().read(request);
    for (const auto& field : request.headers) {
        const std::string name = lower_case(field.name);
        require(!name.starts_with("x-vercel-internal-") && name != "x-vercel-sc-runtime-cache");
    }
    const vercel::Invocation* const invocation = vercel::invocation(request);
    require(!invocation || !invocation->id.empty());
    check_log(invocation, whole);
    std::string frame;
    vercel::append_fetch(frame, invocation,
                         {.id = 1,
                          .method = std::string(whole),
                          .host = std::string(whole),
                          .path = std::string(whole),
                          .search = std::string(whole)});
    require(parsed(frame).members() != nullptr);
    frame.clear();
    vercel::append_unrecoverable_error(frame, 1, whole);
    require(parsed(frame).members() != nullptr);
    return 0;
}
