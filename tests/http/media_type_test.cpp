// Media types: parsing, text or not, and the type of a file.
#include <chrono>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/media_type.h>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Sample {
    std::string_view text;
    std::string_view essence;
    Parameters parameters;
};
std::ostream& operator<<(std::ostream& out, const Sample& s) {
    return out << s.text;
}

const Sample samples[] = {
    {"text/html", "text/html", {}},
    {" Text/HTML \t;CharSet=UTF-8 ", "text/html", {{"charset", "UTF-8"}}},
    {"a/b;x=1;y=2", "a/b", {{"x", "1"}, {"y", "2"}}},
    {"a/b; x=1; X=2", "a/b", {{"x", "1"}}},
    {R"(a/b; x="1;\"2\"\\"; y=3)", "a/b", {{"x", R"(1;"2"\)"}, {"y", "3"}}},
    {R"(a/b; x="open)", "a/b", {{"x", "open"}}},
    {R"(a/b; x="open\)", "a/b", {{"x", "open\\"}}},
    {R"(a/b; x="1"junk; y=2)", "a/b", {{"x", "1"}, {"y", "2"}}},
    {"a/b;", "a/b", {}},
    {"a/b;;; x=1;", "a/b", {{"x", "1"}}},
    {"a/b; flag; x=1", "a/b", {{"x", "1"}}},
    {"a/b; bad name=1; x=", "a/b", {{"x", ""}}},
    {"a/b; =1", "a/b", {}},
    {"multipart/form-data; boundary=\"--a b\"", "multipart/form-data", {{"boundary", "--a b"}}},
};

const std::string_view no_types[] = {
    "",           " ",          "text",        "text/",      "/html", "/", "te xt/html",
    "text/ht ml", "text /html", "text/html/x", "text/h,tml", ";",     "*"};

const std::string_view texts[] = {
    "text/plain",
    "TEXT/x-anything; charset=utf-16",
    "application/json",
    "application/json; charset=utf-8",
    "application/JSON;",
    "application/javascript",
    "application/xml",
    "application/yaml",
    "application/x-www-form-urlencoded",
    "application/graphql",
    "application/x-ndjson",
    "application/problem+json",
    "application/jwk-set+json",
    "application/vnd.api+json",
    "application/atom+xml",
    "application/vnd.oai.openapi+yaml",
    "image/svg+xml",
};

const std::string_view binaries[] = {
    "application/octet-stream",
    "image/png",
    "multipart/form-data; boundary=x",
    "application/pdf",
    "application/gzip",
    "application/x-protobuf",
    "application/jsonx",
    "application/xml-",
    "audio/json",
    "texts/plain",
    "not a type",
    "",
};

struct Body {
    const char* name;
    Headers headers;
    std::string_view body;
    Encoding encoding;
};
std::ostream& operator<<(std::ostream& out, const Body& b) {
    return out << b.name;
}

const Body bodies[] = {
    {"text", {{"Content-Type", "text/plain"}}, "x", Encoding::text},
    {"text that is not UTF-8", {{"Content-Type", "text/plain"}}, "caf\xe9", Encoding::base64},
    {"an image that happens to be UTF-8", {{"Content-Type", "image/png"}}, "x", Encoding::base64},
    {"no type", {}, "caf\xc3\xa9", Encoding::text},
    {"no type, not UTF-8", {}, "\x89PNG", Encoding::base64},
    {"a malformed type", {{"Content-Type", "json"}}, "{}", Encoding::text},
    {"an empty type", {{"Content-Type", ""}}, "{}", Encoding::text},
    {"compressed text",
     {{"content-type", "text/html"}, {"content-encoding", "gzip"}},
     "ascii",
     Encoding::base64},
    {"identity", {{"Content-Encoding", "Identity"}}, "x", Encoding::text},
    {"identity twice, then br",
     {{"Content-Encoding", "identity, identity"}, {"Content-Encoding", "br"}},
     "x",
     Encoding::base64},
    {"an empty coding", {{"Content-Encoding", " , "}}, "x", Encoding::text},
    {"nothing, compressed", {{"Content-Encoding", "gzip"}}, "", Encoding::text},
    {"nothing, an image", {{"Content-Type", "image/png"}}, "", Encoding::text},
};

struct File {
    std::string_view path;
    std::string_view type;
};
std::ostream& operator<<(std::ostream& out, const File& f) {
    return out << f.path;
}

const File files[] = {
    {"index.html", "text/html; charset=utf-8"},
    {"/a.b/site.CSS", "text/css; charset=utf-8"},
    {"/app.min.js", "text/javascript; charset=utf-8"},
    {"/data.json", "application/json"},
    {"/logo.svg", "image/svg+xml"},
    {"/font.woff2", "font/woff2"},
    {"/module.wasm", "application/wasm"},
    {"/archive.tar.gz", "application/gzip"},
    {"/a.html/", "application/octet-stream"},
    {"/a.html/file", "application/octet-stream"},
    {"/.html", "application/octet-stream"},
    {"/file.", "application/octet-stream"},
    {"/file.unknown", "application/octet-stream"},
    {"", "application/octet-stream"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(media_type)

BOOST_DATA_TEST_CASE(type_and_parameters_are_read, data::make(samples), sample) {
    std::optional<MediaType> type = MediaType::parse(sample.text);

    BOOST_TEST(type.value().essence == sample.essence);
    BOOST_TEST((type->parameters == sample.parameters));
}

BOOST_DATA_TEST_CASE(what_is_no_type_is_absent, data::make(no_types), text) {
    BOOST_TEST(!MediaType::parse(text));
}

BOOST_AUTO_TEST_CASE(the_charset_is_in_lower_case) {
    std::optional<MediaType> type = MediaType::parse("text/html; charset=\"UTF-8\"");
    BOOST_TEST(type.value().charset() == "utf-8");
    BOOST_TEST(type->parameter("charset") == "UTF-8");
    BOOST_TEST(MediaType::parse("text/html")->charset() == "");
}

BOOST_DATA_TEST_CASE(text_types_are_text, data::make(texts), text) {
    BOOST_TEST(is_text(text));
}

BOOST_DATA_TEST_CASE(every_other_type_is_not, data::make(binaries), text) {
    BOOST_TEST(!is_text(text));
}

BOOST_DATA_TEST_CASE(a_body_is_text_only_if_nothing_is_lost, data::make(bodies), sample) {
    BOOST_TEST((body_encoding(sample.headers, sample.body) == sample.encoding));
}

BOOST_DATA_TEST_CASE(a_file_has_the_type_of_its_extension, data::make(files), file) {
    BOOST_TEST(media_type_of(file.path) == file.type);
}

BOOST_AUTO_TEST_CASE(any_number_of_parameters_is_read_at_once) {
    std::string text = "text/html";
    for (int i = 0; i < 100'000; ++i)
        text += ";p" + std::to_string(i) + "=" + std::to_string(i);
    const auto start = std::chrono::steady_clock::now();
    const auto type = MediaType::parse(text + ";p7=second");
    // Comparing each name with those before it takes minutes.
    BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(10)));
    BOOST_TEST_REQUIRE(type.has_value());
    BOOST_TEST(type->parameters.size() == 100'000u);
    BOOST_TEST(type->parameter("p7") == "7");
}

BOOST_AUTO_TEST_SUITE_END()
