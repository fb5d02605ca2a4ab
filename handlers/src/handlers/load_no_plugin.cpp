// What a static build has in place of load_plugin.cpp: a program without a dynamic linker can load
// nothing.
#include <turngate/handlers/load_plugin.h>
#include <turngate/http/error.h>

namespace turngate {

HandlerPtr load_plugin(const std::string& path, std::string_view) {
    throw Error("cannot load the plug-in " + path + ": this is a static build, which loads none");
}

}  // namespace turngate
