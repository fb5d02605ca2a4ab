// What a comparison leaves aside.
#include "replay/ignore.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <turngate/http/headers.h>

namespace turngate::replay {
namespace {

std::vector<std::string> segments_of(std::string_view pointer) {
    if (!pointer.starts_with('/'))
        throw std::invalid_argument("a JSON pointer begins with '/': " + std::string(pointer));
    std::vector<std::string> out;
    for (char c : pointer) {
        if (c == '/')
            out.emplace_back();
        else
            out.back() += c;
    }
    for (std::string& s : out) {
        for (std::size_t i = 0; (i = s.find('~', i)) != std::string::npos; ++i) {
            if (i + 1 >= s.size() || (s[i + 1] != '0' && s[i + 1] != '1'))
                throw std::invalid_argument("'~' in a JSON pointer is written ~0: " +
                                            std::string(pointer));
            s.replace(i, 2, s[i + 1] == '0' ? "~" : "/");
        }
    }
    return out;
}

bool fits(const std::string& rule, const PathSegment& segment) {
    if (rule == "*") return true;
    if (!segment.is_index) return rule == segment.key;
    std::size_t index = 0;
    auto [end, error] = std::from_chars(rule.data(), rule.data() + rule.size(), index);
    return error == std::errc{} && end == rule.data() + rule.size() && index == segment.index;
}

}  // namespace

IgnoreRules IgnoreRules::defaults() {
    IgnoreRules rules;
    for (const char* name : {"date", "x-amzn-trace-id", "x-amzn-requestid", "apigw-requestid",
                             "x-amz-apigw-id", "server-timing"})
        rules.add_header(name);
    return rules;
}

void IgnoreRules::add_pointer(std::string_view pointer) {
    std::vector<std::string> path = segments_of(pointer);
    if (path[0] == "status" && path.size() == 1) {
        status_ = true;
    } else if (path[0] == "headers" && path.size() <= 2) {
        if (path.size() == 1 || path[1] == "*")
            headers_all_ = true;
        else
            add_header(path[1]);
    } else if (path[0] == "body" && (path.size() == 1 || (path.size() == 2 && path[1] != "*"))) {
        body_ = true;  // its one part is all of it
    } else {
        if (path[0] == "body" && path[1] == "json") path.erase(path.begin(), path.begin() + 2);
        body_paths_.push_back(std::move(path));
    }
}

void IgnoreRules::add_header(std::string_view name) {
    headers_.emplace_back(name);
}

bool IgnoreRules::header(std::string_view name) const noexcept {
    return headers_all_ || std::any_of(headers_.begin(), headers_.end(),
                                       [&](const auto& rule) { return iequals(rule, name); });
}

bool IgnoreRules::covers(const std::vector<PathSegment>& path) const {
    return std::any_of(body_paths_.begin(), body_paths_.end(), [&](const auto& rule) {
        return std::equal(rule.begin(), rule.end(), path.begin(), path.end(), fits);
    });
}

std::string pointer_text(const std::vector<PathSegment>& path) {
    std::string out;
    for (const PathSegment& segment : path) {
        out += '/';
        if (segment.is_index) {
            out += std::to_string(segment.index);
            continue;
        }
        for (char c : segment.key) {
            if (c == '~')
                out += "~0";
            else if (c == '/')
                out += "~1";
            else
                out += c;
        }
    }
    return out;
}

}  // namespace turngate::replay
