// The directory that a recording goes to.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/os/fd.h>

namespace turngate::recording {

// Numbers go on behind those of the files that are there, and no file is ever replaced. Files are
// for their owner alone, and so are directories that it makes. From any thread.
class Folder {
  public:
    // Makes the directory, and those above it, and tries it out. Throws std::system_error that
    // names it.
    explicit Folder(std::string path);

    const std::string& path() const noexcept { return path_; }

    std::uint64_t take_number() noexcept { return next_++; }

    struct Files {
        std::string event;
        std::string reply;
        std::optional<std::string> reply_body = {};
    };

    // Writes NUMBER-SLUG.json, .reply.json and perhaps .reply.body: all of them, whole, or none;
    // the event is the last. `make` is told the name of the event. Returns its path. Where somebody
    // else has taken the name meanwhile, it takes another number. Throws std::system_error.
    std::string write(std::uint64_t number, std::string_view slug,
                      const std::function<Files(const std::string& name)>& make);

  private:
    bool publish(const std::string& name, const Files& files) const;
    std::string write_temporary(const std::string& name, std::string_view bytes) const;
    bool rename(const std::string& from, const std::string& to) const;

    std::string path_;
    os::Fd directory_;
    std::atomic<std::uint64_t> next_{1};
};

// "post-cart-items" of "/cart/items": what of a request stands in the name of its file.
std::string slug_of(std::string_view method, std::string_view path);

}  // namespace turngate::recording
