// Several handlers by name.
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include <turngate/http/functions.h>
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

Response orders(Request&) {
    return text("orders");
}

Functions shop() {
    return {{"orders", orders}, {"users", [](Request&) { return text("users"); }}};
}

std::string answer(const HandlerPtr& handler) {
    return handler ? record(*handler, Request::get("/")).body : "absent";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(functions)

BOOST_AUTO_TEST_CASE(a_function_is_found_by_its_name) {
    BOOST_TEST(answer(shop().find("orders")) == "orders");
    BOOST_TEST(answer(shop().find("users")) == "users");
}

BOOST_AUTO_TEST_CASE(the_part_behind_the_last_dot_is_enough) {
    BOOST_TEST(answer(shop().find("index.orders")) == "orders");
    BOOST_TEST(answer(shop().find("dist/v1.2/index.users")) == "users");
    BOOST_TEST(answer(shop().find(".users")) == "users");
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_absent) {
    for (const char* name : {"", ".", "orders.", "Orders", "order", "orders/", "../orders", "x"})
        BOOST_TEST(answer(shop().find(name)) == "absent", name);
    BOOST_TEST(!Functions().find("orders"));
    BOOST_TEST(!Functions().find(""));
}

BOOST_AUTO_TEST_CASE(the_whole_name_comes_first) {
    Functions f = shop();
    f.add("v2.orders", [](Request&) { return text("new orders"); });
    BOOST_TEST(answer(f.find("v2.orders")) == "new orders");
    BOOST_TEST(answer(f.find("v1.orders")) == "orders");
}

BOOST_AUTO_TEST_CASE(the_order_is_kept) {
    std::string names;
    for (const auto& [name, handler] : shop())
        names += name + ' ';
    BOOST_TEST(names == "orders users ");
    BOOST_TEST(shop().size() == 2u);
    BOOST_TEST(Functions().empty());
}

BOOST_AUTO_TEST_CASE(a_table_that_makes_no_sense_is_refused) {
    Functions f = shop();
    BOOST_CHECK_THROW(f.add("", orders), std::invalid_argument);
    BOOST_CHECK_THROW(f.add("orders", orders), std::invalid_argument);
    BOOST_CHECK_THROW(f.add("none", HandlerPtr()), std::invalid_argument);
    BOOST_CHECK_THROW((Functions{{"a", orders}, {"a", orders}}), std::invalid_argument);
    BOOST_TEST(f.size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
