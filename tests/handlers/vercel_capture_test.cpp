// What VercelRequest and VercelResponse of @vercel/node 24.0.0 have answered, recorded case by case
// from its development server, and what ours answer.
#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <support/skip.h>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <turngate/handlers/vercel.h>
#include <turngate/http/encoding.h>
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

using Answer = std::function<void(vercel::Request&, vercel::Response&)>;

// The handlers of the suites "res" and "res-error/...", by path, as they stand in the recording.
const std::map<std::string, Answer> answers = {
    {"send-string", [](auto&, auto& res) { res.send("<p>hey</p>"); }},
    {"send-empty-string", [](auto&, auto& res) { res.send(""); }},
    {"send-null", [](auto&, auto& res) { res.send(nullptr); }},
    {"send-true", [](auto&, auto& res) { res.send(true); }},
    {"send-number", [](auto&, auto& res) { res.send(42); }},
    {"send-999-dashes", [](auto&, auto& res) { res.send(std::string(999, '-')); }},
    {"send-ct-plain",
     [](auto&, auto& res) { res.header("Content-Type", "text/plain").send("hey"); }},
    {"send-204", [](auto&, auto& res) { res.status(204).send("foo"); }},
    {"send-304", [](auto&, auto& res) { res.status(304).send("foo"); }},
    {"send-205", [](auto&, auto& res) { res.status(205).send("foo"); }},
    {"status-string", [](auto&, auto& res) { res.status(404).raw().write("x"); }},
    {"status-1000", [](auto&, auto& res) { res.status(1000).raw().write("x"); }},
    {"status-99", [](auto&, auto& res) { res.status(99).raw().write("x"); }},
    {"json-object",
     [](auto&, auto& res) {
         res.json(Json::object({{"hello", "½"}}));
     }},
    {"json-null", [](auto&, auto& res) { res.json(nullptr); }},
    {"json-number", [](auto&, auto& res) { res.json(300); }},
    {"json-string", [](auto&, auto& res) { res.json("str"); }},
    {"json-array", [](auto&, auto& res) { res.json(Json::array({"foo"})); }},
    {"json-slash-lt", [](auto&, auto& res) { res.json("</script>\u2028"); }},
    {"json-ct",
     [](auto&, auto& res) {
         res.header("content-type", "application/vnd.example+json").json(Json::object({{"a", 1}}));
     }},
    {"redirect-ws", [](auto&, auto& res) { res.redirect("/a b"); }},
    {"redirect-null", [](auto&, auto& res) { res.redirect(nullptr); }},
    {"redirect-crlf", [](auto&, auto& res) { res.redirect("/a\r\nx: y"); }},
    {"redirect-headers",
     [](auto&, auto& res) {
         res.raw().headers().add("set-cookie", "a=1");
         res.raw().headers().add("set-cookie", "b=2");
         res.header("x-y", "z").redirect(302, "https://e.com/");
     }},
    {"multi-header",
     [](auto&, auto& res) {
         res.raw().headers().add("X-M", "1");
         res.raw().headers().add("X-M", "2");
         res.send("ok");
     }},
    {"send-then-end", [](auto&, auto& res) { res.send("x"), res.raw().finish(); }},
    {"throw", [](auto&, auto&) { throw std::runtime_error("sync boom"); }},
};

// Of the other suites, by suite and name.
const std::map<std::string, Answer> other_answers = {
    {"nested-default GET", [](auto&, auto& res) { res.send("deep"); }},
    {"both-default-and-get POST", [](auto&, auto& res) { res.send("default"); }},
    {"wait-until GET",
     [](auto& req, auto& res) {
         req.raw().context.wait_until([] {});
         res.send("ok");
     }},
};

// Where ours answer otherwise, and why. `ours` is the whole answer, or what stands in its body
// instead of `theirs`; a case without it cannot be put in C++.
struct Unlike {
    std::string_view why;
    std::string_view ours = {};
    std::string_view theirs = {};
};

constexpr std::string_view internal_error =
    "500\ncontent-length: 15\ncontent-type: text/plain; charset=utf-8\n\ninternal error\n";
constexpr std::string_view web_handler =
    "a handler of the web's Request and Response, not of these";
constexpr std::string_view discovery = "finding a handler in a module, which C++ names in main()";

