// What a function for the C++ runtime of Open Runtimes makes its answers with.
#pragma once

#include <cstddef>
#include <json/json.h>
#include <string>
#include <vector>

#include "RuntimeOutput.h"

namespace runtime {

class RuntimeResponse {
  public:
    RuntimeOutput binary(const std::vector<std::byte>& bytes, int statusCode = 200,
                         const Json::Value& headers = {}) {
        return {bytes, statusCode, headers};
    }
    RuntimeOutput text(const std::string& body, int statusCode = 200,
                       const Json::Value& headers = {}) {
        const auto* bytes = reinterpret_cast<const std::byte*>(body.data());
        return binary({bytes, bytes + body.size()}, statusCode, headers);
    }
    RuntimeOutput send(const std::string& body, int statusCode = 200,
                       const Json::Value& headers = {}) {
        return text(body, statusCode, headers);
    }
    // A value that nothing was put into is an empty object.
    RuntimeOutput json(const Json::Value& json, int statusCode = 200, Json::Value headers = {}) {
        headers["content-type"] = "application/json";
        if (json.isNull()) return text("{}", statusCode, headers);
        Json::StreamWriterBuilder writer;
        writer["indentation"] = "";
        writer["emitUTF8"] = true;
        return text(Json::writeString(writer, json), statusCode, headers);
    }
    RuntimeOutput empty() { return text("", 204); }
    RuntimeOutput redirect(const std::string& url, int statusCode = 301, Json::Value headers = {}) {
        headers["location"] = url;
        return text("", statusCode, headers);
    }
};

}  // namespace runtime
