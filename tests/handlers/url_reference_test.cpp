// Where a Location leads: the examples of RFC 3986 section 5.4, and what servers send besides.
#include "../../handlers/src/handlers/url_reference.h"

#include <ostream>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace turngate;

namespace {

struct Reference {
    const char* text;
    const char* meant;
};
std::ostream& operator<<(std::ostream& out, const Reference& one) {
    return out << '"' << one.text << '"';
}

// Of "http://a/b/c/d;p?q".
const Reference references[] = {
    {"g:h", "g:h"},
    {"g", "http://a/b/c/g"},
    {"./g", "http://a/b/c/g"},
    {"g/", "http://a/b/c/g/"},
    {"/g", "http://a/g"},
    {"//g", "http://g"},
    {"?y", "http://a/b/c/d;p?y"},
    {"g?y", "http://a/b/c/g?y"},
    {"#s", "http://a/b/c/d;p?q"},
    {"g#s", "http://a/b/c/g"},
    {"g?y#s", "http://a/b/c/g?y"},
    {";x", "http://a/b/c/;x"},
    {"", "http://a/b/c/d;p?q"},
    {".", "http://a/b/c/"},
    {"./", "http://a/b/c/"},
    {"..", "http://a/b/"},
    {"../", "http://a/b/"},
    {"../g", "http://a/b/g"},
    {"../..", "http://a/"},
    {"../../", "http://a/"},
    {"../../g", "http://a/g"},
    {"../../../g", "http://a/g"},
    {"../../../../g", "http://a/g"},
    {"/./g", "http://a/g"},
    {"/../g", "http://a/g"},
    {"g.", "http://a/b/c/g."},
    {".g", "http://a/b/c/.g"},
    {"g..", "http://a/b/c/g.."},
    {"..g", "http://a/b/c/..g"},
    {"./../g", "http://a/b/g"},
    {"./g/.", "http://a/b/c/g/"},
    {"g/./h", "http://a/b/c/g/h"},
    {"g/../h", "http://a/b/c/h"},
    {"g;x=1/../y", "http://a/b/c/y"},
    {"g?y/./x", "http://a/b/c/g?y/./x"},
    {"g?y/../x", "http://a/b/c/g?y/../x"},
    {"g#s/../x", "http://a/b/c/g"},
    // What is not in there.
    {"https://x:9/a/../b?c#d", "https://x:9/b?c"},
    {"//x?y", "http://x?y"},
    {"/a//../b", "http://a/a/b"},
    {"/%2e%2e/b", "http://a/%2e%2e/b"},
    {"g?to=http://x/../y", "http://a/b/c/g?to=http://x/../y"},
    {"?", "http://a/b/c/d;p?"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(url_reference)

BOOST_DATA_TEST_CASE(a_reference_means_one_url, references) {
    BOOST_TEST(resolve_reference(Url::parse("http://a/b/c/d;p?q"), sample.text) == sample.meant);
}

BOOST_AUTO_TEST_SUITE_END()
