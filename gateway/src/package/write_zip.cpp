// Packed files become an archive.
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "package/packed_files.h"
#include "package/zip_writer.h"
#include <turngate/http/error.h>
#include <turngate/os/fd.h>

namespace turngate::package {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path, int error) {
    throw Error("cannot " + what + ' ' + path + ": " + std::generic_category().message(error));
}

// A file beside the one that it is to become; goes again if it has not.
class NewFile {
  public:
    explicit NewFile(std::string path) : path_(std::move(path)), work_(path_ + ".XXXXXX") {
        fd_.reset(::mkostemp(work_.data(), O_CLOEXEC));
        if (!fd_) fail("write", path_, errno);
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() {
        if (!work_.empty()) ::unlink(work_.c_str());
    }

    int fd() const noexcept { return fd_.get(); }

    void keep() {
        const mode_t mask = ::umask(0);
        ::umask(mask);
        if (::fchmod(fd_.get(), 0666 & ~mask) != 0 || ::fsync(fd_.get()) != 0 ||
            ::rename(work_.c_str(), path_.c_str()) != 0)
            fail("write", path_, errno);
        work_.clear();
    }

  private:
    std::string path_;
    std::string work_;
    os::Fd fd_;
};

ZipWriter::Read text_of(const PackedFile& file) {
    return [rest = std::string_view(file.text)](std::span<char> into) mutable {
        const std::size_t n = rest.copy(into.data(), into.size());
        rest.remove_prefix(n);
        return n;
    };
}

ZipWriter::Read contents_of(const PackedFile& file) {
    const auto in = std::make_shared<os::Fd>(::open(file.source.c_str(), O_RDONLY | O_CLOEXEC));
    if (!*in) fail("read", file.source, errno);
    return [in, &path = file.source](std::span<char> into) {
        try {
            return os::read_some(in->get(), into);
        } catch (const std::system_error& e) {
            fail("read", path, e.code().value());
        }
    };
}

}  // namespace

PackedSize write_zip(const PackedFiles& files, const std::string& path, std::uint64_t limit) {
    NewFile out(path);
    ZipWriter zip(out.fd());
    PackedSize size;
    const auto counted = [&](ZipWriter::Read read) -> ZipWriter::Read {
        return [&size, limit, read = std::move(read)](std::span<char> into) {
            const std::size_t n = read(into);
            size.unpacked += n;
            if (size.unpacked > limit)
                throw Error("the package has more than " + std::to_string(limit >> 20) +
                            " MB unpacked, which is the most that Lambda takes");
            return n;
        };
    };
    try {
        for (const auto& [name, file] : files.all()) {
            const unsigned mode = file.executable ? 0755 : 0644;
            if (file.source.empty())
                zip.add(name, mode, counted(text_of(file)));
            else
                zip.add(name, mode, counted(contents_of(file)));
        }
        size.packed = zip.finish();
    } catch (const std::system_error& e) {
        fail("write", path, e.code().value());
    }
    out.keep();
    return size;
}

}  // namespace turngate::package
