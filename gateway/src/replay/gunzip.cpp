#include "replay/gunzip.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <new>
#include <zlib.h>

namespace turngate::replay {

struct Gunzip::Stream {
    z_stream z{};
    std::array<char, 64 * 1024> packed;
    bool in_member = false;   // between the header of a gzip member and its end
    bool has_member = false;  // one has come to its end
    bool at_end = false;      // of what is packed
    bool has_more = false;    // that had no room yet

    ~Stream() { ::inflateEnd(&z); }
};

Gunzip::Gunzip(std::uint64_t limit) : stream_(std::make_unique<Stream>()), limit_(limit) {
    // 15 + 16: the largest window, with the header of gzip and no other.
    if (::inflateInit2(&stream_->z, 15 + 16) != Z_OK) throw std::bad_alloc();
}

Gunzip::~Gunzip() = default;

std::span<char> Gunzip::input() {
    return stream_->packed;
}

void Gunzip::add(std::size_t size) {
    Stream& s = *stream_;
    s.at_end = size == 0;
    s.z.next_in = reinterpret_cast<Bytef*>(s.packed.data());
    s.z.avail_in = static_cast<uInt>(size);
}

// 0 if more has to come first, or at the end.
std::size_t Gunzip::unpack(std::span<char> into) {
    Stream& s = *stream_;
    if (ended_) return 0;
    if (s.at_end && !s.has_more) {
        if (s.in_member || !s.has_member)
            throw BadGzip(s.in_member ? "it ends in the middle of what is compressed"
                                      : "it is no gzip: it is empty");
        ended_ = true;
        return 0;
    }
    const std::size_t room = std::min<std::size_t>(into.size(), std::numeric_limits<uInt>::max());
    s.z.next_out = reinterpret_cast<Bytef*>(into.data());
    s.z.avail_out = static_cast<uInt>(room);
    while ((s.z.avail_in > 0 || s.has_more) && s.z.avail_out > 0) {
        s.in_member = true;
        const int result = ::inflate(&s.z, Z_NO_FLUSH);
        s.has_more = result == Z_OK && s.z.avail_out == 0;
        if (result == Z_STREAM_END) {  // another member may follow (RFC 1952 section 2.2)
            s.in_member = false;
            s.has_member = true;
            ::inflateReset(&s.z);
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            throw BadGzip(
                std::string(s.has_member || unpacked_ > 0 ? "it is damaged: " : "it is no gzip: ") +
                (s.z.msg ? s.z.msg : "it cannot be unpacked"));
        }
    }
    const std::size_t n = room - s.z.avail_out;
    unpacked_ += n;
    if (unpacked_ > limit_)
        throw BadGzip("it unpacks to more than the limit of " + std::to_string(limit_) + " bytes");
    return n;
}

std::string gunzip(std::string_view packed, std::uint64_t limit) {
    Gunzip unpacker(limit);
    std::string out;
    std::array<char, 64 * 1024> block;
    const auto take = [&](std::span<char> room) {
        const std::size_t n = std::min(room.size(), packed.size());
        std::memcpy(room.data(), packed.data(), n);
        packed.remove_prefix(n);
        return n;
    };
    while (const std::size_t n = unpacker.read(block, take))
        out.append(block.data(), n);
    return out;
}

}  // namespace turngate::replay
