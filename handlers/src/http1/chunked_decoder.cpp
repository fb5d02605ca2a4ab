// Chunks: a line with a size, the data, an empty line; and trailers behind the last.
#include <algorithm>
#include <charconv>
#include <string>

#include "line_error.h"
#include <turngate/http/headers.h>
#include <turngate/http1/chunked_decoder.h>

namespace turngate::http1 {
namespace {

constexpr std::size_t longest_line = 4096;     // with its extensions
constexpr std::size_t most_overhead = 16'384;  // as Go has it
constexpr std::size_t usual_overhead = 16;     // a size and its line ends

void skip_white(std::string_view& text) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t")));
}

bool skip_token(std::string_view& text) {
    const std::size_t size = token_size(text);
    text.remove_prefix(size);
    return size > 0;
}

// LineReader has let no control through but tabs.
bool skip_quoted(std::string_view& text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return true;
        }
    }
    return false;
}

// RFC 9112 section 7.1.1: *( BWS ";" BWS name [ BWS "=" BWS value ] )
bool are_extensions(std::string_view text) {
    while (!text.empty()) {
        skip_white(text);
        if (!text.starts_with(';')) return false;
        text.remove_prefix(1);
        skip_white(text);
        if (!skip_token(text)) return false;
        std::string_view ahead = text;
        skip_white(ahead);
        if (!ahead.starts_with('=')) continue;
        text = ahead.substr(1);
        skip_white(text);
        if (!(text.starts_with('"') ? skip_quoted(text) : skip_token(text))) return false;
    }
    return true;
}

}  // namespace

Progress ChunkedDecoder::feed(std::string_view& bytes, std::string_view& data) {
    data = {};
    for (bool goes_on = true; goes_on && data.empty() && !error_ && state_ != State::done;) {
        switch (state_) {
            case State::size:
                goes_on = read_size(bytes);
                break;
            case State::data:
                goes_on = read_data(bytes, data);
                break;
            case State::data_end:
                goes_on = read_data_end(bytes);
                break;
            default:
                goes_on = read_trailers(bytes);
        }
    }
    if (error_) return Progress::failed;
    return state_ == State::done ? Progress::done : Progress::more;
}

bool ChunkedDecoder::read_size(std::string_view& bytes) {
    const LineReader::Result result = lines_.next(bytes, longest_line);
    if (result == LineReader::Result::more) return false;
    if (result == LineReader::Result::line)
        error_ = begin_chunk(lines_.line());
    else
        error_ = line_error(result, {400, "a chunk's extensions are longer than " +
                                              std::to_string(longest_line) + " bytes"});
    return true;
}

std::optional<HeadError> ChunkedDecoder::begin_chunk(std::string_view line) {
    const char* const end = line.data() + line.size();
    const auto [digits_end, problem] = std::from_chars(line.data(), end, left_, 16);
    if (problem == std::errc::result_out_of_range || left_ > limits_.body - size_)
        return HeadError{
            413, "the request body is larger than " + std::to_string(limits_.body) + " bytes"};
    // from_chars takes a minus sign for no unsigned number, and no plus sign and no "0x".
    if (problem != std::errc())
        return HeadError{400, "a chunk does not begin with its size in hexadecimal digits"};
    const auto digits = static_cast<std::size_t>(digits_end - line.data());
    if (!are_extensions(line.substr(digits)))
        return HeadError{400, "what follows a chunk's size is no chunk extension"};
    overhead_ += line.size();
    overhead_ -= std::min<std::uint64_t>(overhead_, usual_overhead + 2 * left_);
    if (overhead_ > most_overhead)
        return HeadError{400, "the chunks have more extensions than data"};
    size_ += left_;
    state_ = left_ > 0 ? State::data : State::trailers;
    return std::nullopt;
}

bool ChunkedDecoder::read_data(std::string_view& bytes, std::string_view& data) {
    data = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    bytes.remove_prefix(data.size());
    left_ -= data.size();
    if (left_ == 0) state_ = State::data_end;
    return !data.empty();
}

bool ChunkedDecoder::read_data_end(std::string_view& bytes) {
    const LineReader::Result result = lines_.next(bytes, 0);
    if (result == LineReader::Result::more) return false;
    if (result == LineReader::Result::line)
        state_ = State::size;
    else
        error_ = HeadError{400, "a chunk's data does not end where its size says"};
    return true;
}

bool ChunkedDecoder::read_trailers(std::string_view& bytes) {
    const Progress progress = trailers_.feed(bytes);
    if (progress == Progress::more) return false;
    if (progress == Progress::failed)
        error_ = trailers_.error();
    else
        state_ = State::done;
    return true;
}

}  // namespace turngate::http1
