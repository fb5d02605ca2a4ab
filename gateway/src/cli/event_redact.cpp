// event redact: saved events without their secrets.
#include <algorithm>
#include <set>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/error_message.h"
#include "cli/event_file.h"
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
            writes_ ? rewrite(name, text) : print(name, text);
        } catch (const std::system_error& e) {
            throw CommandError(exit_status::wrong_answer, e.what(),
                               "the file and its directory must be writable");
        } catch (const Error& e) {
            throw CommandError(exit_status::unreadable, name + ": " + e.what(),
                               "nothing of it has been written");
        }
    }

    // A pointer that somebody typed and that leads nowhere leaves what it was to take out. Those of
    // a file are for whatever events there are. Returns an exit status.
    int tell_idle_pointers() const {
        int status = exit_status::good;
        for (const recording::RedactionStep& step : steps_) {
            const std::string option = &step == &steps_.back() ? "redact" : "env";
            if (invocation_.arguments.source(option) != Arguments::Source::flag) continue;
            for (const recording::PointerRule& rule : step.rules.pointers())
                if (!named_.contains(rule.pointer))
                    status = show(
                        invocation_.err,
                        {exit_status::wrong_answer,
                         "--" + option + ' ' + rule.pointer + " names nothing in any of the events",
                         "a pointer leads into the body of a request, as \"event show\" has it, or "
                         "with --write into that of a reply: /body/json/user/password"});
        }
        return status;
    }

  private:
    void print(const std::string& name, std::string_view text) {
        const std::string event = redact(name, text, nullptr).event;
        invocation_.out.write(event);
        if (!event.ends_with('\n')) invocation_.out.write("\n");
    }

    // The event, and what is kept beside it. Nothing is written before all of it is known.
    void rewrite(const std::string& name, std::string_view text) {
        std::string event = redact(name, text, nullptr).event;
        std::vector<std::pair<std::string, std::string>> files;
        for (const std::string& path : {replay::golden_path(name), replay::proposal_path(name)}) {
            std::string reply;
            if (!replay::read_file(path, reply, replay::golden_limit)) continue;
            replay::GoldenParser parser;
            const replay::Golden& expected = parser.parse(reply);
            if (expected.kind == replay::Golden::Body::file)
                note(path,
                     "its body, in " + std::string(expected.body) + ", is not looked through");
            if (auto done = redact(name, text, &expected); done.reply)
                files.emplace_back(path, std::move(*done.reply));
            // Of what only the reply has, too.
            event = recording::redact_event(event, how_, steps_, &expected).event;
        }
        // It may have been saved before the event was redacted.
        if (std::string path = request_path(name); ::access(path.c_str(), F_OK) == 0) {
            events::Event redacted = events::decode(event, how_);
            std::string request = request_text(redacted.request);
            if (!is_there(path, request)) files.emplace_back(std::move(path), std::move(request));
        }
        if (event != text) files.emplace_back(name, std::move(event));
        for (const auto& [path, content] : files)
            write(path, content);
    }

    static bool is_there(const std::string& path, const std::string& content) {
        std::string there;
        try {
            return replay::read_file(path, there, content.size()) && there == content;
        } catch (const replay::FileTooLarge&) {
            return false;
        }
    }

    recording::RedactedEvent redact(const std::string& name, std::string_view text,
                                    const replay::Golden* expected) {
        recording::RedactedEvent done = recording::redact_event(text, how_, steps_, expected);
        named_.insert(done.named.begin(), done.named.end());
        if (done.format == events::Format::raw && done.named.empty() && !expected)
            note(name,
                 "no HTTP request: there are no header fields and no query to take secrets out "
                 "of, only what --redact /body/json/... names");
        return done;
    }

    void note(const std::string& name, const std::string& text) {
        if (invocation_.verbosity >= 0)
            invocation_.err.write("note: " + replay::printable(name) + ": " +
                                  replay::printable(text) + '\n');
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
    std::set<std::string> named_;  // the pointers that there was something at
};

int redact_events(Invocation& invocation) {
    EventRedaction redaction(invocation);
    const int status = for_each_event(
        invocation,
        [&](const std::string& name, std::string_view text) { redaction.run(name, text); });
    // What is in an event that cannot be read nobody knows.
    return status == exit_status::good ? redaction.tell_idle_pointers() : status;
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
        "With --write what is kept beside NAME.json is redacted as well: the expected reply "
        "NAME.reply.json and the proposed one, which ignore what they lack then, and "
        "NAME.request.json. A body that an expected reply has in another file is not looked "
        "through.\n\n"
        "An event that is no HTTP request (of SQS, S3, EventBridge...) has no header fields and no "
        "query: only what a pointer names is taken out of it, as /body/json/Records/*/body. A "
        "pointer of the command line at which there is nothing in any of the events is told, and "
        "the exit status is 1. With --env, where only a part of the value stands, REDACTED does.",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .run = redact_events,
};

}  // namespace turngate::cli
