// Values that were taken out of a call.
#include "record/secrets.h"

#include <algorithm>
#include <utility>

#include <turngate/http/encoding.h>
#include <turngate/http/error.h>

namespace turngate::recording {
namespace {

bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// `word` in `text` from `at` on, with neither a letter nor a digit around it.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t at) noexcept {
    for (; (at = text.find(word, at)) != text.npos; ++at) {
        const std::size_t end = at + word.size();
        if ((at == 0 || !is_word_byte(text[at - 1])) &&
            (end == text.size() || !is_word_byte(text[end])))
            return at;
    }
    return text.npos;
}

}  // namespace

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

void Secrets::add_echo(std::string_view prefix, std::string_view value) {
    if (value.empty() || value == redacted || !wholes_.emplace(value).second) return;
    if (!prefix.empty()) echoes_.push_back(std::string(prefix).append(value));
}

void Secrets::add_one(std::string value) {
    const bool is_blank = value.find_first_not_of(" \t") == value.npos;
    if (value.size() < shortest || is_blank || value == redacted) return;
    const auto place = std::find_if(values_.begin(), values_.end(), [&](const std::string& other) {
        return other.size() <= value.size();
    });
    if (std::find(place, values_.end(), value) != values_.end()) return;
    if (values_.size() == most) throw Error("it has too many values that are to be redacted");
    values_.insert(place, std::move(value));
}

bool Secrets::stand_in(std::string_view text, std::size_t least) const noexcept {
    return std::any_of(values_.begin(), values_.end(),
                       [&](const std::string& value) {
                           return value.size() >= least && text.find(value) != text.npos;
                       }) ||
           std::any_of(echoes_.begin(), echoes_.end(), [&](const std::string& echo) {
               return find_word(text, echo, 0) != text.npos;
           });
}

std::string Secrets::without(std::string_view text, std::size_t least) const {
    std::string out(text);
    for (const std::string& value : values_) {
        if (value.size() < least) continue;
        for (std::size_t at = 0; (at = out.find(value, at)) != out.npos; at += redacted.size())
            out.replace(at, value.size(), redacted);
    }
    for (const std::string& echo : echoes_)
        for (std::size_t at = 0; (at = find_word(out, echo, at)) != out.npos; at += redacted.size())
            out.replace(at, echo.size(), redacted);
    return out;
}

}  // namespace turngate::recording
