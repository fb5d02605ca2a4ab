// Handlers from shared libraries.
#include <atomic>
#include <cstring>
#include <dlfcn.h>
#include <exception>
#include <filesystem>
#include <system_error>

#include <turngate/handlers/load_plugin.h>
#include <turngate/handlers/plugin.h>

namespace turngate {
namespace {

// Members die last to first: the handler before the code it runs.
struct Loaded {
    std::shared_ptr<void> library;
    HandlerPtr handler;
};

// Another way to write `file` each time. glibc takes a name it has loaded for the library it has
// loaded, also when the file has been replaced since; of a new name it compares the file itself.
// The directory stays the same, for $ORIGIN.
std::string fresh_spelling(const std::string& file) {
    static std::atomic<unsigned> loads = 0;
    const auto name = file.rfind('/') + 1;
    std::string out = file.substr(0, name);
    for (unsigned n = loads++; n > 0; n /= 2)
        out += n % 2 == 1 ? "./" : "/";
    return out + file.substr(name);
}

// What dlerror() says, about the file as the user calls it.
std::string load_error(const std::string& spelling, const std::string& file) {
    std::string error = ::dlerror();
    if (const auto at = error.find(spelling); at != error.npos)
        error.replace(at, spelling.size(), file);
    return error;
}

std::shared_ptr<void> open_library(const std::string& path) {
    std::error_code ignored;
    if (path.find('\0') != std::string::npos) throw Error("the path of the plug-in has a NUL");
    if (!std::filesystem::exists(path, ignored))
        throw Error("cannot load the plug-in " + path + ": there is no such file");
    // dlopen() searches the system for a name without '/'.
    const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
    const std::string spelling = fresh_spelling(file);
    void* library = ::dlopen(spelling.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
        throw Error("cannot load the plug-in " + path + ": " + load_error(spelling, file));
    return {library, [](void* opened) { ::dlclose(opened); }};
}

const Plugin& table_of(void* library, const std::string& path) {
    auto entry = reinterpret_cast<const Plugin* (*)()>(::dlsym(library, "turngate_plugin"));
    const Plugin* plugin = entry ? entry() : nullptr;
    if (!plugin || !plugin->abi)
        throw Error(path + " is no turngate plug-in: it does not use TURNGATE_PLUGIN");
    if (std::strcmp(plugin->abi, plugin_abi) != 0)
        throw Error("the plug-in " + path + " was built for \"" + plugin->abi + "\", this is \"" +
                    plugin_abi + "\": build it with this turngate and compiler");
    if (plugin->size < sizeof(Plugin) || !plugin->create)
        throw Error("the plug-in " + path + " exports an incomplete table");
    return *plugin;
}

// The message of an exception outlives the library that threw it, the exception does not.
std::string try_create(const Plugin& plugin, std::string_view config, HandlerPtr& handler) {
    try {
        handler = plugin.create(config);
        return handler ? "" : "its create() returned no handler";
    } catch (const std::exception& e) {
        return std::string("its create() failed: ") + e.what();
    } catch (...) {
        return "its create() threw something that is no std::exception";
    }
}

}  // namespace

HandlerPtr load_plugin(const std::string& path, std::string_view config) {
    auto loaded = std::make_shared<Loaded>();
    loaded->library = open_library(path);
    const Plugin& plugin = table_of(loaded->library.get(), path);
    if (plugin.listen)
        throw Error("the plug-in " + path + " is a server, not a handler: open plugin:" + path);
    if (std::string error = try_create(plugin, config, loaded->handler); !error.empty())
        throw Error("cannot load the plug-in " + path + ": " + error);
    return {loaded, loaded->handler.get()};
}

bool is_plugin_server(const std::string& path) {
    const auto library = open_library(path);
    return table_of(library.get(), path).listen != nullptr;
}

void run_plugin_server(const std::string& path, const std::string& host, std::uint16_t port) {
    const auto library = open_library(path);
    const Plugin& plugin = table_of(library.get(), path);
    if (!plugin.listen)
        throw Error("the plug-in " + path + " is no server: it exports no listen(host, port)");
    plugin.listen(host, port);
}

}  // namespace turngate
