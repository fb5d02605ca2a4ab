// Runs CGI programs for requests.
#include "cgi_runner.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "body_spool.h"
#include "cgi_exchange.h"
#include "exchange_rules.h"
#include "stderr_log.h"
#include <turngate/http/encoding.h>
#include <turngate/http/environment.h>
#include <turngate/http/error.h>
#include <turngate/os/subprocess.h>

namespace turngate {
namespace {

using Clock = Context::Clock;

constexpr int max_redirects = 5;

// execve(2): one string may have 32 pages with its NUL; all of them a quarter of the stack's limit,
// which is 8 MiB as a rule.
constexpr std::size_t longest_variable = 128 * 1024 - 1;
constexpr std::size_t longest_environment = 1024 * 1024;

// Between SIGTERM and SIGKILL. The client does not wait for it.
constexpr std::chrono::milliseconds kill_grace{1000};

// Lets a program that has answered do what it still does, until its time is over.
void let_finish(os::Subprocess& child, const Context& context, Clock::time_point deadline) {
    StderrLog log(context);
    std::string block(4096, '\0');
    child.in.reset();  // or it waits for the rest of a body that nobody feeds it any more
    while (!context.stop.stop_requested() && Clock::now() < deadline) {
        pollfd events[] = {{child.err.get(), POLLIN, 0}, {child.exit_fd(), POLLIN, 0}};
        // Not until the deadline at once, because the stop token must be seen, too.
        const int n = ::poll(events, 2, 100);
        if (n > 0 && events[0].revents != 0) {
            const ssize_t got = ::read(events[0].fd, block.data(), block.size());
            if (got > 0) log.feed(std::string_view(block).substr(0, static_cast<std::size_t>(got)));
            if (got == 0) child.err.reset();
        } else if (n > 0 && events[1].revents != 0) {
            break;
        }
    }
    log.finish();
    child.stop(kill_grace);
}

bool is_of_the_target(std::string_view variable) {
    constexpr std::array<std::string_view, 5> names = {"REQUEST_URI", "QUERY_STRING", "PATH_INFO",
                                                       "SCRIPT_NAME", "PATH_TRANSLATED"};
    return std::find(names.begin(), names.end(), variable) != names.end();
}

// Throws HttpError for what execve() would refuse, so that the client hears of it and not of a
// program that cannot be started.
void check_size(const cgi::Variables& variables) {
    std::size_t all = 0;
    for (const auto& [name, value] : variables) {
        const std::size_t size = name.size() + 1 + value.size();
        all += size;
        if (size <= longest_variable) continue;
        throw HttpError(is_of_the_target(name) ? 414 : 431,
                        "the CGI variable " + name + " would have " + std::to_string(size) +
                            " bytes, and a program is given at most " +
                            std::to_string(longest_variable) + " in one");
    }
    if (all > longest_environment)
        throw HttpError(431, "the CGI variables would have " + std::to_string(all) +
                                 " bytes, and a program is given at most " +
                                 std::to_string(longest_environment));
}

// RFC 3875 section 5: such a program writes the reply as it goes to the client.
bool is_nph(std::string_view program) {
    return program.substr(program.rfind('/') + 1).starts_with("nph-");
}

// Of an absolute path.
std::string directory_of(const std::string& program) {
    return program.substr(0, std::max<std::size_t>(program.rfind('/'), 1));
}

cgi::Variables variables_for(const Request& request, const CgiTarget& target) {
    cgi::Variables variables = cgi::to_variables(request, target.script);
    if (!target.script_name.empty())
        variables["SCRIPT_NAME"] = percent_decode(request.url.script_name + target.script_name);
    return variables;
}

void busy(ResponseWriter& response) {
    response.status(503).header("Retry-After", "1");
    response.write("busy\n");
}

// Makes `variables` those of a GET for `location`, and returns the program that it leads to; absent
// if that is none of these.
std::optional<CgiTarget> redirect(cgi::Variables& variables, const Request& request,
                                  const std::string& location, const CgiRunner::Find& find) {
    const auto where = [&] { return variables["REQUEST_METHOD"] + variables["REQUEST_URI"]; };
    const std::string before = where();
    std::optional<CgiTarget> target;
    cgi::Variables fresh;
    try {
        Request next = Request::make(request.method == "HEAD" ? "HEAD" : "GET", location);
        if (!next.url.strip_prefix(request.url.script_name)) return std::nullopt;
        target = find(next.url);
        if (!target) return std::nullopt;
        fresh = variables_for(next, *target);
    } catch (const HttpError& e) {  // the program's fault, not the client's
        throw ProtocolError(std::string("a CGI program's Location: ") + e.what());
    }
    for (const char* gone : {"CONTENT_LENGTH", "CONTENT_TYPE", "PATH_INFO", "PATH_TRANSLATED"})
        variables.erase(gone);
    for (const char* name : {"REQUEST_METHOD", "REQUEST_URI", "QUERY_STRING", "SCRIPT_NAME",
                             "SCRIPT_FILENAME", "PATH_INFO", "PATH_TRANSLATED"})
        if (auto it = fresh.find(name); it != fresh.end()) variables[name] = it->second;
    if (where() == before)
        throw ProtocolError("the CGI program " + target->program + " redirects to itself");
    return target;
}

}  // namespace

struct CgiRunner::Running {
    Running(std::shared_ptr<Places> taken, os::Subprocess started)
        : place(std::move(taken)), child(std::move(started)) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        if (!guard) return;
        child.kill(SIGKILL);
        guard->remove(child.pid());
    }

