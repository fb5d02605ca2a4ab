// A program that was started as what its platform has deployed.
#pragma once

#include <functional>

#include "open_target.h"
#include <turngate/http/handler.h>

namespace turngate {

// run_as() of the platform that the environment shows, with what OpenEdge has put in the arguments.
int run_deployed(int argc, char** argv, const std::function<HandlerPtr()>& open,
                 OpenTarget targets);

}  // namespace turngate
