// What arrives at an upstream, byte for byte.
#include <mutex>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include <turngate/handlers/upstream.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test;

namespace {

// Answers everything with 204 and remembers the last request.
class Witness {
  public:
    std::string sees(Request request, UpstreamOptions options = {}) {
        options.url = server_.url() + options.url;
        const Response reply = record(*upstream(std::move(options)), std::move(request));
        const std::lock_guard lock(mutex_);
        std::string seen = std::exchange(seen_, {});
        if (reply.status != 204)
            return "answered " + std::to_string(reply.status) + ' ' + reply.body;
        return seen;
    }
    std::string authority() const { return "127.0.0.1:" + std::to_string(server_.port()); }

  private:
    std::mutex mutex_;
    std::string seen_;
    FakeUpstream server_{[this](FakePeer& peer) {
        for (std::string request; !(request = peer.read_request()).empty();) {
            {
                const std::lock_guard lock(mutex_);
                seen_ = request;
            }
            peer.write("HTTP/1.1 204 No Content\r\n\r\n");
        }
    }};
};

UpstreamOptions bare(std::string base = {}) {
    return {.url = std::move(base), .forwarded = ForwardedPolicy::none};
}

Request from(std::string_view method, std::string_view target, Headers headers,
             std::string body = {}) {
    Request request = Request::make(method, target, std::move(body), std::move(headers));
    request.remote_address = "203.0.113.9";
    return request;
}

// A body that still arrives, piece by piece.
class Pieces final : public BodySource {
  public:
    explicit Pieces(std::vector<std::string> pieces, Headers trailers = {})
        : pieces_(std::move(pieces)), trailers_(std::move(trailers)) {}
    std::size_t read(std::span<char> into) override {
        if (next_ == pieces_.size()) return 0;
        return pieces_[next_++].copy(into.data(), into.size());
    }
    Headers take_trailers() override { return std::move(trailers_); }

