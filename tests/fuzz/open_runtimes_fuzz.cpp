// What an executor sends: no envelope crashes, no log id leaves its folder, and what v2 answers is
// JSON whatever a handler says.
// covers: gateway/src/open_runtimes/envelope.cpp gateway/src/open_runtimes/log_id.cpp
// handlers/src/handlers/open_runtimes_request.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "open_runtimes/envelope.h"
#include "open_runtimes/log_id.h"
#include <turngate/handlers/open_runtimes_request.h>

using namespace turngate;

namespace {

void read(std::string_view text) {
    try {
        const Envelope envelope = read_envelope(text);
        for (const auto& [name, value] : envelope.headers)
            if (!is_token(name) || !is_field_value(value)) std::abort();
        if (envelope.timeout && envelope.timeout->count() <= 0) std::abort();
    } catch (const JsonError&) {
    }
}

void view(std::string_view text) {
    Request request;
    const auto line = text.substr(0, text.find('\n'));
    try {
        request.url = Url::parse(line);
    } catch (const HttpError&) {
        return;
    }
    request.body = Body(std::string(text));
    open_runtimes::Request req(request);
    if (req.port() <= 0 || req.url().find("://") == std::string::npos) std::abort();
    if (!is_json(req.query().dump()) || !is_json(req.headers().dump())) std::abort();
    if (!is_json(req.body().dump())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read(text);
    view(text);
    const std::string id = file_safe(text);
    if (id.find('/') != id.npos || id.starts_with('.') || id.size() > 128) std::abort();
    const Response response{.headers = {{"content-type", "application/json"}},
                            .body = std::string(text)};
    if (!is_json(print_answer(response, text, text)) || !is_json(print_failure(text, text)) ||
        !is_json(print_error(500, text)))
        std::abort();
    return 0;
}
