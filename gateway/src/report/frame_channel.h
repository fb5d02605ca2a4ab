// Frames to a peer that may be slow, stalled or dead: nobody waits for it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <turngate/os/fd.h>

namespace turngate {

// How much is kept, in bytes, for a peer that does not read.
struct FrameBounds {
    std::size_t droppable = 1 << 20;  // past this, what may be dropped is
    std::size_t all = 16 << 20;       // past this the peer counts as dead: nothing bounds the rest
};

// What comes of frames that are not sent.
struct FrameFate {
    // Called once there is room again after frames were dropped, with their number, from the
    // channel's thread; returns the frame that says so.
    std::function<std::string(std::uint64_t dropped)> dropped;
    // Called with frames that waited and will not be sent any more, whole and in order, the first
    // of which may be sent in part; returns how many of them count as dropped. From the channel's
    // thread, or from end(). Must not throw.
    std::function<std::uint64_t(std::string_view frames)> lost;
};

// Thread-safe. A frame goes out whole and at once, or, while the socket is full, waits behind those
// before it; a thread, which there is from the first such moment on, sends it when there is room.
class FrameChannel {
  public:
    enum class Kind { needed, droppable };

    // Connects `socket`: 0, or an errno, with EAGAIN if it is to be tried again. Must not throw.
    using Connect = std::function<int(int socket)>;

    // `socket` is a stream, and connected unless there is a `connect`, which the channel's thread
    // then calls until it is; frames wait so long.
    FrameChannel(os::Fd socket, FrameFate fate, const FrameBounds& bounds = {},
                 Connect connect = {});
    FrameChannel(const FrameChannel&) = delete;
    FrameChannel& operator=(const FrameChannel&) = delete;
    ~FrameChannel();  // what still waits is lost, and nobody hears of it: see end()

    // False once the peer has gone, and the frame is the caller's to do something about. True if it
    // is sent, waits, or was dropped. Never blocks.
    bool send(std::string_view frame, Kind kind) noexcept;

    // Waits until all has been sent, for `patience` at most; true if it has.
    bool flush(std::chrono::milliseconds patience) noexcept;

    // flush(), behind which what still waits is lost, as if the peer had gone.
    bool end(std::chrono::milliseconds patience) noexcept;

    // In the handler of a fatal signal, see call_at_crash(): the frames that wait, whole and in
    // order, the first of which may be sent in part. They are not sent any more, nor are later
    // ones.
    std::string_view seize() noexcept;

    // Frames that were dropped and of which nobody was told. Zero from then on.
    std::uint64_t take_dropped() noexcept { return dropped_.exchange(0); }

  private:
    std::size_t send_now(std::string_view bytes) noexcept;
    void drain();
    void start_thread();
    bool is_connected() noexcept;
    void advance(std::size_t sent) noexcept;
    void keep(std::string_view frame, std::size_t sent);
    void give_up() noexcept;
    void tell_lost() noexcept;
    void send_in_background() noexcept;
    std::size_t queued() const noexcept { return queue_.size() - sent_; }

    const os::Fd socket_;
    const FrameFate fate_;
    const FrameBounds bounds_;
    const os::WakeUp wake_;  // something waits or is lost, or the end has come
    std::atomic<bool> is_ending_{false};
    std::atomic<std::uint64_t> dropped_{0};

    const Connect connect_;

    std::mutex telling_;     // taken before the other one
    std::mutex mutex_;       // of all below
    std::string queue_;      // whole frames
    std::size_t sent_ = 0;   // of the queue
    std::size_t begun_ = 0;  // where in it the frame begins that is sent next, or in part
    std::string lost_;       // what was in the queue of a peer that has gone
    std::string seized_;     // by seize()
    bool is_open_ = true;
    bool is_connecting_;
    std::thread thread_;
};

}  // namespace turngate
