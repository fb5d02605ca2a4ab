// One mutex for all of it: who prints pays, and who does not pays a lock at both ends of a request,
// and a system call that looks whether something has come by the descriptors.
#include "report/capture.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <span>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>

#include "report/captured_streams.h"
#include "report/crash_drain.h"
#include <turngate/http/serve.h>
#include <turngate/http/utf8.h>
#include <turngate/os/direct_io.h>

namespace turngate {
namespace {

constexpr std::size_t longest_half = 64 * 1024;  // of a line that does not end

// What a pipe holds, and a little more. To go on until it is empty could be for ever: a child may
// print faster than it can be told.
constexpr std::size_t block_size = 16 * 1024;
constexpr int blocks_of_a_pipe = 5;

// Of an event: the number of the descriptor it is about, or this.
constexpr std::uint32_t end_of_capture = 2;

void add_event(int epoll, int fd, std::uint32_t number) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = number;
    if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot capture the output");
}

std::atomic<OutputCapture*> current = nullptr;

// True while this thread is in the next reporter: what that prints itself is not captured.
thread_local bool is_telling = false;

class Telling {
  public:
    Telling() : outer_(std::exchange(is_telling, true)) {}
    Telling(const Telling&) = delete;
    Telling& operator=(const Telling&) = delete;
    ~Telling() { is_telling = outer_; }

  private:
    const bool outer_;
};

}  // namespace

OutputCapture::OutputCapture(Reporter& next)
    : next_(next), events_(::epoll_create1(EPOLL_CLOEXEC)) {
    streams_ = std::make_unique<CapturedStreams>(*this);
    try {
        add_event(events_.get(), done_.fd(), end_of_capture);
        take_over(descriptors_[0], STDOUT_FILENO, Stream::out);
        take_over(descriptors_[1], STDERR_FILENO, Stream::err);
        for (std::uint32_t i = 0; i < descriptors_.size(); ++i)
            add_event(events_.get(), descriptors_[i].pipe.get(), i);
        reader_ = std::thread([this] { read_descriptors(); });
    } catch (...) {  // or nobody would see the message of this
        for (const Descriptor& descriptor : descriptors_)
            give_back(descriptor);
        throw;
    }
    drain_at_crash({descriptors_[0].pipe.get(), descriptors_[0].original.get()},
                   {descriptors_[1].pipe.get(), descriptors_[1].original.get()});
    [[maybe_unused]] static const int is_hooked = std::atexit(tell_rest_of_process);
    current = this;
}

OutputCapture::~OutputCapture() {
    current = nullptr;
    streams_.reset();
    drain_at_crash({}, {});
    for (const Descriptor& descriptor : descriptors_)
        give_back(descriptor);
    done_.signal();
    reader_.join();
    tell_rest();
}

bool OutputCapture::is_on() noexcept {
    return current != nullptr;
}

void OutputCapture::tell_rest_of_process() noexcept {
    OutputCapture* const capture = current;
    if (capture && !capture->is_copy()) capture->tell_rest();
}

