// What -t and HANDLER operands mean.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "observe/readiness.h"
#include "platform.h"
#include <turngate/http/handler.h>

namespace turngate {

// "self" is the handler linked into this program (`self`, which may be null), "lambda:PROGRAM" a
// function for AWS Lambda (see host/lambda_target.h), "invoke:URL" one behind an Invoke API (see
// host/invoke_target.h); everything else is open_handler()'s. Throws
// cli::CommandError with status no_target, which says what is wrong with the URI, the file or the
// program behind it. `get` says how the log of a program that it starts is written; `changed` hears
// whether it can be asked, as open_handler() says.
HandlerPtr open_target(std::string_view uri, HandlerPtr self, const ReadVariable& get,
                       BackendChanged changed = {});

// open_target(), or null in a program without commands, which opens nothing but its own handlers.
using OpenTarget = HandlerPtr (*)(std::string_view uri, HandlerPtr self, const ReadVariable& get,
                                  BackendChanged changed);

// The same, but a plug-in is loaded from a copy: who writes a new one over its file does this
// process no harm. One that needs to stand where it is, for what it loads itself, is loaded there.
HandlerPtr open_target_apart(std::string_view uri, HandlerPtr self, const ReadVariable& get,
                             BackendChanged changed = {});

// Whether `uri` names a server that is there or not, whatever this process does, or a function that
// starts with the first request: what cannot be reached of it is the target itself.
bool is_elsewhere(std::string_view uri) noexcept;

// The log of what is behind a handler, which is nobody's request.
std::function<void(Level, std::string_view)> target_log(const ReadVariable& get);

// The files that make the handler what it is, where the URI tells: the plug-in, the program, what
// of a command to be started is a file. Of "self" it is this program.
std::vector<std::string> target_files(std::string_view uri);

// The path of this program, as it was when it started.
std::string own_path();

}  // namespace turngate
