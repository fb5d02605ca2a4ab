// What a FastCGI door tells whoever runs it.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "net/clock.h"
#include <turngate/http/context.h>

namespace turngate::net {

// Thread-safe. Whoever connects may not fill the log: what comes too often is only counted.
class FcgiNotices {
  public:
    // `reporter` may be null, and must outlive this.
    explicit FcgiNotices(Reporter* reporter) : reporter_(reporter) {}

    // `peer`: an address; empty for one at a Unix socket. Said once.
    void turned_away(const std::string& peer) noexcept;

    // A connection is closed for it.
    void broke_protocol(const std::string& peer, std::string_view rule) noexcept;

    // A request has been answered by the door.
    void refused(int status, std::string_view why) noexcept;

    // The head of a response has so many bytes. Said once, of one that a web server may not take.
    void has_head(std::size_t size) noexcept;

  private:
    // Of one kind of lines, which leaves room for the others.
    struct Budget {
        Ticks since = never;
        std::size_t told = 0;  // since then
        std::size_t untold = 0;
    };

    void tell_once(bool& has_told, const std::string& message) noexcept;
    void tell(Budget& budget, Level level, std::string message) noexcept;

    Reporter* const reporter_;
    std::mutex mutex_;  // of all below
    Budget breaches_;
    Budget refusals_;  // any client of the web server can cause
    bool has_told_of_peer_ = false;
    bool has_told_of_head_ = false;
};

}  // namespace turngate::net
