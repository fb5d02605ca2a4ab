// Which events a replay finds, and in which order.
#include "replay/source.h"

#include <string>
#include <sys/stat.h>
#include <vector>

#include <boost/test/unit_test.hpp>

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
    for (const char* name : {"a.json", "a.reply.json", "a.reply.json.new", "a.request.json",
                             "b.replies.ndjson", ".hidden.json", ".git/x.json", "read.me"})
        folder.write(name, "{}");

    BOOST_TEST(items(folder, {"."}) == List{"file ./a.json"}, boost::test_tools::per_element());
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
    BOOST_TEST(items(folder, {"a.ndjson:9"}).empty());
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
