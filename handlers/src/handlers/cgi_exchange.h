// One conversation with a running CGI program: body in, answer and standard error out.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "nph_reply.h"
#include "stderr_log.h"
#include <turngate/cgi/response_head.h>
#include <turngate/http/body.h>
#include <turngate/http/context.h>
#include <turngate/http/response_writer.h>
#include <turngate/os/subprocess.h>

namespace turngate {

struct CgiTerms {
    Context::Clock::time_point deadline;
    std::uint64_t max_output;
    bool is_head = false;              // the request's method: a declared body need not come
    bool is_nph = false;               // the program writes a reply of HTTP
    std::function<void()> lasts = {};  // called once, when it has run for longer than most do
};

class CgiExchange {
  public:
    // All of them must outlive this. `program` is for messages. For the thread that calls run().
    CgiExchange(os::Subprocess& child, const std::string& program, Body& body,
                ResponseWriter& response, const Context& context, CgiTerms terms);
    ~CgiExchange();

    // Blocks until the program has answered. Returns the path it wants to be answered in its place,
    // or nothing when all of the answer has been written to the response. Throws ProtocolError,
    // HttpError(504), Cancelled, and what reading the body or writing the response throws; the
    // program may run on then.
    std::string run();

    // True if the program had ended when run() returned.
    bool ended() const noexcept { return ended_; }

  private:
    void wait();
    void feed_program();
    void pump();
    void read_output();
    void take_output(std::string_view bytes);
    bool take_head(std::string_view& bytes);
    void use_head();
    void flush();
    void take_body(std::string_view bytes);
    void apply_head();
    void write_body(std::string_view bytes);
    void read_error();
    void conclude(const std::optional<os::ExitStatus>& status);
    [[noreturn]] void fail(const std::string& what) const;

    os::Subprocess& child_;
    const std::string& program_;
    Body& body_;
    ResponseWriter& response_;
    const Context& context_;
    const CgiTerms terms_;

    const std::unique_ptr<char[]> block_;
    std::string input_block_;
    std::string_view input_;  // read from the body, not yet written to the program

    cgi::ResponseHeadReader reader_;
    std::optional<NphReply> nph_;  // instead of `reader_`
    bool has_output_ = false;
    bool has_head_ = false;
    cgi::ResponseHead head_;
    std::string local_redirect_;
    bool streams_ = false;
    std::optional<Context::Clock::time_point> lasts_at_;
    std::optional<Context::Clock::time_point> flush_at_;  // unless the program goes on before
    std::uint64_t body_bytes_ = 0;                        // of the answer
    StderrLog error_;
    bool ended_ = false;

    // A body that still arrives is read, and written to the program, by a thread of its own,
    // because reading it blocks.
    const os::WakeUp& wake_;               // for run(): cancelled, or the pump has failed
    std::optional<os::WakeUp> stop_pump_;  // for the pump, while the program does not read ...
    std::stop_source unwanted_;            // ... or the client does not send
    std::mutex mutex_;
    std::exception_ptr pump_failure_;  // under mutex_
    std::atomic<bool> pumping_ = false;
    std::thread pump_;
};

}  // namespace turngate
