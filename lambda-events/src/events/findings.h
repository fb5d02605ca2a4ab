// What a comparison of a request with itself, behind an event, has found.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/events/format.h>
#include <turngate/http/request.h>

namespace turngate::events {

class Findings {
  public:
    // `before` arrived as `after`, where the documented losses make `expected` of it.
    void compare(std::string_view what, std::string_view before, std::string_view after,
                 std::string_view expected) {
        if (after != expected)
            note_damage(sentence(what, before, after));
        else if (after != before)
            note_loss(sentence(what, before, after));
    }

    void note_loss(std::string text) { losses_.push_back(std::move(text)); }
    void note_damage(std::string text) {
        if (damage_.empty()) damage_ = std::move(text);
    }

    const std::vector<std::string>& losses() const noexcept { return losses_; }
    // The first; empty if there is none.
    const std::string& damage() const noexcept { return damage_; }

  private:
    static std::string sentence(std::string_view what, std::string_view before,
                                std::string_view after) {
        return std::string(what) + ": " + std::string(before) + " arrives as " + std::string(after);
    }

    std::vector<std::string> losses_;
    std::string damage_;
};

// `text` as a string of JSON brings it: bytes that are not UTF-8 as U+FFFD.
std::string through_json(std::string_view text);

// The header fields, in time that grows with their number and not with its square. `client` is the
// address that the event is for.
void compare_headers(const Request& sent, const Request& arrived, Format format,
                     std::string_view client, Findings& findings);

}  // namespace turngate::events
