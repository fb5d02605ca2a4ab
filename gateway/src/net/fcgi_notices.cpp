// Lines for the log of the door, few of them.
#include "net/fcgi_notices.h"

#include <utility>

namespace turngate::net {
namespace {

constexpr std::size_t most_told = 20;       // ...
constexpr std::chrono::seconds window{10};  // ... in such a time
// nginx takes a head of its fastcgi_buffer_size, record header and all.
constexpr std::size_t usual_room = 4096 - 8;

}  // namespace

void FcgiNotices::turned_away(const std::string& peer) noexcept try {
    tell_once(has_told_of_peer_, "turned away a FastCGI connection of " +
                                     (peer.empty() ? "another user" : peer) +
                                     ", which is not among those who may connect");
} catch (const std::exception&) {  // no memory
}

void FcgiNotices::broke_protocol(const std::string& peer, std::string_view rule) noexcept try {
    std::string message = "closed a FastCGI connection of ";
    message.append(peer.empty() ? "a Unix socket" : peer).append(": ").append(rule);
    tell(breaches_, Level::warn, std::move(message));
} catch (const std::exception&) {
}

void FcgiNotices::refused(int status, std::string_view why) noexcept try {
    tell(refusals_, Level::info,
         "refused a FastCGI request with " + std::to_string(status) + ": " + std::string(why));
} catch (const std::exception&) {
}

void FcgiNotices::has_head(std::size_t size) noexcept try {
    if (size <= usual_room) return;
    tell_once(has_told_of_head_,
              "the head of a response has " + std::to_string(size) +
                  " bytes: nginx answers with 502 unless its fastcgi_buffer_size, 4k by default, "
                  "is larger");
} catch (const std::exception&) {
}

void FcgiNotices::tell_once(bool& has_told, const std::string& message) noexcept try {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(has_told, true)) return;
    }
    if (reporter_) reporter_->logged(Context(), Level::warn, message);
} catch (const std::exception&) {  // a line less
}

void FcgiNotices::tell(Budget& budget, Level level, std::string message) noexcept try {
    if (!reporter_) return;
    {
        const std::lock_guard lock(mutex_);
        const Ticks time = now();
        if (budget.since == never ||
            time - budget.since >= std::chrono::milliseconds(window).count()) {
            budget.since = time;
            budget.told = 0;
            if (budget.untold > 0)
                message +=
                    " (and " + std::to_string(std::exchange(budget.untold, 0)) + " before it)";
        }
        if (budget.told == most_told) {
            ++budget.untold;
            return;
        }
        ++budget.told;
    }
    reporter_->logged(Context(), level, message);
} catch (const std::exception&) {
}

}  // namespace turngate::net
