#include "package/lambda_image.h"

#include <boost/test/unit_test.hpp>

using namespace turngate::package;

BOOST_AUTO_TEST_SUITE(lambda_image)

BOOST_AUTO_TEST_CASE(the_image_has_glibc_and_gccs_libraries) {
    for (const char* name : {"libc.so.6", "libm.so.6", "libpthread.so.0", "libstdc++.so.6",
                             "libgcc_s.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"})
        BOOST_TEST(image_has(std::string_view(name)), name);
    for (const char* name : {"libz.so.1", "libcrypt.so.1", "libstdc++.so.7", "libnghttp2.so.14"})
        BOOST_TEST(!image_has(std::string_view(name)), name);
}

BOOST_AUTO_TEST_CASE(versions_up_to_the_images_are_there) {
    for (const auto& [library, version] : {std::pair{"libc.so.6", "GLIBC_2.34"},
                                           {"libc.so.6", "GLIBC_2.4"},
                                           {"libc.so.6", "GLIBC_2.2.5"},
                                           {"libstdc++.so.6", "GLIBCXX_3.4.29"},
                                           {"libstdc++.so.6", "CXXABI_1.3.9"},
                                           {"libstdc++.so.6", "CXXABI_TM_1"},
                                           {"libgcc_s.so.1", "GCC_3.0"}})
        BOOST_TEST(image_has(NeededVersion{library, version}), version);
}

BOOST_AUTO_TEST_CASE(newer_and_private_ones_are_not) {
    for (const auto& [library, version] : {std::pair{"libc.so.6", "GLIBC_2.35"},
                                           {"libm.so.6", "GLIBC_2.100"},
                                           {"libc.so.6", "GLIBC_PRIVATE"},
                                           {"libc.so.6", "GLIBC_ABI_DT_RELR"},
                                           {"libstdc++.so.6", "GLIBCXX_3.4.30"},
                                           {"libstdc++.so.6", "CXXABI_1.3.14"},
                                           {"libgcc_s.so.1", "GCC_12.0.0"}})
        BOOST_TEST(!image_has(NeededVersion{library, version}), version);
}

BOOST_AUTO_TEST_CASE(a_library_that_comes_along_has_what_is_needed_of_it) {
    BOOST_TEST(image_has(NeededVersion{"libssl.so.3", "OPENSSL_3.0.0"}));
    BOOST_TEST(image_has(NeededVersion{"libodd.so.1", "GLIBC_9.9"}));
}

BOOST_AUTO_TEST_SUITE_END()
