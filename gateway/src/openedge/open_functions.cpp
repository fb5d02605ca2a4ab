#include "openedge/open_functions.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/exit_status.h"
#include "function_choice.h"
#include <turngate/handlers/openedge.h>
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/os/subprocess.h>

namespace turngate::openedge {
namespace {

using Named = std::pair<std::string, HandlerPtr>;

// Chooses by what the call says. Names are only looked up here.
class ByFunctionName final : public Handler {
  public:
    explicit ByFunctionName(std::vector<Named> functions) : functions_(std::move(functions)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        const Message* message = request.context.find<Message>();
        const std::string_view name = message ? std::string_view(message->function_name) : "";
        const auto found = std::find_if(functions_.begin(), functions_.end(),
                                        [&](const Named& one) { return one.first == name; });
        // Baetyl 2 calls the first by no name.
        if (found == functions_.end() && !name.empty()) throw Error("function not found");
        (found == functions_.end() ? functions_.front() : *found).second->serve(request, response);
    }

    bool may_migrate() const noexcept override {
        return std::any_of(functions_.begin(), functions_.end(),
                           [](const Named& one) { return one.second->may_migrate(); });
    }

  private:
    const std::vector<Named> functions_;
};

bool is_target(std::string_view handler) {
    return handler.find(':') != handler.npos;
}

// With the file that it names in `directory`.
std::string target_in(const std::string& directory, const std::string& target) {
    constexpr std::array schemes = {"plugin:", "cgi:", "cgi-dir:", "files:"};
    for (const std::string_view scheme : schemes)
        if (target.starts_with(scheme) && !target.substr(scheme.size()).starts_with('/'))
            return std::string(scheme) + percent_escape_path(directory) + '/' +
                   target.substr(scheme.size());
    return target;
}

// With a command that runs in `directory`, when it is started again as well.
std::string command_in(const std::string& directory, const std::string& target) {
    constexpr std::string_view http = "http:spawn:", fcgi = "fcgi:spawn";
    std::size_t colon = target.npos;
    if (target.starts_with(http)) colon = http.size() - 1;
    if (target.starts_with(fcgi)) colon = target.find(':', fcgi.size());
    if (colon == target.npos) return target;
    return target.substr(0, colon + 1) + "cd " + os::shell_word(directory) + " && " +
           target.substr(colon + 1);
}

// "sayhi.handler" is a function in a module to Python, and may be either of both here.
HandlerPtr linked(const HandlerPtr& all, const FunctionSettings& function) {
    const std::string& handler = function.handler;
    for (const std::string& name : {handler, handler.substr(0, handler.find('.')), function.name})
        if (HandlerPtr found = find_by_name(all, name)) return found;
    return by_name(all, handler);  // which says what there is
}

// An existing directory, absolute, for we may leave this one.
std::string directory_of(const FunctionSettings& function) {
    std::error_code error;
    const auto path =
        std::filesystem::canonical(function.directory.empty() ? "." : function.directory, error);
    if (error)
        throw Error("the codedir " + function.directory + " of the function " + function.name +
                    " cannot be read: " + error.message());
    return path.string();
}

HandlerPtr open_target_of(const FunctionSettings& function, const std::string& directory,
                          const Openers& openers, const ReadVariable& get) {
    const std::string& handler = function.handler;
    if (!openers.open_target)
        throw Error("the handler of the function " + function.name + " is " + handler +
                    ", and this program opens no targets: it has no commands, as run(handler) "
                    "makes it. Let it call run(argc, argv, handler)");
    const std::string target =
        is_target(handler)
            ? handler
            : "plugin:" + percent_escape_path(handler.substr(0, handler.find('.'))) + ".so";
    try {
        std::filesystem::current_path(directory);  // for other paths in the target
        return openers.open_target(command_in(directory, target_in(directory, target)), nullptr,
                                   get, openers.changed);
    } catch (const cli::CommandError& e) {  // its advice is for a command line
        throw Error("the handler of the function " + function.name + ": " + e.what());
    }
}

}  // namespace

HandlerPtr open_functions(const Settings& settings, const Openers& openers,
                          const ReadVariable& get) {
    const HandlerPtr all = openers.open ? openers.open(openers.changed) : nullptr;
    std::vector<Named> functions;
    std::vector<std::string> directories;  // before any is left
    for (const FunctionSettings& function : settings.functions)
        directories.push_back(all && !is_target(function.handler) ? "" : directory_of(function));
    for (std::size_t i = 0; i < directories.size(); ++i) {
        const FunctionSettings& function = settings.functions[i];
        functions.emplace_back(function.name,
                               directories[i].empty()
                                   ? linked(all, function)
                                   : open_target_of(function, directories[i], openers, get));
    }
    const auto first = std::find_if(directories.begin(), directories.end(),
                                    [](const std::string& path) { return !path.empty(); });
    if (first != directories.end()) std::filesystem::current_path(*first);
    if (!settings.by_name) return functions.front().second;
    return std::make_shared<const ByFunctionName>(std::move(functions));
}

}  // namespace turngate::openedge
