// Files over HTTP: which, in what form, and under what conditions.
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/refused.h"
#include "support/temporary_directory.h"
#include <turngate/handlers/static_files.h>
#include <turngate/http/serve.h>

using namespace turngate;
using test::Refused;
using test::TemporaryDirectory;
namespace data = boost::unit_test::data;
namespace fs = std::filesystem;

namespace {

struct Site : TemporaryDirectory {
    Site() {
        write("hello.txt", "0123456789");
        write("index.html", "<p>home");
        write("docs/index.html", "<p>docs");
        write("empty/file.bin", "");
        write(".secret", "s");
        write(".well-known/acme", "token");
        write("docs/.git/config", "s");
        write("docs/.well-known/x", "s");
        write("a b&c.css", "css");
    }
};

Response ask(const HandlerPtr& files, std::string_view target, Headers headers = {},
             std::string_view method = "GET") {
    return record(*files, Request::make(method, target, {}, std::move(headers)));
}

std::string field(const Response& response, std::string_view name) {
    return std::string(response.headers.get(name));
}

HandlerPtr files_of(const Site& site) {
    return static_files({.root = site.path()});
}

const Refused refused[] = {
    {"/none", 404},
    {"/.secret", 404},
    {"/%2esecret", 404},
    {"/docs/.git/config", 404},
    {"/docs/.well-known/x", 404},
    {"/..", 404},
    {"/../hello.txt", 404},
    {"/docs/../hello.txt", 404},
    {"/docs/%2e%2e/hello.txt", 404},
    {"/docs/.%2E/hello.txt", 404},
    {"/./hello.txt", 404},
    {"//hello.txt", 404},
    {"/docs//index.html", 404},
    {"/hello.txt/", 404},
    {"/empty/", 404},
    {"/empty", 404},
    {"/hello.txt%00.html", 400},
    {"/%0ahello.txt", 400},
    {"/docs%2findex.html", 400},
    {"/docs%2Findex.html", 400},
    {"/docs%5cindex.html", 400},
    {"/docs\\index.html", 400},
    {"/..%5c..%5cetc", 400},
    {"/%c0%ae%c0%ae/hello.txt", 400},
    {"/%e0%80%ae/hello.txt", 400},
    {"/%ff", 400},
    {"/%", 400},
    {"/%2", 400},
    {"/%zz", 400},
    {"/%252e%252e/hello.txt", 404},
    {"*", 400},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(static_files_serve)

BOOST_AUTO_TEST_CASE(a_file_with_its_type_and_validators) {
    Site site;
    const Response r = ask(files_of(site), "/hello.txt?v=3");
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.body == "0123456789");
    BOOST_TEST(r.headers.get("Content-Type") == "text/plain; charset=utf-8");
    BOOST_TEST(r.headers.get("Content-Length") == "10");
    BOOST_TEST(r.headers.get("Accept-Ranges") == "bytes");
    BOOST_TEST(r.headers.get("ETag").starts_with("\""));
    BOOST_TEST(r.headers.get("Last-Modified").ends_with(" GMT"));
}

BOOST_AUTO_TEST_CASE(a_name_is_decoded_once) {
    Site site;
    site.write("100%25", "x");
    BOOST_TEST(ask(files_of(site), "/a%20b%26c.css").body == "css");
    BOOST_TEST(ask(files_of(site), "/100%2525").body == "x");
}

BOOST_DATA_TEST_CASE(nothing_else_is_served, data::make(refused), one) {
    Site site;
    BOOST_TEST(ask(files_of(site), one.target).status == one.status);
}

BOOST_AUTO_TEST_CASE(well_known_is_for_everybody) {
    Site site;
    BOOST_TEST(ask(files_of(site), "/.well-known/acme").body == "token");
}

BOOST_AUTO_TEST_CASE(a_directory_is_its_index) {
    Site site;
    const HandlerPtr files = files_of(site);
    BOOST_TEST(ask(files, "/").body == "<p>home");
    BOOST_TEST(ask(files, "/docs/").body == "<p>docs");
    const Response r = ask(files, "/docs?a=%2F");
    BOOST_TEST(r.status == 308);
    BOOST_TEST(r.headers.get("Location") == "/docs/?a=%2F");
    BOOST_TEST(ask(static_files({.root = site.path(), .index = ""}), "/").status == 404);
}

BOOST_AUTO_TEST_CASE(a_directory_below_a_prefix_gets_its_slash_behind_the_prefix) {
    Site site;
    const auto at = [&](std::string_view target) {
        Request request = Request::get(target);
        request.url.strip_prefix("/static");
        return record(*files_of(site), std::move(request));
    };
    BOOST_TEST(field(at("/static/docs"), "Location") == "/static/docs/");
    BOOST_TEST(field(at("/static?q"), "Location") == "/static/?q");
    BOOST_TEST(at("/static/").body == "<p>home");
}

BOOST_AUTO_TEST_CASE(no_redirect_leads_to_another_host) {
    Site site;
    site.write("evil.example/index.html", "");
    Request request = Request::get("/x//evil.example");
    request.url.strip_prefix("/x");
    BOOST_TEST(record(*files_of(site), std::move(request)).status == 404);
    BOOST_TEST(ask(files_of(site), "//evil.example").status == 404);
    Request mounted = Request::get("/evil.example");
    mounted.url.script_name = "/";
    BOOST_TEST(field(record(*files_of(site), std::move(mounted)), "Location") == "/evil.example/");
}

BOOST_AUTO_TEST_CASE(only_regular_files_are_served) {
    Site site;
    BOOST_TEST_REQUIRE(::mkfifo((site / "fifo").c_str(), 0600) == 0);
    fs::create_symlink("/etc/passwd", site / "passwd");
    fs::create_symlink("hello.txt", site / "link");
    const HandlerPtr files = files_of(site);
    BOOST_TEST(ask(files, "/fifo").status == 404);
    BOOST_TEST(ask(files, "/passwd").status == 404);
    BOOST_TEST(ask(files, "/link").body == "0123456789");
}

BOOST_AUTO_TEST_CASE(a_link_to_a_hidden_name_is_none) {
    Site site;
    site.write(".env", "secret");
    site.write(".hid/a.txt", "secret");
    fs::create_symlink(".env", site / "env.txt");
    fs::create_symlink(".env", site / "hello.txt.gz");
    fs::create_directory_symlink(".hid", site / "dir");
    const HandlerPtr files = files_of(site);
    BOOST_TEST(ask(files, "/env.txt").status == 404);
    BOOST_TEST(ask(files, "/dir/a.txt").status == 404);
    BOOST_TEST(ask(files, "/hello.txt", {{"Accept-Encoding", "gzip"}}).body == "0123456789");
}

BOOST_AUTO_TEST_CASE(a_file_that_may_not_be_read_is_forbidden) {
    if (::geteuid() == 0) return;  // root may read everything
    Site site;
    BOOST_TEST_REQUIRE(::chmod((site / "hello.txt").c_str(), 0) == 0);
    BOOST_TEST(ask(files_of(site), "/hello.txt").status == 403);
}

BOOST_AUTO_TEST_CASE(head_has_the_fields_of_get) {
    Site site;
    const Response r = ask(files_of(site), "/hello.txt", {{"Range", "bytes=0-1"}}, "HEAD");
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.body == "");
    BOOST_TEST(r.headers.get("Content-Length") == "10");
    BOOST_TEST(field(ask(files_of(site), "/empty/file.bin"), "Content-Length") == "0");
}

