// invoke:URL, a function behind an Invoke API of AWS Lambda as a handler.
#pragma once

#include <string_view>

#include <turngate/http/handler.h>

namespace turngate::host {

// `url` is what stands behind "invoke:": http://HOST:PORT/2015-03-31/functions/NAME/invocations, of
// a runtime interface emulator, an emulator of the cloud, turngate's own serve and host. Options
// are "as=SHAPE", "timeout=30s"; the other parameters of its query go along, as Qualifier does.
//
// The function gets events of the shape that a request has come in, or `as`, or function-url. One
// that fails (X-Amz-Function-Error, or as the runtime interface emulator says it, by the object of
// an error alone) is an Error; what does not answer as Invoke does, a
// ProtocolError; HttpError 504 past the time. Throws BadSetting for what is wrong with `url`.
HandlerPtr invoke_target(std::string_view url);

}  // namespace turngate::host
