// Why a function cannot start, as Vercel's runtimes say it.
#pragma once

#include <exception>
#include <optional>
#include <string>

namespace turngate::vercel {

struct Unrecoverable {
    int exit_code;  // of this process, which is that of the program if it has ended with one
    std::string message;
};

// What became of a program that was to serve HTTP for us, in the words of the proxy for Go. Absent
// if `e`, and what is nested in it, is something else than a SpawnFailure.
std::optional<Unrecoverable> spawn_failure(const std::exception& e);

}  // namespace turngate::vercel
