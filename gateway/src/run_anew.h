// The same program again, in this process.
#pragma once

namespace turngate {

// Runs this program anew with the arguments and the environment that it has, whatever its threads
// do: they end, and descriptors are closed as they are for every program. Standard output and error
// become `out` and `errors`. Returns only if it cannot.
void run_anew(int out, int errors) noexcept;

// For RenewalOptions: run_anew(), or the end of the process if it was told to stop, or if that
// fails. What is captured of its output is told before.
[[noreturn]] void renew_process(int out, int errors) noexcept;

}  // namespace turngate
