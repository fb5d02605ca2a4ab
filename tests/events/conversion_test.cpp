// Request to event to request, from every shape to every other: nothing may differ but what
// losses() admits, which is modelled here.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "format_name.h"
#include "request_generator.h"
#include <turngate/events/decode.h>
#include <turngate/events/make_event.h>
#include <turngate/http/encoding.h>

using namespace turngate;
using namespace turngate::events;
using turngate::test::RequestGenerator;
namespace data = boost::unit_test::data;

namespace {

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

// What a handler can see of a request, in a form that compares and prints.
struct Seen {
    std::string method, path, query, body, client;
    std::map<std::string, std::vector<std::string>> headers;
};

std::string print(const Seen& seen) {
    std::string out = seen.method + ' ' + seen.path + '?' + seen.query + "\nclient " + seen.client;
    for (const auto& [name, values] : seen.headers)
        for (const std::string& value : values)
            out += '\n' + name + ": " + value;
    return out + "\n\n" + seen.body;
}

const std::set<std::string> added = {"host",
                                     "x-forwarded-for",
                                     "x-forwarded-port",
                                     "x-forwarded-proto",
                                     "x-amzn-trace-id",
                                     "x-real-ip",
                                     "x-forwarded-host",
                                     "x-vercel-id",
                                     "x-vercel-forwarded-for",
                                     "x-vercel-deployment-url"};

Seen look(Request& request) {
    Seen seen{request.method,      request.url.path,       request.url.query,
              request.body.text(), request.remote_address, {}};
    for (const auto& [name, value] : request.headers)
        seen.headers[lower(std::string(name))].emplace_back(value);
    return seen;
}

bool decodes_path(Format format) {
    return format == Format::api_gateway_http1 || format == Format::api_gateway_v2;
}

std::string lossy_path(const std::string& path, Format format) {
    if (!decodes_path(format)) return percent_escape_path(path);
    std::string decoded = percent_decode(path);
    return percent_escape_path(decoded.substr(0, decoded.find('?')));
}

Pairs split(const std::string& query) {
    Pairs pairs;
    for (std::size_t at = 0; at < query.size();) {
        const std::size_t end = std::min(query.find('&', at), query.size());
        const std::string pair = query.substr(at, end - at);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (!pair.empty())
            pairs.emplace_back(pair.substr(0, equals),
                               equals < pair.size() ? pair.substr(equals + 1) : "");
        at = end + 1;
    }
    return pairs;
}

std::string lossy_query(const std::string& query, Format format) {
    const bool is_alb = format == Format::alb || format == Format::alb_multi_value;
    const bool is_last = format == Format::alb || format == Format::lattice_v1;
    const bool is_map = is_alb || format == Format::api_gateway_v1 ||
                        format == Format::api_gateway_http1 || format == Format::lattice_v1 ||
                        format == Format::lattice_v2;
    if (!is_map) return percent_escape_query(query);
    Pairs pairs = split(percent_escape_query(query));
    for (auto& [name, value] : pairs)
        if (!is_alb) {
            name = percent_decode(name, true);
            value = percent_decode(value, true);
        }
    std::string out;
    std::set<std::string> done;
    for (const auto& first : pairs) {
        if (!done.insert(first.first).second) continue;
        std::vector<std::string> values;
        for (const auto& [name, value] : pairs)
            if (name == first.first) values.push_back(value);
        if (is_last) values.erase(values.begin(), values.end() - 1);
        for (const std::string& value : values) {
            if (!out.empty()) out += '&';
            out += is_alb ? first.first + '=' + value
                          : percent_encode(first.first) + '=' + percent_encode(value);
        }
    }
    return out;
}

std::string join(const std::vector<std::string>& values, const std::string& separator) {
    std::string joined;
    for (std::size_t i = 0; i < values.size(); ++i)
        joined += (i ? separator : "") + values[i];
    return joined;
}

// "a=1; b=2" however it was spaced and split.
std::string cookies(const std::vector<std::string>& values) {
    std::vector<std::string> all;
    for (const std::string& value : values)
        for (std::size_t at = 0; at < value.size();) {
            const std::size_t end = std::min(value.find(';', at), value.size());
            std::size_t first = at;
            while (first < end && (value[first] == ' ' || value[first] == '\t'))
                ++first;
            if (first < end) all.push_back(value.substr(first, end - first));
            at = end + 1;
        }
    return join(all, "; ");
}

std::map<std::string, std::vector<std::string>> lossy_headers(Seen seen, Format format) {
    for (const char* name : {"te", "x-amzn-request-context"})
        seen.headers.erase(name);
    if (format == Format::websocket) seen.headers.clear();
    for (auto& [name, values] : seen.headers) {
        switch (format) {
            case Format::alb:
                values = {values.back()};
                break;
            case Format::api_gateway_v2:
            case Format::function_url:
                if (name == "cookie")
                    values = {cookies(values)};
                else
                    values = {join(values, ",")};
                break;
            case Format::lattice_v1:
                values = {join(values, name == "cookie" ? "; " : ", ")};
                break;
            case Format::vercel:
            case Format::http:
                if (name == "cookie") values = {join(values, "; ")};
                break;
            default:
                break;
        }
    }
    if (auto cookie = seen.headers.find("cookie");
        cookie != seen.headers.end() && cookie->second == std::vector<std::string>{""} &&
        (format == Format::api_gateway_v2 || format == Format::function_url))
        seen.headers.erase(cookie);
    if (!seen.body.empty() || seen.headers.contains("content-length"))
        seen.headers["content-length"] = {std::to_string(seen.body.size())};
    return seen.headers;
}

// The one loss that is about the client's address: who is first of X-Forwarded-For.
std::string lossy_client(const Seen& seen, Format format) {
    switch (format) {
        case Format::alb:
        case Format::alb_multi_value:
        case Format::lattice_v1:
        case Format::lattice_v2:
        case Format::http: {
            auto forwarded = seen.headers.find("x-forwarded-for");
            if (forwarded == seen.headers.end())
                return format == Format::http ? std::string() : seen.client;
            const std::string& value =
                format == Format::alb ? forwarded->second.back() : forwarded->second.front();
            return value.substr(0, value.find(','));
        }
        case Format::vercel: {
            auto real = seen.headers.find("x-real-ip");
            return real == seen.headers.end() ? seen.client : real->second.front();
        }
        default:
            return seen.client;
    }
}

Seen expected(const Seen& seen, Format format) {
    Seen out = seen;
    out.headers = lossy_headers(seen, format);
    out.client = lossy_client(seen, format);
    if (format == Format::websocket) {
        out.method = "POST";
        out.path = "/websocket/message";
        out.query = "";
        return out;
    }
    out.path = lossy_path(seen.path, format);
    out.query = lossy_query(seen.query, format);
    return out;
}

// Fields that came into being on the way.
void drop_added(Seen& after, const Seen& before, Format format) {
    for (const std::string& name : added)
        if (!before.headers.contains(name)) after.headers.erase(name);
    if (format != Format::websocket) return;
    for (const char* name : {"content-type", "x-amzn-request-context"})
        after.headers.erase(name);
}

Request trip(Request& request, Format format) {
    Event event = decode(make_event(request, format));
    BOOST_TEST_REQUIRE(event.format == format);
    BOOST_TEST(event.repairs.empty());
    return std::move(event.request);
}

void check_trip(Request& request, Format format, Request* result = nullptr) {
    Seen before = look(request);
    if (before.client.empty()) before.client = EventSource().source_ip;
    Request after = trip(request, format);
    BOOST_TEST(damaged(request, after, format) == "");
    Seen got = look(after);
    drop_added(got, before, format);
    BOOST_TEST(print(got) == print(expected(before, format)));
    if (result) *result = std::move(after);
}

const std::vector<Format> http_formats(formats().begin(), formats().end() - 1);

}  // namespace

