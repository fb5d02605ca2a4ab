// Where what is printed by a stream goes.
#pragma once

#include <atomic>
#include <string_view>
#include <unistd.h>

#include "report/capture.h"

namespace turngate {

// To the capture, or, when there is none any more, to the descriptor.
struct StreamOutlet {
    const Stream stream;
    std::atomic<OutputCapture*> capture = nullptr;

    void write(std::string_view bytes) noexcept {
        if (OutputCapture* const to = capture) return to->write(stream, bytes);
        const int descriptor = stream == Stream::out ? STDOUT_FILENO : STDERR_FILENO;
        [[maybe_unused]] const auto size = ::write(descriptor, bytes.data(), bytes.size());
    }
    void flush() noexcept {
        if (OutputCapture* const to = capture) to->flush(stream);
    }
};

}  // namespace turngate
