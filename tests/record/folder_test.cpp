// Files of a recording: their names, and that they are whole and nobody else's.
#include "record/folder.h"

#include <csignal>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"

using namespace turngate;
using namespace turngate::recording;
using turngate::test::TemporaryDirectory;

namespace {

Folder::Files files(std::string event) {
    return {std::move(event), "reply\n", {}};
}

std::string write(Folder& folder, std::string_view slug, std::string event = "event\n") {
    return folder.write(folder.take_number(), slug,
                        [&](const std::string&) { return files(event); });
}

std::size_t count(const std::string& directory) {
    std::size_t n = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        n += entry.exists() ? 1u : 0u;
    return n;
}

unsigned mode(const std::string& path) {
    struct stat facts {};
    ::stat(path.c_str(), &facts);
    return facts.st_mode & 0777;
}

// No file may have more bytes while it lives; SIGXFSZ is ignored, as the command has it.
class FileLimit {
  public:
    explicit FileLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileLimit(const FileLimit&) = delete;
    FileLimit& operator=(const FileLimit&) = delete;
    ~FileLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

  private:
    rlimit before_{};
    void (*handler_)(int);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(folder)

BOOST_AUTO_TEST_CASE(an_event_and_its_reply_stand_side_by_side) {
    const TemporaryDirectory directory;
    Folder folder(directory.path());

    const std::string path = folder.write(folder.take_number(), "post-cart", [](auto& name) {
        return Folder::Files{"of " + name, "reply", "body"};
    });

    BOOST_TEST(path == directory / "0001-post-cart.json");
    BOOST_TEST(directory.read("0001-post-cart.json") == "of 0001-post-cart.json");
    BOOST_TEST(directory.read("0001-post-cart.reply.json") == "reply");
    BOOST_TEST(directory.read("0001-post-cart.reply.body") == "body");
    BOOST_TEST(count(directory.path()) == 3u);
}

BOOST_AUTO_TEST_CASE(directories_are_made_for_their_owner_alone) {
    const TemporaryDirectory directory;

    Folder folder(directory / "a/b/");
    write(folder, "get");

    BOOST_TEST(folder.path() == directory / "a/b");
    BOOST_TEST(mode(directory / "a") == 0700u);
    BOOST_TEST(mode(directory / "a/b") == 0700u);
    BOOST_TEST(mode(directory / "a/b/0001-get.json") == 0600u);
    BOOST_TEST(mode(directory / "a/b/0001-get.reply.json") == 0600u);
}

BOOST_AUTO_TEST_CASE(numbers_go_on_behind_the_highest_there_is) {
    const TemporaryDirectory directory;
    directory.write("0007-get.json", "");
    directory.write("12000-get.reply.json", "");
    directory.write("99999999999999-get.json", "");
    directory.write("0300.json", "");
    Folder folder(directory.path());

    BOOST_TEST(write(folder, "get") == directory / "12001-get.json");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_there_is_never_replaced) {
    const TemporaryDirectory directory;
    Folder folder(directory.path());
    directory.write("0001-get.reply.json", "mine");
    directory.write("0002-get.json", "mine");

    BOOST_TEST(write(folder, "get") == directory / "0003-get.json");

    BOOST_TEST(directory.read("0001-get.reply.json") == "mine");
    BOOST_TEST(directory.read("0002-get.json") == "mine");
    BOOST_TEST(!directory.has("0001-get.json"));
    BOOST_TEST(!directory.has("0002-get.reply.json"));
    BOOST_TEST(count(directory.path()) == 4u);
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_nothing_behind) {
    const TemporaryDirectory directory;
    Folder folder(directory.path());
    {
        const FileLimit limit(1000);
        BOOST_CHECK_THROW(write(folder, "get", std::string(2000, 'x')), std::system_error);
    }
    BOOST_TEST(count(directory.path()) == 0u);

    write(folder, "get");

    BOOST_TEST(count(directory.path()) == 2u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_found_before_the_start) {
    const TemporaryDirectory directory;
    directory.write("file", "");

    BOOST_CHECK_THROW(Folder(directory / "file"), std::system_error);
    BOOST_CHECK_THROW(Folder(directory / "file/below"), std::system_error);
    const FileLimit limit(0);
    BOOST_CHECK_THROW(Folder(directory.path()), std::system_error);
}

BOOST_AUTO_TEST_CASE(many_threads_and_recordings_write_at_once) {
    const TemporaryDirectory directory;
    Folder one(directory.path()), other(directory.path());
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            for (int n = 0; n < 50; ++n)
                write(i % 2 == 0 ? one : other, "get");
        });
    for (std::thread& thread : threads)
        thread.join();

    BOOST_TEST(count(directory.path()) == 400u);
}

BOOST_AUTO_TEST_CASE(names_are_made_of_the_request) {
    BOOST_TEST(slug_of("POST", "/cart/items") == "post-cart-items");
    BOOST_TEST(slug_of("GET", "/") == "get");
    BOOST_TEST(slug_of("GET", "/a%2Fb/../%00%C3%A9.reply.json") == "get-a-b-reply-json");
    BOOST_TEST(slug_of("!", "*") == "request");
    BOOST_TEST(slug_of("GET", '/' + std::string(500, 'a')).size() == 48u);
}

BOOST_AUTO_TEST_SUITE_END()
