// record: live traffic becomes events with their replies.
#include <csignal>
#include <stdexcept>
#include <system_error>

#include "cli/announced_door.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/listen_options.h"
#include "cli/redaction_options.h"
#include "cli/request_options.h"
#include "cli/value.h"
#include "observe/settings.h"
#include "open_target.h"
#include "record/recorded.h"
#include "record/session.h"
#include "replay/printable.h"
#include "replay/quantity.h"
#include "signals.h"
#include "stderr_reporter.h"

namespace turngate::cli {
namespace {

constexpr Option own_options[] = {
    {.letter = 'l',
     .name = "listen",
     .value = "ADDR",
     .help = "where to listen: HOST:PORT, a PORT of this machine, unix:PATH; port 0 for any that "
             "is free; without it as serve has it: HOST and PORT of the environment, or "
             "127.0.0.1:8080",
     .kind = Value::text},
    {.name = "to",
     .value = "URL",
     .help = "pass requests on to URL, in place of a HANDLER",
     .kind = Value::text},
    {.letter = 'o',
     .name = "output",
     .value = "DIR",
     .help = "the directory for the events; made if it is not there",
     .kind = Value::text,
     .fallback = "events"},
    {.name = "as",
     .value = "SHAPE",
     .help = "the shape of the events; http keeps the most of a request",
     .kind = Value::choice,
     .fallback = "http",
     .choices = shape_names},
    redact_option,
    {.name = "max",
     .value = "N",
     .help = "stop after N events",
     .kind = Value::number,
     .minimum = 1},
};

constexpr auto options = joined(own_options, limit_options);

constexpr Exclusion exclusions[] = {{"to", ""}};

constexpr std::string_view examples[] = {
    "record --to http://127.0.0.1:3000 -o events/checkout --as apigw-v2",
    "record plugin:./handler.so -l 0 --redact /body/json/password --max 20",
};

std::string target_of(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    const auto& operands = arguments.operands();
    if (arguments.given("to") && !operands.empty())
        throw CommandError(exit_status::usage, "record takes --to URL or HANDLER, not both",
                           "drop one of them");
    if (arguments.given("to")) return std::string(arguments.text("to"));
    if (!operands.empty()) return operands[0];
    if (invocation.self) return "self";
    throw CommandError(exit_status::usage, "record needs --to URL or HANDLER",
                       "for example --to http://127.0.0.1:3000, or plugin:./handler.so");
}

// Loopback, unless somebody says other.
HttpOptions recording_options(const Invocation& invocation, Reporter& reporter) {
    const Arguments& arguments = invocation.arguments;
    HttpOptions http = listen_options(invocation);
    http.reporter = &reporter;
    if (arguments.given("listen")) {
        const std::string_view address = arguments.text("listen");
        const bool is_port = parse_number(address).has_value();
        http.listen = {(is_port ? "127.0.0.1:" : "") + std::string(address)};
    }
    return http;
}

std::unique_ptr<HttpDoor> listening_door(const Invocation& invocation, Reporter& reporter) {
    HttpOptions http = recording_options(invocation, reporter);
    try {
        return http_door(std::move(http));
    } catch (const std::invalid_argument& e) {
        throw CommandError(exit_status::usage, e.what(), "write -l 127.0.0.1:8080");
    } catch (const std::system_error& e) {
        throw CommandError(exit_status::usage, e.what(), "-l 0 takes any port that is free");
    }
}

// What the handler says: warnings and errors, unless somebody wants more or less.
std::unique_ptr<Reporter> handler_reporter(const Invocation& invocation) {
    try {
        return stderr_reporter(log_form(observe_settings(with_flags(invocation)),
                                        {.json = !invocation.err.terminal().is_terminal,
                                         .level = Level::warn,
                                         .door = "http"}));
    } catch (const Error& e) {
        throw CommandError(exit_status::usage, e.what(), "correct or unset the variable");
    }
}

// "redacting 6 headers, 1 other value"
std::string redaction_text(const recording::RedactionRules& rules) {
    if (rules.header_count() + rules.other_count() == 0) return "redacting nothing";
    std::string text = "redacting " + replay::count_text(rules.header_count(), "header");
    if (rules.other_count() > 0)
        text += ", " + replay::count_text(rules.other_count(), "other value");
    return text;
}

void say_summary(Invocation& invocation, const recording::Session& session,
                 const std::string& target, const recording::Folder& folder) {
    if (invocation.verbosity < 0) return;
    std::string text = replay::count_text(session.recorded(), "event") + " recorded";
    if (session.failed() > 0) text += "   " + std::to_string(session.failed()) + " not recorded";
    if (session.recorded() > 0) {
        const bool is_raw = invocation.arguments.text("as") == "raw";
        text += "   replay with: " + replay::shell_word(invocation.program) + " replay " +
                replay::shell_word(folder.path()) + (is_raw ? " --as raw" : "");
        if (target != "self") text += " -t " + replay::shell_word(target);
    }
    invocation.out.write(text + '\n');
}

int record_traffic(Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    // A limit of file sizes is an error of one write, not the end of the program.
    std::signal(SIGXFSZ, SIG_IGN);
    const std::string target = target_of(invocation);
    const recording::RedactionRules rules = redaction_rules(arguments);
    const events::Format shape = shape_named(arguments.text("as"));
    HandlerPtr handler = open_target(target, invocation.self, with_flags(invocation));

    std::unique_ptr<recording::Folder> folder;
    try {
        folder = std::make_unique<recording::Folder>(std::string(arguments.text("output")));
    } catch (const std::system_error& e) {
        throw CommandError(exit_status::usage, e.what(),
                           "give -o a directory that is writable, or one that can be made");
    }
    const std::unique_ptr<Reporter> reporter = handler_reporter(invocation);
    const std::unique_ptr<HttpDoor> door = listening_door(invocation, *reporter);

    const recording::EventWriter writer(*folder, shape, rules);
    const auto session = std::make_shared<recording::Session>(
        *folder, writer, invocation.out, invocation.err,
        recording::SessionOptions{.most = arguments.given("max")
                                              ? static_cast<std::uint64_t>(arguments.number("max"))
                                              : 0,
                                  .quiet = invocation.verbosity < 0,
                                  .shape = std::string(events::name(shape))},
        [&] { door->stop(); });
    AnnouncedDoor announced(*door, [&](const std::string& address) {
        if (invocation.verbosity < 0) return;
        invocation.err.write("recording " + url_of(address) + ' ' +
                             std::string(invocation.err.terminal().glyph(Glyph::arrow)) + ' ' +
                             replay::printable(target) + "   as " +
                             std::string(events::name(shape)) + "   " + redaction_text(rules) +
                             "   (Ctrl-C stops)\n");
    });
    recording::RecordedOptions recorded;
    // What --to leads to is asked what the client asked, byte for byte.
    if (!arguments.given("to"))
        recorded.prepare = [&](Request& request, const recording::Call& call) {
            writer.pass_through_event(request, call);
        };
    const int status = serve_until_signal(
        announced, recording::recorded(std::move(handler), session, std::move(recorded)));
    session->rethrow();
    say_summary(invocation, *session, target, *folder);
    if (session->failed() > 0) return exit_status::wrong_answer;
    if (session->recorded() == 0)
        throw CommandError(exit_status::nothing_to_do, "nothing was recorded",
                           "send requests to the address that record prints");
    return status;
}

}  // namespace

const Command record_command = {
    .name = "record",
    .operands = "[HANDLER]",
    .summary = "pass live HTTP traffic on, and keep it as events with their replies",
    .description =
        "Serves like \"serve\", with a HANDLER or by passing requests on to the URL of --to. Each "
        "call becomes DIR/NNNN-METHOD-PATH.json, in the order of arrival, and what was answered "
        "NNNN-METHOD-PATH.reply.json: \"replay DIR\" passes with the same handler. No file is "
        "ever replaced. What cannot be kept whole is passed on all the same, told with the reason, "
        "and counted.\n\n"
        "A HANDLER is asked what its event will ask it, as behind a source of SHAPE: with the "
        "header fields that such a source adds, and without what it loses. The URL of --to is "
        "asked what the client asked.\n\n"
        "Credentials are replaced by REDACTED before anything is written, wherever they stand: the "
        "headers authorization, proxy-authorization, cookie, set-cookie, x-api-key, x-auth-token, "
        "x-access-token, x-csrf-token, x-amz-security-token, x-amzn-oidc-data, "
        "x-amzn-oidc-accesstoken, x-internal-challenge, x-open-runtimes-secret, x-appwrite-key, "
        "x-appwrite-user-jwt, x-vercel-protection-bypass, x-vercel-oidc-token, "
        "x-vercel-internal-oidc-token, x-vercel-sc-headers, and in queries access_token, "
        "x-amz-signature and x-amz-security-token. What a reply lacks then, its replay ignores.\n\n"
        "Exit status: 0 all was recorded; 1 some was not; 2 the directory cannot be written, or "
        "the address cannot be had; 4 the target cannot be opened; 5 there was no request.",
    .options = options,
    .exclusions = exclusions,
    .examples = examples,
    .most_operands = 1,
    .listens = true,
    .run = record_traffic,
};

}  // namespace turngate::cli
