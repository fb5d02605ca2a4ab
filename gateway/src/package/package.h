// Functions for AWS Lambda's provided.al2023 as the files that they consist of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "package/packed_files.h"
#include <turngate/http/error.h>

namespace turngate::package {

// Why something cannot be packed, with what to do about it.
class PackageError : public Error {
  public:
    PackageError(const std::string& what, std::string hint) : Error(what), hint_(std::move(hint)) {}

    const std::string& hint() const noexcept { return hint_; }

  private:
    std::string hint_;
};

// What comes along that the user may not have expected to be so large.
struct PackagePart {
    std::string name;
    std::size_t files = 0;
    std::uint64_t bytes = 0;  // unpacked
};

struct Package {
    PackedFiles files = {};
    std::string machine = {};  // "x86_64" or "arm64"
    std::vector<PackagePart> parts = {};
};

struct PackageOptions {
    std::string turngate = {};  // the program that a package of a target has: this one
    bool libc = false;          // programs get the loader and the C library of this machine, too
    std::string folder = {};    // what belongs to a target; empty: the files that it names
    std::string archive = {};   // where the package goes, which is no part of it
};

// All throw PackageError and Error, naming the file and the rule.

// A program linked with turngate: `bootstrap`, and `lib/` if it needs libraries that the image has
// not. With `libc`, `bootstrap` is a script that starts it by its own loader below `turngate/`.
Package pack_program(const std::string& path, const PackageOptions& options);

// What `turngate run URI` serves: `app/`, in which it runs, turngate itself below `turngate/`, and
// a script. php-fpm or php-cgi comes along, with its modules and settings, if URI starts it.
Package pack_target(const std::string& uri, const PackageOptions& options);

// A folder of PHP scripts, with `public` as the document root if it has one.
Package pack_php(const PackageOptions& options);

// A layer: /opt/bootstrap serves the target that TURNGATE_TARGET or the function's handler names.
Package pack_layer(const PackageOptions& options);

}  // namespace turngate::package
