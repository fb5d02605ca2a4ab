#include "open_target.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "cli/exit_status.h"
#include "host/invoke_target.h"
#include "host/lambda_target.h"
#include "observe/settings.h"
#include "report/capture.h"
#include "stderr_reporter.h"
#include <turngate/handlers/load_plugin.h>
#include <turngate/handlers/open_handler.h>
#include <turngate/http/encoding.h>
#include <turngate/http/field_list.h>
#include <turngate/os/temporary_directory.h>

namespace turngate {
namespace {

// How options of a target are written, where that says more than advice() does.
std::string_view option_advice(std::string_view uri) noexcept {
    constexpr std::pair<std::string_view, std::string_view> examples[] = {
        {"http:spawn:", "its options are variables, see docs/upstreams.md"},
        {"fcgi:spawn",
         "options, and the variables for them, are in docs/upstreams.md; a colon in an option is "
         "%3A"},
        {"cgi:", "write options as in cgi:./program?timeout=30s&max=64"},
        {"cgi-dir:", "write options as in cgi-dir:DIR?timeout=30s&index=index.cgi"},
        {"files:", "write options as in files:DIR?index=index.html"},
        {"plugin:",
         "write options as in plugin:./handler.so?config=TEXT; a plug-in that is a server has "
         "variables of the environment"},
        {"lambda:", "write options as in lambda:./bootstrap?timeout=30s&memory=512"},
        {"invoke:",
         "write options as in invoke:http://127.0.0.1:9000/2015-03-31/functions/function/"
         "invocations?timeout=30s&as=alb"}};
    for (const auto& [scheme, example] : examples)
        if (uri.starts_with(scheme)) return example;
    return {};
}

// How to mend what open_handler() refused and why, where the file behind the URI tells.
std::string advice(std::string_view uri, std::string_view why) {
    const auto colon = uri.find(':');
    const std::string_view scheme = uri.substr(0, colon);
    if (uri.starts_with("http:spawn:"))
        return "the program must listen on the port that $PORT names, as in "
               "http:spawn:'python3 -m http.server $PORT'; its options are variables, see "
               "docs/upstreams.md";
    if (uri.starts_with("fcgi:spawn:") || uri.starts_with("fcgi:spawn?"))
        return "the program must take FastCGI connections from its descriptor 0, as "
               "fcgi:spawn:./app.fcgi and fcgi:spawn?root=DIR:'exec php-cgi' do; a colon in an "
               "option is %3A; see docs/upstreams.md";
    if (scheme == "fcgi")
        return "write fcgi:unix:/run/app.sock or fcgi:127.0.0.1:9000, and for PHP "
               "fcgi:unix:/run/php/php8.2-fpm.sock?root=DIR, where DIR has index.php";
    if (scheme.starts_with("http"))
        return "write http://127.0.0.1:9000, https://name or http+unix:/run/app.sock, and options "
               "as ?timeout=30s";
    if (colon == uri.npos ||
        (scheme != "cgi" && scheme != "cgi-dir" && scheme != "plugin" && scheme != "lambda"))
        return "a target is plugin:FILE.so, cgi:PROGRAM, cgi-dir:DIR, files:DIR, "
               "http://HOST:PORT, https://HOST, http:spawn:COMMAND, fcgi:unix:SOCKET, "
               "fcgi:spawn:COMMAND, lambda:PROGRAM, invoke:URL or self";
    uri.remove_prefix(colon + 1);
    const std::string path = percent_decode(uri.substr(0, uri.find('?')));
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0)
        return "build it first, or check the path: it is relative to the current directory";
    if (scheme == "cgi-dir")
        return S_ISDIR(facts.st_mode) ? "" : "name the directory, or run the one program by cgi:";
    if (S_ISDIR(facts.st_mode) && scheme == "cgi")
        return "name the file itself, or run all that are in there by cgi-dir:";
    if (!S_ISREG(facts.st_mode)) return "name the file itself";
    if (scheme == "lambda" ? ::access(path.c_str(), X_OK) != 0
                           : scheme == "cgi" && why.ends_with("(chmod +x)"))
        return "chmod +x " + path;
    return scheme == "plugin" ? "a plug-in is a shared library that has a TURNGATE_PLUGIN" : "";
}

// The words of "python3 app.py" that name files here.
std::vector<std::string> files_among(std::string_view words) {
    std::vector<std::string> files;
    while (!words.empty()) {
        const std::string word(take_element(words, ' '));
        struct stat facts {};
        if (!word.empty() && ::stat(word.c_str(), &facts) == 0 && S_ISREG(facts.st_mode))
            files.push_back(word);
    }
    return files;
}

// Opens plugin:PATH by a copy of PATH, which need not be there any more when it is loaded. Null for
// a server. Throws whatever goes wrong.
HandlerPtr open_copy(const std::string& path, std::string_view query) {
    const os::TemporaryDirectory directory;
    const std::filesystem::path copy =
        std::filesystem::path(directory.path()) / std::filesystem::path(path).filename();
    std::filesystem::copy_file(path, copy);
    // The process that runs a server loads the file itself, now and whenever it is started again.
    if (is_plugin_server(copy.string())) return nullptr;
    return open_handler("plugin:" + percent_escape_path(copy.string()) + std::string(query));
}

}  // namespace

