// Where requests wait for the descriptors of others without a thread: beside the connections, on
// the same epoll.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "net/slots.h"
#include "net/stack_pool.h"
#include <turngate/http/parking.h>

namespace turngate::net {

// What has been given out may outlive it and the scheduler.
class ParkingLot final : public Parking {
  public:
    // Those of the keys in the epoll that are of a parking lot.
    static constexpr Slots::Key key_bit = Slots::mark_bit;

    // Who waits as a task of `stacks` goes on on a thread of `scheduler`; everybody else waits
    // himself. Both must outlive this.
    ParkingLot(Scheduler& scheduler, StackPool& stacks);
    ~ParkingLot() override;

    std::unique_ptr<Watch> watch(int fd) override;

    // An event has come whose key has the bit. REQUIRES that the caller is no task.
    void on_event(Slots::Key key, bool peer_ended, bool is_express);

    // Those whose time is up go on, soon. `parts` as of the slots.
    void sweep(Ticks now, std::size_t parts = 1);

    // How many requests wait.
    std::size_t waiting() const noexcept;

  private:
    class Spot;
    struct Board;

    std::shared_ptr<Board> board_;
};

}  // namespace turngate::net
