// Three ways in which a body ends: after so many bytes, with the last chunk, with the connection.
#include <algorithm>

#include <turngate/http1/body_decoder.h>

namespace turngate::http1 {

BodyDecoder::BodyDecoder(const Framing& framing, const Limits& limits)
    : kind_(framing.kind),
      left_(framing.length),
      done_(kind_ == Framing::Kind::none || (kind_ == Framing::Kind::length && left_ == 0)) {
    if (kind_ == Framing::Kind::chunked) chunks_.emplace(limits);
}

Progress BodyDecoder::feed(std::string_view& bytes, std::string_view& data) {
    data = {};
    if (error_) return Progress::failed;
    if (done_) return Progress::done;
    if (chunks_) {
        const Progress progress = chunks_->feed(bytes, data);
        if (progress == Progress::failed) error_ = chunks_->error();
        done_ = progress == Progress::done;
        return progress;
    }
    if (kind_ == Framing::Kind::until_close) {
        data = bytes;
        bytes = {};
        return Progress::more;
    }
    data = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    bytes.remove_prefix(data.size());
    left_ -= data.size();
    done_ = left_ == 0;
    return done_ ? Progress::done : Progress::more;
}

Progress BodyDecoder::end() {
    if (error_) return Progress::failed;
    if (done_ || kind_ == Framing::Kind::until_close) {
        done_ = true;
        return Progress::done;
    }
    error_ = HeadError{400, chunks_ ? "the connection ended before the last chunk"
                                    : "the connection ended before the declared Content-Length"};
    return Progress::failed;
}

}  // namespace turngate::http1
