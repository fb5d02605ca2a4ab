// The ids by which a request is found again: its own and that of its trace.
#pragma once

#include <string_view>

#include <turngate/doors/door.h>

namespace turngate {

// What an id that came from outside may be: 1 to 128 of [A-Za-z0-9._-].
bool is_request_id(std::string_view id) noexcept;

// Which clients may choose the id of their request by X-Request-Id. Whoever else does gets one of
// the door's, so that nobody can write another's id into the log.
enum class TrustIds { none, local, all };

// Attaches TraceContext to requests that belong to a trace and takes over X-Request-Id from those
// who are trusted: `local` are this machine and its Unix sockets. Headers stay as they came.
class RequestIds final : public DoorObserver {
  public:
    explicit RequestIds(TrustIds trust) : trust_(trust) {}
    void began(Request& request) noexcept override;

  private:
    const TrustIds trust_;
};

}  // namespace turngate
