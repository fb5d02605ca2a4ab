// Any bytes as a request target: what is accepted comes out again unchanged, whatever is stripped
// off it, and both ways to ask for a parameter agree.
// covers: handlers/src/http/url.cpp handlers/src/http/percent.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <turngate/http/url.h>

using turngate::Url;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_parameters(const Url& url) {
    const auto all = url.parameters();
    for (const auto& [name, value] : all) {
        const auto first = url.parameter(name);
        require(first.has_value());
        for (const auto& [other, expected] : all) {
            if (other != name) continue;
            require(*first == expected);
            break;
        }
    }
}

void check_prefix(Url url, std::string_view prefix) {
    const std::string before = url.request_uri();
    const std::string path = url.path;
    const bool stripped = url.strip_prefix(prefix);
    require(url.request_uri() == before);
    require(url.path == "*" || url.path.starts_with('/'));
    if (!stripped) require(url.path == path && url.script_name.empty());
    if (!url.script_name.empty())  // at a segment boundary
        require(path == url.script_name || path[url.script_name.size()] == '/');
}

}  // namespace

// A target, and behind a line break perhaps a prefix.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string_view target = input.substr(0, input.find('\n'));
    Url url;
    try {
        url = Url::parse(target);
    } catch (const turngate::HttpError& e) {
        require(e.status() == 400);
        return 0;
    }
    if (target.starts_with('/') || target == "*") {
        require(url.target() == target && url.host.empty());
    } else {
        require(!url.host.empty() && target.find(url.host) != std::string_view::npos);
        require(url.host.find_first_of("/?#@ ") == std::string::npos);
        require(target.ends_with(url.target()) || url.path == "/");
    }
    const Url again = Url::parse(url.target());
    require(again.path == url.path && again.query == url.query);
    require(again.empty_query == url.empty_query);

    check_parameters(url);
    check_prefix(url, url.path.substr(0, url.path.find('/', 1)));
    check_prefix(url, url.path.substr(0, url.path.size() / 2));
    if (target.size() < input.size()) check_prefix(url, input.substr(target.size() + 1));
    return 0;
}
