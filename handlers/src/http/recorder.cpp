// The sink that keeps everything, up to its ceiling.
#include <utility>

#include <turngate/http/error.h>
#include <turngate/http/recorder.h>

namespace turngate {

const Response& Recorder::response() & {
    finish();
    if (response_.headers.empty()) response_.headers = std::as_const(*this).headers();
    return response_;
}

Response Recorder::take() {
    finish();
    response_.headers = take_headers();
    return std::exchange(response_, {});
}

// The headers stay with the writer until somebody asks for the response.
void Recorder::on_head(int status, const Headers&) {
    response_.status = status;
    response_.encoding = encoding();
}

void Recorder::on_body(std::string_view chunk) {
    overflowed_ = overflowed_ || chunk.size() > limit_ - response_.body.size();
    if (overflowed_)
        throw HttpError(502, "the response has more than the " + std::to_string(limit_) +
                                 " bytes that can be buffered");
    response_.body += chunk;
}

}  // namespace turngate
