#include "cli/error_message.h"

namespace turngate::cli {

int show(Output& err, const CommandError& error) {
    std::string text = err.paint(Color::red, "error:") + ' ' + error.what() + '\n';
    if (!error.hint().empty()) text += err.paint(Color::cyan, "hint:") + ' ' + error.hint() + '\n';
    err.write(text);
    return error.status();
}

}  // namespace turngate::cli
