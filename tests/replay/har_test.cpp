// HAR files: each entry is an event, and has a reply that can become the expected one.
#include "replay/har.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "replay/replay_all.h"
#include "support/gzip.h"
#include <turngate/events/reply.h>

using namespace turngate;
using namespace turngate::test;

namespace {

std::string archive(const std::string& entries) {
    return R"({"log":{"version":"1.2","creator":{"name":"x","version":"1"},"pages":[{"id":"p"}],)"
           R"("entries":[)" +
           entries + "]}}";
}

std::string entry(const std::string& request, const std::string& response = "{}") {
    return R"({"startedDateTime":"2026-01-01T00:00:00Z","time":1.5,"request":)" + request +
           R"(,"response":)" + response + R"(,"cache":{},"timings":{"send":0}})";
}

std::string get(const std::string& path) {
    return R"({"method":"GET","url":"https://shop.example)" + path + R"(","headers":[]})";
}

std::string ok(const std::string& path) {
    return R"({"status":200,"headers":[{"name":"content-type","value":"application/json"}],)"
           R"("content":{"mimeType":"application/json","text":"{\"path\":\")" +
           path + R"(\",\"method\":\"GET\"}"}})";
}

std::vector<Har::Entry> entries_of(std::string text) {
    Har har(std::move(text));
    std::vector<Har::Entry> out;
    for (Har::Entry one; har.next(one);)
        out.push_back(one);
    BOOST_TEST(out.size() == har.size());
    return out;
}

Request request_of(const std::string& request) {
    const auto all = entries_of(archive(entry(request)));
    BOOST_REQUIRE_EQUAL(all.size(), 1u);
    BOOST_TEST_REQUIRE(all[0].problem.empty(), all[0].problem);
    return events::decode(all[0].event, events::Format::http).request;
}

Response reply_of(const std::string& response) {
    const auto all = entries_of(archive(entry(get("/"), response)));
    return events::decode_reply(all.at(0).reply);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(har)

BOOST_AUTO_TEST_CASE(a_request_is_read_as_http) {
    Request request = request_of(
        R"({"method":"POST","url":"https://u:p@shop.example:8443/a%2Fb?q=1&q=%20#top","httpVersion":"h2",)"
        R"("headers":[{"name":":authority","value":"x"},{"name":"X-A","value":"1"},)"
        R"({"name":"x-a","value":"2"},{"name":"Content-Length","value":"99"},)"
        R"({"name":"Content-Type","value":"application/json"}],)"
        R"("postData":{"mimeType":"application/json","text":"{\"n\":1}"}})");
    BOOST_TEST(request.method == "POST");
    BOOST_TEST(request.url.target() == "/a%2Fb?q=1&q=%20");
    BOOST_TEST(request.headers.get("Host") == "shop.example:8443");
    BOOST_TEST(request.headers.values("X-A").size() == 2u);
    BOOST_TEST(request.headers.get("Content-Length") == "7");  // of what there is now
    BOOST_TEST(request.body.text() == R"({"n":1})");
}

