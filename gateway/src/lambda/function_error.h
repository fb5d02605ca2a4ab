// A failed invocation, in the words of AWS Lambda.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace turngate {

// {"errorMessage": ..., "errorType": ...}; C++ knows no stackTrace.
std::string error_json(std::string_view type, std::string_view message);

// "std::runtime_error": the type of what was thrown; "Function.Unknown" if it is no exception.
std::string thrown_type(const std::exception_ptr& error);

struct FunctionError {
    // Where it went wrong, "Function.Unhandled": (Runtime|Function).[A-Z][A-Za-z]+, or Lambda takes
    // it for unknown.
    std::string category;
    std::string type;  // the error's own name, "std::runtime_error"
    std::string message;

    std::string json() const { return error_json(type, message); }

    // For the field Lambda-Runtime-Function-XRay-Error-Cause: what AWS X-Ray shows.
    std::string xray_cause() const;
};

}  // namespace turngate
