// The shell scripts of packages. Each is started by its path.
#pragma once

#include <string>

namespace turngate::package::scripts {

// `bootstrap`, which starts turngate/bin/PROGRAM by turngate/lib/LOADER.
std::string bootstrap_apart(const std::string& loader, const std::string& program);

// The same for a script that is in turngate/ itself.
std::string apart(const std::string& loader, const std::string& program);

// As apart(), for php-cgi with the modules and settings below turngate/php.
std::string php_cgi(const std::string& loader, const std::string& program);

// The same for php-fpm, which takes requests from the socket that is its standard input, and has
// one worker: Lambda sends one request at a time.
std::string php_fpm(const std::string& loader, const std::string& program);
std::string php_fpm_settings();

// `bootstrap`, which serves `uri` in app/. Programs of turngate/ are found by their names.
std::string target(const std::string& uri);

// A layer's `bootstrap`, which serves what the function names: TURNGATE_TARGET, else its handler,
// which may also be a program or a script that starts a server.
std::string layer();

}  // namespace turngate::package::scripts
