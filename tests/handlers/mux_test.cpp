#include <boost/test/unit_test.hpp>

#include <turngate/handlers/mux.h>
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

auto says(std::string what) {
    return [what](Request&) { return text(what); };
}

Response ask(const Mux& mux, std::string method, std::string_view target) {
    Request request = Request::get(target);
    request.method = std::move(method);
    return record(mux, std::move(request));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mux)

BOOST_AUTO_TEST_CASE(the_most_specific_pattern_wins_in_any_order) {
    Mux mux;
    mux.handle("/", says("root")).handle("/a/{x}", says("wild")).handle("/a/b", says("literal"));
    mux.handle("GET /a/b", says("get")).handle("/a/", says("below")).handle("/a/{$}", says("end"));

    BOOST_TEST(ask(mux, "GET", "/a/b").body == "get");
    BOOST_TEST(ask(mux, "PUT", "/a/b").body == "literal");
    BOOST_TEST(ask(mux, "GET", "/a/c").body == "wild");
    BOOST_TEST(ask(mux, "GET", "/a/c/d").body == "below");
    BOOST_TEST(ask(mux, "GET", "/a/").body == "end");
    BOOST_TEST(ask(mux, "GET", "/z").body == "root");
}

BOOST_AUTO_TEST_CASE(the_wrong_method_is_told_the_right_ones) {
    Mux mux;
    mux.handle("GET /a", says("get")).handle("DELETE /a", says("delete"));

    Response r = ask(mux, "POST", "/a");

    BOOST_TEST(r.status == 405);
    BOOST_TEST(r.headers.get("Allow") == "DELETE, GET, HEAD");
}

BOOST_AUTO_TEST_CASE(head_is_answered_by_get) {
    Mux mux;
    mux.handle("GET /a", says("12345"));

    Response r = ask(mux, "HEAD", "/a");

    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.headers.get("Content-Length") == "5");
    BOOST_TEST(r.body.empty());
}

BOOST_AUTO_TEST_CASE(an_unknown_path_is_not_found) {
    Mux mux;
    mux.handle("/a", says("a"));
    BOOST_TEST(ask(mux, "GET", "/b").status == 404);
    BOOST_TEST(ask(Mux(), "GET", "/").status == 404);
}

BOOST_AUTO_TEST_CASE(a_conflict_is_refused_when_it_is_added) {
    Mux mux;
    mux.handle("/a/{x}", says("1"));
    BOOST_CHECK_EXCEPTION(
        mux.handle("/{x}/b", says("2")), std::invalid_argument, [](const std::exception& e) {
            std::string_view what = e.what();
            return what.find("/a/{x}") != what.npos && what.find("/{x}/b") != what.npos;
        });
    BOOST_CHECK_THROW(mux.handle("/a/{y}", says("3")), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_missing_final_slash_is_redirected_with_the_query) {
    Mux mux;
    mux.handle("/a/", says("below"));

    Response r = ask(mux, "POST", "/a?x=1");

    BOOST_TEST(r.status == 308);
    BOOST_TEST(r.headers.get("Location") == "/a/?x=1");
}

BOOST_AUTO_TEST_CASE(a_redirect_never_names_another_host) {
    Mux mux;
    mux.handle("/{x}/{y}/", says("below")).handle("/{x}/", says("one"));
    BOOST_TEST(ask(mux, "GET", "//evil.test").status != 308);
    BOOST_TEST(ask(mux, "GET", "/\\evil.test").status != 308);
}

BOOST_AUTO_TEST_CASE(a_redirect_never_names_another_host_by_where_it_is_mounted) {
    Mux mux;
    mux.handle("/a/", says("below"));
    auto redirect = [&](const char* script_name) {
        Request request = Request::get("/a");
        request.url.script_name = script_name;
        return record(mux, std::move(request));
    };
    for (const char* mounted : {"//evil.test", "/\\evil.test", "\\\\evil.test", "/\t/evil.test",
                                "https://evil.test", "/"})
        BOOST_TEST(redirect(mounted).status == 404, mounted);
    const Response safe = redirect("/prod");
    BOOST_TEST(safe.headers.get("Location") == "/prod/a/");
}

BOOST_AUTO_TEST_CASE(only_those_that_may_go_on_on_another_thread_are_told_how) {
    struct Upstream final : Handler {
        void serve(Request& request, ResponseWriter& response) const override {
            response.write(request.context.parking ? "may wait apart" : "may not");
        }
        bool may_migrate() const noexcept override { return true; }
    };
    struct Lot final : Parking {
        std::unique_ptr<Watch> watch(int) override { return nullptr; }
    } lot;
    Mux mux;
    mux.handle("/other", [](Request& request) {
        return text(request.context.parking ? "may wait apart" : "may not");
    });
    BOOST_TEST(!mux.may_migrate());
    mux.handle("/upstream", std::make_shared<const Upstream>());
    BOOST_TEST(mux.may_migrate());
    const auto ask = [&](const char* path) {
        Request request = Request::get(path);
        request.context.parking = &lot;
        return record(mux, std::move(request)).body;
    };
    BOOST_TEST(ask("/upstream") == "may wait apart");
    BOOST_TEST(ask("/other") == "may not");
}

BOOST_AUTO_TEST_CASE(the_path_is_never_cleaned) {
    Mux mux;
    mux.handle("/", [](Request& r) { return text(r.url.path); });
    BOOST_TEST(ask(mux, "GET", "/a//b/../c").body == "/a//b/../c");
}

BOOST_AUTO_TEST_CASE(the_first_middleware_is_the_outermost) {
    Mux mux;
    std::string order;
    auto note = [&](std::string name) {
        return [&order, name](HandlerPtr next) {
            return to_handler([&order, name, next](Request& request, ResponseWriter& w) {
                order += name;
                next->serve(request, w);
            });
        };
    };
    mux.handle("/bare", says("x"));
    mux.use(note("outer ")).use(note("inner "));
    mux.handle("/", says("x"));

    ask(mux, "GET", "/");
    ask(mux, "GET", "/bare");

    BOOST_TEST(order == "outer inner ");
}

BOOST_AUTO_TEST_SUITE_END()
