#include "net/stack.h"

#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::net;

namespace {

void nothing(void*, Stack&) {}

// Goes on with `stack` on a thread of its own until that comes back.
void enter_elsewhere(Stack& stack, Stack*& own) {
    std::thread([&] {
        Stack mine;
        own = &mine;
        stack.enter(nothing, nullptr);
    }).join();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stack)

BOOST_AUTO_TEST_CASE(a_thread_that_nobody_has_made_a_stack_of_has_none) {
    std::thread([] {  // others may have made one of this thread's
        BOOST_TEST(!Stack::current());
        {
            Stack mine;
            BOOST_TEST(Stack::current() == &mine);
            {
                Stack again;
                BOOST_TEST(Stack::current() == &again);
            }
            BOOST_TEST(Stack::current() == &mine);
        }
        BOOST_TEST(!Stack::current());
    })
        .join();
}

BOOST_AUTO_TEST_CASE(what_was_left_goes_on_where_it_was_on_any_thread) {
    Stack* back = nullptr;
    std::string said;
    Stack other([&]() -> Stack& {
        const auto first = ::gettid();  // not get_id(), which compilers take for a constant
        for (const char* word : {"a", "b"}) {
            said += word;
            back->enter(nothing, nullptr);
        }
        said += ::gettid() == first ? "same" : "other";
        return *back;
    });
    enter_elsewhere(other, back);
    BOOST_TEST(said == "a");
    enter_elsewhere(other, back);
    BOOST_TEST(said == "ab");
    Stack mine;
    back = &mine;
    other.enter(nothing, nullptr);
    BOOST_TEST(said == "abother");
}

BOOST_AUTO_TEST_CASE(who_enters_is_told_first_that_the_other_has_been_left) {
    Stack mine;
    std::string said;
    Stack other([&]() -> Stack& {
        said += " entered";
        return mine;
    });
    struct Told {
        std::string& said;
        Stack* left;
    } told{said, nullptr};
    other.enter(
        [](void* argument, Stack& left) {
            static_cast<Told*>(argument)->said = "left";
            static_cast<Told*>(argument)->left = &left;
        },
        &told);
    BOOST_TEST(said == "left entered");
    BOOST_TEST(told.left == &mine);
}

BOOST_AUTO_TEST_CASE(exceptions_stay_with_the_stack_they_are_on) {
    Stack* back = nullptr;
    std::string said;
    Stack other([&]() -> Stack& {
        try {
            throw std::runtime_error("first");
        } catch (const std::exception&) {
            back->enter(nothing, nullptr);  // and on another thread
            try {
                throw;
            } catch (const std::exception& e) {
                said += e.what();
            }
        }
        said += std::current_exception() ? "!" : ".";
        return *back;
    });
    enter_elsewhere(other, back);
    Stack mine;
    back = &mine;
    try {
        throw std::runtime_error("second");
    } catch (const std::exception&) {
        other.enter(nothing, nullptr);
        BOOST_TEST(said == "first.");
        try {
            throw;
        } catch (const std::exception& e) {
            BOOST_TEST(e.what() == std::string("second"));
        }
    }
    BOOST_TEST(!std::current_exception());
}

BOOST_AUTO_TEST_CASE(so_does_an_exception_on_its_way) {
    struct Leaver {
        Stack*& back;
        ~Leaver() { back->enter(nothing, nullptr); }
    };
    Stack* back = nullptr;
    std::string said;
    Stack other([&]() -> Stack& {
        try {
            const Leaver leaver{back};
            throw std::runtime_error("on its way");
        } catch (const std::exception& e) {
            said = e.what();
        }
        return *back;
    });
    Stack mine;
    back = &mine;
    other.enter(nothing, nullptr);
    BOOST_TEST(std::uncaught_exceptions() == 0);
    other.enter(nothing, nullptr);
    BOOST_TEST(said == "on its way");
}

BOOST_AUTO_TEST_CASE(the_request_that_is_served_stays_with_its_stack) {
    const Context here, there;
    Stack mine;
    Stack other([&]() -> Stack& {
        BOOST_TEST(!current_context);
        current_context = &there;
        mine.enter(nothing, nullptr);
        BOOST_TEST(current_context == &there);
        return mine;
    });
    current_context = &here;
    other.enter(nothing, nullptr);
    BOOST_TEST(current_context == &here);
    other.enter(nothing, nullptr);
    BOOST_TEST(current_context == &here);
    current_context = nullptr;
}

BOOST_AUTO_TEST_CASE(what_is_in_use_is_not_given_back) {
    Stack mine;
    unsigned sum = 0;
    Stack other([&]() -> Stack& {
        volatile unsigned char block[100'000];
        for (volatile unsigned char& byte : block)
            byte = 1;
        mine.enter(nothing, nullptr);
        for (const volatile unsigned char& byte : block)
            sum += byte;
        return mine;
    });
    other.enter(nothing, nullptr);
    other.trim();
    other.enter(nothing, nullptr);
    BOOST_TEST(sum == 100'000u);
}

BOOST_AUTO_TEST_SUITE_END()
