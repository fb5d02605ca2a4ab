#include <turngate/http/error_lines.h>

namespace turngate {

bool ErrorLines::told(Reporter* reporter, const Context& context, std::string_view line) noexcept {
    auto* const lines = dynamic_cast<ErrorLines*>(reporter);
    try {
        return lines && lines->complained(context, line);
    } catch (...) {  // as Context::log() has it
        return true;
    }
}

}  // namespace turngate
