// What it costs to tell Vercel of a request, with a platform that reads and with one that does not.
#include <array>
#include <benchmark/benchmark.h>
#include <chrono>
#include <csignal>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "doors/vercel_reader.h"
#include "report/vercel_ipc.h"
#include <turngate/handlers/vercel_system.h>
#include <turngate/http/serve.h>
#include <turngate/os/socket.h>

using namespace turngate;

namespace {

// Listens in a process of its own, whose time is not ours, and reads or does not.
class Platform {
  public:
    explicit Platform(bool reads) : reader_(::fork()) {
        if (reader_ != 0) return;
        const os::Fd connection = os::accept_from(listener_.get());
        std::array<char, 64 * 1024> block;
        while (reads && os::read_some(connection.get(), block) > 0) {
        }
        while (!reads)
            ::pause();
        ::_exit(0);
    }
    ~Platform() {
        ::kill(reader_, SIGKILL);
        ::waitpid(reader_, nullptr, 0);
        ::unlink(path_.c_str());
    }

    const std::string& path() const noexcept { return path_; }

  private:
    const std::string path_ = "/tmp/turngate-bench-" + std::to_string(::getpid()) + ".sock";
    const os::Fd listener_ = os::listen_on({.path = path_});
    const pid_t reader_;
};

void tell(benchmark::State& state, bool reads, int lines) {
    Platform platform(reads);
    VercelIpc ipc({.path = platform.path(), .form = {.level = Level::info}});
    ipc.server_started(3000);
    Context context;
    context.put(vercel::Invocation{"iad1::iad1::abcde-1795216275188-0123456789ab", 4711});
    Outcome outcome;
    outcome.status = 200;
    int since_flush = 0;
    for (auto _ : state) {
        // Requests come at a pace at which a reader can follow.
        if (reads && ++since_flush % 32 == 0) ipc.flush(std::chrono::seconds(1));
        if (lines == 0) {
            ipc.began(context);
            ipc.ended(context, outcome);
        }
        for (int i = 0; i < lines; ++i)
            ipc.logged(context, Level::info,
                       "orders: 17 of 23 have been shipped, 6 wait for stock");
    }
}

BENCHMARK_CAPTURE(tell, request_to_a_reader, true, 0)->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(tell, line_to_a_reader, true, 1)->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(tell, line_to_who_stalls, false, 1)->MeasureProcessCPUTime();

void read_headers(benchmark::State& state) {
    const Headers headers = {
        {"Host", "example.vercel.app"},
        {"Accept", "*/*"},
        {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"},
        {"Accept-Encoding", "gzip, br"},
        {"x-forwarded-for", "203.0.113.7"},
        {"x-forwarded-host", "example.vercel.app"},
        {"x-forwarded-proto", "https"},
        {"x-real-ip", "203.0.113.7"},
        {"x-vercel-id", "iad1::abcde-1795216275188-0123456789ab"},
        {"x-vercel-ip-country", "NO"},
        {"x-vercel-internal-invocation-id", "iad1::iad1::abcde-1795216275188-0123456789ab"},
        {"x-vercel-internal-request-id", "4711"},
        {"x-vercel-internal-span-id", "0123456789abcdef"},
        {"x-vercel-internal-trace-id", "0123456789abcdef0123456789abcdef"}};
    VercelReader reader;
    const bool reads = state.range(0) == 1;
    for (auto _ : state) {
        Request request;
        request.headers = headers;
        if (reads) reader.read(request);
        benchmark::DoNotOptimize(request);
    }
}
BENCHMARK(read_headers)->Arg(0)->Arg(1);

}  // namespace

BENCHMARK_MAIN();
