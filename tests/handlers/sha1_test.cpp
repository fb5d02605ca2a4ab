#include "../../handlers/src/handlers/sha1.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace {

std::string hex_sha1(const std::string& bytes) {
    std::string out;
    for (char c : turngate::sha1(bytes)) {
        out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        out += "0123456789abcdef"[c & 15];
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sha1_digest)

// The examples of NIST for FIPS 180-4.
BOOST_AUTO_TEST_CASE(the_examples_of_the_standard_come_out) {
    BOOST_TEST(hex_sha1("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    BOOST_TEST(hex_sha1("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    BOOST_TEST(hex_sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
               "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    BOOST_TEST(hex_sha1(std::string(1'000'000, 'a')) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

// Where the padding fits, and where it takes a block more; by coreutils' sha1sum.
BOOST_AUTO_TEST_CASE(every_length_around_a_block_is_padded_right) {
    BOOST_TEST(hex_sha1(std::string(55, 'x')) == "cef734ba81a024479e09eb5a75b6ddae62e6abf1");
    BOOST_TEST(hex_sha1(std::string(56, 'x')) == "901305367c259952f4e7af8323f480d59f81335b");
    BOOST_TEST(hex_sha1(std::string(63, 'x')) == "0ddc4e0cccd9a12850deb5abb0853a4425559fec");
    BOOST_TEST(hex_sha1(std::string(64, '\xff')) == "ffc6261e487efa8c7442069f71acfc4aa826993d");
    BOOST_TEST(hex_sha1(std::string(65, '\0')) == "f0fa45906bd0f4c3668fcd0d8f68d4b298b30e5b");
}

BOOST_AUTO_TEST_SUITE_END()
