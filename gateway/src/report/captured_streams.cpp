// Nothing is buffered here: the capture has what a thread has not finished.
#include "report/captured_streams.h"

#include <cerrno>
#include <system_error>

namespace turngate {
namespace {

ssize_t write_cookie(void* cookie, const char* bytes, std::size_t size) {
    static_cast<StreamOutlet*>(cookie)->write({bytes, size});
    return static_cast<ssize_t>(size);
}

FILE* open_stream(StreamOutlet& outlet) {
    cookie_io_functions_t functions{};
    functions.write = write_cookie;
    FILE* const file = ::fopencookie(&outlet, "w", functions);
    if (!file) throw std::system_error(errno, std::generic_category(), "cannot open a stream");
    std::setvbuf(file, nullptr, _IONBF, 0);
    return file;
}

struct Streams {
    std::array<StreamOutlet, 2> outlets = {{{Stream::out}, {Stream::err}}};
    std::array<FILE*, 2> files = {open_stream(outlets[0]), open_stream(outlets[1])};
};

Streams& ours() {
    static Streams& streams = *new Streams;
    return streams;
}

}  // namespace

CapturedStreams::CapturedStreams(OutputCapture& capture)
    : files_before_{stdout, stderr}, cxx_streams_(ours().outlets[0], ours().outlets[1]) {
    Streams& streams = ours();
    for (std::size_t i = 0; i < files_before_.size(); ++i) {
        std::fflush(files_before_[i]);
        streams.outlets[i].capture = &capture;
    }
    stdout = streams.files[0];
    stderr = streams.files[1];
}

CapturedStreams::~CapturedStreams() {
    stdout = files_before_[0];
    stderr = files_before_[1];
    for (StreamOutlet& outlet : ours().outlets)
        outlet.capture = nullptr;
}

}  // namespace turngate
