// Several observers of one door.
#pragma once

#include <vector>

#include <turngate/doors/door.h>

namespace turngate {

// Calls each in order; they are not owned.
class Observers final : public DoorObserver {
  public:
    void add(DoorObserver& observer) { observers_.push_back(&observer); }

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
        for (DoorObserver* observer : observers_)
            observer->began(request);
    }
    void ended(const Request& request, const Outcome& outcome,
               std::chrono::steady_clock::duration elapsed) noexcept override {
        for (DoorObserver* observer : observers_)
            observer->ended(request, outcome, elapsed);
    }

  private:
    std::vector<DoorObserver*> observers_;
};

}  // namespace turngate
