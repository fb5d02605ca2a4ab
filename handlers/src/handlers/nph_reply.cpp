#include "nph_reply.h"

#include <cstdint>
#include <utility>

#include "upstream_fields.h"

namespace turngate {
namespace {

using http1::Progress;

constexpr http1::Limits limits{.section = cgi::ResponseHeadReader::max_size,
                               .fields = cgi::ResponseHeadReader::max_fields,
                               .body = UINT64_MAX};

}  // namespace

NphReply::NphReply(bool to_head_request) : parser_(to_head_request, limits) {}

bool NphReply::feed(std::string_view& bytes) {
    for (;;) {
        const Progress progress = parser_.feed(bytes);
        if (progress == Progress::failed) throw ProtocolError(parser_.error().message);
        if (progress == Progress::more) return false;
        http1::ReplyHead head = parser_.take();
        if (head.status < 200) continue;
        head_.status = head.status;
        if (head.framing.kind == http1::Framing::Kind::length)
            head_.content_length = head.framing.length;
        body_.emplace(head.framing, limits);
        head_.headers = passed_on(head);
        return true;
    }
}

std::string_view NphReply::body(std::string_view& bytes) {
    std::string_view data;
    if (body_->feed(bytes, data) == Progress::failed) throw ProtocolError(body_->error().message);
    return data;
}

void NphReply::end() {
    if (body_->end() == Progress::failed) throw ProtocolError(body_->error().message);
}

}  // namespace turngate