const std::map<std::string, Unlike> unlike = {
    {"send-205",
     {"RFC 9110 section 15.3.6: a 205 has no content, and clients that know would take it for the "
      "next answer",
      "205\ncontent-length: 0\ncontent-type: text/html; charset=utf-8\n"
      "etag: W/\"3-C+7Hteo/D9vJXQ3UfzxbwnXaijM\"\n\n"}},
    {"status-string",
     {"a body without a Content-Type is plain text on every door",
      "404\ncontent-length: 1\ncontent-type: text/plain; charset=utf-8\n\nx"}},
    {"send-uint8array", {"bytes are bytes in C++: there is no typed array beside the Buffer"}},
    {"send-date", {"a date is no value of JSON, and C++ has no toJSON()"}},
    {"send-symbol", {"there is no symbol in C++"}},
    {"json-bigint", {"every integer of C++ is a number of JSON"}},
    {"status-1000", {"a handler that throws ends a request, not the process", internal_error}},
    {"status-99", {"likewise", internal_error}},
    {"redirect-null", {"likewise", internal_error}},
    {"redirect-crlf", {"likewise", internal_error}},
    {"throw", {"likewise", internal_error}},
    {"return-response", {"send() returns nothing, so nothing can be returned instead"}},
    {"req query-bracket",
     {"names of members of JavaScript's Object are names like any other",
      R"("a[b]":"2","__proto__":"x","toString":"y","constructor":"1"})",
      R"("a[b]":"2","toString":[null,"y"],"constructor":[null,"1"]})"}},
    {"req cookie-odd", {"likewise", R"("g":"h=i","__proto__":"1"})", R"("g":"h=i"})"}},
    {"req ct-invalid",
     {"a client's mistake is answered 400 though nobody catches it",
      R"(["TypeError","invalid media type",400])", R"(["TypeError","invalid media type",null])"}},
    {"req query-utf8", {"Node's parser refuses the byte, before there is a VercelRequest"}},
    {"req query-hash", {"a front door refuses a fragment (RFC 9112 section 3.2)"}},
    {"req double-slash", {"the development server connects to the host it finds in the target"}},
    {"req absolute-form", {"likewise"}},
    {"req-nohelpers-env no-helpers-env", {"who wants no helpers takes turngate::Request"}},
    {"web-get-only GET", {web_handler}},
    {"web-get-only POST", {web_handler}},
    {"web-get-only PATCH", {web_handler}},
    {"web-fetch HEAD", {web_handler}},
    {"web-fetch OPTIONS", {web_handler}},
    {"web-fetch PUT", {web_handler}},
    {"web-fetch PATCH", {web_handler}},
    {"web-fetch PROPFIND", {web_handler}},
    {"web-throw throw", {web_handler}},
    {"web-post-throw async-throw", {web_handler}},
    {"export-object GET", {discovery}},
    {"export-nothing GET", {discovery}},
    {"import-throws GET", {discovery}},
};

// A message as it was on the wire, in the parts that are compared.
struct Message {
    std::vector<std::string> start;             // the words of the first line
    std::map<std::string, std::string> fields;  // in lower case; those of one name joined
    Headers headers;
    std::string body;

    static Message parse(const std::string& text) {
        const auto end = text.find("\r\n\r\n");
        BOOST_TEST_REQUIRE(end != std::string::npos);
        Message message;
        message.body = text.substr(end + 4);
        std::size_t at = text.find("\r\n");
        for (std::size_t begin = 0; begin < at;) {
            const std::size_t word_end = std::min(text.find(' ', begin), at);
            message.start.push_back(text.substr(begin, word_end - begin));
            begin = word_end + 1;
        }
        while (at < end) {
            const std::size_t begin = at + 2, colon = text.find(": ", begin);
            at = text.find("\r\n", begin);
            message.headers.add(text.substr(begin, colon - begin),
                                text.substr(colon + 2, at - colon - 2));
        }
        message.fields = fields_of(message.headers);
        message.fields.erase("connection");
        message.fields.erase("date");
        return message;
    }

    static std::map<std::string, std::string> fields_of(const Headers& headers) {
        std::map<std::string, std::string> fields;
        for (const auto& [name, value] : headers)
            fields[lower_case(name)] = headers.joined(name);
        return fields;
    }
};

std::string shown(const std::string& status, const std::map<std::string, std::string>& fields,
                  const std::string& body) {
    std::string out = status + '\n';
    for (const auto& [name, value] : fields)
        out += name + ": " + value + '\n';
    return out + '\n' + body;
}

// The recording has each byte as a character.
std::string bytes_of(const std::string& characters) {
    std::string bytes;
    for (std::size_t i = 0; i < characters.size(); ++i) {
        const auto c = static_cast<unsigned char>(characters[i]);
        if (c < 0x80)
            bytes += characters[i];
        else
            bytes += static_cast<char>((c & 3) << 6 | (characters[++i] & 0x3F));
    }
    return bytes;
}

