#include "package/zip_writer.h"

#include <fcntl.h>
#include <string>
#include <string_view>
#include <system_error>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"
#include <turngate/http/error.h>
#include <turngate/os/fd.h>

using namespace turngate;
using package::ZipWriter;

namespace {

struct Archive {
    test::TemporaryDirectory directory;
    os::Fd fd{::open((directory / "a.zip").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    ZipWriter zip{fd.get()};

    void add(const std::string& name, std::string_view text, unsigned mode = 0644) {
        zip.add(name, mode, [text](std::span<char> into) mutable {
            const std::size_t n = text.copy(into.data(), into.size());
            text.remove_prefix(n);
            return n;
        });
    }
    std::string bytes() {
        zip.finish();
        return directory.read("a.zip");
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(zip_writer)

// By APPNOTE 6.3.3, sections 4.3.7 and 4.3.12; that others read it is e2e/package.py's.
BOOST_AUTO_TEST_CASE(an_entry_has_its_sum_sizes_mode_and_the_first_date) {
    using namespace std::string_literals;
    Archive archive;
    archive.add("b", "hello", 0755);

    const std::string fields =
        "\x14\0\0\x08\x08\0\0\0\x21\0"s  // 2.0, UTF-8, deflated, 1980-01-01
        "\x86\xa6\x10\x36\x07\0\0\0\x05\0\0\0\x01\0\0\0"s;
    const std::string packed = "\xcb\x48\xcd\xc9\xc9\x07\0"s;
    BOOST_TEST(archive.bytes() == "PK\3\4" + fields + "b" + packed +  //
                                      "PK\1\2\x14\3"s + fields +
                                      "\0\0\0\0\0\0\0\0\xed\x81\0\0\0\0"s + "b" +
                                      "PK\5\6\0\0\0\0\1\0\1\0\x2f\0\0\0\x26\0\0\0\0\0"s);
}

BOOST_AUTO_TEST_CASE(the_size_that_it_tells_is_that_of_the_file) {
    Archive archive;
    archive.add("a", std::string(200'000, 'x'));
    archive.add("b", "");

    const std::uint64_t size = archive.zip.finish();

    BOOST_TEST(size == archive.directory.read("a.zip").size());
}

BOOST_AUTO_TEST_CASE(a_name_that_comes_twice_or_out_of_order_is_refused) {
    Archive archive;
    archive.add("b", "");

    BOOST_CHECK_THROW(archive.add("b", ""), Error);
    BOOST_CHECK_THROW(archive.add("a", ""), Error);
    BOOST_CHECK_THROW(archive.add("", ""), Error);
    BOOST_CHECK_THROW(archive.add(std::string(65'536, 'c'), ""), Error);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told) {
    const os::Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    ZipWriter zip(full.get());

    BOOST_CHECK_EXCEPTION(
        zip.add("a", 0644, [](std::span<char>) { return std::size_t{0}; }), std::system_error,
        [](const std::system_error& e) { return e.code() == std::errc::no_space_on_device; });
}

BOOST_AUTO_TEST_SUITE_END()
