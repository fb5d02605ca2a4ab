// Generated: a program that puts another one, or a tree of scripts, on the platform.
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>

#include <turngate/turngate.h>

int main(int, char** argv) {
    const std::filesystem::path directory =
        std::filesystem::read_symlink("/proc/self/exe").parent_path();
    // The files are here or below; in `vercel dev` they are where they are edited.
    if (!std::getenv("VERCEL_DEV")) std::filesystem::current_path(directory / "@tree@");
    const char* path = std::getenv("PATH");
    ::setenv("PATH", (directory.string() + ":" + (path ? path : "/usr/bin:/bin")).c_str(), 1);

    std::string command = "run";
    std::string target = R"turngate(@target@)turngate";
    char* arguments[] = {argv[0], command.data(), target.data(), nullptr};
    return turngate::run(std::size(arguments) - 1, arguments, turngate::HandlerPtr());
}
