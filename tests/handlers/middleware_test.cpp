#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>
#include <zlib.h>

#include <boost/test/unit_test.hpp>

#include <turngate/handlers/middleware.h>
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

HandlerPtr with(const Middleware& middleware, HandlerPtr next) {
    return middleware(std::move(next));
}

HandlerPtr echo() {
    return to_handler([](Request& r, ResponseWriter& w) { w.write(r.body.text()); });
}

std::string gunzip(std::string bytes) {
    z_stream stream{};
    BOOST_REQUIRE(::inflateInit2(&stream, 31) == Z_OK);
    std::string out(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    BOOST_TEST(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    ::inflateEnd(&stream);
    return out;
}

// Bytes that arrive without a declared length.
class Dripping final : public BodySource {
  public:
    explicit Dripping(std::string bytes) : bytes_(std::move(bytes)) {}
    std::size_t read(std::span<char> into) override {
        std::size_t n = bytes_.copy(into.data(), std::min<std::size_t>(into.size(), 3));
        bytes_.erase(0, n);
        return n;
    }

  private:
    std::string bytes_;
};

class Lines final : public Reporter {
  public:
    std::string text;
    void began(const Context&) override {}
    void logged(const Context&, Level, std::string_view message) override { text += message; }
    void printed(const Context&, Stream, std::string_view) override {}
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context&, const Outcome&) override {}
};

Response get_compressed(HandlerPtr handler, std::string_view accept = "gzip") {
    Request request = Request::get("/");
    request.headers.set("Accept-Encoding", accept);
    return record(*with(compress(), std::move(handler)), std::move(request));
}

const std::string long_text(2000, 'x');

}  // namespace

BOOST_AUTO_TEST_SUITE(strip_prefix_middleware)

