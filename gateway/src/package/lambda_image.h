// What there is on provided.al2023, the image that Lambda starts a bootstrap on, and its limits.
#pragma once

#include <cstdint>
#include <string_view>

#include "package/elf_file.h"

namespace turngate::package {

// docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
constexpr std::uint64_t upload_limit = 50ULL << 20;     // of a zip that is uploaded as it is
constexpr std::uint64_t unpacked_limit = 250ULL << 20;  // of a function with its layers

// Whether a shared library of this name is there, so that none comes along: glibc's 2.34 and GCC
// 11's (docs.aws.amazon.com/linux/al2023/ug/core-glibc.html).
bool image_has(std::string_view library) noexcept;

// Whether it is one of those that belong to one loader, by which alone they can be used: glibc's.
bool is_libc(std::string_view library) noexcept;

// Whether the image's library has that version of its symbols. Of libraries that come along, all
// are there.
bool image_has(const NeededVersion& version) noexcept;

}  // namespace turngate::package
