// Goldens: reading, writing, refusing.
#include "replay/golden.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "replay/compare.h"
#include "replay/golden_file.h"
#include "replay/golden_text.h"
#include "replay/line_goldens.h"
#include "support/temporary_directory.h"

using namespace turngate;
using namespace turngate::replay;
using Folder = test::TemporaryDirectory;
namespace data = boost::unit_test::data;

namespace {

struct Bad {
    const char* text;
    const char* says;
};
std::ostream& operator<<(std::ostream& out, const Bad& bad) {
    return out << bad.text;
}

const Bad bad_goldens[] = {
    {"", "byte"},
    {"[1]", "expected an object"},
    {"\"x\"", "expected an object"},
    {"{}", "at least one of status, headers and body"},
    {R"({"status":"abc"})", "statusCode"},
    {R"({"status":99})", "\"status\" at byte 12: expected an integer from 100 to 999"},
    {R"({"status":200.5})", "expected an integer"},
    {R"({"status":true})", "expected an integer"},
    {R"({"status":200,"heders":[]})", "unknown member \"heders\""},
    {R"({"headers":[["a"]]})", "a name and a value"},
    {R"({"headers":["a"]})", "[[name, value], ...]"},
    {R"({"headers":{"a":1}})", "\"headers\""},
    {R"({"body":5})", "json, text, base64, file or sha256"},
    {R"({"body":{}})", "one of json, text"},
    {R"({"body":{"jsn":1}})", "as the name of a member"},
    {R"({"body":{"text":"a","json":1}})", "not two"},
    {R"({"status":200,"ignore":["a"]})", "begin with '/'"},
    {R"({"status":200,"ignore":"/a"})", "\"ignore\""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(the_neutral_shape_is_read_whole) {
    GoldenParser parser;
    const std::string text =
        R"({"$schema":"s","status":201,"headers":[["content-type","application/json"],["set-cookie","a"]],)"
        R"("body":{"json": {"id": [1, "x"]} },"ignore":["/body/json/id"],"tags":["smoke"]})";

    const Golden& g = parser.parse(text);

    BOOST_TEST(*g.status == 201);
    BOOST_TEST(g.headers.size() == 2u);
    BOOST_TEST(g.headers[1].second == "a");
    BOOST_TEST((g.kind == Golden::Body::json));
    BOOST_TEST(g.body == R"({"id": [1, "x"]})");
    BOOST_TEST(g.ignore.at(0) == "/body/json/id");
    BOOST_TEST(g.tags.at(0) == "smoke");
}

BOOST_AUTO_TEST_CASE(a_platform_reply_is_a_golden_too) {
    GoldenParser parser;
    const Golden& g = parser.parse(
        R"({"headers":{"Content-Type":"text/plain"},"isBase64Encoded":true,"body":"aGk=","statusCode":404})");

    BOOST_TEST(*g.status == 404);
    BOOST_TEST((g.kind == Golden::Body::text));
    BOOST_TEST(g.body == "hi");
}

BOOST_AUTO_TEST_CASE(one_parser_reads_one_after_the_other) {
    GoldenParser parser;
    parser.parse(R"({"status":200,"headers":[["a","b"]],"body":{"text":"x"}})");
    const Golden& g = parser.parse(R"({"status":204})");

    BOOST_TEST(!g.has_headers);
    BOOST_TEST(g.headers.empty());
    BOOST_TEST((g.kind == Golden::Body::absent));
}

BOOST_DATA_TEST_CASE(what_is_no_golden_is_refused_with_the_member_at_fault,
                     data::make(bad_goldens)) {
    GoldenParser parser;
    BOOST_CHECK_EXCEPTION(parser.parse(sample.text), JsonError, [&](const JsonError& e) {
        BOOST_TEST_MESSAGE(e.what());
        return std::string(sample.says) == "statusCode" ||
               std::string(e.what()).find(sample.says) != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(what_is_written_reads_back_the_same) {
    GoldenParser parser;
    const IgnoreRules rules;
    const std::string binary("\xff\x00\x01", 3);
    for (bool one_line : {false, true}) {
        for (const Response& reply :
             {json(Json::object({{"n", 1}})), text("a\n\"b\"\n"),
              Response{200, {{"Content-Type", "image/png"}}, binary},
              Response{200, {{"Content-Type", "application/json"}}, "{broken"}}) {
            const std::string written =
                golden_text(reply, rules, nullptr, {.one_line = one_line}).json;
            const Golden& g = parser.parse(written);

            Comparer comparer(rules);
            BOOST_TEST(comparer.same(g, reply), written);
            BOOST_TEST((std::count(written.begin(), written.end(), '\n') == 1) == one_line);
        }
    }
}

BOOST_AUTO_TEST_CASE(big_binaries_go_to_a_side_file_or_become_a_digest) {
    const Response reply{200, {{"Content-Type", "image/png"}}, std::string(10'000, '\xff')};
    const IgnoreRules rules;

    const GoldenText side = golden_text(reply, rules, nullptr, {.side_file = "x.body"});
    BOOST_TEST(side.json.find(R"({"file": "x.body"})") != std::string::npos, side.json);
    BOOST_TEST(*side.side == reply.body);

    const GoldenText digest = golden_text(reply, rules, nullptr);
    GoldenParser parser;
    BOOST_TEST(Comparer(rules).same(parser.parse(digest.json), reply));
}

BOOST_AUTO_TEST_CASE(companions_are_named_after_the_event) {
    BOOST_TEST(golden_path("a/b.json") == "a/b.reply.json");
    BOOST_TEST(golden_path("a/b.ndjson") == "a/b.replies.ndjson");
    BOOST_TEST(golden_path("a/b.jsonl") == "a/b.replies.jsonl");
    BOOST_TEST(golden_path("a/b.har") == "a/b.har.replies.ndjson");
    BOOST_TEST(golden_path("a/b.har.gz") == "a/b.har.replies.ndjson");
    BOOST_TEST(is_companion(golden_path("a/b.har")));
    BOOST_TEST(golden_path("event") == "event.reply.json");
    BOOST_TEST(proposal_path("b.json") == "b.reply.json.new");
}

BOOST_AUTO_TEST_CASE(a_file_is_replaced_whole_and_keeps_its_mode_and_link) {
    Folder folder;
    folder.write("real", "old");
    std::filesystem::permissions(folder / "real", std::filesystem::perms::owner_all);
    std::filesystem::create_symlink("real", folder / "link");

    write_file(folder / "link", "new");

    BOOST_TEST(std::filesystem::is_symlink(folder / "link"));
    BOOST_TEST(folder.read("real") == "new");
    BOOST_TEST((std::filesystem::status(folder / "real").permissions() ==
                std::filesystem::perms::owner_all));
    BOOST_CHECK_THROW(write_file(folder / "no/such/file", "x"), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_replacement_that_is_not_committed_leaves_nothing) {
    Folder folder;
    folder.write("a", "old");
    { FileReplacement(folder / "a").write("new"); }

    BOOST_TEST(folder.read("a") == "old");
    BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

BOOST_AUTO_TEST_CASE(changed_lines_take_their_place_among_the_others) {
    Folder folder;
    folder.write("a.replies.ndjson", "1\n2\n3\n");
    LineGoldens goldens(folder / "a.ndjson");
    goldens.put(2, "two\n", false);
    goldens.put(5, "five\n", false);
    goldens.put(6, "six\n", true);
    goldens.finish();

    BOOST_TEST(folder.read("a.replies.ndjson") == "1\ntwo\n3\n\nfive\n");
    BOOST_TEST(folder.read("a.replies.ndjson.new") == "\n\n\n\n\nsix\n");
}

BOOST_AUTO_TEST_CASE(a_replacement_is_known_by_the_process_that_makes_it) {
    Folder folder;
    const FileReplacement file(folder / "a.reply.json");
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        names.push_back(entry.path().filename().string());
    BOOST_TEST_REQUIRE(names.size() == 1u);
    BOOST_TEST(is_replacement(names[0], ::getpid()));
    BOOST_TEST(!is_replacement(names[0], ::getpid() + 1));
    BOOST_TEST(!is_replacement(names[0], ::getpid() % 10));
    for (const char* other : {"a.reply.json", "", ".tmp", ".a.tmp", "a.reply.json.1-0.tmp"})
        BOOST_TEST(!is_replacement(other, 1), other);
}

BOOST_AUTO_TEST_SUITE_END()
