// PHP of this machine, for packages that have scripts.
#pragma once

#include <string>
#include <vector>

#include "package/packed_files.h"

namespace turngate::package {

struct PhpInstallation {
    std::string program = {};               // php-fpm or php-cgi
    std::vector<std::string> modules = {};  // paths of shared libraries
    std::string settings = {};              // php.ini; empty: none
    std::vector<std::string> more = {};     // further settings, in their order
};

// By the php-fpm or php-cgi, as `name` says, of PATH or /usr/sbin, which is asked; of several with
// a version behind their name, by the latest. Throws PackageError if there is none.
PhpInstallation find_php(std::string_view name);

// The name of the one that packages of PHP have: php-fpm, or php-cgi where that alone is there.
std::string_view preferred_php();

// What php-cgi says of itself: lines of NAME=VALUE. Throws Error if it says something else.
PhpInstallation php_of(const std::string& program, std::string_view said);

// The same of php-fpm: the text of phpinfo().
PhpInstallation php_of_info(const std::string& program, std::string_view info);

}  // namespace turngate::package
