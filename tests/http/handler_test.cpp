// What counts as a handler.
#include <memory>
#include <type_traits>

#include <boost/test/unit_test.hpp>

#include <turngate/http/serve.h>

using namespace turngate;

namespace {

struct Fixed final : Handler {
    void serve(Request&, ResponseWriter& w) const override { w.write("fixed"); }
};

Response answer(Request& request) {
    return text(request.method);
}

static_assert(HandlerLike<Fixed>);
static_assert(HandlerLike<HandlerPtr>);
static_assert(HandlerLike<std::shared_ptr<Fixed>>);
static_assert(HandlerLike<decltype(&answer)>);
static_assert(!HandlerLike<int>);
static_assert(!HandlerLike<decltype([](Request&) { return 1; })>);
static_assert(!std::is_copy_constructible_v<Request>);

}  // namespace

BOOST_AUTO_TEST_SUITE(handler)

BOOST_AUTO_TEST_CASE(values_pointers_and_functions_are_handlers) {
    const HandlerPtr pointer = std::make_shared<const Fixed>();
    BOOST_TEST(record(Fixed{}, Request::get("/")).body == "fixed");
    BOOST_TEST(record(*pointer, Request::get("/")).body == "fixed");
    BOOST_TEST(record(pointer, Request::get("/")).body == "fixed");
    BOOST_TEST(record(std::make_shared<Fixed>(), Request::get("/")).body == "fixed");
    BOOST_TEST(record(answer, Request::get("/")).body == "GET");
    BOOST_TEST(record([](Request&) { return Response{204}; }, Request::get("/")).status == 204);
}

BOOST_AUTO_TEST_CASE(a_pointer_is_passed_on_and_not_wrapped) {
    const HandlerPtr pointer = std::make_shared<const Fixed>();
    BOOST_TEST(to_handler(pointer) == pointer);
}

BOOST_AUTO_TEST_CASE(a_function_with_move_only_state_is_a_handler) {
    const HandlerPtr h = to_handler(
        [body = std::make_unique<std::string>("owned")](Request&) { return text(*body); });
    BOOST_TEST(record(*h, Request::get("/")).body == "owned");
}

BOOST_AUTO_TEST_SUITE_END()
