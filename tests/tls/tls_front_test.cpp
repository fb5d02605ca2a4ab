// What ends TLS in front of a server; tests/e2e/openedge_tls.py has clients of others for it.
#include <atomic>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "support/skip.h"
#include "support/temporary_directory.h"
#include <turngate/handlers/tls_front.h>
#include <turngate/http/error.h>
#include <turngate/os/socket.h>
#include <turngate/os/subprocess.h>

using namespace turngate;
using namespace std::chrono_literals;

namespace {

// Files that `openssl` makes; null, and the test is skipped, where there is none.
class Certificates {
  public:
    static const Certificates* get() {
        static const Certificates made;
        if (!made.is_made_) test::skip("no certificates: openssl is missing");
        return made.is_made_ ? &made : nullptr;
    }

    TlsFiles files() const { return {place_ / "crt.pem", place_ / "key.pem"}; }
    std::string file(const char* name) const { return place_ / name; }

  private:
    Certificates() {
        os::Subprocess process(
            {.program = "/usr/bin/env",
             .arguments = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                           "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-keyout",
                           place_ / "key.pem", "-out", place_ / "crt.pem"},
             .environment = {std::string("PATH=") + std::getenv("PATH")}});
        const auto status = process.wait();
        is_made_ = status && status->success();
    }

    test::TemporaryDirectory place_;
    bool is_made_ = false;
};

std::string error_of(TlsFrontOptions options) {
    try {
        tls_front(std::move(options));
        return "opened";
    } catch (const Error& e) {
        return e.what();
    }
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_in_front)

BOOST_AUTO_TEST_CASE(who_does_not_shake_hands_is_left_in_time) {
    const Certificates* const made = Certificates::get();
    if (!made) return;
    std::atomic<int> refused = 0;
    std::string why;
    const auto front = tls_front({.listen = "127.0.0.1:0",
                                  .server = "unix:" + made->file("nobody"),
                                  .files = made->files(),
                                  .handshake_timeout = 20ms,
                                  .refused = [&](std::string_view reason) {
                                      why = reason;
                                      ++refused;
                                  }});
    const os::Fd client = os::connect_to(os::Address::parse(front->address()), 10s);
    os::write_whole(client.get(), std::string("\x16\x03\x01", 3));
    char byte;
    BOOST_TEST(os::read_some(client.get(), {&byte, 1}) == 0u);
    front->drain(10s);
    BOOST_TEST(refused == 1);
    BOOST_TEST(why == "its handshake takes too long");
}

BOOST_AUTO_TEST_CASE(files_that_are_wrong_are_named) {
    const Certificates* const made = Certificates::get();
    if (!made) return;
    const auto with = [&](std::string certificate, std::string key, std::string ca) {
        return error_of({.listen = "127.0.0.1:0",
                         .server = "unix:x",
                         .files = {std::move(certificate), std::move(key), std::move(ca)}});
    };
    const std::string crt = made->file("crt.pem"), key = made->file("key.pem");
    const std::string none = made->file("none.pem"), text = made->file("text.pem");
    std::ofstream(text) << "text\n";

    BOOST_TEST(with(crt, key, crt) == "opened");
    BOOST_TEST(with(none, key, "") ==
               "the certificate " + none + " cannot be read: No such file or directory");
    BOOST_TEST(with(crt, none, "") ==
               "the key " + none + " cannot be read: No such file or directory");
    BOOST_TEST(with(crt, key, none) == "the authority's certificate " + none +
                                           " cannot be read: No such file or directory");
    BOOST_TEST(has(with(text, key, ""), "the certificate " + text + " is wrong: expected PEM"));
    BOOST_TEST(has(with(crt, text, ""), "the key " + text + " is wrong: expected PEM"));
    BOOST_TEST(has(with(crt, key, text), "certificate " + text + " is wrong: expected PEM"));
}

BOOST_AUTO_TEST_SUITE_END()
