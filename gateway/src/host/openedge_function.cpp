#include "host/openedge_function.h"

#include <csignal>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "host/reserved_port.h"
#include <turngate/json/json_writer.h>
#include <turngate/os/socket.h>

namespace turngate::host {
namespace {

using namespace std::chrono_literals;
using openedge::GrpcError;
using openedge::GrpcStatus;
using Clock = std::chrono::steady_clock;

constexpr auto grace = 30s;  // from SIGTERM to SIGKILL, as the master has it
constexpr int redial = 1;    // milliseconds; OpenEdge's manager waits a second
constexpr std::uint64_t max_message = 4u << 20;

// True once the process has ended; else after a moment.
bool has_ended(os::Subprocess& process) {
    pollfd poll{process.exit_fd(), POLLIN, 0};
    return ::poll(&poll, 1, redial) > 0;
}

}  // namespace

OpenEdgeFunction::OpenEdgeFunction(OpenEdgeFunctionOptions options)
    : options_(std::move(options)) {}

OpenEdgeFunction::~OpenEdgeFunction() {
    end();
}

void OpenEdgeFunction::stop() {
    const std::lock_guard lock(mutex_);
    end();
}

std::string OpenEdgeFunction::configuration(const OpenEdgeFunctionOptions& options,
                                            const std::string& address) {
    const auto timeout = std::chrono::nanoseconds(options.timeout).count();
    std::string out;
    JsonWriter json(out);
    const auto length = [&] {
        json.key("message").begin_object().key("length").begin_object();
        json.key("max").unsigned_integer(max_message).end_object().end_object();
    };
    json.begin_object().key("name").string("host-" + options.name + "-1");
    json.key("logger").begin_object().key("path").string("").key("level").string("info");
    json.key("format").string("text").key("console").boolean(true).end_object();
    json.key("server").begin_object().key("address").string(address);
    json.key("timeout").integer(timeout);
    length();
    json.end_object().key("function").begin_object().key("id").string(options.name);
    json.key("name").string(options.name).key("handler").string(options.handler);
    json.key("codedir").string(options.directory);
    json.key("instance").begin_object().key("min").integer(0).key("max").integer(1);
    json.key("timeout").integer(timeout);
    length();
    json.end_object().key("entry").string(options.command.front());
    json.end_object().end_object();
    return out;
}

void OpenEdgeFunction::start(Timings& timings) {
    const auto begun = Clock::now();
    const ReservedPort place;
    const std::string address = "127.0.0.1:" + std::to_string(place.port());
    os::Command shell{.program = "/bin/sh",  // which looks for the program in PATH
                      .arguments = {"-c", "exec \"$0\" \"$@\""},
                      .environment = options_.environment,
                      .output = STDERR_FILENO};
    shell.arguments.insert(shell.arguments.end(), options_.command.begin(), options_.command.end());
    shell.arguments.insert(shell.arguments.end(), {"-c", configuration(options_, address)});
    process_.emplace(shell);
    const auto where = os::Address::parse(address);
    for (;;) {
        try {
            client_.emplace(os::connect_to(where, options_.timeout));
            break;
        } catch (const std::system_error&) {  // it does not listen yet
        }
        if (has_ended(*process_))
            throw GrpcError(GrpcStatus::unavailable,
                            "the program " +
                                os::describe(process_->wait().value_or(os::ExitStatus())) +
                                " before it listened");
        if (Clock::now() - begun > options_.timeout)
            throw GrpcError(GrpcStatus::unavailable, "the program does not listen on " + address);
    }
    timings.start = Clock::now() - begun;
    options_.say("started: process " + std::to_string(process_->pid()) + " listens on " + address);
}

void OpenEdgeFunction::end() noexcept {
    client_.reset();
    if (!process_) return;
    const os::ExitStatus status = process_->stop(grace);
    process_.reset();
    options_.say("stopped: the process " + os::describe(status));
}

std::string OpenEdgeFunction::call(openedge::FunctionMessage message, Timings& timings) {
    const std::lock_guard lock(mutex_);
    if (process_ && process_->wait(0ms)) end();  // it has ended by itself
    constexpr auto generation = openedge::Generation::runtime;
    auto begun = Clock::now();
    try {
        if (!client_) start(timings);
        begun = Clock::now();
        std::string reply = client_->call(path_of(generation), write_message(message, generation),
                                          options_.timeout);
        timings.call = Clock::now() - begun;
        return read_message(reply, generation).payload;
    } catch (const GrpcError&) {
        timings.call = Clock::now() - begun;
        end();
        throw;
    } catch (const std::exception& e) {  // no process, or no message
        timings.call = Clock::now() - begun;
        end();
        throw GrpcError(GrpcStatus::unavailable, e.what());
    }
}

}  // namespace turngate::host
