// Vercel's runtime cache: what is asked by which name, and what a failure comes to.
#include <cstdlib>
#include <map>
#include <mutex>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include "support/recording_reporter.h"
#include <turngate/handlers/vercel_cache.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

// Keeps what is posted, by its path, as the platform's does; and every head that it got.
struct Cache {
    std::mutex mutex;
    std::map<std::string, std::string> entries;
    std::vector<std::string> requests;
    std::string state = "fresh";
    std::string override = {};  // the answer to all
    FakeUpstream server{[this](FakePeer& peer) {
        for (std::string request; !(request = peer.read_request()).empty();) {
            const std::lock_guard lock(mutex);
            requests.push_back(request);
            peer.write(override.empty() ? answer(request) : override);
        }
    }};

    std::string answer(const std::string& request) {
        const std::string method = request.substr(0, request.find(' '));
        const std::string path =
            request.substr(method.size() + 1, request.find(" HTTP/") - method.size() - 1);
        const auto known = entries.find(path);
        if (method == "GET" && known == entries.end())
            return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        if (method == "POST") entries[path] = request.substr(request.find("\r\n\r\n") + 4);
        if (method == "DELETE") entries.erase(path);
        const std::string body = method == "GET" ? known->second : "";
        return "HTTP/1.1 200 OK\r\nx-vercel-cache-state: " + state +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    bool was_asked(std::string_view part) const {
        return requests.back().find(part) != std::string::npos;
    }
};

struct Served {
    RecordingReporter reporter;
    turngate::Request request = turngate::Request::get("/");

