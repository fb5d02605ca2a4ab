// Proof that a plug-in loads, is refused when its ABI differs, and outlives its last handler.
#include <cstring>
#include <dlfcn.h>

#include <turngate/handlers/backends.h>
#include <turngate/handlers/plugin.h>

namespace turngate {

HandlerPtr load_plugin(const std::string& path, std::string_view config) {
    auto close = [](void* library) {
        if (library) ::dlclose(library);
    };
    // Members die last to first: the handler before the code it runs.
    struct Loaded {
        std::shared_ptr<void> library;
        HandlerPtr handler;
    };
    auto loaded = std::make_shared<Loaded>();
    loaded->library.reset(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL), close);
    if (!loaded->library) throw Error(std::string("cannot load the plug-in: ") + ::dlerror());
    auto entry =
        reinterpret_cast<const Plugin* (*)()>(::dlsym(loaded->library.get(), "turngate_plugin"));
    if (!entry) throw Error(path + " is not a turngate plug-in");
    const Plugin* plugin = entry();
    if (std::strcmp(plugin->abi, plugin_abi) != 0)
        throw Error(path + " was built for \"" + plugin->abi + "\", this is \"" + plugin_abi + '"');
    loaded->handler = plugin->create(config);
    return {loaded, loaded->handler.get()};
}

}  // namespace turngate
