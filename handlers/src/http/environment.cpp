// Variables of one request, and which no request may have.
#include <algorithm>
#include <cstdlib>
#include <iterator>

#include <turngate/http/environment.h>

namespace turngate {
namespace {

constexpr std::string_view reserved[] = {
    // Loaders and the C library (ld.so(8), "Secure-execution mode").
    "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH",
    "NIS_PATH", "NLSPATH", "RESOLV_HOST_CONF", "RES_OPTIONS", "TZDIR",
    // Interpreters: where they find what they run, and what they run besides.
    "CLASSPATH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "LUA_CPATH", "LUA_INIT", "LUA_PATH",
    "NODE_OPTIONS", "NODE_PATH", "NODE_REPL_EXTERNAL_MODULE", "OPENSSL_CONF", "OPENSSL_ENGINES",
    "OPENSSL_MODULES", "PERL5DB", "PERL5LIB", "PERL5OPT", "PERLLIB", "PHPRC", "PHP_INI_SCAN_DIR",
    "PYTHONBREAKPOINT", "PYTHONEXECUTABLE", "PYTHONHOME", "PYTHONINSPECT", "PYTHONPATH",
    "PYTHONPLATLIBDIR", "PYTHONPYCACHEPREFIX", "PYTHONSTARTUP", "PYTHONUSERBASE", "PYTHONWARNINGS",
    "RUBYLIB", "RUBYOPT", "_JAVA_OPTIONS",
    // Shells.
    "BASHOPTS", "BASH_ENV", "CDPATH", "ENV", "IFS", "PATH", "PS4", "SHELLOPTS",
    // RFC 3875 section 4.1, the usual others, and what php-fpm obeys.
    "AUTH_TYPE", "CONTENT_LENGTH", "CONTENT_TYPE", "DOCUMENT_ROOT", "DOCUMENT_URI",
    "GATEWAY_INTERFACE", "HTTPS", "PATH_INFO", "PATH_TRANSLATED", "PHP_ADMIN_VALUE", "PHP_VALUE",
    "QUERY_STRING", "REDIRECT_STATUS", "REMOTE_ADDR", "REMOTE_HOST", "REMOTE_IDENT", "REMOTE_PORT",
    "REMOTE_USER", "REQUEST_METHOD", "REQUEST_SCHEME", "REQUEST_URI", "SCRIPT_FILENAME",
    "SCRIPT_NAME", "SERVER_ADDR", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL",
    "SERVER_SOFTWARE",
    // By which programs find out where they run.
    "APPWRITE_INTERNAL_RUNTIME_KEY", "AWS_LAMBDA_HTTP_ENDPOINT", "AWS_LAMBDA_RUNTIME_API",
    "INTERNAL_RUNTIME_KEY", "RUNTIME_PORT", "VERCEL_IPC_PATH"};

constexpr std::string_view reserved_beginnings[] = {
    "BAETYL_SERVICE_", "BASH_FUNC_",        "FCGI_",          "HTTP_",    "LD_",
    "MALLOC_",         "OPENEDGE_SERVICE_", "OPEN_RUNTIMES_", "TURNGATE_"};

}  // namespace

bool Environment::set(std::string_view name, std::string_view value) {
    if (name.empty()) throw Error("a variable of the environment needs a name");
    if (name.find_first_of(std::string_view("=\0", 2)) != name.npos)
        throw Error("the name of a variable of the environment has a '=' or a NUL");
    if (value.find('\0') != value.npos)
        throw Error("the variable " + std::string(name) + " of the environment has a NUL");
    if (is_reserved_variable(name)) return false;
    variables_.insert_or_assign(std::string(name), std::string(value));
    return true;
}

const std::string* Environment::find(std::string_view name) const noexcept {
    const auto found = variables_.find(name);
    return found == variables_.end() ? nullptr : &found->second;
}

bool is_reserved_variable(std::string_view name) noexcept {
    return std::find(std::begin(reserved), std::end(reserved), name) != std::end(reserved) ||
           std::any_of(std::begin(reserved_beginnings), std::end(reserved_beginnings),
                       [&](std::string_view beginning) { return name.starts_with(beginning); });
}

std::optional<std::string> variable(const Context& context, const std::string& name) {
    if (const auto* environment = context.find<Environment>())
        if (const std::string* value = environment->find(name)) return *value;
    const char* const value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace turngate