BOOST_AUTO_TEST_CASE(the_prefix_moves_to_the_script_name) {
    auto handler =
        with(strip_prefix("/api"),
             to_handler([](Request& r) { return text(r.url.script_name + '|' + r.url.path); }));
    BOOST_TEST(record(*handler, Request::get("/api/x")).body == "/api|/x");
    BOOST_TEST(record(*handler, Request::get("/api")).body == "/api|/");
    BOOST_TEST(record(*handler, Request::get("/api/api/x")).body == "/api|/api/x");
    BOOST_TEST(record(*handler, Request::get("/apix")).status == 404);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(access_log_middleware)

// Else whoever waits for an upstream behind it holds up a thread after all.
BOOST_AUTO_TEST_CASE(what_may_go_on_on_another_thread_may_so_behind_any_of_them) {
    struct Upstream final : Handler {
        void serve(Request&, ResponseWriter&) const override {}
        bool may_migrate() const noexcept override { return true; }
    };
    const HandlerPtr upstream = std::make_shared<const Upstream>();
    const Middleware all[] = {strip_prefix("/a"), access_log(), limit_body(1),
                              timeout(std::chrono::hours(1)), compress()};
    for (const Middleware& one : all) {
        BOOST_TEST(one(upstream)->may_migrate());
        BOOST_TEST(!one(echo())->may_migrate());
    }
}

BOOST_AUTO_TEST_CASE(a_line_tells_what_was_asked_and_answered) {
    Lines lines;
    Request request = Request::post("/a?secret=1", "12345");
    request.context.reporter = &lines;
    record(*with(access_log(), echo()), std::move(request));
    BOOST_TEST(lines.text.starts_with("POST /a 200 5 bytes "));
}

BOOST_AUTO_TEST_CASE(a_failure_is_logged_too) {
    Lines lines;
    Request request = Request::get("/a");
    request.context.reporter = &lines;
    record(
        *with(access_log(), to_handler([](Request&) -> Response { throw HttpError(422, "no"); })),
        std::move(request));
    BOOST_TEST(lines.text.find("GET /a failed ") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(limit_body_middleware)

BOOST_AUTO_TEST_CASE(a_declared_length_over_the_limit_is_refused_at_once) {
    bool reached = false;
    auto handler = with(limit_body(4), to_handler([&](Request&) {
                            reached = true;
                            return text("x");
                        }));
    BOOST_TEST(record(*handler, Request::post("/", "12345")).status == 413);
    BOOST_TEST(!reached);
}

BOOST_AUTO_TEST_CASE(an_undeclared_length_is_counted) {
    auto handler = with(limit_body(5), echo());
    auto send = [&](std::string bytes) {
        Request request = Request::post("/", "");
        request.body = Body(std::make_unique<Dripping>(std::move(bytes)), std::nullopt);
        return record(*handler, std::move(request));
    };
    BOOST_TEST(send("12345").body == "12345");
    BOOST_TEST(send("123456").status == 413);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(timeout_middleware)

BOOST_AUTO_TEST_CASE(a_handler_that_overruns_is_answered_with_504) {
    auto handler =
        with(timeout(std::chrono::milliseconds(5)), to_handler([](Request& r) -> Response {
                 for (;;)
                     r.context.check();
             }));
    BOOST_TEST(record(*handler, Request::get("/")).status == 504);
}

BOOST_AUTO_TEST_CASE(the_stop_token_fires_at_the_deadline) {
    auto handler =
        with(timeout(std::chrono::milliseconds(5)), to_handler([](Request& r) -> Response {
                 while (!r.context.stop.stop_requested())
                     std::this_thread::yield();
                 throw Cancelled("stopped");
             }));
    BOOST_TEST(record(*handler, Request::get("/")).status == 504);
}

BOOST_AUTO_TEST_CASE(the_context_is_its_own_again_by_whichever_way_the_handler_is_left) {
    const std::vector<std::function<void()>> ways = {
        [] {},
        [] { throw Cancelled("cancelled"); },
        [] { throw HttpError(422, "no"); },
        [] { throw std::runtime_error("broken"); },
        [] { throw 7; },
    };
    for (const auto& leave : ways) {
        Request request = Request::get("/");
        const auto deadline = Context::Clock::now() + std::chrono::hours(2);
        std::stop_source outer;
        request.context.deadline = deadline;
        request.context.stop = outer.get_token();
        bool narrowed = false;
        const auto handler =
            with(timeout(std::chrono::hours(1)), to_handler([&](Request& r, ResponseWriter&) {
                     narrowed = r.context.deadline < deadline;
                     leave();
                 }));
        Recorder recorder;
        try {
            handler->serve(request, recorder);
        } catch (...) {  // which one is another test's matter
        }
        BOOST_TEST(narrowed);
        BOOST_TEST((request.context.deadline == deadline));
        BOOST_TEST((request.context.stop == outer.get_token()));
    }
}

BOOST_AUTO_TEST_CASE(the_longest_limit_there_is_is_no_limit) {
    const auto handler = with(timeout(std::chrono::milliseconds::max()), echo());
    BOOST_TEST(record(*handler, Request::post("/", "x")).body == "x");
}

BOOST_AUTO_TEST_CASE(an_earlier_deadline_stays) {
    Request request = Request::get("/");
    auto deadline = Context::Clock::now() + std::chrono::seconds(1);
    request.context.deadline = deadline;
    bool same = false;
    record(*with(timeout(std::chrono::hours(1)), to_handler([&](Request& r) {
                     same = r.context.deadline == deadline;
                     return text("x");
                 })),
           std::move(request));
    BOOST_TEST(same);
}

BOOST_AUTO_TEST_CASE(a_client_that_left_is_no_timeout) {
    std::stop_source client;
    client.request_stop();
    Request request = Request::get("/");
    request.context.stop = client.get_token();
    Recorder recorder;
    Outcome outcome = serve(*with(timeout(std::chrono::hours(1)), to_handler([](Request& r) {
                                      r.context.check();
                                      return text("x");
                                  })),
                            request, recorder);
    BOOST_TEST(!outcome.complete);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(compress_middleware)

BOOST_AUTO_TEST_CASE(a_text_is_compressed_for_who_accepts_it) {
    Response r = get_compressed(to_handler([](Request&) { return text(long_text); }));

    BOOST_TEST(r.headers.get("Content-Encoding") == "gzip");
    BOOST_TEST(r.headers.get("Vary") == "Accept-Encoding");
    BOOST_TEST(r.headers.get("Content-Length") == std::to_string(r.body.size()));
    BOOST_TEST(r.body.size() < 200u);
    BOOST_TEST(gunzip(r.body) == long_text);
}

BOOST_AUTO_TEST_CASE(weights_and_the_asterisk_decide) {
    auto handler = to_handler([](Request&) { return text(long_text); });
    for (auto accept : {"gzip;q=0.5", "br, *", "deflate;q=1, x-gzip", "GZIP", "*;q=0, gzip;q=1"})
        BOOST_TEST(get_compressed(handler, accept).headers.contains("Content-Encoding"), accept);
    for (auto accept : {"", "br", "gzip;q=0", "*;q=0", "gzip;q=0.0, *", "identity", "gzip;q=x"})
        BOOST_TEST(!get_compressed(handler, accept).headers.contains("Content-Encoding"), accept);
    Response plain = get_compressed(handler, "br");
    BOOST_TEST(plain.headers.get("Vary") == "Accept-Encoding");
}

BOOST_AUTO_TEST_CASE(what_gains_nothing_or_must_not_change_stays) {
    auto plain = [](Headers headers, std::string body, int status = 200) {
        auto handler = to_handler([=](Request&) { return Response{status, headers, body}; });
        return !get_compressed(handler).headers.contains("Vary");
    };
    BOOST_TEST(plain({{"Content-Type", "text/plain"}}, "short"));
    BOOST_TEST(plain({{"Content-Type", "image/png"}}, long_text));
    BOOST_TEST(
        plain({{"Content-Type", "text/plain"}, {"Cache-Control", "no-transform"}}, long_text));
    BOOST_TEST(plain({{"Content-Type", "text/plain"}}, long_text, 206));
    BOOST_TEST(plain({{"Content-Type", "text/plain"}}, "", 304));
}

BOOST_AUTO_TEST_CASE(what_is_encoded_stays_encoded_once) {
    Response r = get_compressed(to_handler([](Request&) {
        return Response{
            200, {{"Content-Type", "text/plain"}, {"Content-Encoding", "br"}}, long_text};
    }));
    BOOST_TEST(r.headers.get("Content-Encoding") == "br");
    BOOST_TEST(r.body == long_text);
}

BOOST_AUTO_TEST_CASE(a_strong_validator_becomes_weak) {
    Response r = get_compressed(to_handler([](Request&) {
        return Response{200, {{"Content-Type", "text/plain"}, {"ETag", "\"v1\""}}, long_text};
    }));
    BOOST_TEST(r.headers.get("ETag") == "W/\"v1\"");
}

BOOST_AUTO_TEST_CASE(each_flush_is_flushed_through) {
    Request request = Request::get("/");
    request.headers.set("Accept-Encoding", "gzip");
    Recorder recorder;
    serve(*with(compress(), to_handler([](Request&, ResponseWriter& w) {
                    w.header("Content-Type", "text/plain");
                    w.write("one");
                    w.flush();
                    w.write("two");
                })),
          request, recorder);
    BOOST_TEST(recorder.flushes().size() == 1u);
    BOOST_TEST(recorder.flushes().at(0) > 0u);
    BOOST_TEST(gunzip(recorder.response().body) == "onetwo");
}

BOOST_AUTO_TEST_CASE(an_error_page_is_not_half_compressed) {
    Response r = get_compressed(to_handler([](Request&, ResponseWriter& w) {
        w.header("Content-Type", "text/plain").write(long_text);
        throw HttpError(422, "no");
    }));
    BOOST_TEST(r.status == 422);
    BOOST_TEST(r.body == "no\n");
    BOOST_TEST(!r.headers.contains("Content-Encoding"));
}

BOOST_AUTO_TEST_CASE(fields_of_the_handler_replace_those_set_around_it) {
    const auto handler = to_handler([](Request&, ResponseWriter& w) {
        w.header("Content-Type", "text/css").header("X-A", "inner").write(long_text);
    });
    const auto around = to_handler([&](Request& request, ResponseWriter& w) {
        w.header("Content-Type", "text/html").header("X-A", "outer").header("X-B", "outer");
        with(compress(), handler)->serve(request, w);
    });
    Request request = Request::get("/");
    request.headers.set("Accept-Encoding", "gzip");
    const Response r = record(*around, std::move(request));
    BOOST_TEST(r.headers.values("Content-Type").size() == 1u);
    BOOST_TEST(r.headers.get("X-A") == "inner");
    BOOST_TEST(r.headers.get("X-B") == "outer");
    BOOST_TEST(r.headers.get("Content-Encoding") == "gzip");
}

BOOST_AUTO_TEST_SUITE_END()