BOOST_AUTO_TEST_CASE(urls_bodies_and_types_of_every_kind) {
    BOOST_TEST(request_of(get("")).url.target() == "/");
    BOOST_TEST(request_of(get("?a=b")).url.target() == "/?a=b");
    BOOST_TEST(request_of(R"({"url":"/x"})").url.target() == "/x");
    Request form = request_of(
        R"({"method":"POST","url":"http://h/","postData":{"mimeType":"application/x-www-form-urlencoded",)"
        R"("params":[{"name":"a b","value":"c&d"},{"name":"e","value":""}]}})");
    BOOST_TEST(form.body.text() == "a+b=c%26d&e=");
    BOOST_TEST(form.headers.get("Content-Type") == "application/x-www-form-urlencoded");
    Request bytes = request_of(
        R"({"method":"PUT","url":"http://h/","postData":{"text":"/wA=","encoding":"base64"}})");
    BOOST_TEST(bytes.body.text() == std::string("\xff\0", 2));
}

BOOST_AUTO_TEST_CASE(a_response_is_a_reply_without_what_was_of_the_wire) {
    const Response reply = reply_of(
        R"({"status":201,"headers":[{"name":"Content-Encoding","value":"br"},{"name":"Transfer-Encoding","value":"chunked"},)"
        R"({"name":"Content-Length","value":"3"},{"name":"Set-Cookie","value":"a=1"},{"name":"Set-Cookie","value":"b=2"}],)"
        R"("content":{"text":"iVBORw==","encoding":"base64"}})");
    BOOST_TEST(reply.status == 201);
    BOOST_TEST(reply.headers.size() == 2u);
    BOOST_TEST(reply.headers.values("set-cookie").size() == 2u);
    BOOST_TEST(reply.body == "\x89PNG");
    // A request that was blocked or is pending.
    BOOST_TEST(entries_of(archive(entry(get("/"), R"({"status":0})")))[0].reply.empty());
    BOOST_TEST(entries_of(archive(R"({"request":)" + get("/") + "}"))[0].reply.empty());
}

BOOST_AUTO_TEST_CASE(an_entry_that_is_none_is_a_problem_of_its_own) {
    for (const std::string& broken :
         {std::string("{}"), entry("null"), entry("[]"), entry(R"({"method":"GET"})"),
          entry(R"({"method":"G T","url":"http://h/"})"),
          entry(R"({"url":"http://h/","headers":[{"name":"a b","value":"x"}]})"),
          entry(R"({"url":"http://h/","headers":[{"name":"a","value":"x\r\ny"}]})"),
          entry(R"({"url":"http://h/","postData":{"text":"%","encoding":"base64"}})"),
          entry(R"({"url":"http://h/a b"})"), entry(R"({"url":"x"})"), entry(R"({"url":""})")}) {
        const auto all = entries_of(archive(broken + ',' + entry(get("/next"))));
        BOOST_REQUIRE_EQUAL(all.size(), 2u);
        BOOST_TEST(!all[0].problem.empty(), broken);
        BOOST_TEST(all[1].problem.empty());
    }
}

BOOST_AUTO_TEST_CASE(what_no_server_was_asked_for_by_http_is_passed_over) {
    for (const char* url : {"data:text/plain,hi", "blob:https://h/1", "wss://h/hello",
                            "chrome-extension://id/x.js", "file:///etc/hosts"}) {
        const auto all = entries_of(archive(entry(std::string(R"({"url":")") + url + R"("})")));
        BOOST_TEST(all.at(0).skipped.find("no request by HTTP") == 0u, url << all[0].skipped);
        BOOST_TEST(all.at(0).event.empty());
    }
    BOOST_TEST(!entries_of(archive(entry(R"({"method":"CONNECT","url":"https://h:443"})")))[0]
                    .skipped.empty());
    BOOST_TEST(request_of(R"({"url":"HTTPS://h/data:x"})").url.target() == "/data:x");
    BOOST_TEST(request_of(R"({"url":"/data:x"})").url.target() == "/data:x");
    Folder folder;
    folder.write("page.har", archive(entry(R"({"url":"data:,x"})", ok("/")) + ',' +
                                     entry(get("/a"), ok("/a"))));
    JudgeOptions judge = plain();
    judge.update = Update::fresh;
    const Ran ran = replay_all({folder.path()}, judge);
    BOOST_TEST(ran.summary.skipped == 1u, ran.text);
    BOOST_TEST(ran.summary.updated == 1u);
    BOOST_TEST(ran.summary.exit_status() == 0, ran.text);
    BOOST_TEST(folder.read("page.har.replies.ndjson").starts_with('\n'));
}

BOOST_AUTO_TEST_CASE(a_broken_response_leaves_the_request) {
    for (const char* response :
         {R"({"status":200,"headers":[{"name":"a b","value":"x"}]})",
          R"({"status":200,"headers":[{"name":"a","value":"x\r\ny"}]})",
          R"({"status":200,"content":{"text":"%","encoding":"base64"}})", "[]", "1"}) {
        const auto all = entries_of(archive(entry(get("/a"), response)));
        BOOST_TEST(all.at(0).problem.empty(), response << all.at(0).problem);
        BOOST_TEST(!all.at(0).event.empty());
        BOOST_TEST(all.at(0).reply.empty(), response << all.at(0).reply);
    }
}

BOOST_AUTO_TEST_CASE(values_joined_by_line_feeds_are_fields_each) {
    const Response reply = reply_of(
        R"({"status":200,"headers":[{"name":"set-cookie","value":"a=1\nb=2\nc=3"},{"name":"x","value":""}]})");
    BOOST_TEST(reply.headers.size() == 4u);
    BOOST_TEST(reply.headers.values("set-cookie").size() == 3u);
    Request request =
        request_of(R"({"url":"http://h/","headers":[{"name":"x-a","value":"1\n2"}]})");
    BOOST_TEST(request.headers.values("x-a").size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_body_that_was_not_saved_is_no_expected_reply) {
    const auto reply = [](const std::string& content) {
        return entries_of(
                   archive(entry(get("/"), R"({"status":200,"content":)" + content + "}")))[0]
            .reply;
    };
    BOOST_TEST(reply(R"({"size":5})").empty());
    BOOST_TEST(reply(R"({"size":5,"mimeType":"text/plain","text":null})").empty());
    for (const char* content : {R"({"size":0})", R"({"size":-1})", "{}", R"({"size":5,"text":""})",
                                R"({"size":1,"text":"x"})"})
        BOOST_TEST(!reply(content).empty(), content);
}

BOOST_AUTO_TEST_CASE(parameters_make_the_body_of_a_plain_form_alone) {
    const auto one = [](const std::string& type, const std::string& headers) {
        return entries_of(archive(entry(R"({"method":"POST","url":"http://h/","headers":[)" +
                                        headers + R"(],"postData":{)" + type +
                                        R"("params":[{"name":"a","value":"b"}]}})")))[0];
    };
    const std::string multipart =
        R"({"name":"content-type","value":"multipart/form-data; boundary=x"})";
    for (const char* type : {"", R"("mimeType":"",)",
                             R"("mimeType":"Application/X-WWW-Form-Urlencoded; charset=utf-8",)"})
        BOOST_TEST(one(type, "").problem.empty(), type);
    for (const auto& broken : {one(R"("mimeType":"multipart/form-data; boundary=x",)", ""),
                               one(R"("mimeType":"text/plain",)", ""), one("", multipart)}) {
        BOOST_TEST(broken.problem.find("of a form of type ") != std::string::npos, broken.problem);
        BOOST_TEST(broken.event.empty());
    }
    BOOST_TEST(
        one(R"("mimeType":"multipart/form-data; boundary=x","text":"--x--",)", "").problem.empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_archive_is_refused) {
    for (const char* text :
         {"", "{", "[]", "null", "1", "\"log\"", "{}", R"({"log":{}})", R"({"log":[]})",
          R"({"log":{"entries":{}}})", R"({"log":{"entries":1}})", R"({"log":{"entries":[1]}})",
          R"({"log":{"entries":[[]]}})", R"({"log":"entries"})", R"({"entries":[]})"})
        BOOST_CHECK_THROW(Har{text}, JsonError);
    BOOST_TEST(entries_of(archive("")).empty());
}

BOOST_AUTO_TEST_CASE(entries_are_events_with_goldens_line_by_line) {
    Folder folder;
    const std::string text =
        archive(entry(get("/a")) + ',' + entry("null") + ',' + entry(get("/c")));
    folder.write("shop.har", text);
    folder.write("shop.har.replies.ndjson", golden("/a") + "\n\n" + golden("/c") + '\n');
    for (const bool is_packed : {false, true}) {
        if (is_packed) {
            folder.write("shop.har.gz", gzip(text));
            std::filesystem::remove(folder / "shop.har");
        }
        const Ran ran = replay_all({folder.path()});
        BOOST_TEST(ran.summary.passed == 2u, ran.text);
        BOOST_TEST(ran.summary.unreadable == 1u);
        BOOST_TEST(ran.text.find(is_packed ? "shop.har.gz:2" : "shop.har:2") != std::string::npos);
    }
    BOOST_TEST(replay_all({folder / "shop.har.gz:3"}).summary.passed == 1u);
}

BOOST_AUTO_TEST_CASE(a_recorded_response_becomes_the_expected_reply_with_update_new) {
    Folder folder;
    folder.write("shop.har", archive(entry(get("/a"), ok("/a")) + ',' + entry(get("/b"), ok("/x")) +
                                     ',' + entry(get("/c"))));
    JudgeOptions judge = plain();
    judge.update = Update::fresh;
    const Ran ran = replay_all({folder.path()}, judge);
    BOOST_TEST(ran.summary.updated == 2u, ran.text);  // /c has none, and gets that of the handler
    BOOST_TEST(ran.summary.failed == 1u, ran.text);   // /b is answered otherwise than then
    const std::string goldens = folder.read("shop.har.replies.ndjson");
    BOOST_TEST(goldens.find(R"("path":"/a")") != std::string::npos, goldens);
    BOOST_TEST(goldens.find(R"("path":"/x")") != std::string::npos, goldens);
    BOOST_TEST(goldens.find(R"("path":"/c")") != std::string::npos, goldens);

    const Ran again = replay_all({folder.path()});
    BOOST_TEST(again.summary.passed == 2u, again.text);
    BOOST_TEST(again.summary.failed == 1u);
    // Without a word it proposes what the handler says, as of any event.
    Folder other;
    other.write("shop.har", archive(entry(get("/b"), ok("/x"))));
    BOOST_TEST(replay_all({other.path()}).summary.fresh == 1u);
    BOOST_TEST(other.read("shop.har.replies.ndjson.new").find(R"("path":"/b")") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_archive_and_lines_of_one_name_have_each_their_own_replies) {
    Folder folder;
    folder.write("shop.har", archive(entry(get("/a"), ok("/a"))));
    folder.write("shop.ndjson", event("/b") + '\n');
    JudgeOptions judge = plain();
    judge.update = Update::fresh;
    BOOST_TEST(replay_all({folder.path()}, judge).summary.updated == 2u);
    const Ran again = replay_all({folder.path()});
    BOOST_TEST(again.summary.passed == 2u, again.text);
    BOOST_TEST(folder.read("shop.har.replies.ndjson").find(R"("path":"/a")") != std::string::npos);
    BOOST_TEST(folder.read("shop.replies.ndjson").find(R"("path":"/b")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_broken_archive_fails_alone) {
    Folder folder;
    folder.write("a.har", "{\"log\":");
    folder.write("b.har.gz", "no gzip");
    folder.write("c.har", "");
    folder.write("d.har", archive(""));
    folder.write("e.json", event("/e"));
    folder.write("e.reply.json", golden("/e"));
    const Ran ran = replay_all({folder.path()});
    BOOST_TEST(ran.summary.passed == 1u, ran.text);
    BOOST_TEST(ran.summary.unreadable == 3u, ran.text);
}

BOOST_AUTO_TEST_SUITE_END()
