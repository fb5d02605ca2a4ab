// -X, -H and -d: a request described on the command line.
#pragma once

#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/option.h"
#include <turngate/events/format.h>
#include <turngate/http/request.h>

namespace turngate::cli {

// To be listed in a command's table.
constexpr Option method_option = {.letter = 'X',
                                  .name = "method",
                                  .value = "METHOD",
                                  .help = "the method; without it GET, or POST with --data",
                                  .kind = Value::text};
constexpr Option header_option = {.letter = 'H',
                                  .name = "header",
                                  .value = "'NAME: VALUE'",
                                  .help = "add a header field",
                                  .kind = Value::text,
                                  .repeatable = true};
constexpr Option data_option = {
    .letter = 'd',
    .name = "data",
    .value = "DATA",
    .help =
        "the body: text, @FILE, or - for standard input; without a Content-Type header it is "
        "application/json, text/plain or application/octet-stream, whichever it is",
    .kind = Value::text};

// Reads data files. Throws CommandError, for whatever HTTP would not carry.
Request make_request(const Arguments& arguments, std::string_view target);

// "apigw-v1", ...: the choices of --as and the SHAPE operand.
std::vector<std::string_view> shape_names();

// Throws CommandError that names the nearest shape.
events::Format shape_named(std::string_view name);

}  // namespace turngate::cli
