// Frames that a function sends: none crashes its host, and the same are found however they come.
// covers: gateway/src/host/ipc_message.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "host/ipc_message.h"

using namespace turngate;
using namespace turngate::host;

namespace {

std::vector<std::string> frames_of(std::string_view stream, std::size_t step) {
    FrameSplitter splitter;
    std::vector<std::string> frames;
    for (; !stream.empty(); stream.remove_prefix(std::min(step, stream.size()))) {
        splitter.feed(stream.substr(0, step));
        while (const auto frame = splitter.next())
            frames.emplace_back(*frame);
    }
    return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view stream(reinterpret_cast<const char*>(data), size);
    const auto frames = frames_of(stream, stream.size() + 1);
    if (frames != frames_of(stream, 1)) std::abort();
    for (const std::string& frame : frames) {
        try {
            const IpcMessage message = read_ipc_message(frame);
            if (message.type == IpcMessage::Type::log && message.origin.empty()) std::abort();
        } catch (const Error&) {
        }
    }
    return 0;
}
