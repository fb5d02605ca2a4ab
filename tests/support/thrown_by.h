// How a request fails that a handler cannot answer.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <turngate/http/error.h>
#include <turngate/http/handler.h>
#include <turngate/http/recorder.h>

namespace turngate::test {

// A status and the reason in the log.
inline std::string thrown_by(const HandlerPtr& handler, Request request) {
    Recorder recorder;
    try {
        handler->serve(request, recorder);
    } catch (const HttpError& e) {
        return std::to_string(e.status()) + ' ' + e.what();
    } catch (const Cancelled& e) {
        return std::string("cancelled ") + e.what();
    }
    return "served";
}

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

}  // namespace turngate::test
