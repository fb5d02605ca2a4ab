#include "package/zip_writer.h"

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <zlib.h>

#include <turngate/http/error.h>
#include <turngate/os/fd.h>

namespace turngate::package {
namespace {

constexpr std::size_t most_entries = 0xffff;
constexpr std::size_t longest_name = 0xffff;
constexpr std::uint64_t largest = 0xfffffffe;  // 0xffffffff says "see ZIP64"
constexpr unsigned deflated = 8;
constexpr unsigned version = 20;      // 2.0, the first to deflate
constexpr unsigned made_on_unix = 3;  // section 4.4.2: the upper half of the attributes is a mode
constexpr unsigned utf8_names = 1U << 11;  // section 4.4.4
constexpr unsigned first_date = 0x21;      // 1980-01-01, as MS-DOS has it

void put(std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
        out += static_cast<char>(value >> (8 * i) & 0xff);
}

struct EndDeflate {
    void operator()(z_stream* stream) const { ::deflateEnd(stream); }
};

void check_size(const std::string& name, std::uint64_t size) {
    if (size > largest)
        throw Error(name + " takes the archive beyond 4 GiB, which ZIP files end at");
}

}  // namespace

void ZipWriter::append(std::string_view bytes) {
    os::write_whole(fd_, bytes);
    offset_ += bytes.size();
}

// What the header of an entry and the directory have in common, sections 4.3.7 and 4.3.12.
std::string ZipWriter::fields(const Entry& entry) {
    std::string out;
    put(out, version, 2);
    put(out, utf8_names, 2);
    put(out, deflated, 2);
    put(out, 0, 2);  // midnight
    put(out, first_date, 2);
    put(out, entry.crc, 4);
    put(out, entry.packed, 4);
    put(out, entry.size, 4);
    put(out, entry.name.size(), 2);
    put(out, 0, 2);  // no extra fields
    return out;
}

void ZipWriter::deflate(Entry& entry, const Read& read) {
    z_stream stream{};
    if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL,
                       Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    const std::unique_ptr<z_stream, EndDeflate> end(&stream);
    constexpr std::size_t step = 64 * 1024;
    const auto in = std::make_unique<std::array<char, step>>();
    const auto out = std::make_unique<std::array<char, step>>();
    const std::uint64_t begin = offset_;
    bool is_last = false;
    do {
        const std::size_t n = read(*in);
        is_last = n == 0;
        entry.size += n;
        check_size(entry.name, entry.size);
        stream.next_in = reinterpret_cast<Bytef*>(in->data());
        stream.avail_in = static_cast<uInt>(n);
        entry.crc = static_cast<std::uint32_t>(::crc32(entry.crc, stream.next_in, stream.avail_in));
        do {
            stream.next_out = reinterpret_cast<Bytef*>(out->data());
            stream.avail_out = step;
            ::deflate(&stream, is_last ? Z_FINISH : Z_NO_FLUSH);
            append({out->data(), step - stream.avail_out});
        } while (stream.avail_out == 0);
    } while (!is_last);
    entry.packed = offset_ - begin;
}

void ZipWriter::add(const std::string& name, unsigned mode, const Read& read) {
    if (name.empty() || name.size() > longest_name)
        throw Error("a name of " + std::to_string(name.size()) +
                    " bytes in an archive, where it has 1 to 65,535");
    if (!entries_.empty() && name <= entries_.back().name)
        throw Error(name + " comes after " + entries_.back().name +
                    " in an archive, which names each file once and in order");
    if (entries_.size() == most_entries)
        throw Error(name + " would be file 65,536 of an archive that has room for 65,535");
    Entry entry{.name = name, .mode = mode, .offset = offset_};
    check_size(name, offset_);
    const auto header = [&] { return "PK\3\4" + fields(entry) + entry.name; };
    append(header());
    deflate(entry, read);
    check_size(name, offset_);
    // Sizes and sum stand before the bytes they are of, where every reader looks for them.
    const std::string known = header();
    if (::lseek(fd_, static_cast<off_t>(entry.offset), SEEK_SET) < 0)
        throw std::system_error(errno, std::generic_category(), "lseek");
    os::write_whole(fd_, known);
    if (::lseek(fd_, static_cast<off_t>(offset_), SEEK_SET) < 0)
        throw std::system_error(errno, std::generic_category(), "lseek");
    entries_.push_back(std::move(entry));
}

std::uint64_t ZipWriter::finish() {
    const std::uint64_t begin = offset_;
    for (const Entry& entry : entries_) {
        std::string out = "PK\1\2";
        put(out, made_on_unix << 8 | version, 2);
        out += fields(entry);
        put(out, 0, 2);  // no comment
        put(out, 0, 2);  // on the first disk
        put(out, 0, 2);  // bytes, not text
        put(out, std::uint64_t{S_IFREG | entry.mode} << 16, 4);
        put(out, entry.offset, 4);
        append(out + entry.name);
        check_size(entry.name, offset_);
    }
    std::string out = "PK\5\6";
    put(out, 0, 4);  // one disk
    put(out, entries_.size(), 2);
    put(out, entries_.size(), 2);
    put(out, offset_ - begin, 4);
    put(out, begin, 4);
    put(out, 0, 2);  // no comment
    append(out);
    return offset_;
}

}  // namespace turngate::package
