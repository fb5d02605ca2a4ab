#include "package/php_files.h"

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"
#include <turngate/http/error.h>

using namespace turngate;
using namespace turngate::package;

BOOST_AUTO_TEST_SUITE(php_files)

BOOST_AUTO_TEST_CASE(php_tells_of_its_modules_and_settings) {
    const test::TemporaryDirectory place;
    place.write("modules/b.so", "");
    place.write("modules/a.so", "");
    place.write("modules/README", "");

    const PhpInstallation php =
        php_of("/usr/bin/php-cgi", "extensions=" + (place / "modules") +
                                       "\nsettings=/etc/php.ini\nmore=/etc/a.ini, /etc/b.ini\n");

    BOOST_TEST(php.program == "/usr/bin/php-cgi");
    BOOST_TEST(php.modules == (std::vector{place / "modules/a.so", place / "modules/b.so"}),
               boost::test_tools::per_element());
    BOOST_TEST(php.settings == "/etc/php.ini");
    BOOST_TEST(php.more == (std::vector<std::string>{"/etc/a.ini", "/etc/b.ini"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(php_without_settings_has_none) {
    const test::TemporaryDirectory place;

    const PhpInstallation php =
        php_of("php-cgi", "extensions=" + place.path() + "\nsettings=\nmore=\n");

    BOOST_TEST(php.settings == "");
    BOOST_TEST(php.more.empty());
}

BOOST_AUTO_TEST_CASE(fpm_tells_the_same_as_a_page_of_text) {
    const test::TemporaryDirectory place;
    place.write("modules/a.so", "");

    const PhpInstallation php = php_of_info(
        "/usr/sbin/php-fpm8.2",
        "phpinfo()\nPHP Version => 8.2.36\n\nLoaded Configuration File => /etc/php.ini\n"
        "Additional .ini files parsed => /etc/a.ini,\n/etc/b.ini\n\nPHP API => 20220829\n"
        "extension_dir => " +
            (place / "modules") + " => /elsewhere\n");

    BOOST_TEST(php.modules == std::vector{place / "modules/a.so"},
               boost::test_tools::per_element());
    BOOST_TEST(php.settings == "/etc/php.ini");
    BOOST_TEST(php.more == (std::vector<std::string>{"/etc/a.ini", "/etc/b.ini"}),
               boost::test_tools::per_element());
    const PhpInstallation bare =
        php_of_info("php-fpm", "Loaded Configuration File => (none)\nextension_dir => " +
                                   place.path() + " => x\n");
    BOOST_TEST(bare.settings == "");
}

BOOST_AUTO_TEST_CASE(what_is_not_php_or_has_lost_its_modules_is_refused) {
    BOOST_CHECK_THROW(php_of("php-cgi", "hello"), Error);
    BOOST_CHECK_THROW(php_of_info("php-fpm", "hello"), Error);
    BOOST_CHECK_THROW(php_of("php-cgi", "extensions=/no/such/directory\n"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