void OutputCapture::take_over(Descriptor& descriptor, int number, Stream stream) {
    os::Pipe pipe = os::make_pipe();
    os::set_nonblocking(pipe.read.get());
    descriptor.number = number;
    descriptor.stream = stream;
    descriptor.original.reset(::fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    descriptor.pipe = std::move(pipe.read);
    if (!descriptor.original || ::dup2(pipe.write.get(), number) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot capture the output");
}

// Nothing happens to one that was not taken.
void OutputCapture::give_back(const Descriptor& descriptor) noexcept {
    ::dup2(descriptor.original.get(), descriptor.number);
}

void OutputCapture::began(const Context& context) {
    {
        const std::lock_guard lock(mutex_);
        running_.insert(&context);
    }
    const Telling telling;
    next_.began(context);
}

void OutputCapture::logged(const Context& context, Level level, std::string_view message) {
    const Telling telling;
    next_.logged(context, level, message);
}

void OutputCapture::printed(const Context& context, Stream stream, std::string_view text) {
    const Telling telling;
    next_.printed(context, stream, text);
}

bool OutputCapture::complained(const Context& context, std::string_view line) {
    const Telling telling;
    return told(&next_, context, line);
}

void OutputCapture::fetched(const Context& context, const FetchMetric& metric) {
    const Telling telling;
    next_.fetched(context, metric);
}

void OutputCapture::switched(const Context& context) {
    const Telling telling;
    next_.switched(context);
}

void OutputCapture::complete(const Context& context, bool goes_on) {
    const std::lock_guard lock(mutex_);
    if (running_.count(&context) == 0) return;
    tell_of(context);
    tell_halves_of(context);
    running_.erase(&context);
    if (goes_on) going_on_.insert(&context);
}

// What it has printed comes before its end.
void OutputCapture::ended(const Context& context, const Outcome& outcome) {
    {
        const std::lock_guard lock(mutex_);
        const bool goes_on = going_on_.count(&context) > 0;
        if (goes_on || running_.count(&context) > 0) tell_of(context);  // else it is complete
        if (goes_on) tell_halves_of(outside());                         // or it became another's
        running_.erase(&context);
        going_on_.erase(&context);
    }
    const Telling telling;
    next_.ended(context, outcome);
}

void OutputCapture::flush(const Context& context) {
    const std::lock_guard lock(mutex_);
    tell_of(context);
    tell_halves_of(context);
}

void OutputCapture::write(Stream stream, std::string_view bytes) noexcept {
    if (is_telling || is_copy()) {
        const Descriptor& descriptor = descriptors_[stream == Stream::out ? 0 : 1];
        const int to = is_telling ? descriptor.original.get() : descriptor.number;
        [[maybe_unused]] const auto size = ::write(to, bytes.data(), bytes.size());
        return;
    }
    const std::lock_guard lock(mutex_);
    const Context* context = of_this_thread();
    try {
        const auto place = pending_.try_emplace({std::this_thread::get_id(), stream}).first;
        Pending& pending = place->second;
        if (pending.context != context) {
            tell(pending.context, stream, std::exchange(pending.text, {}));
            pending.context = context;
        }
        const std::size_t line_end = bytes.rfind('\n') + 1;  // npos + 1 is 0
        const std::size_t end = line_end == 0 ? 0 : pending.text.size() + line_end;
        pending.text += bytes;
        const bool is_long = pending.text.size() > longest_half;
        const std::size_t size = is_long ? std::max(end, whole_utf8(pending.text)) : end;
        tell(context, stream, std::string_view(pending.text).substr(0, size));
        pending.text.erase(0, size);
        if (pending.text.empty()) pending_.erase(place);
    } catch (const std::bad_alloc&) {  // better in pieces than not at all
        tell(context, stream, bytes);
    }
}

void OutputCapture::flush(Stream stream) noexcept {
    if (is_telling || is_copy()) return;
    const std::lock_guard lock(mutex_);
    const auto place = pending_.find({std::this_thread::get_id(), stream});
    if (place == pending_.end()) return;
    tell(place->second.context, stream, place->second.text);
    pending_.erase(place);
}

void OutputCapture::read_descriptors() {
    std::array<epoll_event, end_of_capture + 1> events;
    for (;;) {
        const int n = os::wait(events_.get(), events.data(), static_cast<int>(events.size()), -1);
        if (n < 0 && errno != EINTR) return;
        const auto come = std::span(events).first(static_cast<std::size_t>(std::max(n, 0)));
        for (const epoll_event& event : come)
            if (event.data.u32 == end_of_capture) return;
        const std::lock_guard lock(mutex_);
        for (const epoll_event& event : come) {
            Descriptor& descriptor = descriptors_.at(event.data.u32);
            drain(descriptor);
            if ((event.events & EPOLLIN) == 0)  // closed
                ::epoll_ctl(events_.get(), EPOLL_CTL_DEL, descriptor.pipe.get(), nullptr);
        }
    }
}

// Whether there is something to drain. What has been written is an event before write() returns.
bool OutputCapture::has_output() const noexcept {
    epoll_event any{};
    return os::wait(events_.get(), &any, 1, 0) != 0;
}

// Never destroyed, for static objects may print as they go.
const Context& OutputCapture::outside() {
    static const Context& none = *new Context;
    return none;
}

// Null if it is in none that is known here.
const Context* OutputCapture::of_this_thread() const {
    return current_context && running_.count(current_context) > 0 ? current_context : nullptr;
}

const Context& OutputCapture::of_descriptors() const {
    const bool is_alone = running_.size() == 1 && going_on_.empty();
    return is_alone ? **running_.begin() : outside();
}

// Tells the lines that are there now.
void OutputCapture::drain(Descriptor& descriptor) {
    std::array<char, block_size> block;
    std::string& line = descriptor.line;
    for (int i = 0; i < blocks_of_a_pipe; ++i) {
        const ssize_t size = ::read(descriptor.pipe.get(), block.data(), block.size());
        if (size <= 0) return;
        const Context* context = &of_descriptors();
        line.append(block.data(), static_cast<std::size_t>(size));
        std::size_t begin = 0;
        for (std::size_t end; (end = line.find('\n', begin)) != line.npos; begin = end + 1)
            tell(context, descriptor.stream, std::string_view(line).substr(begin, end - begin));
        line.erase(0, begin);
        if (line.size() <= longest_half) continue;
        const std::size_t whole = whole_utf8(line);
        tell(context, descriptor.stream, std::string_view(line).substr(0, whole));
        line.erase(0, whole);
    }
}

void OutputCapture::tell_of(const Context& context) {
    if (has_output())
        for (Descriptor& descriptor : descriptors_)
            drain(descriptor);
    std::erase_if(pending_, [&](auto& one) {
        auto& [writer, pending] = one;
        if (pending.context != &context) return false;
        tell(&context, writer.second, pending.text);
        return true;
    });
}

// Of the descriptors, if they are this request's.
void OutputCapture::tell_halves_of(const Context& context) {
    if (&of_descriptors() != &context) return;
    for (Descriptor& descriptor : descriptors_)
        tell(&context, descriptor.stream, std::exchange(descriptor.line, {}));
}

void OutputCapture::tell_rest() {
    const std::lock_guard lock(mutex_);
    for (Descriptor& descriptor : descriptors_) {
        drain(descriptor);
        tell(&of_descriptors(), descriptor.stream, std::exchange(descriptor.line, {}));
    }
    for (const auto& [writer, pending] : std::exchange(pending_, {}))
        tell(pending.context, writer.second, pending.text);
}

void OutputCapture::tell(const Context* context, Stream stream, std::string_view text) noexcept {
    if (text.empty()) return;
    const Telling telling;
    try {
        next_.printed(context ? *context : outside(), stream, text);
    } catch (...) {  // nobody is left to be told
    }
}

}  // namespace turngate
