// A ZIP archive, written in one pass, the same bytes for the same entries (PKWARE's APPNOTE 6.3.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace turngate::package {

// Entries are files with a Unix mode and the time 1980-01-01 00:00, deflated. Without the
// extensions for large archives (ZIP64), which Lambda's limits leave no room for.
class ZipWriter {
  public:
    // Fills as much of the span as it can and returns how much that is; 0 at the end.
    using Read = std::function<std::size_t(std::span<char>)>;

    // `fd` is of an empty file that can be sought in; it is not owned and must outlive the writer.
    explicit ZipWriter(int fd) : fd_(fd) {}
    ZipWriter(const ZipWriter&) = delete;
    ZipWriter& operator=(const ZipWriter&) = delete;

    // `mode` has the permission bits. Throws Error for a name that is not above the one before, in
    // the order of bytes (so none comes twice), or longer than 65,535 bytes, and for more than
    // 65,535 entries or 4 GiB; std::system_error for a full disk; and what `read` throws.
    void add(const std::string& name, unsigned mode, const Read& read);

    // The directory, without which nothing is an archive. Returns the size of the whole. Throws as
    // add() does.
    std::uint64_t finish();

  private:
    struct Entry {
        std::string name;
        unsigned mode = 0;
        std::uint32_t crc = 0;
        std::uint64_t packed = 0;
        std::uint64_t size = 0;
        std::uint64_t offset = 0;
    };
    void deflate(Entry& entry, const Read& read);
    void append(std::string_view bytes);
    static std::string fields(const Entry& entry);

    int fd_;
    std::uint64_t offset_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace turngate::package
