// What runs in a signal handler neither allocates nor locks: all texts are made before.
#include "lambda/crash_report.h"

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <exception>
#include <mutex>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/uio.h>

#include "lambda/function_error.h"
#include "replay/thrown.h"
#include <turngate/http/encoding.h>

namespace turngate {

// What one worker has at work. All zeroes when there is nothing, so that the slots take no room in
// the file of the program.
struct CrashSlot {
    static constexpr std::size_t most_head = 1024;

    std::atomic<bool> is_taken = false;
    std::atomic<int> fd_and_one = 0;  // 0: nothing is at work
    std::atomic<bool> streams = false;
    std::array<char, most_head> head{};
    std::size_t size = 0;
};

namespace {

std::array<CrashSlot, 256> slots;

constexpr int patience = 300;  // milliseconds until the process ends though nothing was answered

// The end of a report, either way it goes.
struct Words {
    std::string request;  // from Content-Length on
    std::string stream;   // the last chunk and its trailers
};

Words words(const FunctionError& error) {
    const std::string json = error.json();
    return {"Content-Length: " + std::to_string(json.size()) + "\r\n\r\n" + json,
            "0\r\nLambda-Runtime-Function-Error-Type: " + error.category +
                "\r\nLambda-Runtime-Function-Error-Body: " + base64_encode(json) + "\r\n\r\n"};
}

struct Fatal {
    int signal;
    const char* name;
    Words words{};
    struct sigaction before {};
};

// Never destroyed: static objects may crash as they go.
std::array<Fatal, 5>& fatals() {
    static auto& all = *new std::array<Fatal, 5>{{{SIGABRT, "SIGABRT"},
                                                  {SIGSEGV, "SIGSEGV"},
                                                  {SIGBUS, "SIGBUS"},
                                                  {SIGFPE, "SIGFPE"},
                                                  {SIGILL, "SIGILL"}}};
    return all;
}

std::atomic<Fatal*> known_fatals = nullptr;
std::atomic<const Words*> thrown_words = nullptr;  // of an exception that is about to abort
std::terminate_handler terminate_before = nullptr;

void send_all(const Words& words) noexcept {
    for (CrashSlot& slot : slots) {
        const int fd = slot.fd_and_one.exchange(0) - 1;
        if (fd < 0) continue;
        const bool streams = slot.streams;
        const std::string& end = streams ? words.stream : words.request;
        std::array<iovec, 2> parts = {{{slot.head.data(), streams ? 0 : slot.size},
                                       {const_cast<char*>(end.data()), end.size()}}};
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        if (::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) continue;
        // Who ends before it is answered may be taken for one that never said a thing.
        pollfd answered = {fd, POLLIN, 0};
        ::poll(&answered, 1, patience);
    }
}

extern "C" void on_fatal(int signal) {
    Fatal* fatal = known_fatals.load();
    while (fatal->signal != signal)
        ++fatal;
    const Words* thrown = signal == SIGABRT ? thrown_words.load() : nullptr;
    send_all(thrown ? *thrown : fatal->words);
    ::sigaction(signal, &fatal->before, nullptr);
    ::raise(signal);  // comes when this has returned
}

void on_terminate() {
    if (const std::exception_ptr error = std::current_exception())
        thrown_words =
            new Words(words({"Runtime.ExitError", thrown_type(error), replay::message_of(error)}));
    terminate_before();
}

void install() {
    for (Fatal& fatal : fatals())
        fatal.words = words({"Runtime.ExitError", "Runtime.ExitError",
                             std::string("the process was ended by ") + fatal.name});
    known_fatals = fatals().data();
    struct sigaction action {};
    action.sa_flags = SA_ONSTACK;
    action.sa_handler = on_fatal;
    for (Fatal& fatal : fatals())
        ::sigaction(fatal.signal, &action, &fatal.before);
    terminate_before = std::set_terminate(on_terminate);
}

void uninstall() {
    std::set_terminate(terminate_before);
    for (const Fatal& fatal : fatals())
        ::sigaction(fatal.signal, &fatal.before, nullptr);
}

constexpr std::size_t stack_size = 64 * 1024;

// Null if this thread has one, such as a sanitizer's.
std::unique_ptr<char[]> take_signal_stack() {
    stack_t stack{};
    if (::sigaltstack(nullptr, &stack) != 0 || (stack.ss_flags & SS_DISABLE) == 0) return nullptr;
    auto room = std::make_unique_for_overwrite<char[]>(stack_size);
    stack = {.ss_sp = room.get(), .ss_flags = 0, .ss_size = stack_size};
    return ::sigaltstack(&stack, nullptr) == 0 ? std::move(room) : nullptr;
}

// How many there are; the first installs, the last takes back.
std::mutex count_mutex;
int count = 0;

}  // namespace

CrashReport::CrashReport() : stack_(take_signal_stack()) {
    {
        const std::lock_guard lock(count_mutex);
        if (count++ == 0) install();
    }
    for (CrashSlot& slot : slots)
        if (bool free = false; slot.is_taken.compare_exchange_strong(free, true)) {
            slot_ = &slot;
            return;
        }
}

CrashReport::~CrashReport() {
    end();
    if (stack_) {
        const stack_t none = {.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
        ::sigaltstack(&none, nullptr);
    }
    if (slot_) slot_->is_taken = false;
    const std::lock_guard lock(count_mutex);
    if (--count == 0) uninstall();
}

void CrashReport::begin(int fd, std::string_view head) noexcept {
    if (!slot_ || head.size() > CrashSlot::most_head) return;
    std::memcpy(slot_->head.data(), head.data(), head.size());
    slot_->size = head.size();
    slot_->streams = false;
    slot_->fd_and_one = fd + 1;
}

void CrashReport::streams() noexcept {
    if (slot_) slot_->streams = true;
}

void CrashReport::end() noexcept {
    if (slot_) slot_->fd_and_one = 0;
}

}  // namespace turngate
