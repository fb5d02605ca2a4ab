// What -t and HANDLER operands mean.
#pragma once

#include <string_view>

#include <turngate/http/handler.h>

namespace turngate {

// "self" is the handler linked into this program (`self`, which may be null); everything else is
// open_handler()'s. Throws cli::CommandError with status no_target, which says what is wrong with
// the URI, the file or the program behind it.
HandlerPtr open_target(std::string_view uri, HandlerPtr self);

}  // namespace turngate