    // To tell the guard takes time, which is why not all programs are told of.
    void watch(const std::shared_ptr<CgiGuard>& by) {
        if (!guard && by->add(child.pid())) guard = by;
    }

    std::shared_ptr<Places> place;    // given back by its deleter, after the program is gone
    std::shared_ptr<CgiGuard> guard;  // once it is watched
    os::Subprocess child;
};

CgiRunner::CgiRunner(CgiProgramOptions options)
    : options_(std::move(options)),
      places_(std::make_shared<Places>(std::max<std::size_t>(options_.max_processes, 1),
                                       options_.max_waiting)),
      guard_(CgiGuard::instance()),
      nothing_(::open("/dev/null", O_RDONLY | O_CLOEXEC)) {
    if (!nothing_) throw Error("cannot open /dev/null, the input of CGI programs");
    for (const std::string& text : options_.arguments)
        check_no_nul("an argument of a CGI program", text);
    for (const std::string& name : options_.inherit)
        if (const char* value = std::getenv(name.c_str())) inherited_[name] = value;
    inherited_.try_emplace("PATH", "/usr/local/bin:/usr/bin:/bin");
}

void CgiRunner::serve(Request& request, ResponseWriter& response, CgiTarget target,
                      const Find& find) const {
    request.context.check();
    if (request.headers.size() > options_.max_fields)
        throw HttpError(431, "the request has " + std::to_string(request.headers.size()) +
                                 " header fields, and a CGI program is given at most " +
                                 std::to_string(options_.max_fields));
    request.body.limit(options_.max_body);
    // A length must be told (section 4.1.2), and a program reads no further than that.
    const bool known = request.body.size().has_value();
    if (!known)
        request.body = BodySpool(request.body, options_.spool_memory, options_.spool_directory,
                                 request.context.stop)
                           .body();
    const auto now = Clock::now();
    const auto deadline = sooner(answer_by(request.context, now, std::chrono::milliseconds(0)), now,
                                 options_.timeout);
    cgi::Variables variables = variables_for(request, target);
    if (!known) variables["CONTENT_LENGTH"] = std::to_string(*request.body.size());
    if (!options_.pass_authorization) variables.erase("HTTP_AUTHORIZATION");

    std::string location = answer(target, variables, request.body, request, response, deadline);
    for (int redirects = 0; !location.empty(); ++redirects) {
        if (redirects == max_redirects)
            throw ProtocolError("the CGI program " + target.program + " redirects for ever");
        std::optional<CgiTarget> next = redirect(variables, request, location, find);
        if (!next) {
            response.status(302).header("Location", location);
            return;
        }
        target = *std::move(next);
        Body none;
        location = answer(target, variables, none, request, response, deadline);
    }
}

