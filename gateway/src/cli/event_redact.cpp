// event redact: saved events without their secrets.
#include <system_error>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/event_options.h"
#include "cli/event_texts.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/redaction_options.h"
#include "record/event_redaction.h"
#include "record/secrets.h"
#include "replay/golden_file.h"
#include "replay/placeholders.h"
#include "replay/printable.h"

namespace turngate::cli {
namespace {

// "authorization=TURNGATE_SECRET_TOKEN"
bool is_placement(std::string_view value) {
    const auto equals = value.rfind('=');
    return equals != value.npos && !value.starts_with('!') &&
           is_redaction_rule(value.substr(0, equals)) &&
           replay::is_secret_name(value.substr(equals + 1));
}

constexpr Option own_options[] = {
    redact_option,
    {.name = "env",
     .value = "RULE=NAME",
     .help = "put ${env:NAME} in the place of what RULE names, which replay and invoke fill in: "
             "NAME is a variable whose name begins with TURNGATE_SECRET_",
     .kind = Value::text,
     .valid = is_placement,
     .rule = "a rule of --redact, '=', and a name that begins with TURNGATE_SECRET_",
     .repeatable = true},
    {.letter = 'w',
     .name = "write",
     .help = "write the event anew, and the reply that is expected to it, instead of showing it"},
};

constexpr auto options = joined(own_options, reading_options);

constexpr std::string_view examples[] = {
    "event redact --write events/ --redact /body/json/password",
    "event redact --env authorization=TURNGATE_SECRET_TOKEN event.json",
};

std::vector<recording::RedactionStep> steps_of(const Arguments& arguments) {
    std::vector<recording::RedactionStep> steps;
    for (const std::string& placement : arguments.all("env")) {
        const auto equals = placement.rfind('=');
        recording::RedactionRules rule;
        rule.add(placement.substr(0, equals));
        steps.push_back({std::move(rule), replay::placeholder(placement.substr(equals + 1))});
    }
    steps.push_back({redaction_rules(arguments), std::string(recording::redacted)});
    return steps;
}

class EventRedaction {
  public:
    explicit EventRedaction(Invocation& invocation)
        : invocation_(invocation),
          how_(decode_options(invocation.arguments)),
          steps_(steps_of(invocation.arguments)),
          writes_(invocation.arguments.on("write")) {}

    void run(const std::string& name, std::string_view text) {
        if (writes_ && !name.ends_with(".json"))
            throw CommandError(exit_status::usage,
                               "--write needs a file of one event, which " + name + " is not",
                               "redirect the output of event redact to another file");
        if (writes_) refuse_companion(name);
        try {
            writes_ ? rewrite(name, text) : print(text);
        } catch (const std::system_error& e) {
            throw CommandError(exit_status::wrong_answer, e.what(),
                               "the file and its directory must be writable");
        } catch (const Error& e) {
            throw CommandError(exit_status::unreadable, name + ": " + e.what(),
                               "nothing of it has been written");
        }
    }

  private:
    void print(std::string_view text) {
        const std::string event = recording::redact_event(text, how_, steps_, nullptr).event;
        invocation_.out.write(event);
        if (!event.ends_with('\n')) invocation_.out.write("\n");
    }

    void rewrite(const std::string& name, std::string_view text) {
        const std::string golden = replay::golden_path(name);
        std::string golden_text;
        replay::GoldenParser parser;
        const replay::Golden* expected = nullptr;
        if (replay::read_file(golden, golden_text, replay::golden_limit))
            expected = &parser.parse(golden_text);
        const recording::RedactedEvent done = recording::redact_event(text, how_, steps_, expected);
        if (done.reply) write(golden, *done.reply);
        if (done.event != text) write(name, done.event);
    }

    void write(const std::string& path, const std::string& text) {
        replay::write_file(path, text);
        if (invocation_.verbosity >= 0)
            invocation_.err.write("wrote " + replay::printable(path) + '\n');
    }

    Invocation& invocation_;
    const events::DecodeOptions how_;
    const std::vector<recording::RedactionStep> steps_;
    const bool writes_;
};

int redact_events(Invocation& invocation) {
    EventRedaction redaction(invocation);
    return for_each_event(invocation, [&](const std::string& name, std::string_view text) {
        redaction.run(name, text);
    });
}

}  // namespace

const Command event_redact_command = {
    .name = "event redact",
    .operands = "FILE|DIR|GLOB|-...",
    .summary = "take the secrets out of events",
    .description =
        "Prints each event with REDACTED in the place of its secrets, and every other byte as it "
        "stands. Without a word these are the credentials that \"record\" takes out, and wherever "
        "else their values stand: the headers authorization, proxy-authorization, cookie, "
        "set-cookie, x-api-key, x-auth-token, x-access-token, x-csrf-token, x-amz-security-token, "
        "x-amzn-oidc-data, x-amzn-oidc-accesstoken, x-internal-challenge, x-open-runtimes-secret, "
        "x-appwrite-key, x-appwrite-user-jwt, x-vercel-protection-bypass, x-vercel-oidc-token, "
        "x-vercel-internal-oidc-token, x-vercel-sc-headers, and in queries "
        "access_token, x-amz-signature and x-amz-security-token. An event of which something "
        "cannot be taken out without changing more is an error.\n\n"
        "With --write the expected reply NAME.reply.json is redacted as well, and ignores what it "
        "lacks then.",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .run = redact_events,
};

}  // namespace turngate::cli
