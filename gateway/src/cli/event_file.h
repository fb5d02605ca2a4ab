// Reading one event that a command was given.
#pragma once

#include <string>
#include <string_view>

#include "cli/output.h"
#include <turngate/events/decode.h>

namespace turngate::cli {

// "standard input" for "-", "standard input:2" for "-:2".
std::string display_name(const std::string& path);

// Decodes `json`, which came from `path`. Tells the repairs of lenient decoding on `err`. Throws
// CommandError with status unreadable.
events::Event decode_event(std::string_view json, const std::string& path,
                           const events::DecodeOptions& options, Output& err);

// read_event_text() and decode_event().
events::Event read_event(const std::string& path, const events::DecodeOptions& options,
                         Output& err);

// "create.request.json" of "create.json": where "event show --save" writes what request_text() is.
std::string request_path(const std::string& event_path);
// The request of an event in the shape http, with a newline at its end.
std::string request_text(Request& request);

}  // namespace turngate::cli
