#include <boost/test/unit_test.hpp>

#include <turngate/http/nominated_fields.h>

using turngate::Headers;
using turngate::NominatedFields;

BOOST_AUTO_TEST_SUITE(nominated_fields)

BOOST_AUTO_TEST_CASE(every_connection_field_is_a_list_of_names) {
    const Headers headers = {{"Connection", "close, X-A"}, {"connection", ",\tx-b ,,"}};
    const NominatedFields nominated(headers);
    for (const char* name : {"close", "x-a", "X-B"})
        BOOST_TEST(nominated.contains(name), name);
    for (const char* name : {"", "x", "x-", "x-ab", "connection"})
        BOOST_TEST(!nominated.contains(name), name);
}

BOOST_AUTO_TEST_CASE(without_a_connection_field_none_is) {
    const Headers headers = {{"X-Connection", "X-A"}, {"X-A", "1"}};
    BOOST_TEST(NominatedFields(headers).empty());
}

BOOST_AUTO_TEST_CASE(the_host_framing_and_the_client_are_never_among_them) {
    const Headers headers = {{"Connection",
                              "Host, CONTENT-LENGTH, content-type, Forwarded, "
                              "X-Real-IP, X-Forwarded-For, x-forwarded-, X-Forward"}};
    const NominatedFields nominated(headers);
    for (const char* name : {"host", "content-length", "content-type", "forwarded", "x-real-ip",
                             "x-forwarded-for", "x-forwarded-"})
        BOOST_TEST(!nominated.contains(name), name);
    BOOST_TEST(nominated.contains("x-forward"));
}

BOOST_AUTO_TEST_CASE(fields_of_one_hop_are_known_in_any_case) {
    for (const char* name : {"Connection", "KEEP-ALIVE", "proxy-connection", "TE", "Trailer",
                             "Transfer-Encoding", "upgrade"})
        BOOST_TEST(turngate::is_hop_by_hop(name), name);
    for (const char* name : {"", "t", "Via", "trailers", "Proxy-Connectiom", "X-Connection"})
        BOOST_TEST(!turngate::is_hop_by_hop(name), name);
}

BOOST_AUTO_TEST_SUITE_END()