    explicit Served(const Cache& cache) : Served() {
        request.context.put(
            vercel::CacheAddress{.host = "127.0.0.1:" + std::to_string(cache.server.port()),
                                 .base_path = "/base",
                                 .protocol = "http",
                                 .headers = R"({"Authorization":"Bearer s3cret","x-number":7})"});
    }
    Served() {
        request.context.request_id = "r";
        request.context.reporter = &reporter;
    }
    std::string log() const {
        std::string out;
        for (const std::string& line : reporter.lines())
            out += line + '\n';
        return out;
    }
};

struct Hash {
    const char* key;
    const char* path;
};
std::ostream& operator<<(std::ostream& out, const Hash& one) {
    return out << one.key;
}

// As getCache() of @vercel/functions 3 makes them, by Node 20.
const Hash hashes[] = {
    {"k", "2b5ce"},
    {"a key", "a400d33"},
    {"", "1505"},
    {"products:1", "906a1016"},
    {"a rather long key that makes the number wrap around more than once", "d08f7dd5"},
    {"äöü €", "10b7b87"},
    {"😀", "50fe98"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(vercel_cache)

BOOST_AUTO_TEST_CASE(what_is_set_is_got_until_it_is_removed) {
    Cache cache;
    const Served served(cache);
    const vercel::RuntimeCache runtime(served.request);
    BOOST_TEST(runtime.is_available());
    BOOST_TEST(!runtime.get("a key").has_value());
    BOOST_TEST(runtime.set("a key", Json::object({{"n", 1}})));
    BOOST_TEST_REQUIRE(runtime.get("a key").has_value());
    BOOST_TEST(runtime.get("a key")->dump() == R"({"n":1})");
    BOOST_TEST(runtime.remove("a key"));
    BOOST_TEST(!runtime.get("a key").has_value());
    BOOST_TEST(served.log() == "");  // a miss is nothing to tell, nor is a call of the cache
}

BOOST_AUTO_TEST_CASE(the_platform_gets_its_headers_and_the_options_of_an_entry) {
    Cache cache;
    const Served served(cache);
    const vercel::RuntimeCache runtime(served.request);
    runtime.set("k", 1, {.ttl = 60s, .tags = {"a", "b c"}});
    BOOST_TEST(cache.was_asked("POST /base/v1/suspense-cache/2b5ce HTTP/1.1\r\n"));
    for (const char* field :
         {"Authorization: Bearer s3cret", "x-number: 7", "x-vercel-revalidate: 60",
          "x-vercel-internal-sc-client-origin: RUNTIME_CACHE",
          "x-vercel-internal-sc-client-name: RUNTIME_CACHE", "x-vercel-cache-tags: a,b c",
          "x-vercel-cache-item-name: k"})
        BOOST_TEST(cache.was_asked("\r\n" + std::string(field) + "\r\n"), field);
    runtime.set("k", 1, {.name = ""});
    for (const char* field : {"x-vercel-revalidate", "x-vercel-cache-tags", "item-name"})
        BOOST_TEST(!cache.was_asked(field), field);
    runtime.expire_tags({"a", "b&c"});
    BOOST_TEST(cache.was_asked("POST /base/v1/suspense-cache/revalidate?tags=a,b%26c HTTP/1.1"));
}

BOOST_DATA_TEST_CASE(a_key_is_what_it_is_for_functions_of_other_languages, hashes) {
    Cache cache;
    const Served served(cache);
    vercel::RuntimeCache(served.request).remove(sample.key);
    BOOST_TEST(cache.was_asked("/v1/suspense-cache/" + std::string(sample.path) + " "));
    vercel::RuntimeCache(served.request, {.prefix = "shop"}).remove(sample.key);
    BOOST_TEST(cache.was_asked("/v1/suspense-cache/shop$" + std::string(sample.path) + " "));
}

BOOST_AUTO_TEST_CASE(what_is_not_fresh_is_a_miss) {
    Cache cache;
    const Served served(cache);
    const vercel::RuntimeCache runtime(served.request);
    runtime.set("k", 1);
    for (const char* state : {"stale", "expired", "notFound", "error", ""}) {
        cache.state = state;
        BOOST_TEST(!runtime.get("k").has_value(), state);
    }
}

BOOST_AUTO_TEST_CASE(a_cache_that_fails_is_a_miss_and_a_warning) {
    for (const char* answer :
         {"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "not HTTP\r\n\r\n",
          "HTTP/1.1 200 OK\r\nx-vercel-cache-state: fresh\r\nContent-Length: 1\r\n\r\n{"}) {
        Cache cache;
        cache.override = answer;
        const Served served(cache);
        BOOST_TEST(!vercel::RuntimeCache(served.request).get("k").has_value(), answer);
        BOOST_TEST(served.log().starts_with("r warn runtime cache: "), served.log());
        BOOST_TEST(served.log().find("s3cret") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_cache_that_is_silent_is_given_up_soon) {
    ::setenv("RUNTIME_CACHE_HEADERS", "{}", 1);
    ::setenv("RUNTIME_CACHE_TIMEOUT", "30", 1);
    FakeUpstream silent([](FakePeer& peer) { peer.wait_for_end(); });
    ::setenv("RUNTIME_CACHE_ENDPOINT", silent.url().c_str(), 1);
    const Served served;
    BOOST_TEST(!vercel::RuntimeCache(served.request).set("k", 1));
    BOOST_TEST(served.log().find("the time is up") != std::string::npos, served.log());
    for (const char* name :
         {"RUNTIME_CACHE_ENDPOINT", "RUNTIME_CACHE_HEADERS", "RUNTIME_CACHE_TIMEOUT"})
        ::unsetenv(name);
}

BOOST_AUTO_TEST_CASE(without_an_address_there_is_no_cache_and_no_word_of_a_client_counts) {
    Cache cache;
    Served served;
    served.request.headers.add("x-vercel-sc-host", "127.0.0.1");
    served.request.headers.add("x-vercel-sc-headers", "{}");
    const vercel::RuntimeCache runtime(served.request);
    BOOST_TEST(!runtime.is_available());
    BOOST_TEST(!runtime.get("k").has_value());
    BOOST_TEST(!runtime.set("k", 1));
    BOOST_TEST(served.log() == "");
}

BOOST_AUTO_TEST_CASE(headers_that_are_none_are_no_cache_and_are_not_told) {
    for (const char* headers : {"s3cret", "[]", R"({"a b":"s3cret"})", R"({"a":"s3cret\n"})"}) {
        Served served;
        served.request.context.put(vercel::CacheAddress{.host = "127.0.0.1:1", .headers = headers});
        BOOST_TEST(!vercel::RuntimeCache(served.request).is_available(), headers);
        BOOST_TEST(served.log().find("x-vercel-sc-headers cannot be read") != std::string::npos);
        BOOST_TEST(served.log().find("s3cret") == std::string::npos, served.log());
    }
}

BOOST_AUTO_TEST_CASE(a_tag_that_would_be_two_is_refused) {
    Cache cache;
    const Served served(cache);
    const vercel::RuntimeCache runtime(served.request);
    BOOST_CHECK_THROW(runtime.set("k", 1, {.tags = {"a,b"}}), std::invalid_argument);
    BOOST_CHECK_THROW(runtime.expire_tags({""}), std::invalid_argument);
    BOOST_TEST(cache.requests.size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
