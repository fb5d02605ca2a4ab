#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "format_name.h"
#include "request_generator.h"
#include <turngate/events/decode.h>
#include <turngate/events/make_event.h>

using namespace turngate;
using events::damaged;
using events::decode;
using events::Event;
using events::EventSource;
using events::Format;
using events::make_event;
namespace data = boost::unit_test::data;

namespace {

Event through(Request& sent, Format format) {
    return decode(make_event(sent, format), format);
}

// All that a handler can see of a request; of headers the order within each name.
std::string print(const Request& request) {
    std::vector<std::string> fields;
    for (const auto& [name, value] : request.headers)
        fields.push_back(std::string(name) + ": " + std::string(value));
    std::stable_sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) {
        return a.substr(0, a.find(':')) < b.substr(0, b.find(':'));
    });
    const Url& url = request.url;
    std::string out = request.method + ' ' + url.scheme + ' ' + url.host + ' ' + url.script_name +
                      ' ' + url.path + ' ' + url.query + ' ' + request.protocol + ' ' +
                      request.remote_address + '\n';
    for (const std::string& field : fields)
        out += field + '\n';
    return out + std::string(request.body.buffered());
}

// The first name that more than one field has.
std::string repeated_name(const Headers& headers) {
    for (const auto& field : headers)
        if (headers.values(field.name).size() > 1) return std::string(field.name);
    return {};
}

// Gives the fields of the first repeated name other values.
void change_repeated(Request& request,
                     const std::function<void(std::vector<std::string>&)>& change) {
    const std::string name = repeated_name(request.headers);
    if (name.empty()) return;
    std::vector<std::string> values = request.headers.values(name);
    change(values);
    request.headers.remove(name);
    for (const std::string& value : values)
        request.headers.add(name, value);
}

void set_first(Request& request, const std::function<std::string(std::string)>& change) {
    const auto first = *request.headers.begin();
    request.headers.set(first.name, change(std::string(first.value)));
}

struct Defect {
    const char* name;
    std::function<void(Request&)> apply;
    bool is_rare = false;  // not every shape has what it needs
};
std::ostream& operator<<(std::ostream& out, const Defect& defect) {
    return out << defect.name;
}

const Defect defects[] = {
    {"repeated_fields_change_places",
     [](Request& r) {
         change_repeated(r, [](auto& values) { std::reverse(values.begin(), values.end()); });
     },
     true},
    {"repeated_fields_are_joined",
     [](Request& r) {
         change_repeated(r, [](auto& values) { values = {values[0] + ", " + values[1]}; });
     },
     true},
    {"the_first_of_repeated_fields_is_left",
     [](Request& r) { change_repeated(r, [](auto& values) { values.resize(1); }); }, true},
    {"a_repeated_field_comes_again",
     [](Request& r) { change_repeated(r, [](auto& values) { values.push_back(values[0]); }); },
     true},
    {"a_field_is_dropped",
     [](Request& r) { r.headers.remove(std::string((*r.headers.begin()).name)); }},
    {"a_field_comes_again",
     [](Request& r) {
         const auto first = *r.headers.begin();
         r.headers.add(first.name, first.value);
     }},
    {"a_value_grows", [](Request& r) { set_first(r, [](auto value) { return value + 'x'; }); }},
    {"a_value_is_cut",
     [](Request& r) {
         set_first(r, [](auto value) { return value.substr(0, value.size() / 2); });
     }},
    {"a_field_comes_from_nowhere", [](Request& r) { r.headers.add("X-Nowhere", "1"); }},
    {"an_added_field_is_another_requests",
     [](Request& r) { r.headers.set("X-Forwarded-For", "192.0.2.99"); }},
    {"cookies_are_cut",
     [](Request& r) {
         const std::string cookies(r.headers.get("cookie"));
         if (cookies.size() > 3) r.headers.set("cookie", cookies.substr(0, 3));
     }},
    {"a_name_is_spelled_anew",
     [](Request& r) {
         for (const auto& [name, value] : r.headers)
             if (iequals(name, "accept"))
                 return r.headers.set("aCCEPT", std::string(r.headers.get("accept")));
     }},
    {"the_length_is_wrong", [](Request& r) { r.headers.set("Content-Length", "12345"); }},
    {"the_method_is_another", [](Request& r) { r.method += 'X'; }},
    {"the_path_is_cut",
     [](Request& r) { r.url.path.resize(std::max<std::size_t>(1, r.url.path.size() - 1)); }},
    {"the_path_is_encoded_twice",
     [](Request& r) {
         if (const auto at = r.url.path.find('%'); at != std::string::npos)
             r.url.path.insert(at + 1, "25");
     }},
    {"the_script_name_stays", [](Request& r) { r.url.script_name += "/x"; }},
    {"a_parameter_is_dropped",
     [](Request& r) { r.url.query.resize(std::min(r.url.query.size(), r.url.query.find('&'))); }},
    {"a_plus_is_a_space",
     [](Request& r) { std::replace(r.url.query.begin(), r.url.query.end(), '+', ' '); }, true},
    {"a_parameter_is_added", [](Request& r) { r.url.query += "&z=1"; }},
    {"the_client_is_another", [](Request& r) { r.remote_address = "192.0.2.99"; }},
    {"the_protocol_is_another", [](Request& r) { r.protocol = "HTTP/9"; }},
    {"the_scheme_is_another", [](Request& r) { r.url.scheme = "ftp"; }},
    {"the_host_is_another", [](Request& r) { r.url.host = "evil.test"; }},
    {"the_body_is_cut",
     [](Request& r) {
         const std::string bytes(r.body.buffered());
         r.body = Body(bytes.substr(0, bytes.size() / 2));
     }},
    {"a_byte_of_the_body_changes",
     [](Request& r) {
         std::string bytes(r.body.buffered());
         if (!bytes.empty()) bytes.back() = static_cast<char>(bytes.back() ^ 1);
         r.body = Body(bytes);
     }},
};

