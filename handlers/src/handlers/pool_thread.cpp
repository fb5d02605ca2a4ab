// The thread's side of a pool: starting, watching and ending children.
#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <poll.h>

#include "pool_child.h"
#include "process_pool.h"
#include "readiness_probe.h"

namespace turngate {
namespace {

using std::chrono::milliseconds;

// Where nothing tells when: the end of a group, or room in a backlog.
constexpr milliseconds poll_interval{5};

}  // namespace

using Phase = PoolPhase;

void ProcessPool::run() {
    for (;;)
        try {
            if (!pass()) break;
            wait();
        } catch (const std::exception& e) {  // memory, say, which may be had again later
            note(Level::error,
                 std::string("the children are not watched for a moment: ") + e.what());
            ::poll(nullptr, 0, 100);
        }
    end_all();
}

// Looks after everything once. False when the end has come.
bool ProcessPool::pass() {
    wake_.clear();
    for (const std::shared_ptr<Child>& child : children_)
        look_at(*child);
    std::vector<Child*> due;
    {
        const std::lock_guard lock(mutex_);
        if (is_ending_) return false;
        const auto now = Clock::now();
        for (const std::shared_ptr<Child>& child : children_)
            judge(*child, now);
        end_needless(now);
        std::erase_if(children_, [](const auto& child) { return child->phase == Phase::gone; });
        add_wanted();
        due = all_due(now);
    }
    buried_.clear();
    for (Child* child : due)
        start(*child);
    log_notes();
    return true;
}

// What takes its time is done without the lock.
void ProcessPool::look_at(Child& child) {
    if (!child.program) return;
    const bool is_late = child.is_stopping && Clock::now() >= child.kill_at;
    if (is_late) child.program->kill(SIGKILL);
    child.has_ended = child.program->has_ended();
    child.is_over =
        child.has_ended && (!child.is_stopping || is_late || child.program->group_ended());
    child.program->pass_output();
    child.takes_connections = child.program->has_answered();
    if (child.takes_connections) child.program->end_question();
}

void ProcessPool::judge(Child& child, Clock::time_point now) {
    if (!child.program) return;
    if (child.is_over) return bury(child, now);
    if (child.is_stopping) return;
    if (child.phase == Phase::unsure && !child.is_doubted) {
        child.is_doubted = true;
        child.limit = now + options_.abandon_timeout;
    }
    if (child.phase == Phase::starting || child.phase == Phase::unsure) settle(child, now);
    if (child.phase == Phase::ready && options_.max_age.count() > 0 && now >= child.leaves_at)
        child.phase = Phase::leaving;
    if (child.phase == Phase::leaving && child.in_flight == 0) stop(child, now);
}

// Does it take connections?
void ProcessPool::settle(Child& child, Clock::time_point now) {
    if (child.takes_connections) {
        if (child.phase == Phase::starting) {
            note(Level::debug, name(child) + " is ready");
            child.was_given_any = child.in_flight > 0;  // in its backlog
            child.leaves_at =
                now + std::chrono::duration_cast<Clock::duration>(options_.max_age * jitter());
        }
        child.phase = Phase::ready;
        child.is_doubted = false;
        child.idle_since = now;
        changed_.notify_all();
        tell_change();
    } else if (now < child.limit) {
        if (!child.program->is_asked()) child.program->ask();
    } else {
        child.is_stuck = child.phase == Phase::unsure;
        if (child.phase == Phase::starting)
            failed(program_name() + " did not take a connection on its descriptor 0 within " +
                       std::to_string(options_.start_timeout.count()) +
                       " ms: is it a FastCGI program?",
                   now);
        child.phase = Phase::leaving;
    }
}

void ProcessPool::stop(Child& child, Clock::time_point now) {
    if (child.is_stuck)
        note(Level::warn,
             name(child) + " is stuck in a request whose time is over: it is replaced");
    child.program->kill(child.is_stuck ? SIGTERM : options_.stop_signal);
    child.phase = Phase::leaving;
    child.is_stopping = true;
    child.kill_at = now + options_.stop_timeout;
}

void ProcessPool::bury(Child& child, Clock::time_point now) {
    const os::ExitStatus status = child.program->exit_status();
    const std::string how = ' ' + describe(status);
    const bool is_planned = child.is_stopping || (status.success() && child.has_answered);
    const bool is_vain = child.phase != Phase::leaving && !child.was_given_any;
    if (!is_vain) note(is_planned ? Level::debug : Level::error, name(child) + how);
    buried_.push_back(std::move(child.program));
    if (child.phase == Phase::leaving) {
        child.phase = Phase::gone;
        return;
    }
    why_not_ = program_name() + how;
    if (is_vain)
        failed(why_not_ + (child.phase == Phase::starting
                               ? " before it took a connection on its descriptor 0"
                               : " before it was given a request"),
               now);
    else if (!child.has_answered)  // perhaps of the request: others must not pay for that
        next_start_ = std::max(next_start_, now + options_.first_delay);
    child.phase = Phase::due;
    child.is_doubted = false;
    // What waits in its backlog waits for one more start, and no longer.
    if (failures_ > 1) child.socket.reset();
}

// A start that was in vain.
void ProcessPool::failed(std::string why, Clock::time_point now) {
    if (now - last_failure_ >= options_.steady_after) failures_ = 0;
    milliseconds delay(0);
    if (++failures_ > 1) {
        constexpr std::size_t most_doublings = 20;
        delay = options_.first_delay * (1 << std::min(failures_ - 2, most_doublings));
        delay = std::min(delay, options_.longest_delay);
    }
    last_failure_ = now;
    next_start_ = now + delay;
    why_not_ = std::move(why);
    if (!is_first_start_)
        note(Level::error,
             why_not_ + "; the next start is in " + std::to_string(delay.count()) + " ms");
    changed_.notify_all();
    tell_change();
}

// Those that are or will be given requests.
std::size_t ProcessPool::count() const {
    return static_cast<std::size_t>(
        std::count_if(children_.begin(), children_.end(), [](const auto& child) {
            return child->phase != Phase::leaving && child->phase != Phase::gone;
        }));
}

void ProcessPool::end_needless(Clock::time_point now) {
    std::size_t left = count();
    for (auto it = children_.rbegin(); it != children_.rend(); ++it) {
        Child& child = **it;
        if (left <= options_.min_children) return;
        if (child.in_flight > 0) continue;
        const bool is_idle =
            child.phase == Phase::ready && now - child.idle_since >= options_.idle_timeout;
        if (is_idle)
            stop(child, now);
        else if (child.phase == Phase::due && waiting_ == 0)
            child.phase = Phase::gone;
        else
            continue;
        --left;
    }
}

void ProcessPool::add_wanted() {
    std::size_t places = 0;  // that requests can have now, or soon
    for (const std::shared_ptr<Child>& child : children_)
        if (child->phase == Phase::due || child->phase == Phase::starting ||
            child->phase == Phase::ready)
            places += options_.load - std::min(child->in_flight, options_.load);
    std::size_t all = count();
    // Those that leave may take their time, and must not become ever more.
    while (children_.size() < 2 * options_.max_children &&
           (all < options_.min_children || (all < options_.max_children && waiting_ > places))) {
        children_.push_back(std::make_shared<Child>());
        places += options_.load;
        ++all;
    }
}

std::vector<ProcessPool::Child*> ProcessPool::all_due(Clock::time_point now) const {
    std::vector<Child*> due;
    for (const std::shared_ptr<Child>& child : children_)
        if (child->phase == Phase::due && now >= next_start_) due.push_back(child.get());
    return due;
}

void ProcessPool::start(Child& child) {
    HandlerPtr client;
    try {
        if (!child.socket) {
            child.socket = std::make_unique<PoolSocket>(directory_.next_socket());
            client = options_.open(child.socket->address().text());
        }
        std::function<void(std::string_view)> log;
        if (!options_.inherits_output)
            log = [this](std::string_view line) {
                if (options_.log) options_.log(Level::warn, line);
            };
        child.program =
            std::make_unique<PoolProgram>(options_.command, *child.socket, guard_, std::move(log));
        child.program->ask();
    } catch (const std::exception& e) {
        child.program.reset();
        child.socket.reset();
        const std::lock_guard lock(mutex_);
        failed(program_name() + " cannot be started: " + e.what(), Clock::now());
        return;
    }
    child.limit = Clock::now() + options_.start_timeout;
    const std::lock_guard lock(mutex_);
    if (client) child.client = std::move(client);
    child.phase = Phase::starting;
    ++child.run;
    child.was_given_any = false;
    child.has_answered = false;
    child.requests_left = static_cast<std::size_t>(
        std::max(1.0, static_cast<double>(options_.max_requests) * jitter() + 0.5));
}

// Until something happens.
void ProcessPool::wait() {
    const auto now = Clock::now();
    auto until = now + std::chrono::hours(24);
    std::vector<int> fds = {wake_.fd()};
    {
        const std::lock_guard lock(mutex_);
        const bool is_one_too_many = count() > options_.min_children;
        for (const std::shared_ptr<Child>& child : children_) {
            if (!child->program) {
                until = std::min(until, next_start_);
                continue;
            }
            const PoolProgram& program = *child->program;
            if (!child->has_ended) fds.push_back(program.exit_fd());
            if (program.output_fd() >= 0) fds.push_back(program.output_fd());
            if (program.is_asked()) fds.push_back(program.answer_fd());
            if (child->is_stopping) {
                // One that was killed may take a while to end.
                const auto soon = now + poll_interval;
                until = std::min(until, child->has_ended ? soon : std::max(child->kill_at, soon));
            } else if (child->phase == Phase::starting || child->phase == Phase::unsure) {
                until = std::min(until, program.is_asked() ? child->limit : now + poll_interval);
            } else if (child->phase == Phase::ready) {
                if (options_.max_age.count() > 0) until = std::min(until, child->leaves_at);
                const auto since = child->in_flight > 0 ? now : child->idle_since;
                if (is_one_too_many) until = std::min(until, since + options_.idle_timeout);
            }
        }
    }
    wait_for_any(fds, until);
}

void ProcessPool::end_all() {
    const auto now = Clock::now();
    for (const std::shared_ptr<Child>& child : children_) {
        if (!child->program || child->is_stopping) continue;
        child->program->kill(options_.stop_signal);
        child->is_stopping = true;
        child->kill_at = now + options_.stop_timeout;
    }
    for (;;) {
        std::vector<int> ends;
        for (const std::shared_ptr<Child>& child : children_) {
            look_at(*child);
            if (child->is_over) child->program.reset();
            child->is_over = false;
            if (child->program) ends.push_back(child->program->exit_fd());
        }
        if (ends.empty()) break;
        ::poll(nullptr, 0, static_cast<int>(poll_interval.count()));
    }
    log_notes();
}

std::string ProcessPool::name(const Child& child) const {
    return "child " + std::to_string(child.program->pid()) + " of " + program_name();
}

void ProcessPool::note(Level level, std::string message) {
    notes_.emplace_back(level, std::move(message));
}

void ProcessPool::log_notes() {
    for (const auto& [level, message] : std::exchange(notes_, {}))
        if (options_.log) options_.log(level, message);
}

// So that children which were started together are not replaced together.
double ProcessPool::jitter() {
    return std::uniform_real_distribution(0.9, 1.1)(random_);
}

}  // namespace turngate
