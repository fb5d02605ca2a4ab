// Which events a replay takes, and the rules of a platform that they are held to.
#pragma once

#include "cli/arguments.h"
#include "cli/option.h"
#include "replay/judge.h"

namespace turngate::cli {

std::vector<std::string_view> strict_platforms();
// "image/png", "image/*", "*/*".
bool is_media_range(std::string_view value);

// For add_checks(): to be joined() to a command's own.
constexpr Option strict_options[] = {
    {.name = "filter",
     .value = "EXPR",
     .help = "replay only the events that match: method=POST path~^/orders format=alb tag=smoke "
             "status>=500; ! negates a term, and all must hold; tag and status are those of the "
             "expected reply",
     .kind = Value::text,
     .repeatable = true},
    {.name = "strict",
     .value = "PLATFORM",
     .help = "fail what PLATFORM would refuse: events and replies that pass its limits, and "
             "replies of a form that it does not take",
     .kind = Value::choice,
     .choices = strict_platforms},
    {.name = "binary-type",
     .value = "TYPE",
     .help = "with --strict apigw-v1, a media type of the API's binaryMediaTypes, such as */*",
     .kind = Value::text,
     .valid = is_media_range,
     .rule = "a media type such as image/png, image/* or */*",
     .repeatable = true},
};

// Puts them into `judge`. Throws CommandError that names the term of a filter that is none.
void add_checks(const Arguments& arguments, replay::JudgeOptions& judge);

}  // namespace turngate::cli
