// Runs CGI programs for requests: what a handler of one program and one of a directory share.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cgi_guard.h"
#include "places.h"
#include <turngate/cgi/variables.h>
#include <turngate/handlers/cgi_program.h>
#include <turngate/http/body.h>
#include <turngate/http/request.h>
#include <turngate/http/response_writer.h>
#include <turngate/os/fd.h>

namespace turngate {

// A program, and how the path leads to it.
struct CgiTarget {
    std::string program;      // an absolute path
    cgi::Script script = {};  // script.filename is `program`
    std::string script_name =
        {};  // what SCRIPT_NAME ends in, encoded, where that is not script.name
};

class CgiRunner {
  public:
    // The program that answers for the path of a URL; absent if none of these does. May throw
    // HttpError.
    using Find = std::function<std::optional<CgiTarget>(const Url&)>;

    // options.path is not looked at. Throws Error.
    explicit CgiRunner(CgiProgramOptions options);

    // Answers with what `target` says. `find` finds it, and where it redirects to.
    void serve(Request& request, ResponseWriter& response, CgiTarget target,
               const Find& find) const;

  private:
    using Deadline = Context::Clock::time_point;
    struct Running;

    std::string answer(const CgiTarget& target, const cgi::Variables& variables, Body& body,
                       Request& request, ResponseWriter& response, Deadline deadline) const;
    std::shared_ptr<Running> start(const CgiTarget& target, const cgi::Variables& variables,
                                   bool has_body, const Context& context, ResponseWriter& response,
                                   Deadline deadline) const;

    const CgiProgramOptions options_;
    const std::shared_ptr<Places> places_;
    const std::shared_ptr<CgiGuard> guard_;
    const os::Fd nothing_;  // what a request without a body has for the program's input
    cgi::Variables inherited_;
};

// Throws Error, for a text that the system would take for a shorter one.
void check_no_nul(const std::string& what, const std::string& text);

}  // namespace turngate
