// Files under gzip (RFC 1952), unpacked as they are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <turngate/http/error.h>

namespace turngate::replay {

// What is no gzip, is damaged, ends too early or unpacks to too much; says which.
class BadGzip : public Error {
  public:
    using Error::Error;
};

class Gunzip {
  public:
    // Refuses to unpack more than `limit` bytes in all.
    explicit Gunzip(std::uint64_t limit);
    ~Gunzip();
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;

    // The next bytes of what is packed, up to into.size() of them; 0 at the end. `packed` reads
    // some of it as ::read() does, and must not fail. Throws BadGzip.
    template <class Read>
    std::size_t read(std::span<char> into, const Read& packed) {
        for (;;) {
            if (const std::size_t n = unpack(into)) return n;
            if (ended_) return 0;
            const std::span<char> room = input();
            add(packed(room));
        }
    }

  private:
    struct Stream;

    std::size_t unpack(std::span<char> into);
    std::span<char> input();
    void add(std::size_t size);

    std::unique_ptr<Stream> stream_;
    std::uint64_t limit_;
    std::uint64_t unpacked_ = 0;
    bool ended_ = false;
};

// All of `packed`. Throws BadGzip.
std::string gunzip(std::string_view packed, std::uint64_t limit);

}  // namespace turngate::replay
