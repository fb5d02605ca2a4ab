// What stands before a function on Vercel: the headers of its proxy, and a record of each request.
#pragma once

#include <string>

#include "host/fluid_function.h"
#include "host/ledger.h"
#include <turngate/http/handler.h>

namespace turngate::host {

struct FrontOptions {
    std::string deployment;  // "localhost:3000", for X-Vercel-Deployment-Url
    std::string oidc_token;  // sent with each request; empty: none
};

// Passes requests on to `function`, which it starts. Both must outlive the handler.
HandlerPtr fluid_front(FluidFunction& function, Ledger& ledger, FrontOptions options);

}  // namespace turngate::host
