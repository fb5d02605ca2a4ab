// How a reply fails to come, where it matters to whoever may ask another server, or end this one.
#pragma once

#include <string>

#include <turngate/http/error.h>

namespace turngate {

// Not a byte of a reply has come, and none will: no connection was made, or it was closed.
class UnansweredRequest : public ProtocolError {
  public:
    using ProtocolError::ProtocolError;
};

// No connection could be made, so nothing of the request has been sent.
class UnreachableUpstream : public UnansweredRequest {
  public:
    using UnansweredRequest::UnansweredRequest;
};

// 504: no connection could be made in time, so nothing of the request has been sent.
class OverdueConnection : public HttpError {
  public:
    explicit OverdueConnection(const std::string& message) : HttpError(504, message) {}
};

// 504: the server had all of the request, owed more of its reply and was silent until the time was
// up. Where not all was sent, or the client was slow to take the reply, that is a mere HttpError.
class OverdueReply : public HttpError {
  public:
    explicit OverdueReply(const std::string& message) : HttpError(504, message) {}
};

}  // namespace turngate
