// Reading one event that a command was given.
#pragma once

#include <string>

#include "cli/option.h"
#include "cli/output.h"
#include <turngate/events/decode.h>

namespace turngate::cli {

constexpr Option lenient_option = {
    .name = "lenient",
    .help = "repair what has one sensible meaning, such as a number for a string, and tell"};

// "standard input" for "-".
std::string display_name(const std::string& path);

// Decodes `json`, which came from `path`. Tells the repairs of lenient decoding on `err`. Throws
// CommandError with status unreadable.
events::Event decode_event(std::string_view json, const std::string& path, bool lenient,
                           Output& err);

// read_event_text() and decode_event().
events::Event read_event(const std::string& path, bool lenient, Output& err);

}  // namespace turngate::cli
