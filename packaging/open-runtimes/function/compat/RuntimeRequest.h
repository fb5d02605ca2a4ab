// What a function for the C++ runtime of Open Runtimes is asked.
#pragma once

#include <any>
#include <cstddef>
#include <json/json.h>
#include <string>
#include <vector>

namespace runtime {

// `body` is `bodyJson` if the request has JSON, else `bodyText`; `bodyJson` of what is no JSON is
// null.
struct RuntimeRequest {
    std::string method;
    std::string scheme;
    std::string host;
    int port = 0;
    std::string path;
    Json::Value query;
    std::string queryString;
    Json::Value headers;
    std::any body;
    std::vector<std::byte> bodyBinary;
    std::string bodyRaw;
    std::string bodyText;
    Json::Value bodyJson;
    std::string url;
};

}  // namespace runtime
