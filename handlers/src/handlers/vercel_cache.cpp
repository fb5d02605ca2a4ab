// HTTP calls of a cache, whose failures are misses.
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include "lossy_utf8.h"
#include <turngate/handlers/fetch.h>
#include <turngate/handlers/vercel_cache.h>
#include <turngate/http/encoding.h>

namespace turngate::vercel {
namespace {

constexpr const char* client = "RUNTIME_CACHE";

// djb2 with exclusive or, over the UTF-16 of `key`, as JavaScript has its text.
std::string hash_of(std::string_view key) {
    std::uint32_t hash = 5381;
    const auto add = [&hash](std::uint32_t unit) { hash = (hash * 33) ^ unit; };
    const std::string text = lossy_utf8(std::string(key));
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i++]);
        const int more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
        std::uint32_t point = more == 0 ? first : first & (0x3Fu >> more);
        for (int n = 0; n < more; ++n)
            point = point << 6 | (static_cast<unsigned char>(text[i++]) & 0x3Fu);
        if (point >= 0x10000) add(0xD800 + ((point - 0x10000) >> 10));
        add(point >= 0x10000 ? 0xDC00 + (point & 0x3FF) : point);
    }
    char digits[8];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, hash, 16);
    return {digits, end};
}

std::string joined(const std::vector<std::string>& tags) {
    std::string out;
    for (const std::string& tag : tags) {
        if (tag.empty() || tag.find(',') != tag.npos || !is_field_value(tag))
            throw std::invalid_argument('"' + tag +
                                        "\" is no tag of the cache: it is empty, has a comma, or "
                                        "what no header can have");
        out.append(out.empty() ? "" : ",").append(tag);
    }
    return out;
}

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value ? value : "";
}

}  // namespace

RuntimeCache::RuntimeCache(const turngate::Request& request, CacheOptions options)
    : request_(request), options_(std::move(options)) {
    if (const auto* const address = request.context.find<CacheAddress>())
        find_by_request(*address);
    else
        find_by_environment();
}

void RuntimeCache::find_by_request(const CacheAddress& address) {
    if (!read_headers(address.headers, "x-vercel-sc-headers")) return;
    headers_.set("x-vercel-internal-sc-client-origin", client);
    headers_.set("x-vercel-internal-sc-client-name", client);
    endpoint_ = (address.protocol.empty() ? "https" : address.protocol) + "://" + address.host +
                address.base_path + "/v1/suspense-cache/";
}

void RuntimeCache::find_by_environment() {
    const std::string endpoint = variable("RUNTIME_CACHE_ENDPOINT");
    const std::string headers = variable("RUNTIME_CACHE_HEADERS");
    if (endpoint.empty() || headers.empty()) return;
    if (!read_headers(headers, "RUNTIME_CACHE_HEADERS")) return;
    endpoint_ = endpoint.ends_with('/') ? endpoint : endpoint + '/';
    const std::string timeout = variable("RUNTIME_CACHE_TIMEOUT");
    if (timeout.empty()) return;
    std::int32_t milliseconds = 0;
    const char* const end = timeout.data() + timeout.size();
    const auto [stop, error] = std::from_chars(timeout.data(), end, milliseconds);
    if (error == std::errc() && stop == end && milliseconds > 0)
        timeout_ = std::chrono::milliseconds(milliseconds);
    else
        complain("RUNTIME_CACHE_TIMEOUT is not a number of milliseconds above zero; it is 500");
}

// False if there are none; then there is no cache. No word of what they are: they have secrets.
bool RuntimeCache::read_headers(std::string_view json, const char* source) {
    try {
        const Json object = Json::parse(json, {}, DuplicateNames::keep_last);
        if (!object.members()) throw Error("it is no JSON object");
        for (const auto& [name, value] : *object.members()) {
            const std::string text = value.string() ? *value.string() : value.dump();
            if (!is_token(name) || !is_field_value(text))
                throw Error("a member is no field of HTTP");
            headers_.set(name, text);
        }
        return true;
    } catch (const std::exception& e) {
        complain(std::string("there is no cache, for ") + source + " cannot be read: " + e.what());
        return false;
    }
}

std::string RuntimeCache::key_of(std::string_view key) const {
    if (options_.prefix.empty()) return hash_of(key);
    return percent_escape_path(options_.prefix + options_.separator) + hash_of(key);
}

std::optional<Json> RuntimeCache::get(std::string_view key) const {
    const std::optional<Response> answer = ask("GET", key_of(key), {});
    if (!answer || !iequals(answer->headers.get("x-vercel-cache-state"), "fresh"))
        return std::nullopt;
    try {
        return Json::parse(answer->body, {}, DuplicateNames::keep_last);
    } catch (const JsonError& e) {
        complain(std::string("an entry of the cache is not JSON: ") + e.what());
        return std::nullopt;
    }
}

bool RuntimeCache::set(std::string_view key, const Json& value,
                       const CacheEntryOptions& options) const {
    Headers headers;
    if (options.ttl.count() > 0)
        headers.add("x-vercel-revalidate", std::to_string(options.ttl.count()));
    if (!options.tags.empty()) headers.add("x-vercel-cache-tags", joined(options.tags));
    const std::string name = options.name.value_or(std::string(key));
    if (!name.empty())
        headers.add("x-vercel-cache-item-name", is_field_value(name) ? name : percent_encode(name));
    return ask("POST", key_of(key), headers, value.dump()).has_value();
}

bool RuntimeCache::remove(std::string_view key) const {
    return ask("DELETE", key_of(key), {}).has_value();
}

bool RuntimeCache::expire_tags(const std::vector<std::string>& tags) const {
    const std::string list = joined(tags);
    if (list.empty()) return true;
    std::string query;
    for (const std::string& tag : tags)
        query.append(query.empty() ? "" : ",").append(percent_encode(tag));
    return ask("POST", "revalidate?tags=" + query, {}).has_value();
}

// Absent if it is not 200, which is told, except of what is not there.
std::optional<Response> RuntimeCache::ask(std::string_view method, const std::string& target,
                                          const Headers& headers, std::string body) const {
    if (!is_available()) return std::nullopt;
    Context context;  // without a reporter: the platform need not be told of its own cache
    context.request_id = request_.context.request_id;
    context.deadline = request_.context.deadline;
    context.stop = request_.context.stop;
    context.parking = request_.context.parking;
    Headers fields = headers_;
    fields.merge(headers);
    if (!body.empty() && !fields.contains("Content-Type"))
        fields.add("Content-Type", "application/json");
    try {
        Response answer = fetch(context, {.url = endpoint_ + target,
                                          .method = std::string(method),
                                          .headers = std::move(fields),
                                          .body = std::move(body),
                                          .timeout = timeout_,
                                          .max_redirects = 0});
        if (answer.status == 200) return answer;
        if (answer.status != 404 || method != "GET")
            complain("the cache answered " + std::string(method) + " with status " +
                     std::to_string(answer.status));
    } catch (const Cancelled&) {
        throw;
    } catch (const std::exception& e) {
        complain(std::string("the cache cannot be asked: ") + e.what());
    }
    return std::nullopt;
}

void RuntimeCache::complain(const std::string& what) const {
    request_.context.log(Level::warn, "runtime cache: " + what);
}

}  // namespace turngate::vercel