// Every shape that carries a whole request.
const std::vector<Format> http_formats = [] {
    std::vector<Format> out;
    for (Format format : events::formats())
        if (format != Format::raw && format != Format::websocket) out.push_back(format);
    return out;
}();

std::string lost(Request sent, Format format) {
    return events::lost(sent, through(sent, format).request, format);
}

Request from_client(std::string_view target) {
    Request request = Request::get(target);
    request.remote_address = "198.51.100.23";
    return request;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lost_in_an_event)

BOOST_AUTO_TEST_CASE(nothing_is_lost_of_a_simple_request) {
    for (Format format : {Format::api_gateway_http1, Format::api_gateway_v2, Format::function_url,
                          Format::alb, Format::alb_multi_value, Format::lattice_v1,
                          Format::lattice_v2, Format::edge, Format::vercel})
        BOOST_TEST(lost(from_client("/a?b=1"), format) == "", events::name(format));
}

BOOST_AUTO_TEST_CASE(a_stage_and_a_client_are_named) {
    BOOST_TEST(lost(from_client("/a"), Format::api_gateway_v1) ==
               "script name: \"\" arrives as \"/prod\"");
    BOOST_TEST(lost(from_client("/a"), Format::http).starts_with("client: 198.51.100.23"));
}

BOOST_AUTO_TEST_CASE(a_decoded_path_is_named) {
    BOOST_TEST(lost(from_client("/a%2Fb"), Format::api_gateway_v2) ==
               "path: /a%2Fb arrives as /a/b");
    BOOST_TEST(lost(from_client("/a%2Fb"), Format::function_url) == "");
}

BOOST_AUTO_TEST_CASE(a_query_that_is_a_map_is_named) {
    BOOST_TEST(lost(from_client("/?a=1&b=2&a=3"), Format::alb) ==
               "query: a=1&b=2&a=3 arrives as a=3&b=2");
    BOOST_TEST(lost(from_client("/?a=1&b=2&a=3"), Format::api_gateway_v2) == "");
}

BOOST_AUTO_TEST_CASE(joined_fields_are_named) {
    Request request = from_client("/");
    request.headers.add("X-A", "1");
    request.headers.add("X-A", "2");
    BOOST_TEST(lost(std::move(request), Format::lattice_v1) == "X-A: 2 fields arrive as 1");
}

BOOST_AUTO_TEST_CASE(a_dropped_field_of_the_connection_is_named) {
    Request request = from_client("/");
    request.headers.add("TE", "trailers");
    BOOST_TEST(lost(std::move(request), Format::edge) == "TE: 1 fields arrive as 0");
}

BOOST_AUTO_TEST_CASE(a_change_that_no_loss_explains_is_damage) {
    Request sent = from_client("/a");
    Event event = through(sent, Format::function_url);
    BOOST_TEST(damaged(sent, event.request, Format::function_url) == "");
    event.request.url.path = "/b";
    BOOST_TEST(damaged(sent, event.request, Format::function_url) == "path: /a arrives as /b");
    BOOST_TEST(events::lost(sent, event.request, Format::function_url) == "");
}

BOOST_AUTO_TEST_CASE(damage_to_one_part_is_not_excused_by_a_loss_of_another) {
    Request sent = from_client("/a%2Fb");
    Event event = through(sent, Format::api_gateway_v2);
    event.request.headers.add("X-New", "1");
    BOOST_TEST(events::lost(sent, event.request, Format::api_gateway_v2) == "");
}

BOOST_AUTO_TEST_CASE(what_one_shape_loses_is_damage_in_another) {
    Request sent = from_client("/");
    for (auto value : {"1", "2"})
        sent.headers.add("X-A", value);
    Event event = through(sent, Format::api_gateway_v1);
    for (auto wrong : {"1,2", "1, 2", "1", "2"}) {
        event.request.headers.set("X-A", wrong);
        BOOST_TEST(damaged(sent, event.request, Format::api_gateway_v1) ==
                   "X-A: 2 fields arrive as 1");
    }
}

