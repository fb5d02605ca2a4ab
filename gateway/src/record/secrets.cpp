// Values that were taken out of a call.
#include "record/secrets.h"

#include <algorithm>
#include <utility>

#include <turngate/http/encoding.h>
#include <turngate/http/error.h>

namespace turngate::recording {

void Secrets::add(std::string_view value) {
    const auto add_all = [&](std::string_view one) {
        add_one(std::string(one));
        add_one(percent_encode(one));
        add_one(percent_encode(one, true));
        add_one(percent_decode(one, true));
    };
    add_all(value);
    if (const auto space = value.find(' '); space != value.npos) add_all(value.substr(space + 1));
}

void Secrets::add_one(std::string value) {
    if (value.size() < shortest || value == redacted) return;
    const auto place = std::find_if(values_.begin(), values_.end(), [&](const std::string& other) {
        return other.size() <= value.size();
    });
    if (std::find(place, values_.end(), value) != values_.end()) return;
    if (values_.size() == most) throw Error("it has too many values that are to be redacted");
    values_.insert(place, std::move(value));
}

bool Secrets::stand_in(std::string_view text, std::size_t least) const noexcept {
    return std::any_of(values_.begin(), values_.end(), [&](const std::string& value) {
        return value.size() >= least && text.find(value) != text.npos;
    });
}

std::string Secrets::without(std::string_view text, std::size_t least) const {
    std::string out(text);
    for (const std::string& value : values_) {
        if (value.size() < least) continue;
        for (std::size_t at = 0; (at = out.find(value, at)) != out.npos; at += redacted.size())
            out.replace(at, value.size(), redacted);
    }
    return out;
}

}  // namespace turngate::recording
