// What a report may take the place of, which is known before the run.
#include "cli/report_file.h"

#include <fcntl.h>
#include <filesystem>
#include <pty.h>
#include <string>
#include <string_view>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "cli/exit_status.h"
#include "support/temporary_directory.h"

using namespace turngate;
using namespace turngate::cli;
namespace fs = std::filesystem;
using Folder = test::TemporaryDirectory;

namespace {

// What is said against reports to these paths; empty if nothing is.
std::string refusal(const std::vector<std::string>& paths) {
    try {
        check_reports(paths);
        return {};
    } catch (const CommandError& e) {
        BOOST_TEST(e.status() == exit_status::usage);
        BOOST_TEST(!e.hint().empty(), e.what());
        return e.what();
    }
}

// The superuser may read everything; nobody may not.
class Nobody {
  public:
    Nobody() {
        if (::geteuid() == 0) BOOST_REQUIRE(::seteuid(65534) == 0);
    }
    ~Nobody() { BOOST_TEST(::seteuid(::getuid()) == 0); }
    Nobody(const Nobody&) = delete;
    Nobody& operator=(const Nobody&) = delete;
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_no_report_is_overwritten_by_none) {
    Folder folder;
    using namespace std::literals;
    for (const std::string_view data :
         {R"({"method":"GET","path":"/"})"sv, "target = \"cgi:./app\"\n"sv, "\x89PNG\r\n\x1a\n"sv,
          "a letter\n"sv, "<html></html>\n"sv, " "sv}) {
        const std::string path = folder.write("data", data);
        BOOST_TEST(refusal({path}) == "cannot write the report " + path +
                                          ": what is there is no report of an earlier run");
        fs::remove(folder / "link");
        fs::create_symlink(path, folder / "link");
        BOOST_TEST(!refusal({folder / "link"}).empty(), data);
        BOOST_TEST(folder.read("data") == data);
    }
    BOOST_TEST(refusal({folder.write("empty", "")}) == "");
    BOOST_TEST(refusal({folder.write("old", "TAP version 14\n")}) == "");
    BOOST_TEST(refusal({folder / "new"}) == "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_may_be_anything) {
    Folder folder;
    fs::permissions(folder.path(), fs::perms::all);
    const std::string path = folder.write("data", "TAP version 14\n");
    fs::permissions(path, fs::perms::owner_write | fs::perms::others_write);
    std::string said;
    {
        const Nobody nobody;
        said = refusal({path});
    }
    BOOST_TEST(said == "cannot write the report " + path +
                           ": what is there may be no report: permission denied");
}

BOOST_AUTO_TEST_CASE(two_reports_of_one_terminal_are_refused) {
    int ours = -1, theirs = -1;
    char name[64] = "";
    BOOST_REQUIRE(::openpty(&ours, &theirs, name, nullptr, nullptr) == 0);
    const os::Fd near(ours), far(theirs);
    BOOST_TEST(refusal({name}) == "");
    BOOST_TEST(refusal({name, name}) ==
               "cannot write the report " + std::string(name) + ": another report goes there");
    BOOST_TEST(refusal({"/dev/null", "/dev/null"}) == "");
    BOOST_TEST(goes_to(theirs, name));
    const os::Fd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    BOOST_TEST(!goes_to(null.get(), "/dev/null"));
    BOOST_TEST(!goes_to(theirs, "/dev/null"));
    BOOST_TEST(!goes_to(theirs, "/no/such/file"));
}
