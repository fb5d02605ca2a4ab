#include <charconv>
#include <optional>

#include <turngate/http/accept_encoding.h>
#include <turngate/http/field_list.h>
#include <turngate/http/headers.h>

namespace turngate {
namespace {

// The weight of "gzip;q=0.5": 1 without one, 0 for one that is not a number.
double weight(std::string_view parameters) {
    while (!parameters.empty()) {
        std::string_view parameter = take_element(parameters, ';');
        if (parameter.size() < 2 || !iequals(parameter.substr(0, 2), "q=")) continue;
        double q = 0;
        std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), q);
        return q;
    }
    return 1;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
    std::optional<double> gzip, any;
    while (!accept_encoding.empty()) {
        std::string_view item = take_element(accept_encoding);
        std::string_view coding = take_element(item, ';');
        if (iequals(coding, "gzip") || iequals(coding, "x-gzip")) gzip = weight(item);
        if (coding == "*") any = weight(item);
    }
    return gzip.value_or(any.value_or(0)) > 0;
}

}  // namespace turngate
