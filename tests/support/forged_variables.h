// Variables that a client could have made a web server pass on.
#pragma once

#include <array>

namespace turngate::test {

// No handler may see a field of them.
inline constexpr std::array forged_variables = {
    "HTTP_PROXY=http://evil",
    "HTTP_TRANSFER_ENCODING=",
    "HTTP_CONNECTION=close",
    "HTTP_KEEP_ALIVE=timeout=5",
    "HTTP_CONTENT_LENGTH=7",
    "HTTP_TE=trailers",
    "HTTP_TRAILER=x",
    "HTTP_UPGRADE=h2c",
    "HTTP_EXPECT=100-continue",
    "HTTP_X_VERCEL_INTERNAL_A=evil",
    "HTTP_LAMBDA_RUNTIME_A=evil",
    "HTTP_X_INTERNAL_CHALLENGE=evil",
    "HTTP_X_OPEN_RUNTIMES_SECRET=evil",
};

}  // namespace turngate::test
