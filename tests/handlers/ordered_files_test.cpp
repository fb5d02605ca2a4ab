// X-Sendfile and X-Accel-Redirect: confined, stripped, and sent as files are.
#include <algorithm>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/recording_reporter.h"
#include "support/temporary_directory.h"
#include <turngate/handlers/script_files.h>
#include <turngate/http/serve.h>

using namespace turngate;
using test::TemporaryDirectory;
namespace data = boost::unit_test::data;
namespace fs = std::filesystem;

namespace {

struct Site : TemporaryDirectory {
    Site() {
        write("site/index.php", "<?php");
        write("files/report.pdf", "0123456789");
        write("files/sub/a b.txt", "text");
        write("files/.hidden", "secret");
        write("secret.txt", "secret");
        fs::create_symlink("../secret.txt", *this / "files/link");
    }

    // A script that answers with this field.
    HandlerPtr ordering(const std::string& field, const std::string& value,
                        const std::string& accel_prefix = "/internal/") const {
        return script_files({.root = *this / "site",
                             .sendfile = *this / "files",
                             .accel = *this / "files",
                             .accel_prefix = accel_prefix,
                             .scripts = to_handler([field, value](Request&, ResponseWriter& out) {
                                 out.header(field, value);
                                 out.headers().add("Set-Cookie", "a=1");
                                 out.header("Content-Disposition", "attachment");
                                 out.status(202).write("not this");
                             })});
    }
};

struct Case {
    std::string_view field, value;
    int status;
    std::string_view body;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.field << ": " << c.value;
}

const Case cases[] = {
    {"X-Sendfile", "report.pdf", 200, "0123456789"},
    {"X-Sendfile", "DIR/files/report.pdf", 200, "0123456789"},
    {"x-sendfile", "sub/a b.txt", 200, "text"},
    {"X-Sendfile", "none", 404, ""},
    {"X-Sendfile", "sub", 404, ""},
    {"X-Sendfile", "link", 404, ""},
    {"X-Sendfile", "../secret.txt", 404, ""},
    {"X-Sendfile", "DIR/files/../secret.txt", 404, ""},
    {"X-Sendfile", "DIR/secret.txt", 502, ""},
    {"X-Sendfile", "DIR/filesx", 502, ""},
    {"X-Sendfile", "/etc/passwd", 502, ""},
    {"X-Accel-Redirect", "/internal/report.pdf", 200, "0123456789"},
    {"X-Accel-Redirect", "/internal/sub/a%20b.txt?x=1", 200, "text"},
    {"X-Accel-Redirect", "/internal/none", 404, ""},
    {"X-Accel-Redirect", "/internal/link", 404, ""},
    {"X-Accel-Redirect", "/internal/.hidden", 502, ""},
    {"X-Accel-Redirect", "/internal/../secret.txt", 502, ""},
    {"X-Accel-Redirect", "/internal/%2e%2e/secret.txt", 502, ""},
    {"X-Accel-Redirect", "/internal/..%2fsecret.txt", 502, ""},
    {"X-Accel-Redirect", "/internal/sub/", 502, ""},
    {"X-Accel-Redirect", "/other/report.pdf", 502, ""},
    {"X-Accel-Redirect", "http://other/report.pdf", 502, ""},
};

std::string placed(const Site& site, std::string_view value) {
    std::string text(value);
    if (text.starts_with("DIR")) text.replace(0, 3, fs::canonical(site.path()).string());
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(files_that_scripts_order)

BOOST_DATA_TEST_CASE(an_order_leads_to, data::make(cases), c) {
    const Site site;
    const HandlerPtr files = site.ordering(std::string(c.field), placed(site, c.value));

    const Response response = record(*files, Request::get("/"));

    BOOST_TEST(response.status == c.status);
    if (c.status == 200) BOOST_TEST(response.body == c.body);
    BOOST_TEST(response.body.find("secret") == std::string::npos);
    BOOST_TEST(!response.headers.contains(c.field));
}

BOOST_AUTO_TEST_CASE(a_file_has_the_scripts_fields_but_for_those_of_its_body) {
    const Site site;
    const HandlerPtr files = site.ordering("X-Sendfile", "report.pdf");

    const Response response = record(*files, Request::get("/"));

    BOOST_TEST(response.headers.get("Set-Cookie") == "a=1");
    BOOST_TEST(response.headers.get("Content-Disposition") == "attachment");
    BOOST_TEST(response.headers.get("Content-Length") == "10");
    BOOST_TEST(response.headers.contains("ETag"));
}

BOOST_AUTO_TEST_CASE(ranges_and_conditions_are_those_of_files) {
    const Site site;
    const HandlerPtr files = site.ordering("X-Sendfile", "report.pdf");
    const auto ask = [&](std::string_view method, Headers headers) {
        return record(*files, Request::make(method, "/", {}, std::move(headers)));
    };

    const Response part = ask("GET", {{"Range", "bytes=2-4"}});
    BOOST_TEST(part.status == 206);
    BOOST_TEST(part.body == "234");
    const Response head = ask("HEAD", {});
    BOOST_TEST(head.headers.get("Content-Length") == "10");
    const std::string tag(part.headers.get("ETag"));
    BOOST_TEST(ask("GET", {{"If-None-Match", tag}}).status == 304);
    const Response posted = ask("POST", {{"Range", "bytes=2-4"}, {"If-None-Match", tag}});
    BOOST_TEST(posted.status == 200);
    BOOST_TEST(posted.body == "0123456789");
}

BOOST_AUTO_TEST_CASE(a_directory_may_be_named_as_it_is_configured_or_by_where_its_links_lead) {
    const Site site;
    fs::create_directory_symlink("files", site / "current");
    for (const std::string& configured : {site / "current", site / "current/"})
        for (const std::string& named :
             {site / "current", fs::canonical(site / "files").string()}) {
            const auto script = [&](Request&, ResponseWriter& out) {
                out.header("X-Sendfile", named + "/report.pdf");
            };
            const HandlerPtr files = script_files(
                {.root = site / "site", .sendfile = configured, .scripts = to_handler(script)});
            BOOST_TEST(record(*files, Request::get("/")).body == "0123456789");
        }
}

BOOST_AUTO_TEST_CASE(an_order_that_is_not_in_use_is_dropped_and_logged) {
    const Site site;
    const HandlerPtr files =
        script_files({.root = site / "site",
                      .sendfile = site / "files",
                      .scripts = to_handler([](Request&, ResponseWriter& out) {
                          out.header("X-Accel-Redirect", "/internal/report.pdf").write("the body");
                      })});
    test::RecordingReporter reporter;
    Request request = Request::get("/");
    request.context.reporter = &reporter;

    const Response response = record(*files, std::move(request));

    BOOST_TEST(response.body == "the body");
    BOOST_TEST(!response.headers.contains("X-Accel-Redirect"));
    const std::vector<std::string> lines = reporter.lines();
    BOOST_TEST(std::count(lines.begin(), lines.end(),
                          " warn the script's X-Accel-Redirect is not followed") == 1);
}

BOOST_AUTO_TEST_CASE(a_script_that_breaks_off_orders_nothing) {
    const Site site;
    const HandlerPtr files =
        script_files({.root = site / "site",
                      .sendfile = site / "files",
                      .scripts = to_handler([](Request&, ResponseWriter& out) {
                          out.header("X-Sendfile", "report.pdf").write("begun");
                          out.flush();
                          throw ProtocolError("the script has died");
                      })});

    BOOST_TEST(record(*files, Request::get("/")).status == 502);
}

BOOST_AUTO_TEST_CASE(a_prefix_that_is_none_is_refused) {
    const Site site;
    BOOST_CHECK_THROW(site.ordering("X-Accel-Redirect", "/", "internal/"), Error);
    BOOST_CHECK_THROW(site.ordering("X-Accel-Redirect", "/", "/internal"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
