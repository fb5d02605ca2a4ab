// One request to a FastCGI client, and all that can be seen of its end.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "fake_responder.h"
#include "recording_reporter.h"
#include <turngate/handlers/fcgi_client.h>
#include <turngate/http/serve.h>

namespace turngate::test {

struct FcgiAnswer {
    bool is_complete = false;  // false: broken off behind the head
    int status = 0;
    std::string body;
    Headers headers;
    std::string log;  // of the request, a line a message

    bool has_logged(std::string_view text) const { return log.find(text) != log.npos; }
};

inline FcgiAnswer ask_fcgi(const Handler& handler, Request request = Request::get("/")) {
    RecordingReporter reporter;
    request.context.reporter = &reporter;
    Recorder recorder(request.method);
    const Outcome outcome = serve(handler, request, recorder);
    settle(request.context, outcome);
    FcgiAnswer answer;
    for (const std::string& line : reporter.lines())
        answer.log += line + '\n';
    answer.is_complete = outcome.complete;
    if (!outcome.complete) return answer;
    Response response = recorder.take();
    answer.status = response.status;
    answer.body = std::move(response.body);
    answer.headers = std::move(response.headers);
    return answer;
}

inline FcgiAnswer ask_fcgi(FcgiOptions options, Request request = Request::get("/")) {
    return ask_fcgi(*fcgi_client(std::move(options)), std::move(request));
}

// Of an application that reads the request, writes these bytes and closes the connection.
inline FcgiAnswer ask_fcgi(std::string_view bytes, Request request) {
    const FakeResponder responder(FakeResponder::once(std::string(bytes)));
    return ask_fcgi(FcgiOptions{.backends = {responder.backend()}}, std::move(request));
}

// The same for a GET. A whole reply is the same where replies are buffered. One that breaks off is
// a 502 or breaks off, each with a buffer and without, as its head has left already or not.
inline FcgiAnswer ask_fcgi(std::string_view bytes) {
    const FakeResponder responder(FakeResponder::once(std::string(bytes)));
    FcgiOptions options{.backends = {responder.backend()}};
    FcgiAnswer answer = ask_fcgi(options);
    options.buffer = FcgiOptions::Buffer::memory;
    const FcgiAnswer buffered = ask_fcgi(options);
    if (answer.is_complete && (answer.status != 502 || buffered.status == 502)) {
        BOOST_TEST(buffered.is_complete);
        BOOST_TEST(buffered.status == answer.status);
        BOOST_TEST(buffered.body == answer.body);
        BOOST_TEST((buffered.headers == answer.headers));
        BOOST_TEST(buffered.log == answer.log);
    } else {
        BOOST_TEST((!buffered.is_complete || buffered.status == 502));
    }
    return answer;
}

}  // namespace turngate::test
