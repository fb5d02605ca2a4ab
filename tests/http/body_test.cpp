// Request bodies, whole and in pieces, and their limits.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include <turngate/http/body.h>

using namespace turngate;

namespace {

// Gives `bytes` in pieces of at most `step`.
class Pieces final : public BodySource {
  public:
    Pieces(std::string bytes, std::size_t step, int* reads = nullptr)
        : bytes_(std::move(bytes)), step_(step), reads_(reads) {}
    std::size_t read(std::span<char> into) override {
        BOOST_TEST(!into.empty());
        if (reads_) ++*reads_;
        const std::size_t n = std::min({into.size(), step_, bytes_.size() - at_});
        std::memcpy(into.data(), bytes_.data() + at_, n);
        at_ += n;
        return n;
    }

  private:
    std::string bytes_;
    std::size_t step_;
    std::size_t at_ = 0;
    int* reads_;
};

Body pieces(std::string bytes, std::optional<std::uint64_t> size = {}, int* reads = nullptr) {
    return Body(std::make_unique<Pieces>(std::move(bytes), 3, reads), size);
}

std::string read_all(Body& body) {
    std::string out;
    char block[7];
    while (std::size_t n = body.read(block))
        out.append(block, n);
    return out;
}

auto status_is(int status) {
    return [status](const HttpError& e) { return e.status() == status; };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(body)

BOOST_AUTO_TEST_CASE(no_body_is_empty) {
    Body body;
    BOOST_TEST(body.size().value() == 0u);
    BOOST_TEST(read_all(body) == "");
    BOOST_TEST(body.text() == "");
}

BOOST_AUTO_TEST_CASE(text_and_stream_give_the_same_bytes) {
    const std::string bytes = "0123456789abcdef";
    Body here(bytes), coming = pieces(bytes), whole = pieces(bytes, bytes.size());
    BOOST_TEST(here.text() == bytes);
    BOOST_TEST(read_all(coming) == bytes);
    BOOST_TEST(whole.text() == bytes);
    BOOST_TEST(here.size().value() == bytes.size());
    BOOST_TEST(!coming.size().has_value());
}

BOOST_AUTO_TEST_CASE(text_takes_nothing_and_reads_once) {
    int reads = 0;
    Body body = pieces("0123456789", {}, &reads);
    BOOST_TEST(body.text() == "0123456789");
    const int once = reads;
    BOOST_TEST(body.text() == "0123456789");
    BOOST_TEST(reads == once);
    BOOST_TEST(read_all(body) == "0123456789");
    BOOST_TEST(body.text() == "");
}

BOOST_AUTO_TEST_CASE(text_after_read_is_the_rest) {
    Body body = pieces("0123456789");
    char block[4];
    BOOST_TEST(body.read(block) == 3u);
    BOOST_TEST(body.text() == "3456789");
    BOOST_TEST(body.read(block) == 4u);
    BOOST_TEST(body.text() == "789");
}

BOOST_AUTO_TEST_CASE(text_past_its_limit_is_413) {
    Body exact = pieces("12345"), longer = pieces("123456"), here(std::string("123456"));
    BOOST_TEST(exact.text(5) == "12345");
    BOOST_CHECK_EXCEPTION(longer.text(5), HttpError, status_is(413));
    BOOST_CHECK_EXCEPTION(here.text(5), HttpError, status_is(413));
    BOOST_TEST(longer.text(6) == "123456");
}

BOOST_AUTO_TEST_CASE(a_declared_length_past_the_limit_is_not_even_read) {
    int reads = 0;
    Body body = pieces("123456", 6, &reads);
    BOOST_CHECK_EXCEPTION(body.text(5), HttpError, status_is(413));
    BOOST_TEST(reads == 0);
}

BOOST_AUTO_TEST_CASE(a_limit_counts_for_reading_in_pieces) {
    Body body = pieces("123456");
    body.limit(5);
    body.limit(100);  // the smallest counts
    BOOST_CHECK_EXCEPTION(read_all(body), HttpError, status_is(413));
    BOOST_CHECK_EXCEPTION(body.text(), HttpError, status_is(413));
    Body crossing = pieces("123456");
    crossing.limit(4);
    char block[7];
    BOOST_TEST(crossing.read(block) == 3u);
    BOOST_CHECK_EXCEPTION(crossing.read(block), HttpError, status_is(413));
    Body exact = pieces("12345");
    exact.limit(5);
    BOOST_TEST(read_all(exact) == "12345");
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_passed_already_says_so) {
    Body here(std::string("123456")), declared = pieces("123456", 6);
    BOOST_CHECK_EXCEPTION(here.limit(5), HttpError, status_is(413));
    BOOST_CHECK_EXCEPTION(declared.limit(5), HttpError, status_is(413));
    BOOST_CHECK_EXCEPTION(read_all(declared), HttpError, status_is(413));
}

BOOST_AUTO_TEST_CASE(a_body_of_another_length_than_declared_is_an_error) {
    Body truncated = pieces("12345", 6), excessive = pieces("123456789", 4);
    BOOST_CHECK_EXCEPTION(read_all(truncated), HttpError, status_is(400));
    BOOST_CHECK_EXCEPTION(truncated.text(), HttpError, status_is(400));
    BOOST_CHECK_EXCEPTION(read_all(excessive), HttpError, status_is(400));
}

BOOST_AUTO_TEST_CASE(a_huge_declared_length_costs_nothing_by_itself) {
    Body body = pieces("", UINT64_MAX);
    BOOST_CHECK_EXCEPTION(body.text(SIZE_MAX), HttpError, status_is(400));
}

BOOST_AUTO_TEST_CASE(a_moved_body_goes_on_where_it_was_and_leaves_nothing) {
    Body from = pieces("0123456789");
    char block[3];
    from.read(block);
    Body to = std::move(from);
    BOOST_TEST(from.size().value() == 0u);
    BOOST_TEST(from.text() == "");
    BOOST_TEST(to.text() == "3456789");
}

BOOST_AUTO_TEST_SUITE_END()
