// How many events there are, as a replay finds them.
#include "replay/tally.h"

#include <thread>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"

using namespace turngate::replay;
using Folder = turngate::test::TemporaryDirectory;

namespace {

std::uint64_t counted(std::vector<std::string> inputs, Selection selection = {}) {
    Tally tally(std::move(inputs), std::move(selection));
    tally.start();
    while (tally.total() == 0)
        std::this_thread::yield();
    return tally.total();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tally)

BOOST_AUTO_TEST_CASE(files_and_lines_are_counted_as_a_replay_finds_them) {
    Folder folder;
    folder.write("a.json", "{}");
    folder.write("a.reply.json", "{}");
    folder.write("b/c.ndjson", "{}\n\n" + std::string(10'000, ' ') + "{}\n{}");
    folder.write("b/c.replies.ndjson", "{}\n{}\n");

    BOOST_TEST(counted({folder.path()}) == 4u);
    BOOST_TEST(counted({folder / "b/c.ndjson:2", folder / "a.json"}) == 2u);
    BOOST_TEST(counted({folder.path()}, {.only = {"*.ndjson"}}) == 3u);
    BOOST_TEST(counted({folder / "b/*.ndjson", folder / "gone.json"}) == 4u);
}

BOOST_AUTO_TEST_CASE(a_count_that_has_to_rest_is_right_and_can_be_stopped) {
    Folder folder;
    std::string text;
    for (int i = 0; i < 10'000; ++i)
        text += "{\"n\":" + std::to_string(i) + std::string(100, ' ') + "}\n";
    const std::string path = folder.write("a.ndjson", text);
    BOOST_TEST(counted({path}) == 10'000u);
    Tally tally({path}, {});
    tally.start();  // its end waits for no rest
}

BOOST_AUTO_TEST_CASE(files_that_may_not_be_read_leave_the_number_unknown) {
    Folder folder;
    folder.write("a.json", "{}");
    BOOST_TEST(count_events({folder.path()}, {}, false) == 1u);

    folder.write("b.ndjson", "{}\n");
    BOOST_TEST(count_events({folder.path()}, {}, false) == 0u);
    BOOST_TEST(count_events({folder.path()}, {}, true) == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_read_only_once_is_not_counted) {
    Folder folder;
    folder.write("a.json", "{}");
    Tally tally({folder.path(), "-"}, {});
    tally.start();
    BOOST_TEST(tally.total() == 0u);
}

BOOST_AUTO_TEST_CASE(a_tally_that_has_not_begun_is_no_trouble) {
    Tally tally({"nowhere"}, {});
    BOOST_TEST(tally.total() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
