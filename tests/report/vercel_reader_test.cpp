#include "doors/vercel_reader.h"

#include <boost/test/unit_test.hpp>

#include <turngate/handlers/upstream.h>
#include <turngate/handlers/vercel_cache.h>
#include <turngate/handlers/vercel_system.h>

using namespace turngate;

namespace {

// The ids, or "none", then what is left: "name: value; ".
std::string seen(Headers headers) {
    Request request = Request::get("/");
    request.headers = std::move(headers);
    VercelReader().read(request);
    const vercel::Invocation* known = vercel::invocation(request);
    std::string out = known ? known->id + ' ' + std::to_string(known->request_id) : "none";
    for (const auto& [name, value] : request.headers)
        out.append("; ").append(name).append(": ").append(value);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vercel_reader)

BOOST_AUTO_TEST_CASE(takes_the_ids_and_drops_what_is_internal) {
    BOOST_TEST(seen({{"Host", "a"},
                     {"X-Vercel-Internal-Invocation-Id", "inv"},
                     {"x-vercel-internal-request-id", "18446744073709551615"},
                     {"x-vercel-internal-span-id", "s"},
                     {"X-VERCEL-INTERNAL-foo", "f"},
                     {"x-vercel-ip-country", "NO"}}) ==
               "inv 18446744073709551615; Host: a; x-vercel-ip-country: NO");
    BOOST_TEST(seen({{"Host", "a"}}) == "none; Host: a");
}

BOOST_AUTO_TEST_CASE(takes_what_is_no_number_for_0) {
    for (const char* id : {"12x", "", "-1", " 1", "18446744073709551616", "0x10"})
        BOOST_TEST(seen({{"x-vercel-internal-invocation-id", "i"},
                         {"x-vercel-internal-request-id", id}}) == "i 0");
    BOOST_TEST(seen({{"x-vercel-internal-invocation-id", "i"}}) == "i 0");
    BOOST_TEST(seen({{"x-vercel-internal-invocation-id", ""},
                     {"x-vercel-internal-request-id", "1"}}) == "none");
}

BOOST_AUTO_TEST_CASE(takes_the_routers_word_for_who_asked) {
    const auto client_of = [](Headers headers) {
        Request request = Request::get("/");
        request.remote_address = "127.0.0.1";
        request.headers = std::move(headers);
        VercelReader().read(request);
        BOOST_TEST(request.context.find<ForwardedByPlatform>());
        return request.url.scheme + ' ' + request.remote_address;
    };
    BOOST_TEST(client_of({}) == "http 127.0.0.1");
    BOOST_TEST(client_of({{"x-real-ip", "203.0.113.9"},
                          {"x-forwarded-for", "10.0.0.1"},
                          {"x-forwarded-proto", "https"}}) == "https 203.0.113.9");
    BOOST_TEST(client_of({{"X-Real-IP", "somebody"},
                          {"X-Forwarded-For", "2001:db8::7, 10.0.0.1"}}) == "http 2001:db8::7");
    BOOST_TEST(client_of({{"X-Forwarded-For", "somebody"}, {"X-Forwarded-Proto", "gopher"}}) ==
               "http 127.0.0.1");
}

BOOST_AUTO_TEST_CASE(promotes_the_token_unless_there_is_one) {
    BOOST_TEST(seen({{"x-vercel-internal-oidc-token", "t"}}) == "none; x-vercel-oidc-token: t");
    BOOST_TEST(seen({{"x-vercel-internal-oidc-token", "t"}, {"X-Vercel-Oidc-Token", "u"}}) ==
               "none; X-Vercel-Oidc-Token: u");
}

BOOST_AUTO_TEST_CASE(hides_the_runtime_cache_as_it_is_told) {
    BOOST_TEST(seen({{"x-vercel-sc-runtime-cache", "1"}, {"x-vercel-sc-host", "h"}}) ==
               "none; x-vercel-sc-host: h");
    BOOST_TEST(seen({{"x-vercel-sc-host", "h"},
                     {"x-vercel-sc-headers", "{}"},
                     {"x-vercel-sc-basepath", "/"},
                     {"x-vercel-sc-protocol", "http"},
                     {"x-vercel-sc-other", "o"},
                     {"x-vercel-sc-no-header-leak", "1"}}) == "none; x-vercel-sc-other: o");
    BOOST_TEST(seen({{"x-vercel-sc-host", "h"}, {"x-vercel-sc-no-header-leak", ""}}) ==
               "none; x-vercel-sc-host: h; x-vercel-sc-no-header-leak: ");
}

BOOST_AUTO_TEST_CASE(keeps_where_the_runtime_cache_is_though_it_is_hidden) {
    Request request = Request::get("/");
    request.headers = {{"x-vercel-sc-host", "h"},
                       {"X-Vercel-Sc-Headers", "{}"},
                       {"x-vercel-sc-basepath", "/b"},
                       {"x-vercel-sc-protocol", "http"},
                       {"x-vercel-sc-no-header-leak", "1"}};
    VercelReader().read(request);
    const auto* const known = request.context.find<vercel::CacheAddress>();
    BOOST_TEST_REQUIRE(known);
    BOOST_TEST(known->host + ' ' + known->base_path + ' ' + known->protocol + ' ' +
                   known->headers ==
               "h /b http {}");

    Request half = Request::get("/");
    half.headers = {{"x-vercel-sc-host", "h"}};
    VercelReader().read(half);
    BOOST_TEST(!half.context.find<vercel::CacheAddress>());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(vercel_system)

BOOST_AUTO_TEST_CASE(has_what_is_set_and_not_empty) {
    ::setenv("VERCEL_ENV", "preview", 1);
    ::setenv("VERCEL_URL", "", 1);
    const vercel::SystemEnvironment known = vercel::system_environment();
    ::unsetenv("VERCEL_ENV");
    ::unsetenv("VERCEL_URL");
    BOOST_TEST(known.env.value_or("") == "preview");
    BOOST_TEST(!known.url);
    BOOST_TEST(!known.git_commit_sha);
}

BOOST_AUTO_TEST_CASE(has_the_token_of_the_request_before_that_of_the_process) {
    ::setenv("VERCEL_OIDC_TOKEN", "process", 1);
    Request request = Request::get("/");
    BOOST_TEST(vercel::oidc_token(request).value_or("") == "process");
    request.headers.add("x-vercel-oidc-token", "request");
    BOOST_TEST(vercel::oidc_token(request).value_or("") == "request");
    ::unsetenv("VERCEL_OIDC_TOKEN");
    request.headers.clear();
    BOOST_TEST(!vercel::oidc_token(request));
}

BOOST_AUTO_TEST_SUITE_END()
