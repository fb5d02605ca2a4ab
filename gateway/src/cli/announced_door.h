// A door that says where it listens, once a signal would stop it.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include <turngate/doors/door.h>

namespace turngate::cli {

// `door` must outlive this.
class AnnouncedDoor final : public Door {
  public:
    AnnouncedDoor(ListeningDoor& door, std::function<void(const std::string& address)> announce)
        : door_(door), announce_(std::move(announce)) {}

    int serve(HandlerPtr handler) override {
        announce_(door_.addresses().front());
        return door_.serve(std::move(handler));
    }
    void stop() noexcept override { door_.stop(); }

  private:
    ListeningDoor& door_;
    const std::function<void(const std::string& address)> announce_;
};

}  // namespace turngate::cli
