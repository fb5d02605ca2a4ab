#include "fresh_ids.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <random>

namespace turngate {
namespace {

std::uint64_t random_bits() {
    thread_local std::mt19937_64 random((std::uint64_t{std::random_device{}()} << 32) ^
                                        std::random_device{}());
    return random();
}

}  // namespace

std::string fresh_uuid() {
    const std::uint64_t high = (random_bits() & ~0xf000ull) | 0x4000ull;
    const std::uint64_t low = (random_bits() & ~(3ull << 62)) | (2ull << 62);
    std::array<char, 37> text;
    std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx",
                  static_cast<unsigned>(high >> 32), static_cast<unsigned>(high >> 16 & 0xffff),
                  static_cast<unsigned>(high & 0xffff), static_cast<unsigned>(low >> 48),
                  static_cast<unsigned long long>(low & 0xffff'ffff'ffffull));
    return text.data();
}

std::string fresh_trace_id(std::chrono::system_clock::time_point time) {
    std::array<char, 48> text;
    std::snprintf(text.data(), text.size(), "Root=1-%08x-%08x%016llx",
                  static_cast<unsigned>(std::chrono::system_clock::to_time_t(time)),
                  static_cast<unsigned>(random_bits() >> 32),
                  static_cast<unsigned long long>(random_bits()));
    return text.data();
}

std::string traced(const std::string& trace_id) {
    std::array<char, 17> parent;
    std::snprintf(parent.data(), parent.size(), "%016llx",
                  static_cast<unsigned long long>(random_bits()));
    return trace_id + ";Parent=" + parent.data() + ";Sampled=0";
}

std::string fresh_trace() {
    return traced(fresh_trace_id(std::chrono::system_clock::now()));
}

}  // namespace turngate
