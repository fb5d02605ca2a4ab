// What handlers print: by std::cout and std::cerr, by printf(), by write(1), by children.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "report/fork_depth.h"
#include <turngate/http/context.h>
#include <turngate/http/error_lines.h>
#include <turngate/os/fd.h>

namespace turngate {

class CapturedStreams;

// Takes over the standard streams of this process, and hands to `next` what is printed, under the
// request that printed it: the one of the thread (current_context) for std::cout, std::cerr,
// std::clog, stdout and stderr; for the bare descriptors 1 and 2 and for children, the one that is
// being served if that is a single one. All else is told under a Context of no request.
//
// Streams are told as they are written, by whole lines: several in one write() are one piece, and
// half a line waits for its end, for a flush, or for the end of the request. Descriptors are told
// line by line, without the line's end. What is not whole yet is told, too, when the process ends
// by exit(). A child of fork() that prints by the streams is one that prints by the descriptors.
//
// Stands before `next` in the chain of reporters, so that it sees requests begin and end. What
// `next` prints by std::cout, std::cerr or std::clog goes to where it went before; it must not
// print by stdio, whose locks the threads hold that wait for it here, nor to the descriptors 1 and
// 2, which lead back to it.
//
// One at a time in a process; `next` must outlive it. No thread may print while it is made or
// destroyed.
class OutputCapture final : public Reporter, public ErrorLines {
  public:
    explicit OutputCapture(Reporter& next);  // throws std::system_error
    OutputCapture(const OutputCapture&) = delete;
    OutputCapture& operator=(const OutputCapture&) = delete;
    ~OutputCapture() override;  // tells what is left, and gives the streams back

    // Whether there is one: our standard output is then read by us alone.
    static bool is_on() noexcept;

    // Of the one that there is: tells what is left, for the process ends. None: does nothing.
    static void tell_rest_of_process() noexcept;

    // For who must have it before the request ends: tells what the request has printed so far, half
    // lines too, as flush() does. What it prints then is told under a Context of no request.
    // Whoever `goes_on`, for its handler has not returned, may print as long as the request lasts:
    // until then the bare descriptors and children are nobody's, lest they count as another
    // request's.
    void complete(const Context& context, bool goes_on);

    void began(const Context& context) override;
    void logged(const Context& context, Level level, std::string_view message) override;
    void printed(const Context& context, Stream stream, std::string_view text) override;
    bool complained(const Context& context, std::string_view line) override;
    void fetched(const Context& context, const FetchMetric& metric) override;
    void switched(const Context& context) override;
    void ended(const Context& context, const Outcome& outcome) override;

    // Tells what this request has printed until now, half lines too, so that it is known before the
    // request ends. A half line of a descriptor is told if no other request is being served.
    void flush(const Context& context);

    // For the streams: this thread has written, or flushed.
    void write(Stream stream, std::string_view bytes) noexcept;
    void flush(Stream stream) noexcept;

  private:
    struct Pending {
        std::string text;
        const Context* context = nullptr;
    };
    using Writer = std::pair<std::thread::id, Stream>;

    // A descriptor that leads into a pipe of ours.
    struct Descriptor {
        int number = -1;
        Stream stream{};
        os::Fd original;
        os::Fd pipe;
        std::string line;  // half of one
    };

    static const Context& outside();
    void take_over(Descriptor& descriptor, int number, Stream stream);
    static void give_back(const Descriptor& descriptor) noexcept;
    void read_descriptors();
    bool has_output() const noexcept;
    // REQUIRES of each: the mutex is locked.
    const Context* of_this_thread() const;
    const Context& of_descriptors() const;
    void drain(Descriptor& descriptor);
    void tell_of(const Context& context);
    void tell_halves_of(const Context& context);
    void tell_rest();
    void tell(const Context* context, Stream stream, std::string_view text) noexcept;

    // Who waits gets it before who has just had it: a child that floods its output keeps the thread
    // that reads it at work without a pause, and requests would wait for a moment that never comes.
    class FairMutex {
      public:
        void lock() {
            const std::lock_guard turn(next_);
            mutex_.lock();
        }
        void unlock() { mutex_.unlock(); }

      private:
        std::mutex next_;  // of the one that waits
        std::mutex mutex_;
    };

    // In a child of fork(), which has the threads and the pipes of its parent no more.
    bool is_copy() const noexcept { return fork_depth() != depth_; }

    Reporter& next_;
    const unsigned depth_ = fork_depth();
    FairMutex mutex_;
    std::set<const Context*> running_;
    std::set<const Context*> going_on_;  // complete, and at work all the same
    std::map<Writer, Pending> pending_;
    std::array<Descriptor, 2> descriptors_;
    os::Fd events_;  // an epoll, of the pipes and the end
    os::WakeUp done_;
    std::thread reader_;
    std::unique_ptr<CapturedStreams> streams_;
};

}  // namespace turngate
