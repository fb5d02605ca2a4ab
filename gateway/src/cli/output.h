// A buffered stream to standard output or standard error.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "cli/terminal.h"
#include <turngate/http/error.h>

namespace turngate::cli {

// Nobody reads standard output any more. Let it pass: the program ends without a word.
class ClosedPipe : public Error {
  public:
    ClosedPipe() : Error("the reader of the output has gone") {}
};

// Output cannot be written: a full disk. No CommandError, which a command may tell of one event and
// go on: it ends the program.
class OutputFailure : public Error {
  public:
    using Error::Error;
};

// Not for several threads at once. What goes to a terminal or to standard error is written at once,
// the rest in blocks. write() and flush() throw ClosedPipe and OutputFailure.
class Output {
  public:
    // `fd` is not owned; `name` is for messages.
    Output(int fd, std::string_view name, Terminal terminal)
        : terminal_(terminal), name_(name), fd_(fd) {}
    // A stream into `text`, which must outlive it.
    explicit Output(std::string& text, Terminal terminal = {})
        : terminal_(terminal), memory_(&text) {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    const Terminal& terminal() const noexcept { return terminal_; }
    std::string paint(Color color, std::string_view text) const {
        return terminal_.paint(color, text);
    }

    Output& write(std::string_view text);
    // Empties the buffer into the descriptor.
    void flush();

  private:
    Terminal terminal_;
    std::string name_;
    std::string buffer_;
    std::string* memory_ = nullptr;
    int fd_ = -1;
};

}  // namespace turngate::cli
