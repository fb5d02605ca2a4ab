#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <turngate/os/temporary_directory.h>

namespace turngate::os {

TemporaryDirectory::TemporaryDirectory() {
    const char* parent = std::getenv("TMPDIR");
    path_ = (parent && *parent ? std::string(parent) : "/tmp") + "/turngate-XXXXXX";
    if (!::mkdtemp(path_.data()))
        throw std::system_error(
            errno, std::generic_category(),
            "cannot make a directory like " + path_ + " (the variable TMPDIR names another place)");
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace turngate::os
