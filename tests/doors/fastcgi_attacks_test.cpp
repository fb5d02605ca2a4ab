// Recorded bytes of hostile and of real web servers, each sent to a door.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/fcgi_client.h"
#include "support/recorded_cases.h"
#include <turngate/http/cookie.h>

#if defined(TURNGATE_SANITIZED)
// GCC has them without their header.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*,
                                                                           std::size_t),
                                                         void (*on_free)(const volatile void*));
extern "C" std::size_t __sanitizer_get_allocated_size(const volatile void* memory);
#endif

using namespace turngate;
using namespace turngate::test;

namespace {

#if defined(TURNGATE_SANITIZED)
// Sanitizers keep what has been given back, which is not meant: so all that is in use is counted,
// and the most there was of it. ThreadSanitizer must not watch the counting: a thread gives back
// memory after its clock has gone.
#if defined(__clang__)
#define TURNGATE_UNWATCHED __attribute__((no_sanitize("thread")))
#else
#define TURNGATE_UNWATCHED __attribute__((no_sanitize_thread))
#endif
std::int64_t used = 0, most_used = 0;

TURNGATE_UNWATCHED void count_malloc(const volatile void*, std::size_t size) {
    const std::int64_t now =
        __atomic_add_fetch(&used, static_cast<std::int64_t>(size), __ATOMIC_RELAXED);
    std::int64_t most = __atomic_load_n(&most_used, __ATOMIC_RELAXED);
    while (now > most && !__atomic_compare_exchange_n(&most_used, &most, now, true,
                                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
}
TURNGATE_UNWATCHED void count_free(const volatile void* memory) {
    if (!memory) return;
    const auto size = static_cast<std::int64_t>(__sanitizer_get_allocated_size(memory));
    __atomic_sub_fetch(&used, size, __ATOMIC_RELAXED);
}

// The most memory of this process since begin_counting(), in bytes.
void begin_counting() {
    static const int is_hooked =
        __sanitizer_install_malloc_and_free_hooks(count_malloc, count_free);
    BOOST_TEST_REQUIRE(is_hooked != 0);
    __atomic_store_n(&most_used, __atomic_load_n(&used, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
}
std::int64_t memory() {
    return __atomic_load_n(&most_used, __ATOMIC_RELAXED);
}
#else
void begin_counting() {}
std::int64_t memory() {
    std::int64_t pages = 0, ignored = 0;
    std::ifstream("/proc/self/statm") >> ignored >> pages;
    return pages * 4096;
}
#endif

struct Seen {
    std::string served;  // the answers of the handler, joined
    int answers = 0;     // of it
    int refusals = 0;    // answers of the door, and FCGI_END_REQUEST without any
};

// Sends the bytes in the way of a client that reads all the time, until the door has nothing more
// to say.
Seen send(const ServedFcgi& served, const std::string& raw) {
    const FcgiClient client = served.client();
    std::thread sender([&] {
        client.send(raw);
        // Behind it there is nothing more to come for any of them.
    });
    Seen seen;
    std::map<int, std::string> outputs;
    for (;;) {
        const FcgiRecord record = client.read_record();
        if (record.type == 0) break;
        if (record.type == fcgi_type::output) outputs[record.id] += record.content;
        if (record.type != fcgi_type::end) continue;
        const std::string output = std::exchange(outputs[record.id], {});
        const bool is_served = output.starts_with("Status: 200 ");
        ++(is_served ? seen.answers : seen.refusals);
        if (is_served) seen.served += output.substr(output.find("\r\n\r\n") + 4);
    }
    sender.join();
    return seen;
}

bool is_as_expected(const RecordedCase& attack, const Seen& seen) {
    const std::string expect = attack.facts["expect"].string_or("");
    if (expect == "reject" || expect == "timeout") return seen.answers == 0;
    if (expect != "accept") return true;  // and the door lives
    if (seen.answers != attack.facts["responses"].integer_or(1)) return false;
    const auto length = attack.facts["body_len"].integer_or(0);
    return seen.served.find('[' + std::to_string(length) + ']') != std::string::npos;
}

// Strings of the fixture are bytes, one a character.
std::string bytes_of(const std::string& latin1_as_utf8) {
    std::string out;
    for (std::size_t i = 0; i < latin1_as_utf8.size(); ++i) {
        const auto c = static_cast<unsigned char>(latin1_as_utf8[i]);
        if (c < 0x80) {
            out += static_cast<char>(c);
        } else {
            const auto next = static_cast<unsigned char>(latin1_as_utf8[++i]);
            out += static_cast<char>((c & 0x1f) << 6 | (next & 0x3f));
        }
    }
    return out;
}

FcgiRequest request_of(const Json& recorded) {
    FcgiRequest out{.method = {}, .uri = {}};
    for (const Json& pair : *recorded["params"].items()) {
        const Json::Array& both = *pair.items();
        const std::string name(both[0].string_or("")), value = bytes_of(both[1].string_or(""));
        if (name == "REQUEST_METHOD")
            out.method = value;
        else if (name == "REQUEST_URI")
            out.uri = value;
        else if (name != "CONTENT_LENGTH" || value != recorded["body_len"].dump())
            out.more.emplace_back(name, value);
    }
    out.body.assign(static_cast<std::size_t>(recorded["body_len"].integer_or(0)), 'b');
    return out;
}

// What a web server has made of a request, by case and server, before anybody could ask it.
const std::map<std::string, std::set<std::string>> different = {
    {"underscore", {"lighttpd", "caddy"}},        // takes X_A for X-A
    {"underscore_clash", {"lighttpd", "caddy"}},  // the same
    {"odd_names", {"lighttpd"}},                  // and "X.A", "X+A"
    {"lower_method", {"caddy"}},                  // "get" becomes POST
    {"post_chunked", {"caddy"}},                  // does not tell the length
    {"post_chunked_trailer", {"caddy"}}};

}  // namespace

BOOST_AUTO_TEST_SUITE(fastcgi_attacks)

BOOST_AUTO_TEST_CASE(every_recorded_attack_ends_as_it_must) {
    FastcgiOptions options;
    options.common.header_timeout = options.common.body_timeout = options.common.idle_timeout =
        std::chrono::milliseconds(200);
    const ServedFcgi served(
        [](Request& request, ResponseWriter& w) {
            for (const auto& [name, value] : request.headers)
                if (name == "ld-preload" || name == "php-value") w.status(500);
            w.write('[' + std::to_string(request.body.text().size()) + ']');
        },
        options);
    int count = 0;
    for (const RecordedCase& attack :
         recorded_cases(TURNGATE_FIXTURES "/fastcgi/fcgi-attacks.jsonl")) {
        if (attack.facts["side"].string_or("") != "to-responder") continue;
        ++count;
        begin_counting();
        const std::int64_t before = memory();
        const Seen seen = send(served, attack.raw);
        BOOST_TEST(is_as_expected(attack, seen), attack.name << ": " << seen.answers << " served, "
                                                             << seen.refusals << " refused");
        const auto most = attack.facts["max_rss_delta_mb"].integer_or(64);
        const std::int64_t grown = memory() - before;
        BOOST_TEST(grown <= most << 20, attack.name << ": " << (grown >> 20) << " MiB more");
        BOOST_TEST(served.ask({}).body() == "[0]");
    }
    std::printf("%d attacks\n", count);
}

BOOST_AUTO_TEST_CASE(requests_of_real_web_servers_are_the_same_by_all_of_them) {
    const ServedFcgi served([](Request& request, ResponseWriter& w) {
        std::string seen = request.method + ' ' + request.url.target() + ' ' +
                           std::to_string(request.body.text().size());
        for (const char* name : {"x-a", "accept"})
            seen.append(" ").append(name).append("=").append(request.headers.joined(name, ", "));
        const Cookies cookies = Cookies::of(request.headers);
        for (const char* name : {"a", "b"})
            if (const auto value = cookies.get(name)) seen.append(" cookie ").append(*value);
        for (const char* name : {"proxy", "te", "connection", "transfer-encoding", "expect",
                                 "trailer", "upgrade", "keep-alive"})
            if (request.headers.contains(name)) seen.append(" has ").append(name);
        w.write(seen);
    });
    int count = 0;
    for (const RecordedCase& recorded :
         recorded_table(TURNGATE_FIXTURES "/fastcgi/request-matrix.json")) {
        std::map<std::string, std::string> by_front;
        for (const auto& [front, request] : *recorded.facts.members()) {
            if (!request["params"].items()) continue;  // it has answered by itself
            ++count;
            const FcgiReply reply = served.ask(request_of(request));
            by_front[front] = reply.status() + ' ' + reply.body();
        }
        const auto found = different.find(recorded.name);
        const auto is_different = [&](const std::string& front) {
            return found != different.end() && found->second.contains(front);
        };
        std::string common;
        for (const auto& [front, answer] : by_front)
            if (!is_different(front)) common = answer;
        for (const auto& [front, answer] : by_front)
            BOOST_TEST((answer == common) != is_different(front),
                       recorded.name << " by " << front << ": " << answer << ", not " << common);
    }
    std::printf("%d requests\n", count);
}

BOOST_AUTO_TEST_SUITE_END()
