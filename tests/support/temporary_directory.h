// A directory for one test, removed with everything in it.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <stdlib.h>
#include <string>
#include <string_view>

namespace turngate::test {

class TemporaryDirectory {
  public:
    TemporaryDirectory() : path_(std::filesystem::temp_directory_path() / "turngate-XXXXXX") {
        if (!::mkdtemp(path_.data())) throw std::runtime_error("no temporary directory");
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

    const std::string& path() const noexcept { return path_; }
    std::string operator/(std::string_view name) const { return path_ + '/' + std::string(name); }

    // Writes a file, and the directories it is in, and returns its path; `executable` as a script
    // needs it.
    std::string write(std::string_view name, std::string_view text, bool executable = false) const {
        std::string file = *this / name;
        std::filesystem::create_directories(std::filesystem::path(file).parent_path());
        std::ofstream(file, std::ios::binary) << text;
        if (executable) std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        return file;
    }

    // What is in a file; empty if there is none.
    std::string read(std::string_view name) const {
        std::ostringstream out;
        out << std::ifstream(*this / name, std::ios::binary).rdbuf();
        return out.str();
    }
    bool has(std::string_view name) const { return std::filesystem::exists(*this / name); }

  private:
    std::string path_;
};

}  // namespace turngate::test
