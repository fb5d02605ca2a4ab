// Nothing is buffered here: the capture has what a thread has not finished.
#include "report/captured_streams.h"

#include <atomic>
#include <cerrno>
#include <iostream>
#include <system_error>
#include <unistd.h>

namespace turngate {
namespace {

struct Outlet {
    const Stream stream;
    std::atomic<OutputCapture*> capture = nullptr;

    void write(std::string_view bytes) noexcept {
        if (OutputCapture* const to = capture) return to->write(stream, bytes);
        const int descriptor = stream == Stream::out ? STDOUT_FILENO : STDERR_FILENO;
        [[maybe_unused]] const auto size = ::write(descriptor, bytes.data(), bytes.size());
    }
    void flush() noexcept {
        if (OutputCapture* const to = capture) to->flush(stream);
    }
};

class Buffer final : public std::streambuf {
  public:
    // std::cerr is flushed behind every <<, which is not to break its lines.
    Buffer(Outlet& outlet, bool flushes) : outlet_(outlet), flushes_(flushes) {}

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

    Outlet& outlet_;
    const bool flushes_;
};

ssize_t write_cookie(void* cookie, const char* bytes, std::size_t size) {
    static_cast<Outlet*>(cookie)->write({bytes, size});
    return static_cast<ssize_t>(size);
}

FILE* open_stream(Outlet& outlet) {
    cookie_io_functions_t functions{};
    functions.write = write_cookie;
    FILE* const file = ::fopencookie(&outlet, "w", functions);
    if (!file) throw std::system_error(errno, std::generic_category(), "cannot open a stream");
    std::setvbuf(file, nullptr, _IONBF, 0);
    return file;
}

struct Streams {
    std::array<Outlet, 2> outlets = {{{Stream::out}, {Stream::err}}};
    std::array<FILE*, 2> files = {open_stream(outlets[0]), open_stream(outlets[1])};
    Buffer out{outlets[0], true}, err{outlets[1], false}, log{outlets[1], true};
};

Streams& ours() {
    static Streams& streams = *new Streams;
    return streams;
}

}  // namespace

CapturedStreams::CapturedStreams(OutputCapture& capture) : files_before_{stdout, stderr} {
    Streams& streams = ours();
    for (std::size_t i = 0; i < files_before_.size(); ++i) {
        std::fflush(files_before_[i]);
        streams.outlets[i].capture = &capture;
    }
    stdout = streams.files[0];
    stderr = streams.files[1];
    std::cout.flush();
    buffers_before_ = {std::cout.rdbuf(&streams.out), std::cerr.rdbuf(&streams.err),
                       std::clog.rdbuf(&streams.log)};
}

CapturedStreams::~CapturedStreams() {
    std::cout.rdbuf(buffers_before_[0]);
    std::cerr.rdbuf(buffers_before_[1]);
    std::clog.rdbuf(buffers_before_[2]);
    stdout = files_before_[0];
    stderr = files_before_[1];
    for (Outlet& outlet : ours().outlets)
        outlet.capture = nullptr;
}

}  // namespace turngate