BOOST_AUTO_TEST_SUITE(conversion)

BOOST_DATA_TEST_CASE(only_the_documented_is_lost, data::make(http_formats), format) {
    RequestGenerator generator(static_cast<std::uint64_t>(format));
    for (int i = 0; i < 300; ++i) {
        Request request = generator.next();
        check_trip(request, format);
    }
}

BOOST_DATA_TEST_CASE(from_there_to_every_other_shape, data::make(http_formats), format) {
    RequestGenerator generator(100 + static_cast<std::uint64_t>(format));
    for (int i = 0; i < 20; ++i) {
        Request request = generator.next();
        Request there = trip(request, format);
        for (Format other : http_formats)
            check_trip(there, other);
    }
}

BOOST_DATA_TEST_CASE(the_second_time_nothing_more_is_lost, data::make(http_formats), format) {
    RequestGenerator generator(200 + static_cast<std::uint64_t>(format));
    for (int i = 0; i < 100; ++i) {
        Request request = generator.next();
        Request once = trip(request, format);
        const std::string event = make_event(once, format);
        Request twice = trip(once, format);
        BOOST_TEST(make_event(twice, format) == event);
    }
}

BOOST_DATA_TEST_CASE(each_shape_says_what_it_loses, data::make(formats()), format) {
    for (std::string_view sentence : losses(format))
        BOOST_TEST(sentence.size() > 20);
    BOOST_TEST(!losses(format).empty());
}

BOOST_AUTO_TEST_SUITE_END()
