// What functions tell Vercel's router: frames of its own runtimes, and such as nobody may send.
#include "host/ipc_message.h"

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/skip.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::host;

namespace {

std::string context(const std::string& members) {
    return R"({"context":{"invocationId":"i","requestId":7})" + members + "}";
}

std::string frame(const std::string& type, const std::string& payload) {
    return R"({"type":")" + type + R"(","payload":)" + payload + "}";
}

std::string refusal(const std::string& text) {
    try {
        read_ipc_message(text);
        return "taken";
    } catch (const Error& e) {
        return e.what();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ipc_message)

// The Python runtime and the Go proxy.
BOOST_AUTO_TEST_CASE(every_recorded_frame_is_understood) {
    std::set<IpcMessage::Type> seen;
    std::size_t count = 0;
    std::ifstream file(TURNGATE_FIXTURES "/vercel/ipc-capture.jsonl");
    if (!file) return test::skip("no recorded frames");
    for (std::string text; std::getline(file, text);) {
        const Json line = Json::parse(text);
        // Very long ones were not kept whole.
        if (line["kind"].string_or("") != "frame" || line["raw_len"].integer()) continue;
        ++count;
        const std::string raw = line["raw"].string_or("");
        BOOST_TEST_CONTEXT(raw.substr(0, 200)) {
            const IpcMessage message = read_ipc_message(raw);
            seen.insert(message.type);
            const Json& payload = line["frame"]["payload"];
            if (message.type == IpcMessage::Type::log)
                BOOST_TEST(message.text ==
                           base64_decode(payload["message"].string_or("!")).value_or("?"));
            if (const Json* context = payload.find("context")) {
                BOOST_TEST(message.context.invocation_id ==
                           (*context)["invocationId"].string_or(""));
                BOOST_TEST(message.context.request_id ==
                           (*context)["requestId"].unsigned_integer().value_or(1));
            }
        }
    }
    BOOST_TEST(count > 100u);
    BOOST_TEST(seen.size() == 6u);
}

BOOST_AUTO_TEST_CASE(a_metric_has_all_of_a_call) {
    const IpcMessage message = read_ipc_message(frame(
        "metric", context(R"(,"type":"fetch-metric","payload":{"pathname":"/x","search":"a=1",)"
                          R"("start":1795216280276,"duration":12,"host":"h","statusCode":203,)"
                          R"("method":"POST","id":3})")));
    BOOST_TEST(message.metric.path == "/x");
    BOOST_TEST(message.metric.search == "a=1");
    BOOST_TEST(message.metric.duration.count() == 12);
    BOOST_TEST(message.metric.host == "h");
    BOOST_TEST(message.metric.status == 203);
    BOOST_TEST(message.metric.method == "POST");
    BOOST_TEST(message.metric.id == 3u);
}

BOOST_AUTO_TEST_CASE(what_breaks_the_protocol_is_named) {
    BOOST_TEST(refusal("[]") == "the frame is missing, or no object");
    BOOST_TEST(refusal(frame("begin", "{}")) == "the frame.type is \"begin\", which is none");
    BOOST_TEST(refusal(R"({"type":"end"})") == "end.payload is missing, or no object");
    BOOST_TEST(refusal(frame("server-started", R"({"initDuration":1,"httpPort":0})")) ==
               "server-started.payload.httpPort is 0, not from 1 to 65535");
    BOOST_TEST(refusal(frame("end", R"({"context":{"invocationId":"i","requestId":"7"}})")) ==
               "end.payload.context.requestId is missing, or no integer from 0 to 2^64-1");
    BOOST_TEST(refusal(frame("log", context(R"(,"message":"YQ==")"))) ==
               "log.payload.level and .stream: exactly one of them is to be there");
    BOOST_TEST(
        refusal(frame("log", context(R"(,"message":"YQ==","level":"info","stream":"stdout")"))) ==
        "log.payload.level and .stream: exactly one of them is to be there");
    BOOST_TEST(refusal(frame("log", context(R"(,"message":"YQ==","level":"loud")"))) ==
               "log.payload.level is \"loud\", which is none");
    BOOST_TEST(refusal(frame("log", context(R"(,"message":"a","stream":"stdout")"))) ==
               "log.payload.message is not base64");
    BOOST_TEST(refusal(frame("end", context(""))) == "taken");
    BOOST_TEST(refusal(frame("end", context(R"(,"error":null)"))) == "taken");
    BOOST_TEST(refusal("{").find("byte") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(frames_are_the_same_however_they_are_cut) {
    const std::string stream =
        std::string("one\0", 4) + std::string("\0", 1) + "two" + std::string("\0thr", 4);
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        FrameSplitter splitter;
        std::vector<std::string> frames;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            splitter.feed(std::string_view(stream).substr(at, step));
            while (const auto one = splitter.next())
                frames.emplace_back(*one);
        }
        const std::vector<std::string> expected = {"one", "", "two"};
        BOOST_TEST(frames == expected, boost::test_tools::per_element());
        BOOST_TEST(splitter.has_rest());
    }
}

BOOST_AUTO_TEST_CASE(a_frame_without_an_end_is_given_up) {
    FrameSplitter splitter;
    const std::string block(1 << 20, 'x');
    for (std::size_t size = 0; size < FrameSplitter::longest; size += block.size()) {
        splitter.feed(block);
        BOOST_TEST(!splitter.next());
    }
    splitter.feed("x");
    BOOST_CHECK_THROW(splitter.next(), Error);
}

BOOST_AUTO_TEST_SUITE_END()
