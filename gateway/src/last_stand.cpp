// Nothing can interrupt a task or a handler: only the end of the process ends it.
#include "last_stand.h"

#include <condition_variable>
#include <stop_token>
#include <unistd.h>
#include <utility>

namespace turngate {
namespace {

class PunctualDoor final : public ListeningDoor {
  public:
    PunctualDoor(ListeningDoor& door, LastStand& last_stand)
        : door_(door), last_stand_(last_stand) {}

    std::vector<std::string> addresses() const override { return door_.addresses(); }
    void replace(HandlerPtr handler) override { door_.replace(std::move(handler)); }
    int serve(HandlerPtr handler) override { return door_.serve(std::move(handler)); }
    void stop() noexcept override {
        door_.stop();
        last_stand_.begin();
    }
    void finish() noexcept override { door_.finish(); }

  private:
    ListeningDoor& door_;
    LastStand& last_stand_;
};

}  // namespace

void LastStand::begin() noexcept try {
    const std::lock_guard lock(mutex_);
    if (thread_.joinable()) return;
    thread_ = std::jthread([this](const std::stop_token& over) {
        std::mutex mutex;
        std::condition_variable_any changed;
        std::unique_lock wait(mutex);
        changed.wait_for(wait, over, time_, [] { return false; });
        if (!over.stop_requested()) abandon();
    });
} catch (...) {  // no thread to be had: the platform kills us
}

void LastStand::abandon() {
    last_words_(at_work_.count());
    ::_exit(0);
}

std::unique_ptr<ListeningDoor> LastStand::watched(ListeningDoor& door) {
    return std::make_unique<PunctualDoor>(door, *this);
}

}  // namespace turngate
