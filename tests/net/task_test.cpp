#include "net/task.h"

#include <array>
#include <memory>
#include <utility>

#include <boost/test/unit_test.hpp>

using turngate::net::Task;

BOOST_AUTO_TEST_SUITE(task)

BOOST_AUTO_TEST_CASE(is_empty_until_a_function_is_put_in) {
    Task task;
    BOOST_TEST(!task);
    int calls = 0;
    task = [&] { ++calls; };
    BOOST_TEST_REQUIRE(bool(task));
    task();
    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(moves_what_it_holds_and_is_empty_then) {
    for (const bool is_large : {false, true}) {
        const auto counted = std::make_shared<int>(0);
        Task task;
        if (is_large)
            task = [counted, room = std::array<char, 100>{}] { *counted += 1 + room[99]; };
        else
            task = [counted] { ++*counted; };
        Task other = std::move(task);
        BOOST_TEST(!task);  // NOLINT(bugprone-use-after-move)
        task = std::move(other);
        BOOST_TEST(!other);  // NOLINT(bugprone-use-after-move)
        task();
        BOOST_TEST(*counted == 1);
        BOOST_TEST(counted.use_count() == 2);
        task = {};
        BOOST_TEST(counted.use_count() == 1);
    }
}

BOOST_AUTO_TEST_CASE(holds_what_cannot_be_copied) {
    int result = 0;
    Task task = [&result, value = std::make_unique<int>(7)] { result = *value; };
    Task chained = [first = std::move(task), &result]() mutable {
        first();
        ++result;
    };
    chained();
    BOOST_TEST(result == 8);
}

BOOST_AUTO_TEST_SUITE_END()
