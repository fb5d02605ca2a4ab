// The fields by which this program tells a back end what it knows.
#pragma once

#include <string_view>

#include <turngate/http/headers.h>

namespace turngate::events {

// True for a field that only this program, or the platform, may set: a client that sends it lies.
constexpr bool is_claim(std::string_view name) noexcept {
    constexpr std::string_view vercel = "x-vercel-internal-";
    switch (name.size()) {
        case 15:
            return iequals(name, "x-amz-tenant-id");
        case 21:
            if (iequals(name, "x-amzn-lambda-context")) return true;
            break;
        case 22:
            if (iequals(name, "x-amzn-request-context")) return true;
            break;
        default:
            break;
    }
    return name.size() >= vercel.size() && iequals(name.substr(0, vercel.size()), vercel);
}

}  // namespace turngate::events
