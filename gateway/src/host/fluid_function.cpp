// One thread starts the process, reads what it tells, and sees how it ends.
#include "host/fluid_function.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <turngate/handlers/upstream.h>
#include <turngate/http/recorder.h>
#include <turngate/http/serve.h>
#include <turngate/os/socket.h>

namespace turngate::host {
namespace {

using std::chrono::milliseconds;
using Kind = Line::Kind;

constexpr std::chrono::seconds start_limit{30};
constexpr milliseconds stop_grace{500};  // Vercel, "Runtimes": from SIGTERM to SIGKILL
constexpr milliseconds tick{250};
constexpr int blocks_at_once = 4;
constexpr milliseconds last_words{200};  // for frames that an ended process has left in the socket

std::string milliseconds_text(Ledger::Clock::duration time) {
    return std::to_string(std::chrono::duration_cast<milliseconds>(time).count()) + " ms";
}

}  // namespace

FluidFunction::FluidFunction(FluidOptions options, Ledger& ledger)
    : options_(std::move(options)),
      ledger_(ledger),
      listener_(os::listen_on({.path = options_.socket})) {
    os::set_nonblocking(listener_.get());
    thread_ = std::thread([this] { run(); });
}

FluidFunction::~FluidFunction() {
    stop();
    ::unlink(options_.socket.c_str());
}

void FluidFunction::stop() noexcept {
    {
        const std::lock_guard lock(mutex_);
        state_ = State::stopping;
    }
    changed_.notify_all();
    wake_.signal();
    if (thread_.joinable()) thread_.join();
}

HandlerPtr FluidFunction::ready(const Context& context) {
    std::unique_lock lock(mutex_);
    const std::uint64_t failures = failures_;
    const auto is_settled = [&] {
        return state_ == State::started || state_ == State::stopping || failures_ != failures;
    };
    do {
        context.check();
        if (state_ == State::none) {  // also if one has started and ended while we slept
            state_ = State::wanted;
            wake_.signal();
        }
    } while (!changed_.wait_for(lock, tick, is_settled));
    if (state_ == State::stopping) throw Error("the host stops");
    if (failures_ != failures) throw Error(failure_);
    return proxy_;
}

void FluidFunction::run() {
    for (;;) {
        State state;
        {
            const std::lock_guard lock(mutex_);
            state = state_;
        }
        if (state == State::stopping) return stop_process();
        if (state == State::wanted) start();
        wait_for_news();
        ledger_.look(Ledger::Clock::now());
    }
}

void FluidFunction::start() {
    begun_ = Ledger::Clock::now();
    ledger_.starting();
    // The shell looks for the program in PATH, and says so if it is not there.
    os::Command command{.program = "/bin/sh",
                        .arguments = {"-c", "exec \"$0\" \"$@\""},
                        .environment = options_.environment,
                        .output = STDERR_FILENO};
    command.arguments.insert(command.arguments.end(), options_.command.begin(),
                             options_.command.end());
    command.environment.push_back("VERCEL_IPC_PATH=" + options_.socket);
    try {
        process_.emplace(command);
    } catch (const std::system_error& e) {
        return end(std::string("cannot be started: ") + e.what());
    }
    const std::lock_guard lock(mutex_);
    if (state_ == State::wanted) state_ = State::starting;
}

void FluidFunction::wait_for_news() {
    std::vector<pollfd> events = {{wake_.fd(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    if (process_) events.push_back({process_->exit_fd(), POLLIN, 0});
    const std::size_t first_peer = events.size();
    for (const auto& peer : peers_)
        events.push_back({peer->socket.get(), POLLIN, 0});
    if (::poll(events.data(), events.size(), static_cast<int>(tick.count())) < 0) return;
    wake_.clear();
    for (std::size_t i = first_peer; i < events.size(); ++i)
        if (events[i].revents != 0) receive(*peers_[i - first_peer]);
    std::erase_if(peers_, [](const auto& peer) { return !peer->socket; });
    if (events[1].revents != 0) accept();
    if (!process_) return;
    if (const auto status = process_->wait(milliseconds(0))) return end(os::describe(*status));
    bool is_late = false;
    {
        const std::lock_guard lock(mutex_);
        is_late = state_ == State::starting && Ledger::Clock::now() - begun_ > start_limit;
    }
    if (is_late) end("said no server-started within " + std::to_string(start_limit.count()) + " s");
}

void FluidFunction::accept() {
    auto peer = std::make_unique<Peer>();
    peer->socket = os::accept_from(listener_.get());
    if (!peer->socket) return;
    os::set_nonblocking(peer->socket.get());
    if (!peers_.empty()) ledger_.breach("the function connected a second time");
    peers_.push_back(std::move(peer));
}

// Much of what is there. All of it could be for ever: a function may write faster than that can be
// printed, and must be stopped all the same.
void FluidFunction::receive(Peer& peer) {
    std::array<char, 64 * 1024> block;
    for (int i = 0; i < blocks_at_once; ++i) {
        const ssize_t size = ::read(peer.socket.get(), block.data(), block.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) return;
        if (size <= 0) {
            if (peer.frames.has_rest() && !peer.is_broken)
                ledger_.breach("the socket ended within a frame");
            return peer.socket.reset();
        }
        if (peer.is_broken) continue;
        peer.frames.feed({block.data(), static_cast<std::size_t>(size)});
        try {
            while (const auto frame = peer.frames.next())
                take(*frame);
        } catch (const Error& e) {
            ledger_.breach(e.what());
            peer.is_broken = true;  // where its frames begin is not known any more
        }
    }
}

void FluidFunction::take(std::string_view frame) {
    try {
        const IpcMessage message = read_ipc_message(frame);
        ledger_.take(message);
        if (message.type == IpcMessage::Type::server_started) is_serving(message);
    } catch (const Error& e) {
        ledger_.breach(e.what());
    }
}

void FluidFunction::is_serving(const IpcMessage& message) {
    const HandlerPtr proxy = upstream({.url = "http://127.0.0.1:" + std::to_string(message.port),
                                       .timeout = milliseconds(0),
                                       .deadline_margin = milliseconds(0)});
    check_ping(*proxy);
    {
        const std::lock_guard lock(mutex_);
        if (state_ != State::starting) return;
        state_ = State::started;
        proxy_ = proxy;
    }
    changed_.notify_all();
    ledger_.say(Kind::lifecycle,
                "ready " + milliseconds_text(Ledger::Clock::now() - begun_) + " after its start");
}

// What the router asks before it sends requests.
void FluidFunction::check_ping(const Handler& proxy) {
    Request request;
    request.method = "GET";
    request.url = Url::parse("/_vercel/ping");
    request.context.deadline = Context::Clock::now() + std::chrono::seconds(2);
    Recorder recorder;
    serve(proxy, request, recorder);
    if (recorder.status() != 200)
        ledger_.breach("/_vercel/ping was answered with " + std::to_string(recorder.status()) +
                       ", not 200");
}

// The process has ended, or must.
void FluidFunction::end(const std::string& how) {
    process_.reset();
    const auto until = Ledger::Clock::now() + last_words;
    while (!peers_.empty() && Ledger::Clock::now() < until) {
        for (const auto& peer : peers_)
            receive(*peer);
        std::erase_if(peers_, [](const auto& peer) { return !peer->socket; });
    }
    peers_.clear();
    bool is_failure = false;
    {
        const std::lock_guard lock(mutex_);
        is_failure = state_ == State::wanted || state_ == State::starting;
        if (state_ != State::stopping) state_ = State::none;
        proxy_ = nullptr;
        if (is_failure) {
            failure_ = "the function " + how;
            ++failures_;
        }
    }
    ledger_.say(Kind::lifecycle, "the function " + how);
    ledger_.finished();
    changed_.notify_all();
}

void FluidFunction::stop_process() {
    if (!process_) return;
    const auto begun = Ledger::Clock::now();
    process_->kill(SIGTERM);
    // Its last frames are read meanwhile: it may have more of them than a socket holds.
    while (process_ && Ledger::Clock::now() - begun < stop_grace)
        wait_for_news();
    if (!process_) return;
    const os::ExitStatus status = process_->stop(milliseconds(0));
    const std::string after =
        " " + milliseconds_text(Ledger::Clock::now() - begun) + " after SIGTERM";
    if (status.signal == SIGKILL) ledger_.breach("the function was killed" + after);
    end(os::describe(status) + after);
}

}  // namespace turngate::host
