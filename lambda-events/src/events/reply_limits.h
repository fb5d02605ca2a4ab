// What each source takes from a function, and the error that says which limit was passed.
#pragma once

#include <cstddef>
#include <string>

#include "reply_fields.h"
#include <turngate/events/format.h>
#include <turngate/events/reply.h>

namespace turngate::events {

// Throws HttpError(413) if the names and values of `fields` are more than the source takes.
void check_fields_size(const Fields& fields, Format format);

// Throws HttpError(413) if a reply of `json` bytes with a body of `body` bytes, before base64, is
// more than the source takes.
void check_reply_size(std::size_t json, std::size_t body, Format format,
                      const EncodeOptions& options);

// Of a reply that was broken off after `kept` bytes: what the source would have taken of it.
std::string overflow_problem(std::size_t kept, Format format, const EncodeOptions& options);

}  // namespace turngate::events
