// The entry point every test program shares.
#define BOOST_TEST_MODULE turngate
#include <boost/test/unit_test.hpp>
