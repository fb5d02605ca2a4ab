// What a recording says, and when it is over.
#include "record/session.h"

#include <csignal>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"

using namespace turngate;
using namespace turngate::recording;
using turngate::test::TemporaryDirectory;

namespace {

class Told {
  public:
    explicit Told(SessionOptions options, cli::Terminal terminal = {.unicode = true})
        : out_(out, terminal),
          err_(err, terminal),
          session(folder, writer, out_, err_, std::move(options), [this] { ++over; }) {}

    void end(Request request, const std::string& problem = {}) {
        Call call(1000);
        call.number = session.arrived();
        call.request = std::move(request);
        call.reply.status = 200;
        call.is_head_known = true;
        call.duration = std::chrono::milliseconds(12);
        call.problem = problem;
        session.ended(std::move(call));
    }

    std::string without_directory() const {
        std::string text = out;
        for (auto at = text.find(directory.path()); at != text.npos;
             at = text.find(directory.path()))
            text.replace(at, directory.path().size(), "DIR");
        return text;
    }

    TemporaryDirectory directory;
    std::string out, err;
    int over = 0;

  private:
    Folder folder{directory.path()};
    RedactionRules rules = RedactionRules::defaults();
    EventWriter writer{folder, events::Format::alb, rules};
    cli::Output out_, err_;

  public:
    Session session;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(session)

BOOST_AUTO_TEST_CASE(each_event_is_a_line) {
    Told told({.shape = "alb"});

    told.end(Request::post("/cart", ""));
    told.end(Request::get("/a/rather/long/path?with=a&query=too"));

    BOOST_TEST(told.without_directory() ==
               "  0001 POST /cart          200  12.0 ms   DIR/0001-post-cart.json\n"
               "  0002 GET /a/rather/long/path?with=a&query=too  200  12.0 ms   "
               "DIR/0002-get-a-rather-long-path.json\n");
    BOOST_TEST(told.session.recorded() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_not_recorded_is_told_with_the_reason) {
    Told told({.quiet = true, .shape = "alb"});

    Request request = Request::get("/");
    request.url.path = "/\x1b[2J";
    told.end(std::move(request), "the handler failed");

    BOOST_TEST(told.out == "");
    BOOST_TEST(told.err ==
               "! 0001 GET /\\x1b[2J        200  12.0 ms   not recorded: the handler failed\n");
    BOOST_TEST(told.session.failed() == 1u);
}

BOOST_AUTO_TEST_CASE(each_kind_of_loss_is_told_once) {
    Told told({.shape = "alb"});

    for (int i = 0; i < 3; ++i)
        told.end(Request::get("/?a=1&a=2"));

    BOOST_TEST(told.err ==
               "note: events of shape alb lose something: query: a=1&a=2 arrives as a=2\n");
}

BOOST_AUTO_TEST_CASE(it_is_over_with_the_last_event_that_is_wanted) {
    Told told({.most = 2, .shape = "alb"});

    told.end(Request::get("/a"));
    told.end(Request::get("/b"), "the response broke off");
    BOOST_TEST(told.over == 0);
    told.end(Request::get("/c"));
    BOOST_TEST(told.over == 1);
    told.end(Request::get("/d"));

    BOOST_TEST(told.session.recorded() == 2u);
    BOOST_TEST(told.session.failed() == 1u);
    BOOST_TEST(!told.directory.has("0004-get-d.json"));
}

BOOST_AUTO_TEST_CASE(it_is_over_when_nobody_reads) {
    std::signal(SIGPIPE, SIG_IGN);  // as the command does
    const TemporaryDirectory directory;
    Folder folder(directory.path());
    const RedactionRules rules;
    const EventWriter writer(folder, events::Format::http, rules);
    std::string err_text;
    cli::Output err(err_text);
    os::Pipe pipe = os::make_pipe();
    pipe.read.reset();
    cli::Output out(pipe.write.get(), "standard output", {});
    int over = 0;
    Session session(folder, writer, out, err, {}, [&] { ++over; });
    Call call(1000);
    call.number = session.arrived();
    call.is_head_known = true;

    session.ended(std::move(call));

    BOOST_TEST(over == 1);
    BOOST_CHECK_THROW(session.rethrow(), cli::ClosedPipe);
}

BOOST_AUTO_TEST_SUITE_END()