// Runs the program once. Returns where it redirects to, if it does.
std::string CgiRunner::answer(const CgiTarget& target, const cgi::Variables& variables, Body& body,
                              Request& request, ResponseWriter& response, Deadline deadline) const {
    Context& context = request.context;
    const bool has_body = body.size() != 0u;
    const std::shared_ptr<Running> running =
        start(target, variables, has_body, context, response, deadline);
    if (!running) return {};
    std::string location;
    std::optional<CgiExchange> exchange;
    try {
        exchange.emplace(running->child, target.program, body, response, context,
                         CgiTerms{.deadline = deadline,
                                  .max_output = options_.max_output,
                                  .is_head = request.method == "HEAD",
                                  .is_nph = is_nph(target.program),
                                  .lasts = [&] { running->watch(guard_); }});
        location = exchange->run();
    } catch (...) {
        running->child.kill(SIGTERM);
        context.wait_until([running] { running->child.stop(kill_grace); });
        throw;
    }
    if (exchange->ended()) return location;
    running->watch(guard_);
    context.wait_until(
        [running, &context, deadline] { let_finish(running->child, context, deadline); });
    return location;
}

// Null if the response says that it could not be started now.
std::shared_ptr<CgiRunner::Running> CgiRunner::start(const CgiTarget& target,
                                                     const cgi::Variables& variables, bool has_body,
                                                     const Context& context,
                                                     ResponseWriter& response,
                                                     Deadline deadline) const {
    check_size(variables);
    os::Command command{.program = target.program, .arguments = options_.arguments};
    command.directory = directory_of(target.program);
    if (!has_body) command.input = nothing_.get();
    const auto* own = context.find<Environment>();
    command.environment.reserve(variables.size() + inherited_.size() + (own ? own->size() : 0));
    for (const auto& [name, value] : variables)
        command.environment.push_back(name + '=' + value);
    if (own)
        for (const auto& [name, value] : *own)  // none of which is a variable of CGI
            command.environment.push_back(name + '=' + value);
    for (const auto& [name, value] : inherited_)
        if (!variables.contains(name) && !(own && own->find(name)))
            command.environment.push_back(name + '=' + value);

    const auto until = sooner(deadline, Clock::now(), options_.queue_timeout);
    if (const auto taken = places_->take(context.stop, until); taken != Places::Taken::yes) {
        context.log(
            Level::error,
            taken == Places::Taken::late
                ? "as many CGI programs run as may, and none ended in time for " + target.program
                : "as many CGI programs run as may, and as many requests wait, so that " +
                      target.program + " was not run");
        busy(response);
        return nullptr;
    }
    std::shared_ptr<Places> place(places_.get(), [all = places_](Places*) { all->give_back(); });
    try {
        return std::make_shared<Running>(std::move(place), os::Subprocess(command));
    } catch (const std::system_error& e) {
        const int error = e.code().value();
        const bool lacks_another = error == ENOENT && ::access(target.program.c_str(), F_OK) == 0;
        const std::string message =
            "cannot start the CGI program " + target.program + ": " +
            (lacks_another ? "the interpreter that its first line names, perhaps with a CR at the "
                             "end, or that it is linked with, is not there"
                           : e.code().message());
        if (error != EAGAIN && error != ENOMEM && error != EMFILE && error != ENFILE)
            throw ProtocolError(message);
        context.log(Level::error, message);
        busy(response);
        return nullptr;
    }
}

void check_no_nul(const std::string& what, const std::string& text) {
    if (text.find('\0') != std::string::npos) throw Error(what + " has a NUL");
}

}  // namespace turngate