// What the handler of the suite "req" makes of the body.
Json mirrored_body(vercel::Request& req) {
    try {
        const Json& body = req.body();
        if (req.body_kind() == vercel::BodyKind::absent) return "__undefined";
        if (req.body_kind() == vercel::BodyKind::bytes)
            return Json::object({{"__buffer", base64_encode(*body.string())}});
        return body;
    } catch (const HttpError& e) {
        const bool is_json = e.what() == std::string_view("Invalid JSON");
        return Json::object(
            {{"__threw", Json::array({is_json ? "Error" : "TypeError", e.what(), e.status()})}});
    }
}

// The handler of the suite "req". The fields it shows are what the development server made of
// them, so they are taken from `theirs`.
Answer mirror(const std::string& theirs) {
    return [theirs](vercel::Request& req, vercel::Response& res) {
        const Json recorded = Json::parse(theirs);
        res.json(Json::object({{"method", req.method()},
                               {"url", req.raw().url.request_uri()},
                               {"query", req.query()},
                               {"cookies", req.cookies()},
                               {"body", mirrored_body(req)},
                               {"headers", recorded["headers"]}}));
    };
}

struct Case {
    std::string key;
    Answer answer;
    Message request;
    std::string response;  // empty: the process ended
};

Case case_of(const Json& line) {
    const std::string suite = *line["suite"].string(), name = *line["name"].string();
    Case found{suite + ' ' + name,
               {},
               Message::parse(bytes_of(*line["request"].string())),
               bytes_of(*line["response"].string())};
    const auto look_up = [&](const auto& table, const std::string& key) {
        const auto entry = table.find(key);
        if (entry != table.end()) found.answer = entry->second;
    };
    if (suite.starts_with("res")) {
        found.key = name;
        look_up(answers, found.request.start.at(1).substr(1));
    } else if (suite == "req") {
        const Message response = Message::parse(found.response);
        if (response.body.starts_with('{')) found.answer = mirror(response.body);
    } else {
        look_up(other_answers, found.key);
    }
    return found;
}

void replay(const Case& recorded, const Unlike* difference) {
    const Message& request = recorded.request;
    const Response response = record(
        *vercel::handler(recorded.answer),
        Request::make(request.start.at(0), request.start.at(1), request.body, request.headers));
    auto fields = Message::fields_of(response.headers);
    if (difference && difference->theirs.empty()) {
        BOOST_TEST(shown(std::to_string(response.status), fields, response.body) ==
                   difference->ours);
        return;
    }
    Message theirs = Message::parse(recorded.response);
    if (difference) {
        const auto at = theirs.body.find(difference->theirs);
        BOOST_TEST_REQUIRE(at != std::string::npos);
        theirs.body.replace(at, difference->theirs.size(), difference->ours);
        for (const char* name : {"etag", "content-length"}) {
            theirs.fields.erase(name);
            fields.erase(name);
        }
    }
    BOOST_TEST(shown(std::to_string(response.status), fields, response.body) ==
               shown(theirs.start.at(1), theirs.fields, theirs.body));
}

// Lines that are no cases: how a suite was started and ended, and what could not be asked any more.
bool is_case(const Json& line) {
    return !line.find("source") && !line.find("signal") && !line.find("skipped");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vercel_capture)

BOOST_AUTO_TEST_CASE(every_recorded_case_is_answered_alike_or_is_listed_with_its_reason) {
    std::ifstream file(TURNGATE_FIXTURES "/vercel/node-helpers-capture.jsonl");
    if (!file) return test::skip("no recorded cases of VercelRequest and VercelResponse");
    std::set<std::string> seen;
    int replayed = 0;
    for (std::string text; std::getline(file, text);) {
        const Json line = Json::parse(text);
        if (!is_case(line)) continue;
        const Case recorded = case_of(line);
        BOOST_TEST_CONTEXT(recorded.key) {
            const auto listed = unlike.find(recorded.key);
            seen.insert(recorded.key);
            if (listed != unlike.end() && listed->second.ours.empty()) continue;
            BOOST_TEST_REQUIRE(static_cast<bool>(recorded.answer));
            replay(recorded, listed == unlike.end() ? nullptr : &listed->second);
            ++replayed;
        }
    }
    for (const auto& [key, difference] : unlike)
        BOOST_TEST(seen.contains(key), key << " is listed and not recorded");
    BOOST_TEST_MESSAGE(replayed << " of " << seen.size() << " cases replayed");
    BOOST_TEST(replayed > 50);
}

BOOST_AUTO_TEST_SUITE_END()
