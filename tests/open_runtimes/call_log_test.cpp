#include "open_runtimes/call_log.h"

#include <fstream>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"

using namespace turngate;
using Generation = RuntimeGeneration;

namespace {

std::string content(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

constexpr std::string_view cut = "... Log truncated due to size limit (8000 characters)";

}  // namespace

BOOST_AUTO_TEST_SUITE(call_log)

BOOST_AUTO_TEST_CASE(a_file_is_there_with_its_first_line) {
    const test::TemporaryDirectory folder;
    CallLog log(Generation::v5, folder.path(), "id");
    BOOST_TEST(log.log(Stream::err, "one"));
    BOOST_TEST(content(folder.path() + "/id_errors.log") == "one\n");
    BOOST_TEST(!std::ifstream(folder.path() + "/id_logs.log").good());
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_once_it_is_closed) {
    const test::TemporaryDirectory folder;
    CallLog log(Generation::v5, folder.path(), "id");
    log.log(Stream::out, "one");
    log.close();
    BOOST_TEST(!log.log(Stream::out, "two"));
    BOOST_TEST(!log.print(Stream::out, "three\n"));
    BOOST_TEST(content(folder.path() + "/id_logs.log") == "one\n");
}

BOOST_AUTO_TEST_CASE(two_of_one_id_write_behind_each_other) {
    const test::TemporaryDirectory folder;
    CallLog a(Generation::v4, folder.path(), "dev"), b(Generation::v4, folder.path(), "dev");
    a.log(Stream::out, "a");
    b.log(Stream::out, "b");
    a.log(Stream::out, "c");
    BOOST_TEST(content(folder.path() + "/dev_logs.log") == "a\nb\nc\n");
}

BOOST_AUTO_TEST_CASE(what_is_printed_comes_by_lines_and_is_announced_once) {
    const test::TemporaryDirectory folder;
    CallLog log(Generation::v5, folder.path(), "id");
    log.print(Stream::out, "one\ntwo\n");
    log.print(Stream::err, "three");
    BOOST_TEST(content(folder.path() + "/id_logs.log") ==
               "Native logs detected. Use context.log() or context.error() for better experience.\n"
               "one\ntwo\nthree\n");
}

BOOST_AUTO_TEST_CASE(a_long_entry_is_cut_between_characters) {
    const test::TemporaryDirectory folder;
    CallLog log(Generation::v5, folder.path(), "id");
    log.log(Stream::out, std::string(8000, 'x'));
    log.log(Stream::out, std::string(7999, 'x') + "é");
    BOOST_TEST(content(folder.path() + "/id_logs.log") ==
               std::string(8000, 'x') + '\n' + std::string(7999, 'x') + std::string(cut) + '\n');
}

BOOST_AUTO_TEST_CASE(a_file_has_little_more_than_the_executor_reads) {
    const test::TemporaryDirectory folder;
    CallLog log(Generation::v5, folder.path(), "id");
    for (int i = 0; i < 1000; ++i)
        log.log(Stream::out, std::string(7999, 'x'));
    const std::size_t size = content(folder.path() + "/id_logs.log").size();
    BOOST_TEST(size > 5u << 20);
    BOOST_TEST(size < (5u << 20) + 10'000);
}

BOOST_AUTO_TEST_CASE(without_an_id_all_is_dropped) {
    const std::string nowhere = "/nowhere";
    CallLog log(Generation::v5, nowhere, "");
    BOOST_TEST(log.log(Stream::out, "one"));
    BOOST_TEST(log.print(Stream::out, "two"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_lost) {
    const std::string nowhere = "/nowhere";
    CallLog log(Generation::v5, nowhere, "id");
    BOOST_TEST(log.log(Stream::out, "one"));
    BOOST_TEST(log.log(Stream::out, "two"));
}

BOOST_AUTO_TEST_CASE(of_v2_the_two_streams_are_kept) {
    CallLog log(Generation::v2);
    log.print(Stream::out, "one\ntwo\n");
    log.print(Stream::err, "three\n");
    log.log(Stream::out, "four");
    log.close();
    BOOST_TEST(log.text(Stream::out) == "one\ntwo\nfour");
    BOOST_TEST(log.text(Stream::err) == "three");
}

BOOST_AUTO_TEST_CASE(of_v3_what_is_printed_has_rules_around_its_note) {
    CallLog log(Generation::v3);
    log.print(Stream::err, "one\n");
    log.close();
    const std::string rule(76, '-');
    BOOST_TEST(log.text(Stream::out) ==
               rule +
                   "\nUnsupported logs detected. Use context.log() or context.error() for "
                   "logging.\n" +
                   rule + "\none");
}

BOOST_AUTO_TEST_CASE(what_is_kept_has_a_bound_and_is_the_end) {
    for (const auto& [generation, limit] :
         {std::pair{Generation::v3, 8u * 1024}, {Generation::v2, 256u * 1024}}) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, std::size_t{8000}}) {
            CallLog log(generation);
            for (std::size_t i = 0; i < 3 * limit / size; ++i)
                log.log(Stream::err, std::string(size, 'x'));
            log.log(Stream::err, "Execution timed out.");
            log.close();
            const std::string& text = log.text(Stream::err);
            BOOST_TEST(text.size() <= limit);
            BOOST_TEST(text.size() + size + 1 > limit);
            BOOST_TEST(text.starts_with("... Log truncated due to size limit: its beginning\nx"));
            BOOST_TEST(text.ends_with("x\nExecution timed out."));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_fits_is_kept_whole) {
    CallLog log(Generation::v3);
    log.log(Stream::out, "");
    log.log(Stream::out, std::string(8000, 'x'));
    log.log(Stream::out, std::string(190, 'y'));
    log.close();
    BOOST_TEST(log.text(Stream::out) ==
               '\n' + std::string(8000, 'x') + '\n' + std::string(190, 'y'));
    BOOST_TEST(log.text(Stream::out).size() == 8u * 1024);
}

BOOST_AUTO_TEST_CASE(v0_and_v1_have_none) {
    CallLog log(Generation::v1);
    BOOST_TEST(!log.log(Stream::out, "one"));
    BOOST_TEST(!log.print(Stream::out, "two"));
}

BOOST_AUTO_TEST_SUITE_END()
