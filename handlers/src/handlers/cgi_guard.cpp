#include "cgi_guard.h"

#include <cerrno>
#include <system_error>

namespace turngate {

std::shared_ptr<CgiGuard> CgiGuard::instance() {
    static std::mutex mutex;
    static std::weak_ptr<CgiGuard> known;
    const std::lock_guard lock(mutex);
    std::shared_ptr<CgiGuard> guard = known.lock();
    if (!guard) known = guard = std::make_shared<CgiGuard>();
    return guard;
}

bool CgiGuard::add(pid_t group) {
    const std::lock_guard lock(mutex_);
    if (has_no_shell_) return false;
    try {
        if (!guard_) guard_.emplace();
        guard_->add(group);
        return true;
    } catch (const std::system_error& e) {
        has_no_shell_ = e.code().value() == ENOENT;  // others may pass
        return false;
    }
}

void CgiGuard::remove(pid_t group) noexcept {
    const std::lock_guard lock(mutex_);
    if (guard_) guard_->remove(group);
}

}  // namespace turngate
