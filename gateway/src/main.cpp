// The `turngate` program.
#include <array>
#include <csignal>
#include <string>
#include <vector>

#include <Poco/Util/ServerApplication.h>

#include "cli/cli.h"
#include "cli/environment.h"
#include "open_target.h"
#include "run_as.h"
#include "serve_openedge.h"
#include <turngate/os/fd.h>

namespace {

// What listens has Poco's logging and configuration at hand; the command line is ours alone.
class Server final : public Poco::Util::ServerApplication {
  public:
    Server(int argc, char** argv) : argc_(argc), argv_(argv) {
        stopOptionsProcessing();
        // Poco turns crashes into exceptions; a crash is to look like one.
        constexpr std::array crashes = {SIGILL, SIGBUS, SIGSEGV, SIGSYS};
        std::array<struct sigaction, crashes.size()> before{};
        for (std::size_t i = 0; i < crashes.size(); ++i)
            ::sigaction(crashes[i], nullptr, &before[i]);
        init(argc, argv);
        for (std::size_t i = 0; i < crashes.size(); ++i)
            ::sigaction(crashes[i], &before[i], nullptr);
    }

  private:
    int main(const std::vector<std::string>&) override {
        return turngate::cli::run(argc_, argv_, nullptr);
    }

    int argc_;
    char** argv_;
};

// As a function's entry: its handler is a target.
int run_openedge(int argc, char** argv) {
    turngate::os::occupy_standard_streams();
    return turngate::run_as(
        "openedge", {}, "self",
        turngate::with_openedge_argument(argc, argv, turngate::cli::process_environment()),
        turngate::open_target);
}

}  // namespace

int main(int argc, char** argv) {
    if (turngate::is_openedge_start(argc, argv)) return run_openedge(argc, argv);
    if (!turngate::cli::listens(argc, argv)) return turngate::cli::run(argc, argv, nullptr);
    Server server(argc, argv);
    return server.Application::run();
}
