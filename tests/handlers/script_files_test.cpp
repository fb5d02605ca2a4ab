// A directory of files and scripts: what is run, what is sent, what is refused.
#include <filesystem>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/refused.h"
#include "support/temporary_directory.h"
#include <turngate/cgi/variables.h>
#include <turngate/handlers/script_files.h>
#include <turngate/http/serve.h>

using namespace turngate;
using test::Refused;
using test::TemporaryDirectory;
namespace data = boost::unit_test::data;
namespace fs = std::filesystem;

namespace {

struct Site : TemporaryDirectory {
    Site() {
        write("site/index.php", "<?php");
        write("site/info.php", "<?php");
        write("site/app/index.php", "<?php");
        write("site/docs/index.html", "<p>docs");
        write("site/style.css", "body{}");
        write("site/upload.jpg", "<?php evil");
        write("site/.env", "secret");
        write("secret.php", "<?php");
        write("secret.txt", "secret");
    }
    std::string root() const { return *this / "site"; }
};

// Tells what a script would be told of itself.
HandlerPtr telling() {
    return to_handler([](Request& request) {
        const cgi::Script* script = request.context.find<cgi::Script>();
        if (!script) return text("no script");
        std::string out;
        const cgi::Variables variables = cgi::to_variables(request, *script);
        for (const char* name : {"SCRIPT_NAME", "PATH_INFO", "PATH_TRANSLATED", "SCRIPT_FILENAME",
                                 "DOCUMENT_ROOT", "REQUEST_URI"})
            if (auto it = variables.find(name); it != variables.end())
                out += it->first + '=' + it->second + '\n';
        return text(out);
    });
}

HandlerPtr site_of(const Site& site) {
    return script_files({.root = site.root(), .scripts = telling()});
}

Response ask(const HandlerPtr& files, std::string_view target, std::string_view method = "GET") {
    return record(*files, Request::make(method, target));
}

std::string told(const Site& site, const std::string& script, const std::string& info,
                 const std::string& uri) {
    const std::string root = fs::canonical(site.root()).string();
    return "SCRIPT_NAME=/" + script + '\n' +
           (info.empty() ? "" : "PATH_INFO=" + info + "\nPATH_TRANSLATED=" + root + info + '\n') +
           "SCRIPT_FILENAME=" + root + '/' + script + "\nDOCUMENT_ROOT=" + root +
           "\nREQUEST_URI=" + uri + '\n';
}

const Refused refused[] = {
    {"/.env", 404},
    {"/%2eenv", 404},
    {"/../secret.txt", 400},
    {"//etc/passwd", 400},
    {"/upload.jpg%00.php", 400},
    {"/info.php%0a", 400},
    {"/a%5c..%5cb", 400},
    {"/%2e%2e/secret.txt", 400},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(files_and_scripts)

BOOST_AUTO_TEST_CASE(a_script_is_told_where_it_is) {
    const Site site;
    const HandlerPtr files = site_of(site);

    BOOST_TEST(ask(files, "/info.php?a=1").body == told(site, "info.php", "", "/info.php?a=1"));
    BOOST_TEST(ask(files, "/info.php/a/b").body == told(site, "info.php", "/a/b", "/info.php/a/b"));
}

BOOST_AUTO_TEST_CASE(an_index_and_the_front_controller_have_no_path_info) {
    const Site site;
    const HandlerPtr files = site_of(site);

    BOOST_TEST(ask(files, "/").body == told(site, "index.php", "", "/"));
    BOOST_TEST(ask(files, "/app/?q").body == told(site, "app/index.php", "", "/app/?q"));
    BOOST_TEST(ask(files, "/blog/a%2Fb", "POST").body ==
               told(site, "index.php", "", "/blog/a%2Fb"));
    BOOST_TEST(ask(files, "/upload.jpg/x.php").body ==
               told(site, "index.php", "", "/upload.jpg/x.php"));
}

BOOST_AUTO_TEST_CASE(files_are_sent_and_directories_get_their_slash) {
    const Site site;
    const HandlerPtr files = site_of(site);

    const Response style = ask(files, "/style.css");
    BOOST_TEST(style.body == "body{}");
    BOOST_TEST(style.headers.get("Content-Type") == "text/css; charset=utf-8");
    BOOST_TEST(ask(files, "/docs/").body == "<p>docs");
    BOOST_TEST(ask(files, "/style.css", "POST").status == 405);
    const Response redirect = ask(files, "/app?q=1");
    BOOST_TEST(redirect.status == 308);
    BOOST_TEST(redirect.headers.get("Location") == "/app/?q=1");
}

BOOST_DATA_TEST_CASE(what_is_refused, data::make(refused), r) {
    const Site site;
    BOOST_TEST(ask(site_of(site), r.target).status == r.status);
}

BOOST_AUTO_TEST_CASE(links_are_followed_inside_the_root_unless_told_otherwise) {
    const Site site;
    fs::create_symlink("info.php", site / "site/inside.php");
    fs::create_symlink("../secret.php", site / "site/outside.php");
    fs::create_symlink("../secret.txt", site / "site/outside.txt");
    const HandlerPtr files = site_of(site);
    const HandlerPtr open =
        script_files({.root = site.root(), .follow_links_outside = true, .scripts = telling()});

    BOOST_TEST(ask(files, "/inside.php").body == told(site, "inside.php", "", "/inside.php"));
    BOOST_TEST(ask(files, "/outside.php").body == told(site, "index.php", "", "/outside.php"));
    BOOST_TEST(ask(files, "/outside.txt").body == told(site, "index.php", "", "/outside.txt"));
    BOOST_TEST(ask(open, "/outside.php").body == told(site, "outside.php", "", "/outside.php"));
    BOOST_TEST(ask(open, "/outside.txt").body == "secret");
    BOOST_TEST(ask(open, "/../secret.txt").status == 400);
}

BOOST_AUTO_TEST_CASE(what_a_link_leads_to_decides_what_it_is) {
    const Site site;
    fs::create_symlink("upload.jpg", site / "site/evil.php");
    fs::create_symlink("info.php", site / "site/source.txt");
    const HandlerPtr files = site_of(site);

    BOOST_TEST(ask(files, "/evil.php").status == 404);
    BOOST_TEST(ask(files, "/source.txt").status == 404);
}

BOOST_AUTO_TEST_CASE(no_link_leads_to_what_is_hidden_nor_does_a_compressed_sibling) {
    const Site site;
    site.write("site/.hid/x.php", "<?php");
    site.write("site/..data/mounted.txt", "mounted");
    site.write("site/.well-known/token", "token");
    fs::create_symlink(".env", site / "site/env.txt");
    fs::create_symlink(".hid/x.php", site / "site/x.php");
    fs::create_directory_symlink(".hid", site / "site/dir");
    fs::create_symlink(".env", site / "site/style.css.gz");
    site.write("site/new.php", "<?php");  // no older than what it is to stand for
    fs::create_symlink("new.php", site / "site/upload.jpg.gz");
    fs::create_symlink("..data/mounted.txt", site / "site/mounted.txt");
    fs::create_symlink(".well-known/token", site / "site/token");
    for (const bool anywhere : {false, true}) {
        const HandlerPtr files = script_files({.root = site.root(),
                                               .fallback = {},
                                               .follow_links_outside = anywhere,
                                               .scripts = telling()});
        for (const char* hidden : {"/env.txt", "/x.php", "/dir/x.php", "/x.php/a"})
            BOOST_TEST(ask(files, hidden).status == 404, hidden);
        BOOST_TEST(ask(files, "/mounted.txt").body == "mounted");  // as Kubernetes does it
        BOOST_TEST(ask(files, "/token").body == "token");
        for (const char* coded : {"/style.css", "/upload.jpg"}) {
            Request request = Request::get(coded);
            request.headers.set("Accept-Encoding", "gzip");
            BOOST_TEST(!record(*files, std::move(request)).headers.contains("Content-Encoding"));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_root_that_is_a_link_is_the_directory_it_led_to) {
    const Site site;
    fs::create_directory_symlink("site", site / "current");
    const HandlerPtr files = script_files({.root = site / "current", .scripts = telling()});

    BOOST_TEST(ask(files, "/info.php").body == told(site, "info.php", "", "/info.php"));
}

BOOST_AUTO_TEST_CASE(a_script_that_only_its_runner_may_read_is_run) {
    const Site site;
    fs::permissions(site / "site/info.php", fs::perms::none);

    BOOST_TEST(ask(site_of(site), "/info.php").body == told(site, "info.php", "", "/info.php"));
}

BOOST_AUTO_TEST_CASE(below_a_prefix_the_script_has_it_in_its_name) {
    const Site site;
    const HandlerPtr files = site_of(site);
    Request request = Request::get("/api/info.php/a");
    BOOST_TEST_REQUIRE(request.url.strip_prefix("/api"));
    Request bare = Request::get("/api");
    BOOST_TEST_REQUIRE(bare.url.strip_prefix("/api"));

    BOOST_TEST(record(*files, std::move(request)).body.starts_with("SCRIPT_NAME=/api/info.php\n"));
    const Response redirect = record(*files, std::move(bare));
    BOOST_TEST(redirect.headers.get("Location") == "/api/");
}

BOOST_AUTO_TEST_CASE(what_is_asked_of_the_server_as_a_whole_is_for_the_front_controller) {
    const Site site;
    const std::string root = fs::canonical(site.root()).string();
    const Response answer = ask(site_of(site), "*", "OPTIONS");
    BOOST_TEST(answer.body == "SCRIPT_NAME=\nSCRIPT_FILENAME=" + root +
                                  "/index.php\nDOCUMENT_ROOT=" + root + "\nREQUEST_URI=*\n");
    const HandlerPtr none =
        script_files({.root = site.root(), .fallback = {}, .scripts = telling()});
    const Response allowed = ask(none, "*", "OPTIONS");
    BOOST_TEST(allowed.headers.get("Allow") == "GET, HEAD, OPTIONS");
}

BOOST_AUTO_TEST_CASE(files_may_be_left_to_another_server) {
    const Site site;
    const HandlerPtr files =
        script_files({.root = site.root(), .serve_files = false, .scripts = telling()});

    BOOST_TEST(ask(files, "/style.css").status == 404);
    BOOST_TEST(ask(files, "/info.php").status == 200);
}

BOOST_AUTO_TEST_CASE(a_root_that_cannot_answer_is_refused_at_once) {
    const Site site;
    const auto says = [](std::string_view part) {
        return [part](const Error& e) {
            return std::string(e.what()).find(part) != std::string::npos;
        };
    };

    BOOST_CHECK_EXCEPTION(script_files({.root = site / "none"}), Error,
                          says("/none: No such file or directory"));
    BOOST_CHECK_EXCEPTION(script_files({.root = site / "secret.txt"}), Error,
                          says("/secret.txt: Not a directory"));
    BOOST_CHECK_EXCEPTION(script_files({.root = site.path()}), Error,
                          says("expected index.php or index.html"));
    BOOST_CHECK_EXCEPTION(script_files({.root = site.root(), .index = {"a/b"}}), Error,
                          says("the index \"a/b\" is no file name"));
    BOOST_CHECK_NO_THROW(script_files({.root = site.path(), .index = {}, .fallback = ""}));
}

BOOST_AUTO_TEST_SUITE_END()