BOOST_AUTO_TEST_CASE(the_source_that_made_the_event_may_be_told) {
    EventSource source;
    source.stage = "v1";
    Request sent = Request::get("/a");
    for (Format format :
         {Format::api_gateway_v1, Format::api_gateway_http1, Format::api_gateway_v2}) {
        const Event event = decode(make_event(sent, format, source), format);
        BOOST_TEST(damaged(sent, event.request, format, source) == "", format);
        BOOST_TEST(damaged(sent, event.request, format) != "", format);
    }
}

BOOST_AUTO_TEST_CASE(a_length_that_is_repeated_or_empty_becomes_the_bodys_without_damage) {
    for (Format format : http_formats)
        for (const char* body : {"", "four"})
            for (const auto& lengths : std::vector<std::vector<std::string>>{
                     {"4", "5"}, {"5", "4"}, {"", "4"}, {"4", ""}, {"", ""}, {""}}) {
                Request sent = from_client("/");
                sent.body = Body(std::string(body));
                for (const std::string& length : lengths)
                    sent.headers.add("Content-Length", length);
                const Event event = through(sent, format);
                BOOST_TEST(damaged(sent, event.request, format) == "", format);
                BOOST_TEST(event.request.headers.values("content-length").size() == 1u, format);
            }
}

BOOST_AUTO_TEST_CASE(any_number_of_names_is_compared_at_once) {
    Request sent = from_client("/");
    Event event = through(sent, Format::http);
    for (int i = 0; i < 60'000; ++i)  // more than one event may have
        for (Headers* headers : {&sent.headers, &event.request.headers})
            headers->add("X-" + std::to_string(i), "v");
    const auto start = std::chrono::steady_clock::now();
    BOOST_TEST(damaged(sent, event.request, Format::http) == "");
    // Looking each name up in all the others takes minutes.
    BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(10)));
}

BOOST_AUTO_TEST_CASE(a_field_that_connection_names_is_lost_without_damage) {
    Request sent = from_client("/");
    sent.headers = {{"Connection", "X-Secret, X-Amzn-Trace-Id, x-vercel-id"},
                    {"X-Secret", "1"},
                    {"X-Amzn-Trace-Id", "Root=1"},
                    {"X-Vercel-Id", "v"}};
    for (Format format : http_formats) {
        Event event = through(sent, format);
        BOOST_TEST(damaged(sent, event.request, format) == "", format);
        event.request.headers.add("X-Secret", "1");
        BOOST_TEST(damaged(sent, event.request, format) != "", format);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(broken_codec)

// A property that cannot fail proves nothing: each of these defects, in what arrives of requests of
// all kinds, must be told from what the shape loses.
BOOST_DATA_TEST_CASE(no_defect_is_excused, data::make(defects), defect) {
    for (Format format : http_formats) {
        turngate::test::RequestGenerator generator(300 + static_cast<std::uint64_t>(format));
        int seen = 0;
        for (int i = 0; i < 100; ++i) {
            Request sent = generator.next();
            sent.url.script_name = i % 2 ? "/stage" : "";
            Event event = through(sent, format);
            const std::string whole = print(event.request);
            BOOST_TEST(damaged(sent, event.request, format) == "", format);
            defect.apply(event.request);
            if (print(event.request) == whole) continue;
            ++seen;
            BOOST_TEST(damaged(sent, event.request, format) != "", format << '\n' << whole);
            BOOST_TEST(events::lost(sent, event.request, format) == "", format);
        }
        BOOST_TEST((seen > 0 || defect.is_rare), format);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(plain_shape)

BOOST_AUTO_TEST_CASE(headers_may_be_pairs) {
    const auto event = events::decode(
        R"({"method":"GET","path":"/","headers":[["X-A","1"],["x-a","2"],["Host","h"]]})",
        Format::http);
    BOOST_TEST(event.request.headers.values("x-a").size() == 2u);
    BOOST_TEST(event.request.url.host == "h");
}

BOOST_AUTO_TEST_CASE(a_pair_that_is_none_is_refused_by_its_place) {
    for (auto headers : {R"([["a"]])", R"([["a",1]])", R"(["a"])", R"([["a","b","c"]])",
                         R"([["a b","c"]])", R"([["a","b\r\n"]])", R"([{}])"})
        BOOST_CHECK_EXCEPTION(
            events::decode(R"({"method":"GET","path":"/","headers":)" + std::string(headers) + '}'),
            JsonError, [](const std::exception& e) {
                return std::string_view(e.what()).starts_with("headers[0]");
            });
}

BOOST_AUTO_TEST_SUITE_END()