BOOST_AUTO_TEST_CASE(a_file_is_only_read) {
    Site site;
    const HandlerPtr files = files_of(site);
    const Response options = ask(files, "/hello.txt", {}, "OPTIONS");
    BOOST_TEST(options.status == 204);
    BOOST_TEST(options.headers.get("Allow") == "GET, HEAD, OPTIONS");
    const Response post = ask(files, "/hello.txt", {}, "POST");
    BOOST_TEST(post.status == 405);
    BOOST_TEST(post.headers.get("Allow") == "GET, HEAD, OPTIONS");
}

BOOST_AUTO_TEST_CASE(a_client_that_has_the_file_is_told_so) {
    Site site;
    const HandlerPtr files = static_files({.root = site.path(), .cache_control = "no-cache"});
    const std::string etag = field(ask(files, "/hello.txt"), "ETag");
    const Response r = ask(files, "/hello.txt", {{"If-None-Match", etag}});
    BOOST_TEST(r.status == 304);
    BOOST_TEST(r.body == "");
    BOOST_TEST(r.headers.get("ETag") == etag);
    BOOST_TEST(r.headers.get("Cache-Control") == "no-cache");
    BOOST_TEST(ask(files, "/hello.txt", {{"If-Match", "\"x\""}}).status == 412);
}

