// A program as a handler.
#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <poll.h>
#include <string_view>
#include <system_error>
#include <unistd.h>

#include "cgi_exchange.h"
#include <turngate/cgi/variables.h>
#include <turngate/handlers/cgi_program.h>

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

// How many of the programs run. Outlives the handler while a program of it does.
class Places {
  public:
    explicit Places(std::size_t count) : free_(count) {}

    // False if none gets free until `deadline`. Throws Cancelled.
    bool take(const std::stop_token& stop, Clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        const bool got = changed_.wait_until(lock, stop, deadline, [&] { return free_ > 0; });
        if (!got && stop.stop_requested()) throw Cancelled("the request was cancelled");
        if (got) --free_;
        return got;
    }

    void give_back() {
        {
            std::lock_guard lock(mutex_);
            ++free_;
        }
        changed_.notify_one();
    }

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t free_;
};

struct Running {
    Running(std::shared_ptr<Places> taken, os::Subprocess started)
        : place(std::move(taken)), child(std::move(started)) {}

    std::shared_ptr<Places> place;  // given back by its deleter, after the program is gone
    os::Subprocess child;
};

// Lets a program that has answered do what it still does, until its time is over.
void let_finish(Running& running, const Context& context, Clock::time_point deadline) {
    StderrLog log(context);
    std::string block(4096, '\0');
    running.child.in.reset();  // or it waits for the rest of a body that nobody feeds it any more
    while (!context.stop.stop_requested() && Clock::now() < deadline) {
        pollfd events[] = {{running.child.err.get(), POLLIN, 0},
                           {running.child.exit_fd(), POLLIN, 0}};
        // Not until the deadline at once, because the stop token must be seen, too.
        const int n = ::poll(events, 2, 100);
        if (n > 0 && events[0].revents != 0) {
            const ssize_t got = ::read(events[0].fd, block.data(), block.size());
            if (got > 0) log.feed(std::string_view(block).substr(0, static_cast<std::size_t>(got)));
            if (got == 0) running.child.err.reset();
        } else if (n > 0 && events[1].revents != 0) {
            break;
        }
    }
    log.finish();
    running.child.stop(kill_grace);
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

// What the system would take for the end.
void check_no_nul(const std::string& what, const std::string& text) {
    if (text.find('\0') != std::string::npos) throw Error(what + " has a NUL");
}

class CgiProgram final : public Handler {
  public:
    explicit CgiProgram(CgiProgramOptions options)
        : options_(std::move(options)),
          places_(std::make_shared<Places>(std::max<std::size_t>(options_.max_processes, 1))) {
        for (const std::string& text : options_.arguments)
            check_no_nul("an argument of the CGI program " + options_.path, text);
        check_no_nul("the path of the CGI program", options_.path);
        const std::filesystem::path file = std::filesystem::absolute(options_.path);
        std::error_code error;
        if (!std::filesystem::exists(file, error))
            throw Error("cannot run the CGI program " + options_.path + ": there is no such file");
        if (!std::filesystem::is_regular_file(file, error) || ::access(file.c_str(), X_OK) != 0)
            throw Error("cannot run the CGI program " + options_.path +
                        ": it is no executable file (chmod +x)");
        command_.program = file;
        command_.arguments = options_.arguments;
        command_.directory = file.parent_path();
        for (const std::string& name : options_.inherit)
            if (const char* value = std::getenv(name.c_str())) inherited_[name] = value;
        inherited_.try_emplace("PATH", "/usr/local/bin:/usr/bin:/bin");
    }

    void serve(Request& request, ResponseWriter& response) const override {
        request.context.check();
        if (request.headers.size() > options_.max_fields)
            throw HttpError(431, "the request has " + std::to_string(request.headers.size()) +
                                     " header fields, and a CGI program is given at most " +
                                     std::to_string(options_.max_fields));
        // What is longer than a year cannot be added to every clock.
        const auto timeout =
            std::min<std::chrono::milliseconds>(options_.timeout, std::chrono::hours(24 * 365));
        const auto deadline = std::min(Clock::now() + timeout,
                                       request.context.deadline.value_or(Clock::time_point::max()));
        // A length must be told (section 4.1.2), and a program reads no further than that.
        const bool known = request.body.size().has_value();
        const std::size_t length = known ? 0 : request.body.text().size();
        cgi::Variables variables = cgi::to_variables(request, {"", command_.program});
        if (!known) variables["CONTENT_LENGTH"] = std::to_string(length);

        std::string target = answer(variables, request.body, request, response, deadline);
        for (int redirects = 0; !target.empty(); ++redirects) {
            if (redirects == max_redirects)
                throw ProtocolError("the CGI program " + options_.path + " redirects for ever");
            if (!redirect(variables, request, target)) {
                response.status(302).header("Location", target);
                return;
            }
            Body none;
            target = answer(variables, none, request, response, deadline);
        }
    }

  private:
    // Runs the program once. Returns where it redirects to, if it does.
    std::string answer(const cgi::Variables& variables, Body& body, Request& request,
                       ResponseWriter& response, Clock::time_point deadline) const {
        Context& context = request.context;
        const std::shared_ptr<Running> running = start(variables, context, response, deadline);
        if (!running) return {};
        std::string target;
        bool ended = false;
        try {
            CgiExchange exchange(running->child, options_.path, body, response, context,
                                 {deadline, options_.max_output, request.method == "HEAD"});
            target = exchange.run();
            ended = exchange.ended();
        } catch (...) {
            running->child.kill(SIGTERM);
            context.wait_until([running] { running->child.stop(kill_grace); });
            throw;
        }
        if (!ended)
            context.wait_until(
                [running, &context, deadline] { let_finish(*running, context, deadline); });
        return target;
    }

    // Null if the response says that it could not be started now.
    std::shared_ptr<Running> start(const cgi::Variables& variables, const Context& context,
                                   ResponseWriter& response, Clock::time_point deadline) const {
        check_size(variables);
        os::Command command = command_;
        for (const auto& [name, value] : variables)
            command.environment.push_back(name + '=' + value);
        for (const auto& [name, value] : inherited_)
            if (!variables.contains(name)) command.environment.push_back(name + '=' + value);

        if (!places_->take(context.stop, deadline)) {
            context.log(Level::error, "as many CGI programs " + options_.path + " run as may");
            busy(response);
            return nullptr;
        }
        std::shared_ptr<Places> place(places_.get(),
                                      [all = places_](Places*) { all->give_back(); });
        try {
            return std::make_shared<Running>(std::move(place), os::Subprocess(command));
        } catch (const std::system_error& e) {
            const std::string reason = e.code().message();
            const std::string message =
                "cannot start the CGI program " + options_.path + ": " + reason;
            const int error = e.code().value();
            if (error != EAGAIN && error != ENOMEM && error != EMFILE && error != ENFILE)
                throw ProtocolError(message);
            context.log(Level::error, message);
            busy(response);
            return nullptr;
        }
    }

    static void busy(ResponseWriter& response) {
        response.status(503).header("Retry-After", "1");
        response.write("busy\n");
    }

    // The variables of a GET for `target`; false if this program is not what it leads to.
    static bool redirect(cgi::Variables& variables, const Request& request,
                         const std::string& target) {
        cgi::Variables fresh;
        try {
            Request next = Request::make(request.method == "HEAD" ? "HEAD" : "GET", target);
            if (!next.url.strip_prefix(request.url.script_name)) return false;
            fresh = cgi::to_variables(next);
        } catch (const HttpError& e) {  // the program's fault, not the client's
            throw ProtocolError(std::string("a CGI program's Location: ") + e.what());
        }
        for (const char* gone : {"CONTENT_LENGTH", "CONTENT_TYPE", "PATH_INFO"})
            variables.erase(gone);
        for (const char* name :
             {"REQUEST_METHOD", "REQUEST_URI", "QUERY_STRING", "SCRIPT_NAME", "PATH_INFO"})
            if (auto it = fresh.find(name); it != fresh.end()) variables[name] = it->second;
        return true;
    }

    const CgiProgramOptions options_;
    const std::shared_ptr<Places> places_;
    os::Command command_;
    cgi::Variables inherited_;
};

}  // namespace

HandlerPtr cgi_program(CgiProgramOptions options) {
    return std::make_shared<const CgiProgram>(std::move(options));
}

}  // namespace turngate
