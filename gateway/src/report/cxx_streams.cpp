// Nothing is buffered here: the capture has what a thread has not finished.
#include "report/cxx_streams.h"

#include <iostream>

namespace turngate {
namespace {

class Buffer final : public std::streambuf {
  public:
    // std::cerr is flushed behind every <<, which is not to break its lines.
    Buffer(StreamOutlet& outlet, bool flushes) : outlet_(outlet), flushes_(flushes) {}

  private:
    std::streamsize xsputn(const char* bytes, std::streamsize size) override {
        outlet_.write({bytes, static_cast<std::size_t>(size)});
        return size;
    }
    int_type overflow(int_type byte) override {
        if (traits_type::eq_int_type(byte, traits_type::eof())) return traits_type::not_eof(byte);
        const char one = traits_type::to_char_type(byte);
        outlet_.write({&one, 1});
        return byte;
    }
    int sync() override {
        if (flushes_) outlet_.flush();
        return 0;
    }

    StreamOutlet& outlet_;
    const bool flushes_;
};

struct Buffers {
    Buffer out, err, log;
};

}  // namespace

CxxStreams::CxxStreams(StreamOutlet& out, StreamOutlet& err) {
    // Never destroyed: who kept one may use it when this has gone.
    static Buffers& ours = *new Buffers{{out, true}, {err, false}, {err, true}};
    std::cout.flush();
    before_ = {std::cout.rdbuf(&ours.out), std::cerr.rdbuf(&ours.err), std::clog.rdbuf(&ours.log)};
}

CxxStreams::~CxxStreams() {
    std::cout.rdbuf(before_[0]);
    std::cerr.rdbuf(before_[1]);
    std::clog.rdbuf(before_[2]);
}

}  // namespace turngate
