#include <string>
#include <support/temporary_directory.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include "support/fcgi_ask.h"
#include <turngate/handlers/open_handler.h>
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

const std::string child = "cgi:" TURNGATE_TEST_CHILD;

std::string error_of(const std::string& uri) {
    try {
        open_handler(uri);
    } catch (const Error& e) {
        return e.what();
    }
    return "opened";
}

struct Case {
    std::string uri;
    const char* expected;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.uri;
}

const Case bad[] = {
    {"", "does not say what kind of handler it is"},
    {"./app", "did you mean cgi:./app?"},
    {"./h.so", "did you mean plugin:./h.so?"},
    {"cgi", "did you mean cgi:cgi?"},
    {"cgi:", "names no file: expected cgi:PATH"},
    {"cgi:?timeout=1s", "names no file"},
    {"plugin:", "names no file: expected plugin:PATH"},
    {"cgi-dir:", "names no directory: expected cgi-dir:DIR"},
    {"cgi-dir:./none", "cannot run the CGI programs of ./none: No such file or directory"},
    {"cgi-dir:" TURNGATE_TEST_CHILD, "Not a directory"},
    {"cgi-dir:/bin?arg=x",
     "cgi-dir: has no option \"arg\": expected authorization, index, inherit"},
    {"cgi:/bin/sh?max-outptu=1", "did you mean max-output?"},
    {"cgi:/bin/sh?authorization=yes", "expected on or off"},
    {"cgi:/bin/sh?timeout=0&max-body=1&max-output=1MiB&spool-dir=/x&authorization=on", "opened"},
    {"cgi-dir:/bin?index=a/b", "the index a/b is no file name"},
    {"cgi-dir:/bin?index=i&max=2&queue=0&timeout=1s&inherit=HOME", "opened"},
    {"cgo:./app", "did you mean cgi? expected cgi, cgi-dir, fcgi, files, plugin, http"},
    {"plug-in:./h.so", "did you mean plugin? expected cgi, cgi-dir, fcgi, files, plugin, http"},
    {"fcgi:unix:/run/x", "opened"},
    {"fcgi:unix:/run/x?buffer=memory&ignore-client-abort", "opened"},
    {"fcgi:unix:/run/x?ignore-client-abort=on&tolerate-missing-end=off&request-buffer=off",
     "opened"},
    {"fcgi:spawn?rot=x:exit 3", "fcgi:spawn: has no option \"rot\": did you mean root?"},
    {"fcgi:spawn?queue=1:exit 3", "fcgi:spawn: has no option \"queue\": expected accel, buffer"},
    {"fcgi:spawn?timeout=1s:exit 3", "the program \"exit 3\" exited with status 3"},
    {"fcgi:spawn?timeout=1s", "the command of a spawned program is empty"},
    {"fcgi:unix:/run/x?buffer=file&buffer-size=64MiB&buffer-total=1GiB", "opened"},
    {"fcgi:unix:/run/x?buffer-total=0", "the option buffer-total=0 is wrong: expected a size"},
    {"fcgi:unix:/run/x?tolerate-missing-end=no",
     "the option tolerate-missing-end=no is wrong: expected on or off"},
    {"fcgi:unix:/run/x?buffer=on", "the option buffer=on is wrong: expected off, memory or file"},
    {"://", "no kind of handler known here"},
    {"cgi:./none", "there is no such file"},
    {"plugin:./none", "there is no such file"},
    {child + "?tiemout=1s", "has no option \"tiemout\": did you mean timeout? expected arg"},
    {child + "?", "opened"},
    {child + "?&&", "opened"},
    {child + "?timeout", "the option timeout= is wrong: expected a duration"},
    {child + "?timeout=1", "the option timeout=1 is wrong: expected a duration"},
    {child + "?timeout=-1s", "is wrong"},
    {child + "?timeout=0s", "is wrong"},
    {child + "?timeout=99999999999999999999s", "is wrong"},
    {child + "?timeout=9999999h", "is wrong"},
    {child + "?max=0", "the option max=0 is wrong: expected a number"},
    {child + "?max=1x", "is wrong"},
    {child + "%00.sh", "the path of the CGI program has a NUL"},
    {child + "?arg=a%00b", "has a NUL"},
    {"plugin:" TURNGATE_BINARY_DIR "/tests/plugins/good.so%00",
     "the path of the plug-in has a NUL"},
    {"http:", "names no server: expected http://HOST:PORT"},
    {"http+unix:?max=1", "names no socket: expected http+unix:PATH"},
    {"https:", "names no server: expected https://HOST:PORT"},
    {"https://x/a?max=1", "opened"},
    {"https://x?tiemout=1s", "https: has no option \"tiemout\": did you mean timeout?"},
    {"http:x", "is no upstream: expected http://HOST:PORT/BASE"},
    {"http://x/a%20b?timeout=0&idle-timeout=0&keep-alive=1s&connect-timeout=1s", "opened"},
    {"http://x?max=1&queue=0&idle=0&forwarded=append&host=url&first-byte-timeout=1m", "opened"},
    {"http://x?connect-timeout=0", "the option connect-timeout=0 is wrong"},
    {"http://x?max=0", "the option max=0 is wrong: expected a number from 1"},
    {"http://x?forwarded=yes", "expected replace, append, keep or none"},
    {"http://x?host=server", "expected client or url"},
    {"http://x?tiemout=1s", "http: has no option \"tiemout\": did you mean timeout?"},
    {"plugin:./h.so?timeout=1s", "plugin: has no option \"timeout\": expected config"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(handler_uri)

BOOST_DATA_TEST_CASE(what_opens_no_handler_says_what_would, bad) {
    BOOST_TEST(error_of(sample.uri).find(sample.expected) != std::string::npos,
               error_of(sample.uri));
}

BOOST_AUTO_TEST_CASE(a_program_gets_its_arguments_in_order_and_decoded) {
    const HandlerPtr handler =
        open_handler(child + "?timeout=10s&max=2&arg=write&arg=Content-Type:%20a/b%0A%0Aone%26two");
    Response r = record(*handler, Request::get("/"));
    BOOST_TEST(r.headers.get("Content-Type") == "a/b");
    BOOST_TEST(r.body == "one&two");
}

BOOST_AUTO_TEST_CASE(variables_are_inherited_by_name) {
    ::setenv("OF_THE_TEST", "yes", 1);
    const HandlerPtr handler = open_handler(child + "?arg=cgi-environment&inherit=OF_THE_TEST");
    ::unsetenv("OF_THE_TEST");
    BOOST_TEST(record(*handler, Request::get("/")).body.find("OF_THE_TEST=yes\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_timeout_is_kept) {
    const HandlerPtr handler = open_handler(child + "?arg=cgi-hang&timeout=20ms");
    BOOST_TEST(record(*handler, Request::get("/")).status == 504);
}

BOOST_AUTO_TEST_CASE(a_path_may_have_escapes) {
    test::TemporaryDirectory here;
    here.write("a?b c", "#!/bin/sh\nprintf 'Status: 204\\n\\n'", true);
    BOOST_TEST(
        record(*open_handler("cgi:" + here.path() + "/a%3Fb%20c"), Request::get("/")).status ==
        204);
}

BOOST_AUTO_TEST_CASE(a_server_gets_its_base_as_it_is_written) {
    test::FakeUpstream server([](test::FakePeer& peer) {
        const std::string request = peer.read_request();
        peer.write("HTTP/1.0 200 OK\r\n\r\n" + request);
    });
    const HandlerPtr handler = open_handler(server.url() + "/a%2Fb?forwarded=none&host=url");
    BOOST_TEST(record(*handler, Request::get("/c?d=e")).body ==
               "GET /a%2Fb/c?d=e HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                   "\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_switch_is_on_by_its_name_and_off_where_it_says_so) {
    const test::FakeResponder responder(test::FakeResponder::once(
        test::output("Content-Type: a/b\r\n\r\nhello") + test::output_end()));
    const std::string uri = "fcgi:" + responder.backend();
    for (const char* on : {"?tolerate-missing-end", "?tolerate-missing-end=on"})
        BOOST_TEST(test::ask_fcgi(*open_handler(uri + on)).is_complete);
    for (const char* off : {"", "?tolerate-missing-end=off"}) {
        const test::FcgiAnswer answer = test::ask_fcgi(*open_handler(uri + off));
        BOOST_TEST((!answer.is_complete || answer.status == 502));
    }
}

BOOST_AUTO_TEST_CASE(a_plug_in_gets_its_configuration) {
    const HandlerPtr handler =
        open_handler("plugin:" TURNGATE_BINARY_DIR "/tests/plugins/good.so?config=a%3Db");
    BOOST_TEST(record(*handler, Request::get("/")).body == "config a=b");
}

BOOST_AUTO_TEST_SUITE_END()
