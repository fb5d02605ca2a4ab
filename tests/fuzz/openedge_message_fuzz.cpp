// Bodies of gRPC calls: none crashes, and a message that was read is written and read the same.
// covers: gateway/src/openedge/grpc.cpp gateway/src/openedge/message.cpp
// covers: gateway/src/openedge/message_request.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "openedge/grpc.h"
#include "openedge/message.h"
#include "openedge/message_request.h"

using namespace turngate;
using namespace turngate::openedge;

namespace {

constexpr std::uint32_t most = 1 << 16;

void read(std::string_view bytes, Generation generation) {
    FunctionMessage message = read_message(bytes, generation);
    const std::string written = write_message(message, generation);
    if (write_message(read_message(written, generation), generation) != written) std::abort();
    const std::size_t size = message.payload.size();
    const Request request = request_of(message);
    if (!request.url.path.starts_with('/') || request.body.size() != size) std::abort();
}

}  // namespace

// The first byte is the generation, the second the size of what follows: a value of a field.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const auto generation = static_cast<Generation>(data[0] % 4);
    std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::string_view field = rest.substr(0, data[1]);
    parse_grpc_timeout(field);
    for (const char c : grpc_message_field(field))
        if (c < ' ' || c > '~') std::abort();
    rest.remove_prefix(field.size());
    try {
        Body body{std::string(rest)};
        const std::string message = read_grpc_message(body, most, field);
        if (message.size() > most) std::abort();
        read(message, generation);
    } catch (const Error&) {
    }
    return 0;
}
