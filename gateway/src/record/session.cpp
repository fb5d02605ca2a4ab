// A recording.
#include "record/session.h"

#include <array>
#include <cstdio>
#include <utility>

#include "replay/printable.h"
#include "replay/quantity.h"

namespace turngate::recording {
namespace {

constexpr std::size_t widest_request = 80;

}  // namespace

Session::Session(Folder& folder, const EventWriter& writer, cli::Output& out, cli::Output& err,
                 SessionOptions options, std::function<void()> over)
    : folder_(folder),
      writer_(writer),
      out_(out),
      err_(err),
      options_(std::move(options)),
      over_(std::move(over)) {}

// False once as many events as are wanted have been written or are about to be.
bool Session::reserve() noexcept {
    if (options_.most == 0) return true;
    if (reserved_.fetch_add(1) < options_.most) return true;
    --reserved_;
    return false;
}

void Session::ended(Call call) {
    if (!reserve()) return;
    const Entry entry = writer_.write(std::move(call));
    bool is_over = false;
    if (entry.path.empty()) {
        ++failed_;
        --reserved_;
    } else {
        is_over = ++recorded_ == options_.most;
    }
    {
        const std::lock_guard lock(mutex_);
        try {
            if (!error_) tell(entry);
        } catch (const Error&) {  // nobody can be told any more
            error_ = std::current_exception();
            is_over = true;
        }
    }
    if (is_over) over_();
}

void Session::tell(const Entry& entry) {
    if (entry.path.empty()) {
        err_.write("! " + line(entry, err_.terminal()) +
                   "not recorded: " + replay::printable(entry.problem) + '\n');
        return;
    }
    if (!options_.quiet) {
        out_.write("  " + line(entry, out_.terminal()) + replay::printable(entry.path) + '\n');
        out_.flush();
    }
    for (const std::string& loss : entry.losses)
        if (losses_.insert(loss.substr(0, loss.find(':'))).second && !options_.quiet)
            err_.write("note: events of shape " + options_.shape +
                       " lose something: " + replay::printable(loss) + '\n');
}

// "0001 POST /cart        201  12 ms   "
std::string Session::line(const Entry& entry, const cli::Terminal& terminal) const {
    std::array<char, 24> number;
    std::snprintf(number.data(), number.size(), "%04llu ",
                  static_cast<unsigned long long>(entry.number));
    std::string request = replay::printable(entry.method + ' ' + entry.target);
    if (request.size() > widest_request) request = replay::clip(request, 0, widest_request);
    std::string text = number.data() + replay::padded(request, 18) + "  ";
    text += entry.status == 0 ? std::string("---") : std::to_string(entry.status);
    text += "  " + replay::duration_text(entry.duration, terminal.unicode) + "   ";
    return text;
}

void Session::rethrow() const {
    if (error_) std::rethrow_exception(error_);
}

}  // namespace turngate::recording
