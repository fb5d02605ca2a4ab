// The entry point every test program shares.
#include <iostream>

#include <boost/test/unit_test.hpp>

#include "skip.h"

namespace {

bool skipped = false;

bool begin() {
    boost::unit_test::framework::master_test_suite().p_name.value = "turngate";
    return true;
}

}  // namespace

void turngate::test::skip(const std::string& why) {
    std::cerr << "SKIPPED: " << why << '\n';
    skipped = true;
}

int main(int argc, char** argv) {
    const int status = boost::unit_test::unit_test_main(&begin, argc, argv);
    return status == 0 && skipped ? 77 : status;
}