BOOST_AUTO_TEST_CASE(another_file_of_the_same_length_and_second_has_another_tag) {
    Site site;
    const HandlerPtr files = files_of(site);
    const std::string etag = field(ask(files, "/hello.txt"), "ETag");
    site.write("other", "9876543210");
    const timespec times[] = {{0, UTIME_OMIT}, {1'700'000'000, 1}};
    const timespec later[] = {{0, UTIME_OMIT}, {1'700'000'000, 2}};
    ::utimensat(AT_FDCWD, (site / "hello.txt").c_str(), times, 0);
    const std::string first = field(ask(files, "/hello.txt"), "ETag");
    ::utimensat(AT_FDCWD, (site / "hello.txt").c_str(), later, 0);
    BOOST_TEST(field(ask(files, "/hello.txt"), "ETag") != first);
    fs::rename(site / "other", site / "hello.txt");
    ::utimensat(AT_FDCWD, (site / "hello.txt").c_str(), times, 0);
    BOOST_TEST(field(ask(files, "/hello.txt"), "ETag") != first);
}

BOOST_AUTO_TEST_CASE(a_part_is_sent_alone) {
    Site site;
    const Response r = ask(files_of(site), "/hello.txt", {{"Range", "bytes=2-4"}});
    BOOST_TEST(r.status == 206);
    BOOST_TEST(r.body == "234");
    BOOST_TEST(r.headers.get("Content-Range") == "bytes 2-4/10");
    BOOST_TEST(r.headers.get("Content-Length") == "3");
}

BOOST_AUTO_TEST_CASE(several_parts_are_sent_in_one_body) {
    Site site;
    const Response r = ask(files_of(site), "/hello.txt", {{"Range", "bytes=0-1,-2"}});
    BOOST_TEST(r.status == 206);
    const std::string type(r.headers.get("Content-Type"));
    BOOST_TEST_REQUIRE(type.starts_with("multipart/byteranges; boundary="));
    const std::string boundary = "--" + type.substr(type.find('=') + 1);
    BOOST_TEST(r.body == boundary +
                             "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes "
                             "0-1/10\r\n\r\n01\r\n" +
                             boundary +
                             "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes "
                             "8-9/10\r\n\r\n89\r\n" +
                             boundary + "--\r\n");
    BOOST_TEST(r.headers.get("Content-Length") == std::to_string(r.body.size()));
    BOOST_TEST(!r.headers.contains("Content-Range"));
}

BOOST_AUTO_TEST_CASE(a_range_that_is_none_is_refused_with_the_length) {
    Site site;
    const Response r = ask(files_of(site), "/hello.txt", {{"Range", "bytes=10-"}});
    BOOST_TEST(r.status == 416);
    BOOST_TEST(r.headers.get("Content-Range") == "bytes */10");
}

BOOST_AUTO_TEST_CASE(a_range_of_another_state_gets_the_whole) {
    Site site;
    const Response r =
        ask(files_of(site), "/hello.txt", {{"Range", "bytes=2-4"}, {"If-Range", "\"x\""}});
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.body == "0123456789");
}

BOOST_AUTO_TEST_CASE(what_is_compressed_goes_to_who_can_decode_it) {
    Site site;
    site.write("hello.txt.gz", "gzipped");
    const HandlerPtr files = files_of(site);
    const Response coded = ask(files, "/hello.txt", {{"Accept-Encoding", "br, gzip"}});
    BOOST_TEST(coded.body == "gzipped");
    BOOST_TEST(coded.headers.get("Content-Encoding") == "gzip");
    BOOST_TEST(coded.headers.get("Content-Type") == "text/plain; charset=utf-8");
    const Response plain = ask(files, "/hello.txt", {{"Accept-Encoding", "gzip;q=0"}});
    BOOST_TEST(plain.body == "0123456789");
    for (const Response* r : {&coded, &plain})
        BOOST_TEST(r->headers.get("Vary") == "Accept-Encoding");
    BOOST_TEST(coded.headers.get("ETag") != plain.headers.get("ETag"));
    const Response refused =
        ask(files, "/hello.txt", {{"Accept-Encoding", "gzip"}, {"Range", "bytes=99-"}});
    BOOST_TEST(refused.status == 416);
    BOOST_TEST(!refused.headers.contains("Content-Encoding"));
}

BOOST_AUTO_TEST_CASE(what_was_compressed_before_the_file_changed_is_not_sent) {
    Site site;
    site.write("hello.txt.gz", "stale");
    const timespec old[] = {{1, 0}, {1, 0}};
    ::utimensat(AT_FDCWD, (site / "hello.txt.gz").c_str(), old, 0);
    const Response r = ask(files_of(site), "/hello.txt", {{"Accept-Encoding", "gzip"}});
    BOOST_TEST(r.body == "0123456789");
    BOOST_TEST(!r.headers.contains("Vary"));
}

BOOST_AUTO_TEST_CASE(what_is_no_file_goes_to_the_other_handler) {
    Site site;
    const HandlerPtr files = static_files(
        {.root = site.path(), .otherwise = to_handler([](Request& request) {
                                  return text(request.method + ' ' + request.url.target());
                              })});
    BOOST_TEST(ask(files, "/hello.txt").body == "0123456789");
    BOOST_TEST(ask(files, "/hello.txt", {}, "POST").body == "POST /hello.txt");
    BOOST_TEST(ask(files, "/orders?x").body == "GET /orders?x");
    BOOST_TEST(ask(files, "/empty").body == "GET /empty");
    BOOST_TEST(ask(files, "/a%2Fb").body == "GET /a%2Fb");
    BOOST_TEST(ask(files, "/.secret").body == "GET /.secret");
}

BOOST_AUTO_TEST_CASE(a_file_that_shrinks_breaks_the_response_off) {
    struct Shrinking final : ResponseSink {
        explicit Shrinking(std::string file) : path(std::move(file)) {}
        void on_head(int, const Headers&) override { fs::resize_file(path, 10); }
        void on_body(std::string_view chunk) override { bytes += chunk.size(); }
        void on_flush() override {}
        void on_finish() override { finished = true; }
        void on_abort() noexcept override { aborted = true; }
        std::string path;
        std::size_t bytes = 0;
        bool finished = false, aborted = false;
    };
    Site site;
    site.write("large.bin", std::string(100'000, 'x'));
    Shrinking sink(site / "large.bin");
    ResponseWriter response(sink);
    Request request = Request::get("/large.bin");
    const Outcome outcome = serve(*files_of(site), request, response);
    BOOST_TEST(!outcome.complete);
    BOOST_TEST(sink.aborted);
    BOOST_TEST(!sink.finished);
}

BOOST_AUTO_TEST_CASE(a_root_or_an_index_that_is_none_is_refused) {
    Site site;
    BOOST_CHECK_THROW(static_files({.root = site / "none"}), Error);
    BOOST_CHECK_THROW(static_files({.root = site / "hello.txt"}), Error);
    BOOST_CHECK_THROW(static_files({.root = site.path(), .index = "../x"}), Error);
}

BOOST_AUTO_TEST_SUITE_END()
