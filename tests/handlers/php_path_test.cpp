// From the path of a URL to a script, a file or a refusal.
#include "../../handlers/src/handlers/php_path.h"

#include <ostream>
#include <set>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

// Names of directories end in a slash; of links there is what they lead to behind "->".
const std::set<std::string> site = {
    "a b.php",
    "a.phpx/",
    "a.phpx/b.php",
    "app/",
    "app/index.php",
    "blank/",
    "config.php.bak",
    "dir.php/",
    "dir.php/index.html",
    "docs/",
    "docs/index.html",
    "evil.php->evil.jpg",
    "index.php",
    "info.php",
    "Old.PHP",
    "page.phtml",
    "plain.txt->config.php",
    "style.css",
    "upload.jpg",
    "view.phps",
    "x%41.php",
    ".env",
    ".git/",
    ".git/hook.php",
    ".well-known/",
    ".well-known/token",
    ".well-known/t.php",
};

FoundFile find(const std::string& path) {
    for (const std::string& entry : site) {
        const auto arrow = entry.find("->");
        if (entry.substr(0, arrow) == path) {
            const std::string real = arrow == entry.npos ? entry : entry.substr(arrow + 2);
            return {FoundFile::Kind::file, real.substr(real.rfind('/') + 1)};
        }
        if (entry == path + '/') return {FoundFile::Kind::directory};
    }
    return {};
}

std::string told(const PhpPath& found) {
    switch (found.kind) {
        case PhpPath::Kind::script:
            return "script " + found.path + " " + found.name + " " + found.path_info;
        case PhpPath::Kind::file:
            return "file " + found.path;
        case PhpPath::Kind::redirect:
            return "redirect";
        case PhpPath::Kind::absent:
            return "absent";
        case PhpPath::Kind::hidden:
            return "hidden";
        case PhpPath::Kind::malformed:
            return "malformed";
    }
    return {};
}

std::string resolve(std::string_view path, const PhpRules& rules = {}) {
    return told(php_path(path, rules, find));
}

struct Case {
    std::string_view path;
    std::string_view expected;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.path;
}

constexpr std::string_view fallback = "script index.php /index.php ";

