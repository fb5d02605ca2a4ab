// Messages of application/vnd.amazon.eventstream, as InvokeWithResponseStream answers.
#pragma once

#include <string>
#include <string_view>

namespace turngate::host {

// Appends one message: its lengths and their CRC, the fields :event-type, :content-type and
// :message-type (which is "event"), `payload`, and the CRC of it all (AWS, "Amazon Transcribe,
// event stream encoding"). Throws std::length_error for a payload of more than 16 MiB.
void append_event_message(std::string& out, std::string_view event_type,
                          std::string_view content_type, std::string_view payload);

}  // namespace turngate::host
