// One program as a handler.
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "cgi_runner.h"
#include <turngate/handlers/cgi_program.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

std::string existing(const std::string& path) {
    check_no_nul("the path of the CGI program", path);
    const std::filesystem::path file = std::filesystem::absolute(path).lexically_normal();
    std::error_code error;
    if (!std::filesystem::exists(file, error))
        throw Error("cannot run the CGI program " + path + ": there is no such file");
    if (!std::filesystem::is_regular_file(file, error) || ::access(file.c_str(), X_OK) != 0)
        throw Error("cannot run the CGI program " + path + ": it is no executable file (chmod +x)");
    return file;
}

class CgiProgram final : public Handler {
  public:
    explicit CgiProgram(CgiProgramOptions options)
        : program_(existing(options.path)), runner_(std::move(options)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        runner_.serve(request, response, target(), [this](const Url&) { return target(); });
    }

  private:
    // Every path leads to it.
    CgiTarget target() const { return {program_, {.filename = program_}}; }

    const std::string program_;
    const CgiRunner runner_;
};

}  // namespace

HandlerPtr cgi_program(CgiProgramOptions options) {
    return std::make_shared<const CgiProgram>(std::move(options));
}

}  // namespace turngate
