// The log of a process.
#include "observe/log.h"

#include <string>

namespace turngate {

void Log::write(LogLine& line) {
    if (!sink_.write(line.take())) return;
    if (const std::uint64_t dropped = sink_.take_recovered(); dropped > 0)
        sink_.write(LogLine(form_, Level::warn,
                            std::to_string(dropped) + " log lines were dropped: nobody read them",
                            Context())
                        .take());
}

void Log::write(Level level, std::string_view message, const Context& context) {
    if (!takes(level)) return;
    LogLine line(form_, level, message, context);
    write(line);
}

}  // namespace turngate
