#include "lambda/function_error.h"

#include <cstdlib>
#include <cxxabi.h>
#include <memory>
#include <typeinfo>

#include <turngate/json/json_writer.h>

namespace turngate {

std::string error_json(std::string_view type, std::string_view message) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("errorMessage").string(message);
    json.key("errorType").string(type).end_object();
    return out;
}

std::string thrown_type(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        int status = 0;
        const std::unique_ptr<char, void (*)(void*)> name(
            abi::__cxa_demangle(typeid(e).name(), nullptr, nullptr, &status), std::free);
        return name ? name.get() : typeid(e).name();
    } catch (...) {
        return "Function.Unknown";
    }
}

std::string FunctionError::xray_cause() const {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("working_directory").string("/var/task");
    json.key("exceptions").begin_array().begin_object();
    json.key("type").string(type).key("message").string(message);
    json.key("stack").begin_array().end_array().end_object().end_array();
    json.key("paths").begin_array().end_array().end_object();
    return out;
}

}  // namespace turngate
