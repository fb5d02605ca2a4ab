#include "body_spool.h"

#include <system_error>
#include <utility>
#include <vector>

namespace turngate {
namespace {

constexpr std::size_t block_size = 64 * 1024;

class FileSource final : public BodySource {
  public:
    explicit FileSource(std::shared_ptr<SpoolFile> file) : file_(std::move(file)) {}

    std::size_t read(std::span<char> into) override {
        try {
            const std::size_t n = file_->read(at_, into);
            at_ += n;
            return n;
        } catch (const std::system_error& e) {
            throw Error(e.what());  // for its readers, a system_error is one of a socket
        }
    }

  private:
    const std::shared_ptr<SpoolFile> file_;
    std::uint64_t at_ = 0;
};

}  // namespace

BodySpool::BodySpool(Body& body, std::size_t memory, const std::string& directory,
                     std::stop_token stop) {
    body.interrupt(std::move(stop));
    std::vector<char> block(block_size);
    std::uint64_t size = 0;
    while (const std::size_t n = body.read(block)) {
        const std::string_view piece(block.data(), n);
        size += n;
        if (!file_ && size <= memory) {
            bytes_ += piece;
            continue;
        }
        try {
            if (!file_) {
                file_ = std::make_shared<SpoolFile>(directory);
                file_->append(std::exchange(bytes_, {}));
            }
            file_->append(piece);
        } catch (const std::system_error& e) {
            throw HttpError(507, "a request body, " + std::to_string(size) +
                                     " bytes so far, cannot be stored: " + e.what());
        }
    }
}

Body BodySpool::body() const {
    if (!file_) return Body(bytes_);
    return Body(std::make_unique<FileSource>(file_), file_->size());
}

}  // namespace turngate