const Case cases[] = {
    // Scripts, and what follows them.
    {"/info.php", "script info.php /info.php "},
    {"/info.php/", "script info.php /info.php /"},
    {"/info.php/a/b", "script info.php /info.php /a/b"},
    {"/info.php/a%2Fb", "script info.php /info.php /a%2Fb"},
    {"/info.php//a", "script info.php /info.php //a"},
    {"/info.php/.a", "script info.php /info.php /.a"},
    {"/info.php/x.php", "script info.php /info.php /x.php"},
    {"/info%2ephp/a", "script info.php /info%2ephp /a"},
    {"/a%20b.php", "script a b.php /a%20b.php "},
    {"/x%2541.php", "script x%41.php /x%2541.php "},
    {"/a.phpx/b.php", "script a.phpx/b.php /a.phpx/b.php "},
    {"/a.phpx/b.php/c", "script a.phpx/b.php /a.phpx/b.php /c"},
    {"/.well-known/t.php", "script .well-known/t.php /.well-known/t.php "},
    // Directories.
    {"/", "script index.php /index.php "},
    {"/app/", "script app/index.php /app/index.php "},
    {"/app", "redirect"},
    {"/docs/", "file docs/index.html"},
    {"/docs", "redirect"},
    {"/dir.php", "redirect"},
    {"/dir.php/", "file dir.php/index.html"},
    {"/blank", fallback},
    {"/blank/", fallback},
    // Files.
    {"/style.css", "file style.css"},
    {"/.well-known/token", "file .well-known/token"},
    // What is none, or is not for anybody: the front controller's.
    {"/none", fallback},
    {"/none.php", fallback},
    {"/none.php/a", fallback},
    {"/upload.jpg/x.php", fallback},
    {"/upload.jpg%2Fx.php", fallback},
    {"/style.css/", fallback},
    {"/info.phpx", fallback},
    {"/info.php.", fallback},
    {"/info.php%20", fallback},
    {"/INFO.PHP", fallback},
    {"/docs%2findex.html", fallback},
    {"/blog/a%2Fb", fallback},
    // Names that are none here, whatever they are to the front controller.
    {"/caf%E9", fallback},
    {"/caf%E9/", fallback},
    {"/caf%E9/info.php", fallback},
    {"/%c0%ae%c0%ae/info.php", fallback},
    {"/info.php/caf%E9", "script info.php /info.php /caf%E9"},
    {"/index.php/%ff", "script index.php /index.php /%ff"},
    {"*", "script index.php  "},
    // Source text, and a link that makes a script of something else.
    {"/Old.PHP", "absent"},
    {"/config.php.bak", "absent"},
    {"/page.phtml", "absent"},
    {"/view.phps", "absent"},
    {"/plain.txt", "absent"},
    {"/evil.php", "absent"},
    {"/evil.php/a", "absent"},
    // Names that begin with a dot.
    {"/.env", "hidden"},
    {"/%2eenv", "hidden"},
    {"/.git/", "hidden"},
    {"/.git/hook.php", "hidden"},
    {"/.none", "hidden"},
    {"/docs/.well-known/x", "hidden"},
    // What means no good.
    {"/..", "malformed"},
    {"/../info.php", "malformed"},
    {"/docs/../info.php", "malformed"},
    {"/docs/%2e%2e/info.php", "malformed"},
    {"/docs/.%2E/info.php", "malformed"},
    {"/docs/..%2finfo.php", "malformed"},
    {"/./info.php", "malformed"},
    {"/info.php/../x", "malformed"},
    {"/info.php/%2e%2e%2fx", "malformed"},
    {"/info.php%00", "malformed"},
    {"/upload.jpg%00.php", "malformed"},
    {"/info.php%0a/x", "malformed"},
    {"/info.php/%0a", "malformed"},
    {"/info.php/%7f", "malformed"},
    {"/docs%5cindex.html", "malformed"},
    {"/docs\\index.html", "malformed"},
    {"/..%5cinfo.php", "malformed"},
    {"//info.php", "malformed"},
    {"//evil.example/", "malformed"},
    {"/docs//index.html", "malformed"},
    {"/app//", "malformed"},
    {"/info.php/%", "malformed"},
    {"/%zz", "malformed"},
    {"", "malformed"},
    {"info.php", "malformed"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(php_paths)

BOOST_DATA_TEST_CASE(a_path_leads_to, data::make(cases), c) {
    BOOST_TEST(resolve(c.path) == c.expected);
}

BOOST_AUTO_TEST_CASE(without_a_fallback_what_is_none_is_absent) {
    const PhpRules rules{.fallback = ""};

    BOOST_TEST(resolve("/none", rules) == "absent");
    BOOST_TEST(resolve("/upload.jpg/x.php", rules) == "absent");
    BOOST_TEST(resolve("/docs%2findex.html", rules) == "absent");
    BOOST_TEST(resolve("/blank", rules) == "absent");
}

BOOST_AUTO_TEST_CASE(a_fallback_may_be_a_file_and_is_never_source) {
    BOOST_TEST(resolve("/none", {.fallback = "docs/index.html"}) == "file docs/index.html");
    BOOST_TEST(resolve("/none", {.fallback = "config.php.bak"}) == "absent");
    BOOST_TEST(resolve("/none", {.fallback = "docs"}) == "absent");
}

BOOST_AUTO_TEST_CASE(the_first_index_that_is_there_answers) {
    BOOST_TEST(resolve("/docs/", {.index = {"none.php", "index.html", "index.php"}}) ==
               "file docs/index.html");
    BOOST_TEST(resolve("/", {.index = {"a b.php"}}) == "script a b.php /a%20b.php ");
    BOOST_TEST(resolve("/", {.index = {"page.phtml"}, .fallback = ""}) == "absent");
    BOOST_TEST(resolve("/docs", {.index = {}, .fallback = ""}) == "absent");
}

BOOST_AUTO_TEST_CASE(nothing_is_looked_for_below_a_script_that_is_none) {
    std::vector<std::string> asked;
    const FindFile watched = [&](const std::string& path) {
        asked.push_back(path);
        return find(path);
    };

    php_path("/none.php/a.php/b.php", {.fallback = ""}, watched);

    BOOST_TEST(asked == (std::vector<std::string>{"none.php", "none.php/a.php/b.php"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(source_text_is_told_by_its_extensions) {
    for (const char* name :
         {"a.php",      "a.PHP",         "a.php.bak", "a.php~",     "a.php_",       "a.php-",
          "a.php-2020", "a.php.swp",     "a.php5",    "a.php7.old", "a.phps",       "a.phps.txt",
          "a.phpt",     "a.phpold",      "a.phpbb",   "a.phtml",    "a.phtml.orig", "a.phar",
          "a.Phar.gz",  "a.php bak.txt", "a.php#",    ".php",       "a.b.php.c"})
        BOOST_TEST(is_source(name), name);
    for (const char* name :
         {"logo.pharmacy.png", "x.phpbb.css", "phpbb.css", "php", "graph.png", "a.txt"})
        BOOST_TEST(!is_source(name), name);
}

BOOST_AUTO_TEST_SUITE_END()
