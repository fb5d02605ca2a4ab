#include "impuls/invocation_logs.h"

#include <utility>

namespace turngate::impuls {
namespace {

constexpr std::size_t cost_of_a_line = 64;  // besides its text

constexpr std::string_view cut_text = "the rest of the log is left out: it has more than 1 MiB";

// As Node's console has them.
std::string_view label_of(Level level) {
    switch (level) {
        case Level::debug:
            return "[DEBUG] ";
        case Level::info:
            return "[INFO] ";
        case Level::warn:
            return "[WARN] ";
        case Level::error:
        case Level::fatal:
            return "[ERROR] ";
    }
    return {};
}

}  // namespace

void InvocationLogs::print(Stream stream, std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    for (;;) {
        const std::size_t end = text.find('\n');
        add(stream, {}, text.substr(0, end));
        if (end == text.npos) return;
        text.remove_prefix(end + 1);
    }
}

void InvocationLogs::log(Level level, std::string_view message) {
    add(level < Level::error ? Stream::out : Stream::err, label_of(level), message);
}

void InvocationLogs::add(Stream stream, std::string_view label, std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (is_cut_) return;
    size_ += text.size() + cost_of_a_line;
    is_cut_ = size_ > limit;
    if (is_cut_)
        lines_.push_back({Stream::err, {}, std::string(cut_text)});
    else
        lines_.push_back({stream, label, std::string(text)});
}

void InvocationLogs::began(const Context& context) {
    const std::lock_guard lock(context_mutex_);
    context_ = &context;
    if (abandon_) abandon_(context);
}

void InvocationLogs::ended(const Context& context) {
    const std::lock_guard lock(context_mutex_);
    if (context_ == &context) context_ = nullptr;
}

void InvocationLogs::abandon(std::function<void(const Context&)> f) {
    const std::lock_guard lock(context_mutex_);
    if (context_) f(*context_);
    abandon_ = std::move(f);
}

bool InvocationLogs::write(JsonWriter& json, LogsForm form) const {
    const std::lock_guard lock(mutex_);
    if (lines_.empty()) return false;
    json.key("logs");
    if (form == LogsForm::text) {
        std::string text;
        for (const Line& line : lines_) {
            if (&line != &lines_.front()) text += '\n';
            text.append(line.label).append(line.text);
        }
        json.string(text);
        return true;
    }
    json.begin_object();
    for (const auto& [name, stream] : {std::pair{"stdout", Stream::out}, {"stderr", Stream::err}}) {
        json.key(name).begin_array();
        for (const Line& line : lines_)
            if (line.stream == stream) json.string(line.text);
        json.end_array();
    }
    json.end_object();
    return true;
}

void LogsReporter::began(const Context& context) {
    if (const auto* logs = context.find<LogsOf>()) {
        {
            const std::lock_guard lock(mutex_);
            logs_.insert_or_assign(&context, *logs);
        }
        (*logs)->began(context);
    }
    next_.began(context);
}

void LogsReporter::ended(const Context& context, const Outcome& outcome) {
    if (const LogsOf logs = logs_of(context)) {
        logs->ended(context);
        const std::lock_guard lock(mutex_);
        logs_.erase(&context);
    }
    next_.ended(context, outcome);
}

void LogsReporter::logged(const Context& context, Level level, std::string_view message) {
    const LogsOf logs = logs_of(context);
    if (logs && level >= least_) logs->log(level, message);
    next_.logged(context, level, message);
}

void LogsReporter::printed(const Context& context, Stream stream, std::string_view text) {
    if (const LogsOf logs = logs_of(context)) logs->print(stream, text);
    next_.printed(context, stream, text);
}

LogsOf LogsReporter::logs_of(const Context& context) const {
    const std::lock_guard lock(mutex_);
    const auto found = logs_.find(&context);
    return found == logs_.end() ? nullptr : found->second;
}

}  // namespace turngate::impuls
