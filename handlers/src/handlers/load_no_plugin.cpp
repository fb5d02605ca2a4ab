// What a static build has in place of load_plugin.cpp: a program without a dynamic linker can load
// nothing.
#include <turngate/handlers/load_plugin.h>
#include <turngate/http/error.h>

namespace turngate {

namespace {

[[noreturn]] void refuse(const std::string& path) {
    throw Error("cannot load the plug-in " + path + ": this is a static build, which loads none");
}

}  // namespace

HandlerPtr load_plugin(const std::string& path, std::string_view) {
    refuse(path);
}

bool is_plugin_server(const std::string& path) {
    refuse(path);
}

void run_plugin_server(const std::string& path, const std::string&, std::uint16_t) {
    refuse(path);
}

}  // namespace turngate
