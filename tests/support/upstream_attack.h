// A server that plays one recorded hostile reply; see TURNGATE_FIXTURES "/README.md".
#pragma once

#include <algorithm>
#include <future>
#include <string>

#include "fake_upstream.h"
#include "recorded_cases.h"

namespace turngate::test {

class UpstreamAttack {
  public:
    explicit UpstreamAttack(const RecordedCase& attack)
        : facts_(attack.facts), raw_(attack.raw), server_([this](FakePeer& peer) { play(peer); }) {}

    const std::string& url() const { return server_.url(); }

    // The bytes come on a connection that has carried a request already.
    bool needs_idle_connection() const { return facts_["before_request"].bool_or(false); }
    // The reply comes before the body of the request has been sent.
    bool is_while_uploading() const { return facts_["while_uploading"].bool_or(false); }
    bool drips() const { return drip() > 0; }

    void wait_until_ready() {
        if (needs_idle_connection()) ready_.get_future().wait();
    }

  private:
    static constexpr std::string_view clean = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nclean";

    int drip() const { return static_cast<int>(facts_["drip_ms"].integer_or(0)); }

    void play(FakePeer& peer) {
        if (peer.number > 1) {
            while (!peer.read_request().empty())
                peer.write(clean);
        } else if (needs_idle_connection()) {
            peer.read_request();
            peer.write(std::string(clean) + raw_);
            ready_.set_value();
            peer.wait_for_end();
        } else {
            if (is_while_uploading())
                peer.read_until("\r\n\r\n");
            else
                peer.read_request();
            attack(peer);
        }
    }

    void attack(FakePeer& peer) {
        bool is_heard = true;
        const std::size_t step = drips() ? 1 : std::max<std::size_t>(1, raw_.size());
        for (std::size_t i = 0; i < raw_.size() && is_heard; i += step) {
            is_heard = peer.write(std::string_view(raw_).substr(i, step));
            if (drips()) is_heard = is_heard && !peer.wait_for_end(drip());
        }
        const std::string then = facts_["then"].string_or("hang");
        if (then == "reset") peer.reset();
        if (then == "hang") peer.wait_for_end();
        if (then != "keep") return;
        while (!peer.read_request().empty())
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nreused");
    }

    const turngate::Json facts_;
    const std::string raw_;
    std::promise<void> ready_;
    FakeUpstream server_;
};

}  // namespace turngate::test
