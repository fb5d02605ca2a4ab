// Base64: every byte string survives, and only the one canonical text of it is accepted.
// covers: handlers/src/http/base64.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <turngate/http/encoding.h>

using namespace turngate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);

    if (base64_decode(base64_encode(input)) != input) std::abort();

    std::string out = "before";
    const bool accepted = base64_decode_to(out, input);
    if (!out.starts_with("before") || (!accepted && out.size() != 6)) std::abort();
    if (accepted && base64_encode(out.substr(6)) != input) std::abort();
    return 0;
}
