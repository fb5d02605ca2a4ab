// Replays one event and judges the reply.
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "function_reply.h"
#include "replay/compare.h"
#include "replay/filter.h"
#include "replay/golden_text.h"
#include "replay/placeholders.h"
#include "replay/result.h"
#include "replay/source.h"
#include "replay/watchdog.h"
#include "strict/rule.h"
#include <turngate/events/answer.h>
#include <turngate/http/handler.h>
#include <turngate/http/response.h>

namespace turngate::replay {

// Which expected replies are written.
enum class Update { none, fresh, changed, all };

struct JudgeOptions {
    HandlerPtr handler;                     // null: events are read, and none is sent
    events::AnswerOptions answer = {};      // how events are read and replies are written
    std::optional<events::Format> as = {};  // convert each event first; raw: take it as raw
    bool all_shapes = false;                // a parity run
    Update update = Update::none;
    bool may_propose = true;  // a missing reply is written as a proposal; false: it is a failure
    IgnoreRules ignore = {};
    Filter filter = {};
    std::optional<strict::Platform> held_to = {};  // whose rules events and replies are held to
    std::vector<std::string> binary_types = {};    // binaryMediaTypes of a REST API, for `held_to`
    std::vector<std::pair<int, int>> statuses = {};  // that are fine; empty: all
    std::chrono::nanoseconds timeout{};              // an event; zero: none
    bool whole_bodies = false;                       // tell a JSON body that differs as two texts
    bool keeps_replies = false;                      // in Result::reply
    bool is_elsewhere = false;                       // what cannot be reached is the target itself
    Variables variables = {};  // of placeholders in events; null: they are what they are
};

// The shapes that carry HTTP requests, which a parity run compares.
const std::vector<events::Format>& http_shapes();

class EventLog;  // private: what the handler logged

// One a worker: it uses its memory again.
class Judge {
  public:
    // `options` and `slot` must outlive the judge. With `leaves_files`, it writes none.
    Judge(const JudgeOptions& options, Watchdog::Slot& slot, bool leaves_files);
    ~Judge();

    // Never throws but std::bad_alloc. Writes goldens and proposals of files, or leaves them in
    // `result`; those of lines are always left there.
    void run(const Batch& batch, const Item& item, Result& result);

  private:
    struct Texts {
        std::string_view event;
        std::optional<std::string_view> golden;  // of a line; a file's is read once it is needed
        std::string_view directory;
        bool named;
        std::optional<std::string_view> recorded = {};  // the reply that came with the event
    };
    void run_file(const std::string& path, bool named, Result& result);
    void judge(Texts texts, Result& result);
    bool decode(const Texts& texts, Result& result, events::Event& event);
    bool select(Texts& texts, Result& result, const events::Event& event, const Golden*& golden);
    bool read_golden(Texts& texts, Result& result, const Golden*& golden);
    bool convert(events::Event& event, events::Format shape, Result& result);
    events::Event reshape(events::Event& event, events::Format shape);
    events::Answer begin_answer(events::Event event, bool is_one);
    void serve(events::Event event);
    void translate_reply(events::Format shape);
    std::string failure() const;
    bool is_target_unreachable() const;
    void compare(const Texts& texts, const Golden* golden, Result& result);
    const Golden* take_recorded(std::string_view recorded, Result& result);
    void propose(Result& result);
    void write_golden(const Golden* previous, Result& result);
    bool is_foreign(const std::string& side, std::string_view bytes, const Golden* previous) const;
    std::string golden_name() const;
    void broken_golden(Result& result) const;
    void note_failure(Result& result);
    // judge_strict.cpp
    void measure_request(events::Event& event, std::string_view text);
    void check_rules(events::Format format, const events::Answer& answer, bool is_one);
    void tell_violations(Result& result);
    // judge_parity.cpp
    void compare_shapes(const Texts& texts, const Golden* golden, Result& result);
    ParityCell compare_shape(const Texts& texts, const Golden& golden, events::Format shape,
                             Result& result);

    const JudgeOptions& options_;
    Watchdog::Slot& slot_;
    const bool leaves_files_;
    events::AnswerOptions answer_options_;
    GoldenParser parser_;
    Comparer comparer_;
    std::string event_text_;
    std::string golden_text_;
    std::string recorded_golden_;
    std::string path_;        // of the event or of the file that has its line
    std::uint64_t line_ = 0;  // of is_lines_
    bool is_lines_ = false;
    bool has_place_ = false;      // for a golden
    std::string golden_problem_;  // what is wrong with the one there is
    // Of the event that was served last.
    std::optional<Watchdog::Clock::time_point> deadline_;
    std::stop_token stop_;
    events::EncodeOptions encode_as_;
    Response reply_;
    std::exception_ptr thrown_;
    std::string refusal_;  // why its source would not take the reply
    Watchdog::Clock::time_point began_{};
    std::chrono::nanoseconds latency_{};
    std::optional<strict::RequestFacts> request_facts_;  // of an event that is to be checked
    std::shared_ptr<FunctionReply> function_reply_;      // likewise; null without `held_to`
    std::vector<strict::Violation> violations_;
    std::unique_ptr<EventLog> log_;
};

}  // namespace turngate::replay
