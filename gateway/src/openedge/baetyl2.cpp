#include "openedge/baetyl2.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

#include "cli/value.h"
#include <turngate/http/error.h>

namespace turngate::openedge {
namespace {

constexpr const char* certificates = "var/lib/baetyl/system/certs/";

std::string value_or(const ReadVariable& get, const char* name, const char* usual) {
    const std::string value = get(name).value_or("");
    return value.empty() ? usual : value;
}

// In Kubernetes a function has the network of its pod for itself, and a port that is agreed upon.
std::string address_in(const std::string& mode, const ReadVariable& get) {
    if (mode == "kube") return "0.0.0.0:80";
    if (mode != "native")
        throw Error("BAETYL_RUN_MODE=" + mode + " is wrong: expected kube or native");
    const std::string port = get("BAETYL_SERVICE_DYNAMIC_PORT").value_or("");
    const auto number = cli::parse_number(port);
    if (!number || *number < 0 || *number > 65535)
        throw Error("BAETYL_SERVICE_DYNAMIC_PORT=" + port +
                    " is wrong: expected a port, which BAETYL_RUN_MODE=native needs");
    return "127.0.0.1:" + port;
}

// The words of the platform's own runtimes.
std::string system_file(const char* name) {
    const std::string path = std::string(certificates) + name;
    if (::access(path.c_str(), F_OK) != 0)
        throw Error("system certificate is not found: " + path + ": " + std::strerror(errno));
    return path;
}

}  // namespace

std::optional<Baetyl2> baetyl2(const ReadVariable& get) {
    const std::string mode = get("BAETYL_RUN_MODE").value_or("");
    if (mode.empty()) return std::nullopt;
    return Baetyl2{.configuration = value_or(get, "BAETYL_CONF_FILE", "etc/baetyl/conf.yml"),
                   .code = value_or(get, "BAETYL_CODE_PATH", "var/lib/baetyl/code"),
                   .name = get("BAETYL_SERVICE_NAME").value_or(""),
                   .address = address_in(mode, get),
                   .tls = {system_file("crt.pem"), system_file("key.pem"), system_file("ca.pem")}};
}

}  // namespace turngate::openedge
