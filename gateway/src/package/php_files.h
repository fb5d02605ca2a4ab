// PHP of this machine, for packages that have scripts.
#pragma once

#include <string>
#include <vector>

#include "package/packed_files.h"

namespace turngate::package {

struct PhpInstallation {
    std::string program = {};               // php-cgi
    std::vector<std::string> modules = {};  // paths of shared libraries
    std::string settings = {};              // php.ini; empty: none
    std::vector<std::string> more = {};     // further settings, in their order
};

// By php-cgi of PATH, which is asked. Throws PackageError if there is none.
PhpInstallation find_php();

// What it says of itself: lines of NAME=VALUE. Throws Error if it says something else.
PhpInstallation php_of(const std::string& program, std::string_view said);

}  // namespace turngate::package
