// Deferred tasks that wait again and again without a thread while the door stops: all of their time
// to drain is theirs, and then they are told.
#include <atomic>
#include <chrono>
#include <memory>
#include <semaphore>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fcgi_client.h"
#include "support/http2_client.h"
#include "support/patient_upstream.h"
#include "support/served.h"
#include <turngate/handlers/fetch.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

constexpr int many = 24;   // more than there are threads
constexpr int rounds = 3;  // in which a task waits

struct Tally {
    std::atomic<int> rounds{0};
    std::atomic<int> cancelled{0};
    std::atomic<int> strays{0};          // rounds that ended as another request's
    std::counting_semaphore<> ended{0};  // tasks

    // False if so many tasks do not end.
    bool wait_for(int tasks) {
        for (int i = 0; i < tasks; ++i)
            if (!ended.try_acquire_for(10s)) return false;
        return true;
    }
};

// Answers at once. Its task asks the upstream round by round, and leaves as much to a second one.
class Deferring final : public Handler {
  public:
    Deferring(std::string url, Tally& tally) : url_(std::move(url)), tally_(tally) {}

    void serve(Request& request, ResponseWriter& response) const override {
        response.write("now");
        Context& context = request.context;
        context.wait_until([this, &context] {
            ask(context);
            context.wait_until([this, &context] { ask(context); });
        });
    }
    bool may_migrate() const noexcept override { return true; }

  private:
    // Who was told once that the time is up is told each time.
    void ask(const Context& context) const {
        for (int i = 0; i < rounds; ++i) {
            try {
                if (fetch(context, {.url = url_}).body == "ok") ++tally_.rounds;
            } catch (const Cancelled&) {
                ++tally_.cancelled;
            }
            if (current_context != &context) ++tally_.strays;
        }
        tally_.ended.release();
    }

    const std::string url_;
    Tally& tally_;
};

HttpOptions limits(std::chrono::milliseconds drain) {
    HttpOptions options;
    options.max_threads = 4;
    options.drain_timeout = drain;
    return options;
}

// The three doors, and a client of each that has its answer and leaves.
enum class Spoken { http1, http2, fastcgi };

std::ostream& operator<<(std::ostream& out, Spoken spoken) {
    return out << (spoken == Spoken::http1   ? "HTTP/1"
                   : spoken == Spoken::http2 ? "HTTP/2"
                                             : "FastCGI");
}

std::unique_ptr<Served> serve(Spoken spoken, const HandlerPtr& handler, HttpOptions options) {
    if (spoken != Spoken::fastcgi) return std::make_unique<Served>(handler, std::move(options));
    FastcgiOptions its;
    its.common.max_threads = options.max_threads;
    its.common.drain_timeout = options.drain_timeout;
    return std::make_unique<ServedFcgi>(handler, std::move(its));
}

std::string answer(Spoken spoken, const Served& served) {
    if (spoken == Spoken::http1)
        return ask(served, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    if (spoken == Spoken::fastcgi) return FcgiClient(served.connect()).ask({}).body();
    http2::Client client(served.connect());
    client.send(http2::ask(1, http2::request("GET", "/")));
    return client.answer(1).body;
}

// Many clients have had their answers, and the tasks of all wait. One after the other, for what
// comes at once might look like an overload.
void leave_tasks_behind(Spoken spoken, const Served& served, PatientUpstream& upstream) {
    for (int i = 0; i < many; ++i) {
        BOOST_TEST(answer(spoken, served).ends_with("now"));
        BOOST_TEST_REQUIRE(upstream.wait_for(1));
    }
}

// Returns when nobody can connect any more.
void wait_until_closed(const Served& served) {
    try {
        for (;;) {
            served.connect();
            std::this_thread::yield();
        }
    } catch (const std::system_error&) {
    }
}

constexpr Spoken all[] = {Spoken::http1, Spoken::http2, Spoken::fastcgi};

}  // namespace

BOOST_AUTO_TEST_SUITE(deferred_waits)

BOOST_DATA_TEST_CASE(tasks_that_wait_again_and_again_end_before_the_door_does,
                     boost::unit_test::data::make(all), spoken) {
    PatientUpstream upstream;
    Tally tally;
    const auto served =
        serve(spoken, std::make_shared<const Deferring>(upstream.url(), tally), limits(1h));
    leave_tasks_behind(spoken, *served, upstream);
    std::thread stopper([&] { served->stop(); });
    wait_until_closed(*served);
    upstream.let_go();
    stopper.join();
    BOOST_TEST(tally.rounds == many * 2 * rounds);
    BOOST_TEST(tally.wait_for(many * 2));
    BOOST_TEST(tally.strays == 0);
}

// Nor does finish() let a time pass in which they had to.
BOOST_DATA_TEST_CASE(a_door_that_finishes_waits_for_them_without_a_limit,
                     boost::unit_test::data::make(all), spoken) {
    PatientUpstream upstream;
    Tally tally;
    const auto handler = std::make_shared<const Deferring>(upstream.url(), tally);
    const auto served = serve(spoken, handler, limits(1ms));
    leave_tasks_behind(spoken, *served, upstream);
    served->door().finish();
    upstream.let_go();
    BOOST_TEST(tally.wait_for(many * 2));
    BOOST_TEST(tally.strays == 0);
    BOOST_TEST(tally.rounds == many * 2 * rounds);
}

BOOST_DATA_TEST_CASE(beyond_the_time_to_drain_they_are_told_and_the_door_ends,
                     boost::unit_test::data::make(all), spoken) {
    PatientUpstream upstream;
    Tally tally;
    const auto served =
        serve(spoken, std::make_shared<const Deferring>(upstream.url(), tally), limits(50ms));
    leave_tasks_behind(spoken, *served, upstream);
    served->stop();
    BOOST_TEST(tally.rounds == 0);
    BOOST_TEST(tally.cancelled == many * 2 * rounds);
    BOOST_TEST(tally.wait_for(many * 2));
    BOOST_TEST(tally.strays == 0);
}

BOOST_AUTO_TEST_SUITE_END()
