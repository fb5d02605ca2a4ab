// Requests to events: every shape decodes what it made, and a second time round is the same.
//
// The input is a line each for method, target and header fields, then an empty line and the body.
// covers: lambda-events/src/events/event_draft.cpp lambda-events/src/events/make_api_gateway.cpp
// covers: lambda-events/src/events/make_event.cpp
// covers: lambda-events/src/events/make_load_balancers.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include <turngate/events/decode.h>
#include <turngate/events/make_event.h>
#include <turngate/http/error.h>
#include <turngate/http/headers.h>

using namespace turngate;
using namespace turngate::events;

namespace {

std::string_view take_line(std::string_view& rest) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    return line;
}

// Throws std::invalid_argument or HttpError for what is no request.
Request read_request(std::string_view text) {
    Request request = Request::make(take_line(text), "/");
    request.url = Url::parse(take_line(text));
    for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) throw std::invalid_argument("not a field");
        request.headers.add(line.substr(0, colon), line.substr(colon + 1));
    }
    request.body = Body(std::string(text));
    return request;
}

void check(Request& request, Format format) {
    std::string event;
    try {
        event = make_event(request, format);
    } catch (const HttpError&) {
        return;
    }
    Event once = decode(event);
    if (format == Format::raw) return;
    if (once.format != format) std::abort();
    if (once.request.body.text() != request.body.text()) std::abort();
    const std::string again = make_event(once.request, format);
    Event twice = decode(again);
    if (make_event(twice.request, format) != again) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Request request;
    try {
        request = read_request({reinterpret_cast<const char*>(data), size});
    } catch (const HttpError&) {
        return 0;
    } catch (const std::invalid_argument&) {
        return 0;
    }
    for (Format format : formats())
        if (format != Format::raw) check(request, format);
    return 0;
}
