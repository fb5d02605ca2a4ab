#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "support/control_requests.h"
#include <turngate/http1/chunked_decoder.h>
#include <turngate/http1/head_parser.h>

using namespace turngate;

namespace {

// Reads messages one after the other, as a server does, and writes down what they were.
class Reader {
  public:
    void feed(std::string_view bytes) {
        while (!bytes.empty() && !ended_) {
            if (is_in_body_)
                read_body(bytes);
            else
                read_head(bytes);
        }
    }
    const std::string& seen() const { return seen_; }

  private:
    void read_head(std::string_view& bytes) {
        const auto progress = parser_.feed(bytes);
        if (progress == http1::Progress::failed) return end(parser_.error());
        if (progress == http1::Progress::more) return;
        const http1::RequestHead head = parser_.take();
        seen_ += head.method + ' ' + head.target + (head.keep_alive ? " keep" : " close") + '\n';
        for (const auto& [name, value] : head.headers)
            seen_.append(name).append("=").append(value).append("\n");
        decoder_ = http1::ChunkedDecoder();
        left_ = head.framing.length;
        is_chunked_ = head.framing.kind == http1::Framing::Kind::chunked;
        is_in_body_ = is_chunked_ || left_ > 0;
    }
    void read_body(std::string_view& bytes) {
        if (!is_chunked_) {
            const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
            seen_ += bytes.substr(0, n);
            bytes.remove_prefix(n);
            left_ -= n;
            is_in_body_ = left_ > 0;
            return;
        }
        std::string_view data;
        const auto progress = decoder_.feed(bytes, data);
        seen_ += data;
        if (progress == http1::Progress::failed) return end(decoder_.error());
        is_in_body_ = progress == http1::Progress::more;
    }
    void end(const http1::HeadError& error) {
        seen_ += "refused: " + std::to_string(error.status) + ' ' + error.message;
        ended_ = true;
    }

    http1::RequestHeadParser parser_;
    http1::ChunkedDecoder decoder_;
    std::string seen_;
    std::uint64_t left_ = 0;
    bool is_chunked_ = false;
    bool is_in_body_ = false;
    bool ended_ = false;
};

std::string read(std::string_view bytes, std::size_t piece) {
    Reader reader;
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        reader.feed(bytes.substr(at, piece));
    return reader.seen();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http1_agreement)

BOOST_AUTO_TEST_CASE(it_makes_no_difference_where_a_request_is_split) {
    for (const std::string_view request : test::control_requests) {
        const std::string whole = read(request, request.size());
        BOOST_TEST(whole.find("refused") == std::string::npos, whole);
        for (std::size_t at = 1; at < request.size(); ++at) {
            Reader reader;
            reader.feed(request.substr(0, at));
            reader.feed(request.substr(at));
            BOOST_TEST_REQUIRE(reader.seen() == whole);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_spoilt_request_is_the_same_in_one_piece_and_byte_by_byte) {
    for (const std::string_view request : test::control_requests) {
        std::string spoilt(request);
        for (std::size_t at = 0; at < spoilt.size(); ++at) {
            for (int value = 0; value < 256; ++value) {
                spoilt[at] = static_cast<char>(value);
                const std::string whole = read(spoilt, spoilt.size());
                if (whole != read(spoilt, 1)) BOOST_TEST_REQUIRE(whole == read(spoilt, 1), spoilt);
            }
            spoilt[at] = request[at];
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
