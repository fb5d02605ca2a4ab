#include "replay/sha256.h"

#include <string>

#include <boost/test/unit_test.hpp>

using turngate::replay::sha256;

BOOST_AUTO_TEST_SUITE(sha256_digest)

// The examples of NIST for FIPS 180-4.
BOOST_AUTO_TEST_CASE(the_examples_of_the_standard_come_out) {
    BOOST_TEST(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    BOOST_TEST(sha256(std::string(1'000'000, 'a')) ==
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Where the padding fits, and where it takes a block more; by coreutils' sha256sum.
BOOST_AUTO_TEST_CASE(every_length_around_a_block_is_padded_right) {
    BOOST_TEST(sha256(std::string(55, 'x')) ==
               "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
    BOOST_TEST(sha256(std::string(56, 'x')) ==
               "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
    BOOST_TEST(sha256(std::string(63, 'x')) ==
               "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2");
    BOOST_TEST(sha256(std::string(64, '\xff')) ==
               "8667e718294e9e0df1d30600ba3eeb201f764aad2dad72748643e4a285e1d1f7");
    BOOST_TEST(sha256(std::string(65, '\0')) ==
               "98ce42deef51d40269d542f5314bef2c7468d401ad5d85168bfab4c0108f75f7");
}

BOOST_AUTO_TEST_SUITE_END()
