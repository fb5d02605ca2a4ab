// Events under gzip, and what is wrong with some.
#include <string>

#include <boost/test/unit_test.hpp>

#include "replay/gunzip.h"
#include "replay/replay_all.h"
#include "support/gzip.h"

using namespace turngate;
using namespace turngate::test;

namespace {

std::string refusal(std::string_view packed, std::uint64_t limit = 1u << 20) {
    try {
        gunzip(packed, limit);
        return "";
    } catch (const BadGzip& e) {
        return e.what();
    }
}

std::string noise(std::size_t size) {
    std::string out;
    for (unsigned state = 1; out.size() < size; state = state * 1'103'515'245 + 12'345)
        out += static_cast<char>(state >> 16);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(packed)

BOOST_AUTO_TEST_CASE(what_was_packed_comes_back) {
    for (const std::string& text :
         {std::string(), std::string("a"), std::string(1'000'000, 'x'), noise(300'000)}) {
        BOOST_TEST((gunzip(gzip(text), text.size()) == text));
        // Members follow each other (RFC 1952 section 2.2).
        BOOST_TEST(
            (gunzip(gzip(text) + gzip("") + gzip("more"), text.size() + 4) == text + "more"));
    }
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_or_damaged_is_refused) {
    const std::string whole = gzip(noise(200'000));
    BOOST_TEST(refusal("") == "it is no gzip: it is empty");
    BOOST_TEST(refusal("{\"method\":\"GET\"}").starts_with("it is no gzip: "));
    for (const std::size_t size : {std::size_t{1}, std::size_t{9}, std::size_t{10},
                                   whole.size() / 2, whole.size() - 8, whole.size() - 1})
        BOOST_TEST(refusal(std::string_view(whole).substr(0, size)) ==
                       "it ends in the middle of what is compressed",
                   size);
    std::string damaged = whole;
    damaged[whole.size() - 5] ^= 1;  // of the checksum
    BOOST_TEST(refusal(damaged).starts_with("it is damaged: "));
    BOOST_TEST(refusal(whole + "garbage").starts_with("it is damaged: "));
}

BOOST_AUTO_TEST_CASE(it_unpacks_to_the_limit_and_no_further) {
    const std::string bomb = gzip(std::string(8'000'000, '\0'));
    BOOST_TEST(bomb.size() < 10'000u);
    BOOST_TEST(refusal(bomb, 8'000'000).empty());
    BOOST_TEST(refusal(bomb, 7'999'999) == "it unpacks to more than the limit of 7999999 bytes");
}

BOOST_AUTO_TEST_CASE(packed_events_are_replayed_with_the_goldens_of_the_unpacked) {
    Folder folder;
    folder.write("a.json.gz", gzip(event("/a")));
    folder.write("a.reply.json", golden("/a"));
    folder.write("b.ndjson.gz", gzip(event("/b") + "\n\n" + event("/c") + '\n'));
    folder.write("b.replies.ndjson", golden("/b") + "\n\n" + golden("/c") + '\n');
    folder.write("d.jsonl.gz", gzip(event("/d")));
    folder.write("d.replies.jsonl", golden("/d"));
    const Ran ran = replay_all({folder.path()});
    BOOST_TEST(ran.summary.passed == 4u, ran.text);
    BOOST_TEST(ran.summary.events == 4u);

    const Ran one = replay_all({folder / "b.ndjson.gz:3"});
    BOOST_TEST(one.summary.passed == 1u, one.text);
    BOOST_TEST(one.text.find("b.ndjson.gz:3") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_bomb_and_a_broken_file_fail_alone) {
    Folder folder;
    folder.write("a.json.gz", gzip(std::string(7'000'000, ' ')));
    folder.write("b.json.gz", gzip(event("/b")).substr(0, 30));
    folder.write("c.json.gz", event("/c"));
    const std::string lines = gzip(event("/d") + '\n' + noise(100'000));
    folder.write("d.ndjson.gz", lines.substr(0, lines.size() / 2));
    folder.write("e.json", event("/e"));
    folder.write("e.reply.json", golden("/e"));
    const Ran ran = replay_all({folder.path()});
    BOOST_TEST(ran.summary.passed == 1u, ran.text);
    BOOST_TEST(ran.summary.unreadable >= 4u, ran.text);
    BOOST_TEST(ran.summary.exit_status() == 3);
    for (const char* said :
         {"it unpacks to more than the limit of 6291456 bytes", "it ends in the middle",
          "it is no gzip: incorrect header check", "d.ndjson.gz"})
        BOOST_TEST(ran.text.find(said) != std::string::npos, said << " in\n" << ran.text);
}

// A line without an end is passed over, and not kept.
BOOST_AUTO_TEST_CASE(a_line_that_unpacks_without_end_is_too_long) {
    Folder folder;
    folder.write("a.ndjson.gz", gzip(std::string(50'000'000, 'x') + '\n' + event("/a")));
    folder.write("a.replies.ndjson", "\n" + golden("/a"));
    const Ran ran = replay_all({folder.path()});
    BOOST_TEST(ran.summary.passed == 1u, ran.text);
    BOOST_TEST(ran.text.find("has 50000000 bytes, more than the limit") != std::string::npos,
               ran.text);
}

BOOST_AUTO_TEST_SUITE_END()
