#include "host/dead_letters.h"

#include <cerrno>
#include <fcntl.h>
#include <system_error>

#include "host/execution_log.h"
#include <turngate/json/json_reader.h>
#include <turngate/json/json_writer.h>

namespace turngate::host {

std::string dead_letter_text(const DeadLetter& letter) {
    const std::string arn = std::string(letter.arn) + ":$LATEST";
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("version").string("1.0").key("timestamp").string(log_time());
    json.key("requestContext").begin_object();
    json.key("requestId").string(letter.call.id).key("functionArn").string(arn);
    json.key("condition").string(letter.condition);
    json.key("approximateInvokeCount").unsigned_integer(letter.attempts).end_object();
    json.key("requestPayload").raw(letter.call.event);
    if (letter.result) {
        json.key("responseContext").begin_object().key("statusCode").integer(200);
        json.key("executedVersion").string("$LATEST");
        json.key("functionError").string("Unhandled").end_object();
        json.key("responsePayload");
        if (is_json(letter.result->payload))
            json.raw(letter.result->payload);
        else
            json.string(letter.result->payload);
    }
    json.end_object();
    // What stands on several lines in the event means the same on one: in a string of JSON there
    // is no line break.
    for (char& c : out)
        if (c == '\n' || c == '\r') c = ' ';
    return out;
}

DeadLetters::DeadLetters(const std::string& path) {
    if (path.empty()) return;
    file_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!file_) throw std::system_error(errno, std::generic_category(), path);
}

bool DeadLetters::add(const DeadLetter& letter) const {
    if (!file_) return false;
    os::write_whole(file_.get(), dead_letter_text(letter) + '\n');
    return true;
}

}  // namespace turngate::host
