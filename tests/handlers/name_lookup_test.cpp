// Servers by name: who waits for the resolver, and when it is asked.
#include <atomic>
#include <dlfcn.h>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "support/fcgi_ask.h"
#include <turngate/handlers/reply_errors.h>
#include <turngate/handlers/upstream.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

// What getaddrinfo() of this program says of names in ".test", on whichever thread and however
// late.
class Resolver {
  public:
    // One address for the n-th question, from 1; none: there is no such name.
    using Answer = std::function<std::string(int n)>;

    explicit Resolver(Answer answer) : asked_(std::make_shared<Asked>(std::move(answer))) {
        const std::lock_guard lock(mutex_);
        current_ = asked_;
    }
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    ~Resolver() {
        const std::lock_guard lock(mutex_);
        current_.reset();
    }

    int questions() const { return asked_->questions; }

    // Absent: not ours to say.
    static std::optional<std::string> ask(std::string_view name) {
        std::shared_ptr<Asked> asked;
        {
            const std::lock_guard lock(mutex_);
            asked = current_;
        }
        if (!asked || !name.ends_with(".test")) return {};
        return asked->answer(++asked->questions);
    }

  private:
    struct Asked {
        explicit Asked(Answer text) : answer(std::move(text)) {}
        const Answer answer;
        std::atomic<int> questions = 0;
    };

    static inline std::mutex mutex_;
    static inline std::shared_ptr<Asked> current_;
    const std::shared_ptr<Asked> asked_;
};

// One that answers, and who asks it by its name.
struct Application {
    const FakeResponder responder{FakeResponder::always(reply("Content-Type: a/b\r\n\r\nhi"))};
    const HandlerPtr client = fcgi_client(
        {.backends = {"app.test" + responder.backend().substr(responder.backend().find(':'))}});
};

}  // namespace

// Instead of the C library's.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** list) {
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    const std::optional<std::string> address = Resolver::ask(name ? name : "");
    if (!address) return real(name, service, hints, list);
    return address->empty() ? EAI_NONAME : real(address->c_str(), service, hints, list);
}

BOOST_AUTO_TEST_SUITE(name_lookup)

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_resolver_past_his_time) {
    std::promise<void> go_on;
    const std::shared_future<void> end = go_on.get_future().share();
    const Resolver resolver([end](int) {
        end.wait_for(10s);
        return "127.0.0.1";
    });
    const HandlerPtr fcgi = fcgi_client({.backends = {"slow.test:9"}, .connect_timeout = 50ms});
    const HandlerPtr http = upstream({.url = "http://slow.test:9", .connect_timeout = 50ms});
    for (const HandlerPtr& handler : {fcgi, http}) {
        const FcgiAnswer answer = ask_fcgi(*handler);
        BOOST_TEST(answer.status == 504);
        BOOST_TEST(answer.has_logged("slow.test:9: the name was not looked up in time"),
                   answer.log);
        std::stop_source stop;
        stop.request_stop();
        Request gone = Request::get("/");
        gone.context.stop = stop.get_token();
        Recorder recorder;
        BOOST_CHECK_THROW(handler->serve(gone, recorder), Cancelled);
    }
    Request late = Request::get("/");
    Recorder none;
    BOOST_CHECK_THROW(http->serve(late, none), OverdueConnection);
    while (resolver.questions() < 2)
        std::this_thread::yield();
    BOOST_TEST(resolver.questions() == 2);
    BOOST_CHECK_THROW(reach_fcgi("slow.test:9", 50ms), Error);
    go_on.set_value();
}

BOOST_AUTO_TEST_CASE(addresses_are_remembered) {
    const Application application;
    const Resolver resolver([](int) { return "127.0.0.1"; });
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(ask_fcgi(*application.client).body == "hi");
    BOOST_TEST(resolver.questions() == 1);
}

BOOST_AUTO_TEST_CASE(but_not_if_they_take_no_connection) {
    const Application application;
    const Resolver resolver([](int n) { return n == 1 ? "127.0.0.2" : "127.0.0.1"; });
    BOOST_TEST(ask_fcgi(*application.client).status == 502);
    BOOST_TEST(ask_fcgi(*application.client).body == "hi");
    BOOST_TEST(resolver.questions() == 2);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_not_known_is_asked_for_again) {
    const Application application;
    const Resolver resolver([](int n) { return n == 1 ? "" : "127.0.0.1"; });
    const FcgiAnswer answer = ask_fcgi(*application.client);
    BOOST_TEST(answer.status == 502);
    BOOST_TEST(answer.has_logged("the name app.test is not known"), answer.log);
    BOOST_TEST(ask_fcgi(*application.client).body == "hi");
}

BOOST_AUTO_TEST_SUITE_END()
