#include "lambda/runtime_reply.h"

#include <utility>

namespace turngate {

using http1::Framing;
using http1::Progress;

Progress RuntimeReplyReader::feed(std::string_view& bytes) {
    if (!problem_.empty()) return Progress::failed;
    begun_ = begun_ || !bytes.empty();
    if (!body_) {
        const Progress progress = feed_head(bytes);
        if (progress != Progress::done) return progress;
    }
    for (;;) {
        std::string_view data;
        const Progress progress = body_->feed(bytes, data);
        if (data.size() > most_body - reply_.body.size())
            return fail("its body has more than the " + std::to_string(most_body) +
                        " bytes that are taken");
        reply_.body += data;
        if (progress == Progress::failed) return fail(body_->error().message);
        if (progress == Progress::done || bytes.empty()) return progress;
    }
}

Progress RuntimeReplyReader::feed_head(std::string_view& bytes) {
    for (;;) {
        const Progress progress = head_.feed(bytes);
        if (progress == Progress::failed) return fail(head_.error().message);
        if (progress == Progress::more) return progress;
        http1::ReplyHead head = head_.take();
        if (head.status < 200) continue;
        if (head.framing.kind == Framing::Kind::length && head.framing.length > most_body)
            return fail("its Content-Length is more than the " + std::to_string(most_body) +
                        " bytes that are taken");
        reply_.status = head.status;
        reply_.headers = std::move(head.headers);
        reply_.keep_alive = head.keep_alive && head.framing.kind != Framing::Kind::until_close;
        body_.emplace(head.framing, limits());
        return Progress::done;
    }
}

Progress RuntimeReplyReader::end() {
    if (!problem_.empty()) return Progress::failed;
    if (!body_) return fail("the connection ended before the end of its head");
    if (body_->end() == Progress::failed) return fail(body_->error().message);
    return Progress::done;
}

RuntimeReply RuntimeReplyReader::take() {
    body_.reset();
    begun_ = false;
    return std::exchange(reply_, {});
}

Progress RuntimeReplyReader::fail(std::string problem) {
    problem_ = std::move(problem);
    return Progress::failed;
}

}  // namespace turngate
