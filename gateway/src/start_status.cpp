#include "start_status.h"

#include <stdexcept>

#include "cli/exit_status.h"

namespace turngate {

int status_of(const std::exception& e) noexcept {
    if (const auto* error = dynamic_cast<const cli::CommandError*>(&e)) return error->status();
    const bool is_misconfigured = dynamic_cast<const Error*>(&e) != nullptr ||
                                  dynamic_cast<const std::invalid_argument*>(&e) != nullptr;
    return is_misconfigured ? 2 : 1;
}

}  // namespace turngate
