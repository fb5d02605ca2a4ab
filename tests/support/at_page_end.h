// Bytes at the very end of a page, before one that cannot be read: to look at what is behind them
// ends the test, in every build.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <sys/mman.h>

namespace turngate::test {

class AtPageEnd {
  public:
    // The same at the very beginning of a page, behind one that cannot be read.
    enum class Side { end, begin };

    // REQUIRES: at most a page of bytes.
    explicit AtPageEnd(std::string_view bytes, Side side = Side::end) : size_(bytes.size()) {
        void* pages = ::mmap(nullptr, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED) throw std::bad_alloc();
        pages_ = static_cast<char*>(pages);
        ::mprotect(pages_ + page, page, PROT_READ | PROT_WRITE);
        at_ = pages_ + (side == Side::end ? 2 * page - size_ : page);
        if (size_ > 0) std::memcpy(at_, bytes.data(), size_);
    }
    AtPageEnd(const AtPageEnd&) = delete;
    AtPageEnd& operator=(const AtPageEnd&) = delete;
    ~AtPageEnd() { ::munmap(pages_, 3 * page); }

    std::string_view view() const { return {at_, size_}; }
    std::span<char> span() { return {at_, size_}; }

  private:
    static constexpr std::size_t page = 4096;

    char* pages_;
    char* at_;
    std::size_t size_;
};

}  // namespace turngate::test
