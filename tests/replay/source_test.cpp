// Which events a replay finds, and in which order.
#include "replay/source.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "replay/interrupt.h"
#include "replay/reading_hint.h"
#include "support/temporary_directory.h"

using namespace turngate::replay;
using Folder = turngate::test::TemporaryDirectory;

namespace {

// "kind name" of every item, the folder's path taken off.
std::vector<std::string> items(const Folder& folder, std::vector<std::string> inputs,
                               Selection selection = {}) {
    for (std::string& input : inputs)
        input = folder / input;
    Source source(std::move(inputs), std::move(selection));
    std::vector<std::string> out;
    Batch batch;
    while (source.fill(batch, 2)) {
        BOOST_TEST(batch.items.size() <= 2u);
        for (const Item& item : batch.items) {
            std::string name(batch[item.name]);
            if (name.starts_with(folder.path())) name.erase(0, folder.path().size() + 1);
            const char* kinds[] = {"file ", "text ", "problem ", "skipped "};
            out.push_back(kinds[static_cast<int>(item.kind)] + name);
        }
    }
    return out;
}

using List = std::vector<std::string>;

// "name: what is wrong" of every problem.
List problems(const Folder& folder, std::vector<std::string> inputs) {
    for (std::string& input : inputs)
        input = folder / input;
    Source source(std::move(inputs), {});
    List out;
    Batch batch;
    while (source.fill(batch, 2))
        for (const Item& item : batch.items)
            if (item.kind == Item::Kind::problem)
                out.push_back(std::string(batch[item.name]).substr(folder.path().size() + 1) +
                              ": " + std::string(batch[item.event]));
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(source)

BOOST_AUTO_TEST_CASE(a_tree_comes_in_the_order_of_its_names) {
    Folder folder;
    for (const char* name : {"b.json", "a/z.json", "a/b/c.json", "c.json", "a.json"})
        folder.write(name, "{}");

    BOOST_TEST(items(folder, {"."}) == (List{"file ./a/b/c.json", "file ./a/z.json",
                                             "file ./a.json", "file ./b.json", "file ./c.json"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(companions_and_hidden_files_are_no_events) {
    Folder folder;
    for (const char* name :
         {"a.json", "a.reply.json", "a.reply.json.new", "a.request.json", "b.replies.ndjson",
          "b.replies.jsonl", ".hidden.json", ".git/x.json", "read.me"})
        folder.write(name, "{}");

    BOOST_TEST(items(folder, {"."}) == List{"file ./a.json"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_marked_is_replayed_only_where_it_is_named) {
    Folder folder;
    for (const char* name : {"a.json", "other/.apart", "other/b.json", "other/deep/c.json"})
        folder.write(name, "{}");

    BOOST_TEST(items(folder, {"."}) == List{"file ./a.json"}, boost::test_tools::per_element());
    BOOST_TEST(items(folder, {"**/*.json"}) == List{"file a.json"},
               boost::test_tools::per_element());
    BOOST_TEST(items(folder, {"other"}) == (List{"file other/b.json", "file other/deep/c.json"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(links_to_directories_are_followed_once) {
    Folder folder;
    folder.write("a/x.json", "{}");
    std::filesystem::create_directory_symlink("..", folder / "a/loop");
    std::filesystem::create_directory_symlink("a", folder / "b");
    std::filesystem::create_symlink("nowhere", folder / "c.json");

    BOOST_TEST(items(folder, {"."}) ==
                   (List{"skipped ./a/loop", "file ./a/x.json", "skipped ./b", "problem ./c.json"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_pipe_in_a_directory_is_passed_over) {
    Folder folder;
    BOOST_REQUIRE(::mkfifo((folder / "a.json").c_str(), 0600) == 0);
    folder.write("b.json", "{}");

    BOOST_TEST(items(folder, {"."}) == (List{"skipped ./a.json", "file ./b.json"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_quoted_glob_is_expanded) {
    Folder folder;
    for (const char* name : {"a/1.json", "a/2.json", "a/b/3.json", "c/1.json"})
        folder.write(name, "{}");

    BOOST_TEST(items(folder, {"a/*.json"}) == (List{"file a/1.json", "file a/2.json"}),
               boost::test_tools::per_element());
    BOOST_TEST(items(folder, {"**/{1,3}.json"}) ==
                   (List{"file a/1.json", "file a/b/3.json", "file c/1.json"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_glob_that_matches_no_event_is_a_problem) {
    Folder folder;
    folder.write("a/1.json", "{}");
    folder.write("a/1.reply.json", "{}");

    BOOST_TEST(problems(folder, {"a/*.jsn", "*/2.json", "a/*.reply.json", "a/1*"}) ==
                   (List{"a/*.jsn: no file matches", "*/2.json: no file matches",
                         "a/*.reply.json: no file matches"}),
               boost::test_tools::per_element());
    BOOST_TEST(items(folder, {"a/*.json"}, {.skip = {"*"}}).empty());
}

BOOST_AUTO_TEST_CASE(what_the_run_writes_is_no_event) {
    Folder folder;
    struct stat status {};
    BOOST_REQUIRE(::stat(folder.write("out.json", "").c_str(), &status) == 0);
    folder.write("a.json", "{}");
    const Selection selection{.outputs = {{status.st_dev, status.st_ino}}};

    BOOST_TEST(items(folder, {"."}, selection) == List{"file ./a.json"},
               boost::test_tools::per_element());
    BOOST_TEST(items(folder, {"out.json"}, selection) == List{"skipped out.json"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_a_problem) {
    Folder folder;
    BOOST_TEST(items(folder, {"gone.json"}) == List{"problem gone.json"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lines_are_texts_with_their_numbers) {
    Folder folder;
    folder.write("a.ndjson", "{}\n \n{}\r\n{}");

    BOOST_TEST(items(folder, {"a.ndjson"}) ==
                   (List{"text a.ndjson:1", "text a.ndjson:3", "text a.ndjson:4"}),
               boost::test_tools::per_element());
    BOOST_TEST(items(folder, {"a.ndjson:3"}) == List{"text a.ndjson:3"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_line_that_is_not_there_is_a_problem) {
    Folder folder;
    folder.write("a.ndjson", "{}\n \n{}");
    folder.write("b.ndjson", "");

    BOOST_TEST(problems(folder, {"a.ndjson:4", "a.ndjson:2", "b.ndjson:1", "c.ndjson:1"}) ==
                   (List{"a.ndjson:4: there is no such line: the file has 3 lines",
                         "a.ndjson:2: the line is empty",
                         "b.ndjson:1: there is no such line: the file has 0 lines",
                         "c.ndjson:1: no such file or directory"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_reply_behind_the_last_event_is_a_problem) {
    Folder folder;
    folder.write("a.ndjson", "{}\n\n");
    folder.write("a.replies.ndjson", "{}\n\n\n{}\n{}\n");

    BOOST_TEST(problems(folder, {"a.ndjson", "a.ndjson:1"}) ==
                   List{"a.replies.ndjson:4: a reply is expected and there is no event for it, "
                        "because " +
                        folder / "a.ndjson has 2 lines"},
               boost::test_tools::per_element());
    Batch batch;
    Source source({folder / "a.ndjson"}, {}, -1, Source::Reading::events);
    BOOST_TEST((source.fill(batch, 9) && batch.items.size() == 1u && !source.fill(batch, 9)));
}

BOOST_AUTO_TEST_CASE(a_reply_of_an_empty_line_is_a_problem) {
    Folder folder;
    folder.write("a.ndjson", "{}\n\n{}\n");
    folder.write("a.replies.ndjson", "{}\n{}\n{}\n");

    BOOST_TEST(problems(folder, {"a.ndjson"}) ==
                   List{"a.replies.ndjson:2: a reply is expected and the line of its event is "
                        "empty"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_line_of_a_companion_is_the_companion) {
    Folder folder;
    folder.write("a.replies.ndjson", "{}\n");
    BOOST_TEST(items(folder, {"a.replies.ndjson:1"}) == List{"file a.replies.ndjson"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_number_of_a_line_is_a_problem) {
    Folder folder;
    folder.write("a.ndjson", "{}\n");

    for (const char* number : {"0", "-1", "", "x", "1x", " 1", "99999999999999999999999"})
        BOOST_TEST(problems(folder, {std::string("a.ndjson:") + number}) ==
                       List{std::string("a.ndjson:") + number +
                            ": expected the number of a line behind the colon, and lines count "
                            "from 1"},
                   boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_selection_holds_for_a_single_line_too) {
    Folder folder;
    folder.write("a.ndjson", "{}\n");
    BOOST_TEST(items(folder, {"a.ndjson:1"}, {.skip = {"a*"}}).empty());
}

BOOST_AUTO_TEST_CASE(an_event_that_is_too_large_is_refused_in_the_words_of_decode) {
    Folder folder;
    const std::string large(6'291'457, ' ');
    folder.write("a.ndjson", large + "\n{}\n");

    BOOST_TEST(items(folder, {"a.ndjson"}) == (List{"problem a.ndjson:1", "text a.ndjson:2"}),
               boost::test_tools::per_element());
    BOOST_TEST(problems(folder, {"a.ndjson:1"}) ==
                   List{"a.ndjson:1: the event has 6291457 bytes, more than the limit of 6291456"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_fifo_without_a_writer_ends_with_the_wake_up) {
    for (const char* name : {"pipe", "pipe.ndjson"}) {
        Folder folder;
        BOOST_REQUIRE(::mkfifo((folder / name).c_str(), 0600) == 0);
        Interrupt interrupt;
        Source source({folder / name}, {}, interrupt.fd());
        Batch batch;
        std::atomic<bool> waiting{false};
        std::thread reader([&] {
            waiting = true;
            BOOST_TEST(!source.fill(batch, 1));
        });
        while (!waiting)
            std::this_thread::yield();
        interrupt.raise(SIGTERM);
        reader.join();
    }
}

BOOST_AUTO_TEST_CASE(what_a_pipe_has_is_handed_over_before_more_is_waited_for,
                     *boost::unit_test::timeout(60)) {
    Folder folder;
    BOOST_REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    std::fstream writer(folder / "pipe");
    Source source({folder / "pipe"}, {});
    Batch batch;
    for (const std::size_t events : {1u, 3u, 2u}) {
        for (std::size_t i = 0; i < events; ++i)
            writer << "{}\n";
        writer << "\n{" << std::flush;  // a blank line, and the beginning of the next event
        BOOST_TEST(source.fill(batch, 256));
        BOOST_TEST(batch.items.size() == events);
        writer << "}\n" << std::flush;
        BOOST_TEST((source.fill(batch, 256) && batch.items.size() == 1u));
    }
}

BOOST_AUTO_TEST_CASE(files_ahead_of_a_pipe_do_not_wait_for_it, *boost::unit_test::timeout(60)) {
    Folder folder;
    folder.write("a.json", "{}");
    BOOST_REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    const std::fstream silent(folder / "pipe");
    Source source({folder / "a.json", folder / "pipe"}, {});
    Batch batch;
    BOOST_TEST((source.fill(batch, 256) && batch.items.size() == 1u));
}

BOOST_AUTO_TEST_CASE(a_fifo_is_read_to_the_end_of_its_writers) {
    Folder folder;
    BOOST_REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    std::thread writer([&] { std::ofstream(folder / "pipe") << "{}\n" << std::flush << "{}\n"; });

    BOOST_TEST(items(folder, {"pipe"}) == (List{"text pipe:1", "text pipe:2"}),
               boost::test_tools::per_element());
    writer.join();
}

BOOST_AUTO_TEST_CASE(a_fifo_where_a_file_should_be_holds_nobody_up) {
    Folder folder;
    BOOST_REQUIRE(::mkfifo((folder / "a.ndjson").c_str(), 0600) == 0);
    folder.write("b.ndjson", "{}\n");
    BOOST_REQUIRE(::mkfifo((folder / "b.replies.ndjson").c_str(), 0600) == 0);

    BOOST_TEST(problems(folder, {"a.ndjson:1", "b.ndjson"}) ==
                   (List{"a.ndjson: not a regular file", "b.replies.ndjson: not a regular file"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(companions_are_items_on_request) {
    Folder folder;
    folder.write("a.reply.json", "{}");
    folder.write("b.ndjson", "{}\n");
    folder.write("b.replies.ndjson/no.file", "{}");  // goldens would be a problem
    Source source({folder.path()}, {}, -1, Source::Reading::companions);
    Batch batch;

    BOOST_TEST(source.fill(batch, 2));
    BOOST_TEST(batch[batch.items.at(0).name] == folder / "a.reply.json");
    BOOST_TEST(source.fill(batch, 2));
    BOOST_TEST((batch.items.at(0).kind == Item::Kind::text));
    BOOST_TEST(!source.fill(batch, 2));
}

BOOST_AUTO_TEST_CASE(a_problem_says_how_to_mend_it) {
    Folder folder;
    folder.write("a.ndjson", std::string(6'291'457, ' '));
    Source source({folder / "a.json", folder / "a.ndjson", folder / "a.ndjson:9"}, {});
    Batch batch;

    for (const std::string_view hint : {reading_hint(ENOENT), reading_hint(EFBIG), line_hint}) {
        BOOST_REQUIRE(source.fill(batch, 1));
        BOOST_TEST(batch[batch.items.at(0).hint] == hint);
    }
}

BOOST_AUTO_TEST_CASE(only_and_skip_select_files) {
    Folder folder;
    for (const char* name : {"get-1.json", "get-2.json", "put-1.json"})
        folder.write(name, "{}");

    BOOST_TEST(
        items(folder, {"."}, {.only = {"*-1.json"}, .skip = {"put*"}}) == List{"file ./get-1.json"},
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
