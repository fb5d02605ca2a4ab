// Several observers of one door.
#pragma once

#include <string_view>
#include <vector>

#include <turngate/doors/door.h>

namespace turngate {

// Calls each in order; they are not owned. Add all before the door serves.
class Observers final : public DoorObserver {
  public:
    void add(DoorObserver& observer) { observers_.push_back(&observer); }

    // Requests that the door answers itself, below "/_turngate/", are nobody's business. Only for a
    // door that has operations: else such a path is the handler's, and a way to hide.
    void skip_operations() noexcept { skips_operations_ = true; }

    void connected() noexcept override {
        for (DoorObserver* observer : observers_)
            observer->connected();
    }
    void disconnected() noexcept override {
        for (DoorObserver* observer : observers_)
            observer->disconnected();
    }
    void refused(int status) noexcept override {
        for (DoorObserver* observer : observers_)
            observer->refused(status);
    }
    void began(Request& request) noexcept override {
        if (is_skipped(request)) return;
        for (DoorObserver* observer : observers_)
            observer->began(request);
    }
    void ended(const Request& request, const Outcome& outcome,
               std::chrono::steady_clock::duration elapsed) noexcept override {
        if (is_skipped(request)) return;
        for (DoorObserver* observer : observers_)
            observer->ended(request, outcome, elapsed);
    }

  private:
    // A handler may have stripped a prefix since the request began: what is skipped then and what
    // is skipped now must be the same.
    bool is_skipped(const Request& request) const noexcept {
        return skips_operations_ && request.url.script_name.empty() &&
               request.url.path.starts_with("/_turngate/");
    }

    std::vector<DoorObserver*> observers_;
    bool skips_operations_ = false;
};

}  // namespace turngate
