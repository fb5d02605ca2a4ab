#include "program_guard.h"

#include <cerrno>
#include <chrono>
#include <system_error>

namespace turngate {
namespace {

// The reader is a child of the guard's shell, because the shell itself has a parent death signal.
// It says that it is there, for before that there is no guard.
constexpr const char* script = R"(exec 3<&0
{
  groups=' '
  echo
  while read -r sign group; do
    case $sign in
      +) groups="$groups$group " ;;
      -) case $groups in *" $group "*) groups="${groups%% $group *} ${groups#* $group }" ;; esac ;;
    esac
  done
  for group in $groups; do kill -KILL "-$group"; done
  [ -z "$1" ] || { rm -f "$1"/*; rmdir "$1"; }
} <&3 3<&- 2>/dev/null &
exec 3<&- </dev/null
wait)";

std::string line(char sign, pid_t group) {
    return std::string(1, sign) + ' ' + std::to_string(group) + '\n';
}

}  // namespace

ProgramGuard::ProgramGuard(std::string directory) : directory_(std::move(directory)) {
    start();
}

ProgramGuard::~ProgramGuard() {
    end();
}

void ProgramGuard::add(pid_t group) {
    try {
        if (guard_) os::write_whole(guard_->in.get(), line('+', group));
    } catch (const std::system_error&) {  // somebody has killed it
        guard_.reset();
    }
    groups_.push_back(group);
    if (guard_) return;
    try {
        start();
    } catch (const std::system_error&) {
        groups_.pop_back();
        throw;
    }
}

void ProgramGuard::remove(pid_t group) noexcept {
    std::erase(groups_, group);
    try {
        if (guard_) os::write_whole(guard_->in.get(), line('-', group));
    } catch (const std::system_error&) {
        guard_.reset();  // somebody has killed it
    }
}

void ProgramGuard::start() {
    std::string groups;
    for (pid_t group : groups_)
        groups += line('+', group);
    guard_.emplace(os::Command{"/bin/sh", {"-c", script, "turngate-guard", directory_}});
    char there = 0;
    if (os::read_some(guard_->out.get(), {&there, 1}) == 0) {
        guard_.reset();
        throw std::system_error(EPIPE, std::generic_category(), "the guard of programs has ended");
    }
    os::write_whole(guard_->in.get(), groups);
}

// In order, leaving no orphan: its reader would outlive it for a moment if it were killed.
void ProgramGuard::end() noexcept {
    if (!guard_) return;
    guard_->in.reset();
    try {
        guard_->wait(std::chrono::seconds(2));
    } catch (const std::system_error&) {
        // Its destructor kills it.
    }
}

}  // namespace turngate
