#include <filesystem>
#include <string>
#include <support/temporary_directory.h>

#include <boost/test/unit_test.hpp>

#include "cgi_child.h"
#include <turngate/handlers/cgi_directory.h>

using namespace turngate;
using namespace turngate::test;

namespace {

const std::string facts = R"sh(#!/bin/sh
printf 'Content-Type: text/plain\n\n'
echo "$SCRIPT_NAME|$PATH_INFO|$PATH_TRANSLATED|$SCRIPT_FILENAME|$DOCUMENT_ROOT|$REQUEST_URI|$(pwd)"
)sh";

struct Bin {
    Bin() {
        here.write("root/app", facts, true);
        here.write("root/dir/in side", facts, true);
        here.write("root/with/index.cgi", facts, true);
        here.write("root/plain", facts);
        here.write("root/.hidden", facts, true);
        here.write("outside", facts, true);
        std::filesystem::create_symlink("../outside", here / "root/out");
    }
    HandlerPtr open(const std::string& index = {}) const {
        return cgi_directory({.root = root, .index = index});
    }

    TemporaryDirectory here;
    const std::string root = std::filesystem::canonical(here.path()).string() + "/root";
};

Response ask(const HandlerPtr& handler, const std::string& target, Log* log = nullptr,
             const std::string& mounted = "/cgi-bin") {
    Request request = Request::get(mounted + target);
    request.url.strip_prefix(mounted);
    request.context.reporter = log;
    return record(*handler, std::move(request));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cgi_directory_runs)

BOOST_AUTO_TEST_CASE(a_program_hears_how_the_path_led_to_it) {
    const Bin bin;
    BOOST_TEST(ask(bin.open(), "/app").body == "/cgi-bin/app|||" + bin.root + "/app|" + bin.root +
                                                   "|/cgi-bin/app|" + bin.root + "\n");
    BOOST_TEST(ask(bin.open(), "/dir/in%20side/a%2Fb/c?q").body ==
               "/cgi-bin/dir/in side|/a/b/c|" + bin.root + "/a/b/c|" + bin.root + "/dir/in side|" +
                   bin.root + "|/cgi-bin/dir/in%20side/a%2Fb/c?q|" + bin.root + "/dir\n");
    BOOST_TEST(ask(bin.open(), "/app/", nullptr, "").body == "/app|/|" + bin.root + "/|" +
                                                                 bin.root + "/app|" + bin.root +
                                                                 "|/app/|" + bin.root + "\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_program_is_not_found) {
    const Bin bin;
    for (const char* target : {"/", "", "/none", "/dir", "/dir/", "/.hidden", "/out", "/with/"})
        BOOST_TEST(ask(bin.open(), target).status == 404, target);
    for (const char* target : {"/../outside", "/%2e%2e/outside", "/app%00", "/app/%0a", "/dir\\x"})
        BOOST_TEST(ask(bin.open(), target).status == 400, target);
}

BOOST_AUTO_TEST_CASE(what_may_not_be_executed_is_refused_and_the_log_says_how_to_mend_it) {
    const Bin bin;
    Log log;
    const Response r = ask(bin.open(), "/plain/x", &log);
    BOOST_TEST(r.status == 403);
    BOOST_TEST(r.body == "this program may not be run\n");
    BOOST_TEST(log.has("the CGI program " + bin.root + "/plain may not be executed (chmod +x)"));
}

BOOST_AUTO_TEST_CASE(a_directory_may_have_a_program_that_answers) {
    const Bin bin;
    const HandlerPtr handler = bin.open("index.cgi");
    BOOST_TEST(ask(handler, "/with/?q").body == "/cgi-bin/with/index.cgi|||" + bin.root +
                                                    "/with/index.cgi|" + bin.root +
                                                    "|/cgi-bin/with/?q|" + bin.root + "/with\n");
    const Response moved = ask(handler, "/with?q");
    BOOST_TEST(moved.status == 308);
    BOOST_TEST(moved.headers.get("Location") == "/cgi-bin/with/?q");
    BOOST_TEST(ask(handler, "/dir/").status == 404);
    BOOST_TEST(ask(handler, "").status == 404);
}

BOOST_AUTO_TEST_CASE(a_local_redirect_is_answered_by_another_program) {
    const Bin bin;
    bin.here.write("root/to", "#!/bin/sh\nprintf 'Location: %s\\n\\n' \"$QUERY_STRING\"", true);
    BOOST_TEST(ask(bin.open(), "/to?/cgi-bin/app/x").body ==
               "/cgi-bin/app|/x|" + bin.root + "/x|" + bin.root + "/app|" + bin.root +
                   "|/cgi-bin/app/x|" + bin.root + "\n");
    for (const char* target : {"/elsewhere", "/cgi-bin/none"}) {
        const Response away = ask(bin.open(), "/to?" + std::string(target));
        BOOST_TEST(away.status == 302);
        BOOST_TEST(away.headers.get("Location") == target);
    }
    BOOST_TEST(ask(bin.open(), "/to?/cgi-bin/../etc").status == 502);
}

BOOST_AUTO_TEST_CASE(a_program_that_redirects_to_where_it_is_has_no_answer) {
    const Bin bin;
    bin.here.write("root/self", "#!/bin/sh\nprintf 'Location: /cgi-bin/self\\n\\n'", true);
    Log log;
    BOOST_TEST(ask(bin.open(), "/self", &log).status == 502);
    BOOST_TEST(log.has("the CGI program " + bin.root + "/self redirects to itself"));
}

BOOST_AUTO_TEST_CASE(what_is_no_directory_of_programs_is_refused_when_it_is_opened) {
    const Bin bin;
    BOOST_CHECK_THROW(cgi_directory({.root = bin.here / "none"}), Error);
    BOOST_CHECK_THROW(cgi_directory({.root = bin.here / "outside"}), Error);
    BOOST_CHECK_THROW(cgi_directory({.root = bin.root, .index = "a/b"}), Error);
}

BOOST_AUTO_TEST_SUITE_END()
