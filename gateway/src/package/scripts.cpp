#include "package/scripts.h"

#include <turngate/os/subprocess.h>

namespace turngate::package::scripts {
namespace {

using os::shell_word;

// LD_LIBRARY_PATH of Lambda is for the image's own programs, such as the shell's: not for these.
std::string start(const std::string& place, const std::string& loader, const std::string& program,
                  const std::string& more) {
    return "exec \"" + place + "/lib/" + loader + "\" --library-path \"" + place + "/lib\" \"" +
           place + "/bin/\"" + shell_word(program) + more + " \"$@\"\n";
}

constexpr std::string_view php_places = " -c \"$here/php\" -d extension_dir=\"$here/php/modules\"";

// A name that nothing can have: FPM removes it when it ends.
constexpr std::string_view fpm_socket = "/dev/null/turngate";

}  // namespace

std::string bootstrap_apart(const std::string& loader, const std::string& program) {
    return "#!/bin/sh\n"
           "# The program with the loader and the libraries of the machine that packed it.\n" +
           start("${0%/*}/turngate", loader, program, "");
}

std::string apart(const std::string& loader, const std::string& program) {
    return "#!/bin/sh\n"
           "# The program with the loader and the libraries of the machine that packed it.\n" +
           start("${0%/*}", loader, program, "");
}

std::string php_cgi(const std::string& loader, const std::string& program) {
    return "#!/bin/sh\n"
           "# PHP of the machine that packed it.\n"
           "here=${0%/*}\n"
           "export PHP_INI_SCAN_DIR=\"$here/php/conf.d\"\n" +
           start("$here", loader, program, std::string(php_places));
}

std::string php_fpm(const std::string& loader, const std::string& program) {
    return "#!/bin/sh\n"
           "# PHP of the machine that packed it. FPM takes over a socket that it is told of as if "
           "it were started anew.\n"
           "here=${0%/*}\n"
           "exec 3<&0 </dev/null\n"
           "export PHP_INI_SCAN_DIR=\"$here/php/conf.d\" FPM_SOCKETS=" +
           std::string(fpm_socket) + "=3\n" +
           start("$here", loader, program,
                 std::string(php_places) + " -F -O -R -y \"$here/php/fpm.conf\"");
}

std::string php_fpm_settings() {
    return "[global]\n"
           "daemonize = no\n"
           // Standard error, by -O: it may be somebody else's, whose file nobody opens anew.
           "error_log = /dev/null\n"
           "log_level = warning\n"
           "[php]\n"
           "listen = " +
           std::string(fpm_socket) +
           "\n"
           "pm = static\n"
           "pm.max_children = 1\n"
           "clear_env = no\n"
           "catch_workers_output = yes\n"
           "decorate_workers_output = no\n";
}

std::string target(const std::string& uri) {
    return "#!/bin/sh\n"
           "# Serves a target with turngate.\n"
           "cd -- \"${0%/*}\" || exit 1\n"
           "here=$PWD\n"
           "export PATH=\"$here/turngate:$PATH\"\n"
           "[ ! -d app ] || cd app || exit 1\n"
           "exec \"$here/turngate/turngate\" run " +
           shell_word(uri) + "\n";
}

std::string layer() {
    return "#!/bin/sh\n"
           "# Serves what the function names: TURNGATE_TARGET, else its handler.\n"
           "here=${0%/*}\n"
           "cd -- \"${LAMBDA_TASK_ROOT:-.}\" || exit 1\n"
           "target=${TURNGATE_TARGET:-$_HANDLER}\n"
           "case $target in\n"
           "  *:*) ;;\n"
           "  *) target=\"http:spawn:exec ./$target\" ;;\n"
           "esac\n"
           "exec \"$here/turngate/turngate\" run \"$target\"\n";
}

}  // namespace turngate::package::scripts
