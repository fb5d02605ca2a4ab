// Events more than once, and in another order.
#include "replay/rounds.h"

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "replay/replay_all.h"

using namespace turngate;
using namespace turngate::replay;
using namespace turngate::test;

namespace {

using List = std::vector<std::string>;

List names(Items& items, std::size_t most = 3) {
    List out;
    for (Batch batch; items.fill(batch, most);)
        for (const Item& item : batch.items)
            out.emplace_back(batch[item.name]);
    return out;
}

List shuffled(const std::string& folder, std::uint64_t seed, std::uint64_t rounds = 1) {
    Source source({folder}, {});
    Shuffled items(source, seed, rounds);
    List out = names(items);
    for (std::string& name : out)
        name.erase(0, folder.size() + 1);
    return out;
}

List sorted(List list) {
    std::sort(list.begin(), list.end());
    return list;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rounds)

BOOST_AUTO_TEST_CASE(events_come_as_often_as_is_asked) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("b.ndjson", event("/b") + '\n' + event("/c") + '\n');
    const auto make = [&] { return std::make_unique<Source>(List{folder.path()}, Selection()); };

    Repeated thrice(make, 3);

    const List once = {folder / "a.json", folder / "b.ndjson:1", folder / "b.ndjson:2"};
    List expected;
    for (int i = 0; i < 3; ++i)
        expected.insert(expected.end(), once.begin(), once.end());
    BOOST_TEST(names(thrice) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_events_need_no_more_rounds) {
    Folder folder;
    int rounds = 0;
    const auto make = [&] {
        ++rounds;
        return std::make_unique<Source>(List{folder.path()}, Selection());
    };
    Repeated many(make, UINT64_MAX);

    BOOST_TEST(names(many).empty());
    BOOST_TEST(rounds == 1);
}

// The order is part of the interface: who reports a failure names the seed.
BOOST_AUTO_TEST_CASE(a_seed_makes_the_same_order_everywhere) {
    Folder folder;
    for (const char* name : {"a", "b", "c", "d", "e"})
        folder.write(std::string(name) + ".json", event("/"));
    folder.write("f.ndjson", event("/1") + "\n\n" + event("/3") + '\n');

    const List order = shuffled(folder.path(), 7);

    const List expected = {"e.json", "f.ndjson:1", "f.ndjson:3", "c.json",
                           "d.json", "a.json",     "b.json"};
    BOOST_TEST(order == expected, boost::test_tools::per_element());
    BOOST_TEST(shuffled(folder.path(), 7) == order, boost::test_tools::per_element());
    BOOST_TEST((shuffled(folder.path(), 8) != order));
    BOOST_TEST(sorted(order) == (List{"a.json", "b.json", "c.json", "d.json", "e.json",
                                      "f.ndjson:1", "f.ndjson:3"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_round_has_an_order_of_its_own_and_all_events) {
    Folder folder;
    for (int i = 10; i < 40; ++i)
        folder.write(std::to_string(i) + ".json", event("/"));

    const List two = shuffled(folder.path(), 1, 2);

    BOOST_TEST(two.size() == 60u);
    const List first(two.begin(), two.begin() + 30), second(two.begin() + 30, two.end());
    BOOST_TEST((first != second));
    BOOST_TEST(sorted(first) == sorted(second), boost::test_tools::per_element());
}

// Lines are found again where they are, with their replies, blank ones and the last without a
// newline among them.
BOOST_AUTO_TEST_CASE(shuffled_lines_keep_their_replies) {
    Folder folder;
    std::string lines, goldens;
    for (int i = 0; i < 50; ++i) {
        lines += std::string(static_cast<std::size_t>(i % 7) * 100, ' ');
        if (i % 5 != 3) lines += event("/" + std::to_string(i));
        if (i % 5 != 3) goldens += golden("/" + std::to_string(i));
        if (i < 49) lines += '\n', goldens += '\n';
    }
    folder.write("x.ndjson", lines);
    folder.write("x.replies.ndjson", goldens);
    folder.write("y.json", event("/y"));
    folder.write("y.reply.json", golden("/y"));

    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        Source source({folder.path()}, {});
        Shuffled items(source, seed);
        const Interrupt interrupt;
        const Summary summary = replay::run(items, plain(), {.jobs = 2}, {}, interrupt);
        BOOST_TEST(summary.passed == 41u);
        BOOST_TEST(summary.events == 41u);
    }
}

BOOST_AUTO_TEST_CASE(what_is_written_for_shuffled_lines_is_written_for_each) {
    Folder folder;
    std::string lines;
    for (int i = 0; i < 20; ++i)
        lines += event("/" + std::to_string(i)) + '\n';
    folder.write("x.ndjson", lines);
    JudgeOptions judge = plain();
    judge.update = Update::fresh;
    Source source({folder.path()}, {});
    Shuffled items(source, 3);
    const Interrupt interrupt;

    BOOST_TEST(replay::run(items, judge, {}, {}, interrupt).updated == 20u);

    BOOST_TEST(replay_all({folder.path()}).summary.passed == 20u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_told_in_any_order) {
    Folder folder;
    folder.write("a.json", event("/a"));
    Source source({folder.path(), folder / "nowhere.json"}, {});
    Shuffled items(source, 1);
    const Interrupt interrupt;

    const Summary summary = replay::run(items, plain(), {}, {}, interrupt);

    BOOST_TEST(summary.unreadable == 1u);
    BOOST_TEST(summary.fresh == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
