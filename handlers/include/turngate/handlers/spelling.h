// "Did you mean ...?"
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace turngate {

// How many letters must be added, left out, replaced or swapped to make `b` of `a`.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate that `word` most likely was meant to be; empty if none is near.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace turngate
