#include "package/lambda_image.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace turngate::package {
namespace {

struct Newest {
    std::string_view prefix;
    std::vector<int> version;
};

// GCC 11.2, with which al2023 began; its later images have newer ones, and not everywhere yet.
const Newest newest[] = {
    {"GLIBC_", {2, 34}},
    {"GLIBCXX_", {3, 4, 29}},
    {"CXXABI_", {1, 3, 13}},
    {"GCC_", {11}},
};

constexpr std::string_view libc[] = {"libc.so.",    "libm.so.",       "libdl.so.",     "librt.so.",
                                     "libutil.so.", "libpthread.so.", "libresolv.so.", "libanl.so.",
                                     "libnss_",     "libmvec.so.",    "ld-linux"};

// "2.34"; absent for names that are no numbers, such as PRIVATE and ABI_DT_RELR.
std::optional<std::vector<int>> numbers(std::string_view text) {
    std::vector<int> out;
    const char* next = text.data();
    const char* const end = next + text.size();
    for (;;) {
        const auto [after, error] = std::from_chars(next, end, out.emplace_back());
        if (error != std::errc{}) return std::nullopt;
        if (after == end) return out;
        if (*after != '.') return std::nullopt;
        next = after + 1;
    }
}

bool among(std::string_view name, auto&& prefixes) {
    return std::any_of(std::begin(prefixes), std::end(prefixes),
                       [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

bool is_libc(std::string_view library) noexcept {
    return among(library, libc);
}

bool image_has(std::string_view library) noexcept {
    return is_libc(library) || library == "libstdc++.so.6" || library == "libgcc_s.so.1";
}

bool image_has(const NeededVersion& version) noexcept {
    if (!image_has(version.soname)) return true;
    for (const Newest& one : newest) {
        const std::string_view name = version.version;
        if (!name.starts_with(one.prefix)) continue;
        const auto wanted = numbers(name.substr(one.prefix.size()));
        // CXXABI_TM_1 and CXXABI_FLOAT128 have been there for long; glibc's are a private matter.
        if (!wanted) return one.prefix == "CXXABI_";
        return *wanted <= one.version;
    }
    return true;
}

}  // namespace turngate::package
