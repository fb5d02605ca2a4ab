// One scan finds the end of the line and every byte that may not be in it.
#include <bit>
#include <cstdint>

#include <turngate/http1/line_reader.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace turngate::http1 {
namespace {

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

// The place of the first control that is no tab; the size if there is none.
std::size_t find_control(std::string_view s) {
    std::size_t i = 0;
#ifdef __SSE2__
    const __m128i below_space = _mm_set1_epi8(0x1F), tab = _mm_set1_epi8('\t'),
                  del = _mm_set1_epi8(0x7F);
    for (; s.size() - i >= 16; i += 16) {
        const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(s.data() + i));
        const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, below_space), v);
        const __m128i found =
            _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(v, tab), low), _mm_cmpeq_epi8(v, del));
        if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found)); mask != 0)
            return i + static_cast<std::size_t>(std::countr_zero(mask));
    }
#endif
    while (i < s.size() && !is_control(s[i]))
        ++i;
    return i;
}

}  // namespace

LineReader::Result LineReader::next(std::string_view& bytes, std::size_t limit) {
    if (!is_partial_) partial_.clear();
    if (bytes.empty()) return Result::more;
    is_partial_ = true;
    std::size_t end = 0;  // of the line, in `bytes`
    if (has_cr_) {
        if (bytes[0] != '\n') return Result::bare_cr;
        bytes.remove_prefix(1);
    } else {
        end = find_control(bytes);
        if (partial_.size() + end > limit) return Result::too_long;
        if (end == bytes.size()) {
            partial_.append(bytes);
            bytes = {};
            return Result::more;
        }
        if (bytes[end] == '\n') return Result::bare_lf;
        if (bytes[end] != '\r') return Result::control;
        if (end + 1 == bytes.size()) {
            partial_.append(bytes.substr(0, end));
            has_cr_ = true;
            bytes = {};
            return Result::more;
        }
        if (bytes[end + 1] != '\n') return Result::bare_cr;
        line_ = bytes.substr(0, end);
        bytes.remove_prefix(end + 2);
    }
    if (has_cr_ || !partial_.empty()) {
        if (!has_cr_) partial_.append(line_);
        line_ = partial_;
    }
    has_cr_ = false;
    is_partial_ = false;
    return Result::line;
}

}  // namespace turngate::http1