std::function<void(Level, std::string_view)> target_log(const ReadVariable& get) {
    LogForm form{.json = ::isatty(STDERR_FILENO) == 0, .door = "http"};
    try {
        form = log_form(observe_settings(get), std::move(form));
    } catch (const Error&) {  // who serves has refused it; others have no log of their own
    }
    const std::shared_ptr<Reporter> reporter = stderr_reporter(std::move(form));
    return [reporter](Level level, std::string_view message) {
        reporter->logged(Context(), level, message);
    };
}

HandlerPtr open_target_apart(std::string_view uri, HandlerPtr self, const ReadVariable& get,
                             BackendChanged changed) {
    constexpr std::string_view scheme = "plugin:";
    if (uri.starts_with(scheme)) {
        const std::string_view rest = uri.substr(scheme.size());
        const auto mark = std::min(rest.find('?'), rest.size());
        try {
            HandlerPtr handler = open_copy(percent_decode(rest.substr(0, mark)), rest.substr(mark));
            if (handler) return handler;
        } catch (const std::exception&) {  // what is wrong is told of the file itself
        }
    }
    return open_target(uri, std::move(self), get, std::move(changed));
}

bool is_elsewhere(std::string_view uri) noexcept {
    if (uri.starts_with("fcgi:spawn:") || uri.starts_with("fcgi:spawn?")) return false;
    constexpr std::string_view schemes[] = {
        "http://", "https://", "http+unix:", "fcgi:", "invoke:", "lambda:"};
    return std::any_of(std::begin(schemes), std::end(schemes),
                       [&](std::string_view scheme) { return uri.starts_with(scheme); });
}

std::string own_path() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

std::vector<std::string> target_files(std::string_view uri) {
    if (uri == "self") return {own_path()};
    constexpr std::string_view spawned = "spawn:";
    const std::string_view scheme = uri.substr(0, uri.find(':'));
    uri.remove_prefix(std::min(uri.size(), scheme.size() + 1));
    if (uri.starts_with(spawned)) return files_among(uri.substr(spawned.size()));
    if (scheme == "fcgi" && uri.starts_with("spawn?"))
        return files_among(uri.substr(std::min(uri.find(':'), uri.size() - 1) + 1));
    if (scheme == "cgi" || scheme == "plugin" || scheme == "lambda")
        return {percent_decode(uri.substr(0, uri.find('?')))};
    return {};
}

HandlerPtr open_target(std::string_view uri, HandlerPtr self, const ReadVariable& get,
                       BackendChanged changed) {
    if (uri == "self" && self) return self;
    if (uri == "self")
        throw cli::CommandError(
            cli::exit_status::no_target, "target self: no handler is linked into this program",
            "name one with -t, such as -t plugin:./handler.so or -t cgi:./program");
    constexpr std::string_view lambda = "lambda:", invoke = "invoke:";
    try {
        if (uri.starts_with(lambda))
            return host::lambda_target(uri.substr(lambda.size()), get, target_log(get));
        if (uri.starts_with(invoke)) return host::invoke_target(uri.substr(invoke.size()));
        // Else our standard output is whoever's has started us: of CGI and of commands it is the
        // answer.
        return open_handler(
            uri, target_log(get), std::move(changed),
            OutputCapture::is_on() ? ProgramOutput::inherited : ProgramOutput::diverted);
    } catch (const cli::CommandError&) {  // has said it all
        throw;
    } catch (const BadSetting& e) {  // it is not the program, file or address that is wrong
        const std::string_view how = option_advice(uri);
        throw cli::CommandError(cli::exit_status::no_target,
                                std::string("cannot open the target: ") + e.what(),
                                how.empty() ? advice(uri, e.what()) : std::string(how));
    } catch (const std::exception& e) {
        std::throw_with_nested(cli::CommandError(cli::exit_status::no_target,
                                                 std::string("cannot open the target: ") + e.what(),
                                                 advice(uri, e.what())));
    }
}

}  // namespace turngate