  private:
    std::vector<std::string> pieces_;
    std::size_t next_ = 0;
    Headers trailers_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_request)

BOOST_AUTO_TEST_CASE(a_request_goes_on_as_it_came) {
    Witness witness;
    BOOST_TEST(witness.sees(from("GET", "/a%2Fb//c?x=%20&y",
                                 {{"Host", "shop.example:8080"},
                                  {"accept", "a"},
                                  {"X-Two", "1"},
                                  {"ACCEPT", "b"},
                                  {"X-Two", "2"},
                                  {"X-Empty", ""},
                                  {"X-Latin", "caf\xE9"}}),
                            bare()) ==
               "GET /a%2Fb//c?x=%20&y HTTP/1.1\r\n"
               "Host: shop.example:8080\r\n"
               "accept: a\r\nX-Two: 1\r\nACCEPT: b\r\nX-Two: 2\r\n"
               "X-Empty: \r\nX-Latin: caf\xE9\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(what_belongs_to_the_connection_stays_behind) {
    Witness witness;
    BOOST_TEST(witness.sees(from("GET", "/",
                                 {{"Host", "x"},
                                  {"Connection", "close, X-Secret"},
                                  {"Connection", "authorization,host, content-length"},
                                  {"X-Secret", "1"},
                                  {"Authorization", "2"},
                                  {"Keep-Alive", "timeout=5"},
                                  {"Proxy-Connection", "keep-alive"},
                                  {"TE", "gzip"},
                                  {"Trailer", "X-T"},
                                  {"Transfer-Encoding", "chunked"},
                                  {"Transfer_Encoding", "chunked"},
                                  {"Content-Length", "7"},
                                  {"Content_Length", "7"},
                                  {"Expect", "100-continue"},
                                  {"Upgrade", "websocket"},
                                  {"HTTP2-Settings", "AAMAAABkAAQAAP__"},
                                  {"Proxy", "http://evil"},
                                  {"X-Kept", "3"}}),
                            bare()) == "GET / HTTP/1.1\r\nHost: x\r\nX-Kept: 3\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(connection_cannot_hide_who_asked) {
    Witness witness;
    const std::string seen = witness.sees(
        from("GET", "/",
             {{"Host", "x"},
              {"Connection", "X-Forwarded-For, Forwarded, X-Real-IP, X-Forwarded-Proto"}}));
    BOOST_TEST(seen ==
               "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\n"
               "X-Real-IP: 203.0.113.9\r\nX-Forwarded-Proto: http\r\n"
               "X-Forwarded-Host: x\r\n"
               "Forwarded: for=203.0.113.9;host=x;proto=http\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(who_asked_is_not_for_the_client_to_say) {
    Witness witness;
    const Headers spoofed = {{"Host", "x:81"},
                             {"X-Forwarded-For", "10.0.0.1"},
                             {"x-forwarded-for", "10.0.0.2"},
                             {"X_Forwarded_For", "10.0.0.3"},
                             {"X-Forwarded-Proto", "https"},
                             {"X-Forwarded-Port", "443"},
                             {"X-Forwarded-Client-Cert", "CN=root"},
                             {"X-Real-IP", "10.0.0.4"},
                             {"Forwarded", "for=10.0.0.5"}};
    BOOST_TEST(witness.sees(from("GET", "/", spoofed)) ==
               "GET / HTTP/1.1\r\nHost: x:81\r\nX-Forwarded-For: 203.0.113.9\r\n"
               "X-Real-IP: 203.0.113.9\r\nX-Forwarded-Proto: http\r\n"
               "X-Forwarded-Host: x:81\r\n"
               "Forwarded: for=203.0.113.9;host=\"x:81\";proto=http\r\n\r\n");
    BOOST_TEST(witness.sees(from("GET", "/", spoofed), bare()) ==
               "GET / HTTP/1.1\r\nHost: x:81\r\n\r\n");
    BOOST_TEST(witness.sees(from("GET", "/", spoofed), {.forwarded = ForwardedPolicy::append}) ==
               "GET / HTTP/1.1\r\nHost: x:81\r\n"
               "X-Forwarded-For: 10.0.0.1, 10.0.0.2, 203.0.113.9\r\n"
               "X-Real-IP: 10.0.0.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: x:81\r\n"
               "Forwarded: for=10.0.0.5, for=203.0.113.9;host=\"x:81\";proto=http\r\n\r\n");
    const std::string kept =
        witness.sees(from("GET", "/", spoofed), {.forwarded = ForwardedPolicy::keep});
    BOOST_TEST(kept.find("X-Forwarded-For: 10.0.0.1\r\nx-forwarded-for: 10.0.0.2\r\n") !=
               std::string::npos);
    BOOST_TEST(kept.find("203.0.113.9") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_asked_is_for_a_platform_to_say_that_is_the_only_client) {
    Witness witness;
    const auto from_platform = [](Headers headers) {
        Request request = from("GET", "/", std::move(headers));
        request.url.scheme = "https";
        request.context.put(ForwardedByPlatform());
        return request;
    };
    const Headers told = {{"Host", "x"},
                          {"X-Forwarded-For", "203.0.113.9, 10.0.0.1"},
                          {"x-forwarded-for", "10.0.0.2"},
                          {"X-Real-IP", "203.0.113.9"},
                          {"X-Forwarded-Proto", "https"},
                          {"X-Forwarded-Host", "shop.example"},
                          {"X-Forwarded-Prefix", "/the-clients"},
                          {"X-Forwarded-Client-Cert", "CN=root"}};
    const std::string kept =
        "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9, 10.0.0.1, 10.0.0.2\r\n"
        "X-Real-IP: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"
        "X-Forwarded-Host: shop.example\r\n";
    const std::string ours = "Forwarded: for=203.0.113.9;host=x;proto=https\r\n\r\n";
    BOOST_TEST(witness.sees(from_platform(told)) == kept + ours);
    BOOST_TEST(witness.sees(from_platform(told), {.forwarded = ForwardedPolicy::append}) ==
               kept + "X-Forwarded-Prefix: /the-clients\r\n" + ours);
    BOOST_TEST(witness.sees(from_platform(told), bare()) == "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(witness.sees(from_platform({{"Host", "x"}})) ==
               "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\n"
               "X-Real-IP: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: x\r\n" +
                   ours);
}

BOOST_AUTO_TEST_CASE(an_address_of_version_6_is_written_as_each_field_wants_it) {
    Witness witness;
    Request request = from("GET", "/", {});
    request.remote_address = "2001:db8::1";
    request.url.script_name = "/api";
    request.url.scheme = "https";
    BOOST_TEST(witness.sees(std::move(request)) ==
               "GET / HTTP/1.1\r\nHost: " + witness.authority() +
                   "\r\nX-Forwarded-For: 2001:db8::1\r\nX-Real-IP: 2001:db8::1\r\n"
                   "X-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /api\r\n"
                   "Forwarded: for=\"[2001:db8::1]\";proto=https\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(what_surrounds_a_request_cannot_add_lines_to_it) {
    Witness witness;
    Request request = from("GET", "/", {{"Host", "x"}});
    request.remote_address = "1.2.3.4\r\nX-Evil: 1";
    request.context.request_id = "7\r\nX-Evil: 1";
    request.url.script_name = "/\r\nX-Evil: 1";
    request.url.path = "/a b\r\nX-Evil:\x80#";
    request.url.query = "q= HTTP/1.1\r\n";
    BOOST_TEST(witness.sees(std::move(request)) ==
               "GET /a%20b%0D%0AX-Evil:%80%23?q=%20HTTP/1.1%0D%0A HTTP/1.1\r\nHost: x\r\n"
               "X-Forwarded-Proto: http\r\nX-Forwarded-Host: x\r\n\r\n");

    Request host = from("GET", "/", {});
    host.url.host = "x\r\nX-Evil: 1";
    BOOST_TEST(witness.sees(std::move(host)).starts_with("answered 400"));
    Request method = from("GET", "/", {});
    method.method = "GET / HTTP/1.1\r\nX:";
    BOOST_TEST(witness.sees(std::move(method)).starts_with("answered 400"));
    Request tunnel = from("GET", "/", {});
    tunnel.method = "CONNECT";
    BOOST_TEST(witness.sees(std::move(tunnel)).starts_with("answered 501"));
}

BOOST_AUTO_TEST_CASE(a_request_has_the_id_of_its_context) {
    Witness witness;
    Request request = from("GET", "/",
                           {{"Host", "x"},
                            {"X-Request-Id", "theirs"},
                            {"traceparent", "00-1-2-01"},
                            {"X-Amzn-Trace-Id", "Root=1"}});
    request.context.request_id = "ours";
    BOOST_TEST(witness.sees(std::move(request), bare()) ==
               "GET / HTTP/1.1\r\nHost: x\r\ntraceparent: 00-1-2-01\r\n"
               "X-Amzn-Trace-Id: Root=1\r\nX-Request-Id: ours\r\n\r\n");
    BOOST_TEST(witness.sees(from("GET", "/", {{"Host", "x"}, {"X-Request-Id", "theirs"}}),
                            bare()) == "GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: theirs\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(the_host_is_the_clients_unless_that_of_the_url_is_wanted) {
    Witness witness;
    Request absolute = from("GET", "http://169.254.169.254/latest", {{"Host", "ignored"}});
    BOOST_TEST(witness.sees(std::move(absolute), bare()) ==
               "GET /latest HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n");
    UpstreamOptions options = bare();
    options.preserve_host = false;
    BOOST_TEST(witness.sees(from("GET", "/", {{"Host", "x"}}), options) ==
               "GET / HTTP/1.1\r\nHost: " + witness.authority() + "\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_base_stands_before_every_path) {
    Witness witness;
    BOOST_TEST(witness.sees(from("GET", "/x?y", {{"Host", "h"}}), bare("/base/")) ==
               "GET /base/x?y HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(witness.sees(from("GET", "/x?", {{"Host", "h"}}), bare("/")) ==
               "GET /x? HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(witness.sees(from("OPTIONS", "*", {{"Host", "h"}}), bare()) ==
               "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(witness.sees(from("OPTIONS", "*", {{"Host", "h"}}), bare("/base")) ==
               "OPTIONS /base/ HTTP/1.1\r\nHost: h\r\n\r\n");
}

BOOST_DATA_TEST_CASE(nobody_climbs_out_of_the_base,
                     boost::unit_test::data::make({"/../x", "/a/..", "/%2e%2E/x", "/a/.%2e%2fx",
                                                   "/..;a=b/x", "/..%5cx", "/a\\..\\x"})) {
    Witness witness;
    Request request = from("GET", "/", {{"Host", "h"}});
    request.url.path = sample;
    BOOST_TEST(witness.sees(std::move(request), bare("/base")).starts_with("answered 400"));
    Request dots = from("GET", "/a..b/...", {{"Host", "h"}});
    BOOST_TEST(witness.sees(std::move(dots), bare("/base")).starts_with("GET /base/a..b/... "));
}

BOOST_AUTO_TEST_CASE(a_body_that_is_here_has_its_length) {
    Witness witness;
    BOOST_TEST(
        witness.sees(from("POST", "/", {{"Host", "h"}, {"Content-Type", "a/b"}}, "body"), bare()) ==
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: a/b\r\n"
        "Content-Length: 4\r\n\r\nbody");
    BOOST_TEST(witness.sees(from("GET", "/", {{"Host", "h"}}, "body"), bare()) ==
               "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
    BOOST_TEST(witness.sees(from("PUT", "/", {{"Host", "h"}}), bare()) ==
               "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    BOOST_TEST(witness.sees(from("DELETE", "/", {{"Host", "h"}}), bare()) ==
               "DELETE / HTTP/1.1\r\nHost: h\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_body_that_arrives_keeps_its_framing) {
    Witness witness;
    Request sized = from("POST", "/", {{"Host", "h"}});
    sized.body = Body(std::make_unique<Pieces>(std::vector<std::string>{"bo", "dy"}), 4);
    BOOST_TEST(witness.sees(std::move(sized), bare()) ==
               "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");

    const std::string half(50'000, 'x');
    Request large = from("POST", "/", {{"Host", "h"}});
    large.body = Body(std::make_unique<Pieces>(std::vector{half, half}), 100'000);
    BOOST_TEST((witness.sees(std::move(large), bare()) ==
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + half + half));

    Request chunked = from("POST", "/", {{"Host", "h"}, {"Trailer", "X-Sum"}, {"TE", "trailers"}});
    chunked.body = Body(
        std::make_unique<Pieces>(
            std::vector<std::string>{"hello", "world of bodies"},
            Headers{
                {"X-Sum", "1"}, {"Content-Length", "9"}, {"X-Forwarded-For", "9"}, {"Host", "9"}}),
        std::nullopt);
    BOOST_TEST(witness.sees(std::move(chunked), bare()) ==
               "POST / HTTP/1.1\r\nHost: h\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n"
               "TE: trailers\r\nConnection: TE\r\n\r\n"
               "5\r\nhello\r\nf\r\nworld of bodies\r\n0\r\nX-Sum: 1\r\n\r\n");

    Request empty = from("POST", "/", {{"Host", "h"}});
    empty.body = Body(std::make_unique<Pieces>(std::vector<std::string>{}), std::nullopt);
    BOOST_TEST(witness.sees(std::move(empty), bare()) ==
               "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_body_that_breaks_off_is_the_clients_fault) {
    Witness witness;
    Request request = from("POST", "/", {{"Host", "h"}});
    request.body = Body(std::make_unique<Pieces>(std::vector<std::string>{"body"}), 200'000);
    BOOST_TEST(witness.sees(std::move(request), bare()).starts_with("answered 400"));

    Request large = from("POST", "/", {{"Host", "h"}});
    large.body = Body(std::make_unique<Pieces>(std::vector<std::string>{"bo", "dy"}), std::nullopt);
    large.body.limit(3);
    BOOST_TEST(witness.sees(std::move(large), bare()).starts_with("answered 413"));
}

BOOST_AUTO_TEST_CASE(only_upgrades_that_can_be_passed_on_are_asked_for) {
    Witness witness;
    auto sees = [&](std::string_view connection, std::string_view upgrade, std::string body = {}) {
        return witness.sees(
            from("GET", "/", {{"Host", "h"}, {"Connection", connection}, {"Upgrade", upgrade}},
                 std::move(body)),
            bare());
    };
    BOOST_TEST(sees("keep-alive, Upgrade", "websocket") ==
               "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    BOOST_TEST(sees("upgrade", "h2c, websocket, HTTP/2.0") ==
               "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    BOOST_TEST(sees("upgrade, http2-settings", "h2c") == "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(sees("close", "websocket") == "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(sees("upgrade", "websocket", "x").find("Upgrade") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
