// One thread that polls: connections are few.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <poll.h>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "tls_relay.h"
#include "tls_server_context.h"
#include <turngate/http/error.h>

namespace turngate {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Until somebody has left descriptors.
constexpr auto pause = 100ms;

constexpr int most_at_once = 16;  // accepted, before others have their turn

class PollingFront final : public TlsFront {
  public:
    explicit PollingFront(TlsFrontOptions options)
        : options_(std::move(options)),
          server_(os::Address::parse(options_.server)),
          context_(tls_server_context(options_.files)),
          listener_(os::listen_on(os::Address::parse(options_.listen))),
          address_(os::local_address(listener_.get()).text()) {
        os::set_nonblocking(listener_.get());
        thread_ = std::thread([this] { run(); });
    }
    ~PollingFront() override { drain(0ms); }

    const std::string& address() const noexcept override { return address_; }

    void drain(std::chrono::milliseconds patience) override {
        if (!thread_.joinable()) return;
        end_ = Clock::now() + patience;
        news_.signal();
        thread_.join();
        relays_.clear();
    }

  private:
    using Relays = std::vector<std::unique_ptr<TlsRelay>>;

    bool is_draining() const noexcept { return end_.load() != Clock::time_point::max(); }

    void run() noexcept {
        for (;;) {
            const Clock::time_point end = end_;
            if (is_draining()) listener_.reset();
            if (is_draining() && (relays_.empty() || Clock::now() >= end)) return;
            wait();
            if (polled_[0].revents != 0) news_.clear();
            if (polled_[1].revents != 0) accept();
            go_on();
        }
    }

    // For the listener, for whom we were called, and two for each relay.
    void wait() {
        const bool has_room = listener_ && (relays_.size() < options_.max_connections ||
                                            oldest_stranger() != relays_.end());
        const bool accepts = has_room && Clock::now() >= accept_at_;
        Clock::time_point until = end_;
        if (has_room && !accepts) until = std::min(until, accept_at_);
        polled_ = {{news_.fd(), POLLIN, 0}, {accepts ? listener_.get() : -1, POLLIN, 0}};
        for (const auto& relay : relays_) {
            for (const pollfd& one : relay->wanted())
                polled_.push_back(one);
            until =
                relay->is_pressed() ? Clock::time_point::min() : std::min(until, relay->until());
        }
        ::poll(polled_.data(), polled_.size(), milliseconds_until(until));
    }

    static int milliseconds_until(Clock::time_point until) {
        if (until == Clock::time_point::max()) return -1;
        const auto now = Clock::now();
        if (until <= now) return 0;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
        return static_cast<int>(std::min<std::int64_t>(left, INT_MAX));
    }

    void accept() try {
        for (int i = 0; i < most_at_once; ++i) {
            const auto stranger = oldest_stranger();
            const bool is_full = relays_.size() >= options_.max_connections;
            if (is_full && stranger == relays_.end()) return;
            os::Fd client = os::accept_from(listener_.get());
            if (!client) return;
            os::set_nonblocking(client.get());
            if (is_full) turn_away(stranger);
            relays_.push_back(std::make_unique<TlsRelay>(
                std::move(client), context_.get(), Clock::now() + options_.handshake_timeout));
            polled_.push_back({-1, 0, 0});
            polled_.push_back({-1, 0, 0});
        }
    } catch (const std::exception& e) {
        accept_at_ = Clock::now() + pause;
        refuse(e.what());
    }

    Relays::iterator oldest_stranger() {
        return std::find_if(relays_.begin(), relays_.end(),
                            [](const auto& relay) { return !relay->has_shaken_hands(); });
    }

    void turn_away(Relays::iterator relay) {
        const auto events = polled_.begin() + 2 + 2 * (relay - relays_.begin());
        polled_.erase(events, events + 2);
        relays_.erase(relay);
        refuse("others came before it had shaken hands");
    }

    void go_on() {
        const auto now = Clock::now();
        std::size_t at = 2;
        std::erase_if(relays_, [&](const std::unique_ptr<TlsRelay>& relay) {
            const bool has_news = polled_[at].revents != 0 || polled_[at + 1].revents != 0;
            at += 2;
            if (!has_news && !relay->is_pressed() && now < relay->until()) return false;
            try {
                return !relay->go_on(server_);
            } catch (const std::exception& e) {
                refuse(e.what());
                return true;
            }
        });
    }

    void refuse(const char* why) const {
        if (options_.refused) options_.refused(why);
    }

    const TlsFrontOptions options_;
    const os::Address server_;
    const TlsServerContext context_;
    os::Fd listener_;
    const std::string address_;
    const os::WakeUp news_;
    std::atomic<Clock::time_point> end_ = Clock::time_point::max();
    // The thread's.
    Relays relays_;
    std::vector<pollfd> polled_;
    Clock::time_point accept_at_ = Clock::time_point::min();
    std::thread thread_;
};

}  // namespace

std::unique_ptr<TlsFront> tls_front(TlsFrontOptions options) {
    return std::make_unique<PollingFront>(std::move(options));
}

}  // namespace turngate
