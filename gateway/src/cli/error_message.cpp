#include "cli/error_message.h"

#include "replay/printable.h"

namespace turngate::cli {

int show(Output& err, const CommandError& error) {
    std::string text =
        err.paint(Color::red, "error:") + ' ' + replay::printable(error.what()) + '\n';
    if (!error.hint().empty())
        text += err.paint(Color::cyan, "hint:") + ' ' + replay::printable(error.hint()) + '\n';
    err.write(text);
    return error.status();
}

}  // namespace turngate::cli
