#include "openedge/baetyl2.h"

#include <filesystem>
#include <fstream>
#include <map>

#include <boost/test/unit_test.hpp>

#include "openedge/settings.h"
#include "support/temporary_directory.h"
#include <turngate/http/error.h>

using namespace turngate;
using namespace turngate::openedge;

namespace {

using Variables = std::map<std::string, std::string>;

ReadVariable environment(Variables variables) {
    return [variables = std::move(variables)](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

std::string error_of(Variables variables) {
    try {
        settings(environment(std::move(variables)));
        return "accepted";
    } catch (const Error& e) {
        return e.what();
    }
}

// Where the platform has started a function, as it lays things out.
class Place {
  public:
    Place() {
        std::filesystem::current_path(directory_.path());
        std::filesystem::create_directories("var/lib/baetyl/system/certs");
        std::filesystem::create_directories("etc/baetyl");
        for (const char* name : {"ca.pem", "crt.pem", "key.pem"})
            std::ofstream(std::string("var/lib/baetyl/system/certs/") + name) << "";
        std::ofstream("etc/baetyl/conf.yml")
            << "functions: [{name: a, handler: a.handler, codedir: a}, {name: b, handler: c}]";
    }
    ~Place() { std::filesystem::current_path(before_); }

    std::string path() const { return std::filesystem::canonical(directory_.path()); }

  private:
    const std::filesystem::path before_ = std::filesystem::current_path();
    const test::TemporaryDirectory directory_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(openedge_baetyl2)

BOOST_AUTO_TEST_CASE(variables_and_the_usual_files_say_all) {
    const Place place;
    const Settings read = settings(environment({{"BAETYL_RUN_MODE", "native"},
                                                {"BAETYL_SERVICE_NAME", "s"},
                                                {"BAETYL_SERVICE_DYNAMIC_PORT", "5000"}}));

    BOOST_TEST(read.name == "s");
    BOOST_TEST(read.address == "127.0.0.1:5000");
    BOOST_TEST(read.by_name);
    BOOST_TEST(read.functions.size() == 2u);
    BOOST_TEST(read.functions[0].directory == place.path() + "/var/lib/baetyl/code/a");
    BOOST_TEST(read.functions[1].directory == place.path() + "/var/lib/baetyl/code/");
    const std::string certificates = "var/lib/baetyl/system/certs/";
    BOOST_TEST((read.tls == TlsFiles{certificates + "crt.pem", certificates + "key.pem",
                                     certificates + "ca.pem"}));
}

BOOST_AUTO_TEST_CASE(files_may_be_elsewhere) {
    const Place place;
    std::ofstream("other.yml") << "functions: [{name: a, handler: a, codedir: x}]";
    const Settings read = settings(environment({{"BAETYL_RUN_MODE", "kube"},
                                                {"BAETYL_SERVICE_NAME", "s"},
                                                {"BAETYL_CONF_FILE", "other.yml"},
                                                {"BAETYL_CODE_PATH", "/code"}}));

    BOOST_TEST(read.address == "0.0.0.0:80");
    BOOST_TEST(read.functions[0].directory == "/code/x");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named) {
    const Place place;
    const Variables kube = {{"BAETYL_RUN_MODE", "kube"}, {"BAETYL_SERVICE_NAME", "s"}};

    BOOST_TEST(error_of({{"BAETYL_RUN_MODE", "docker"}}) ==
               "BAETYL_RUN_MODE=docker is wrong: expected kube or native");
    for (const char* port : {"", "x", "-1", "65536"})
        BOOST_TEST(
            error_of({{"BAETYL_RUN_MODE", "native"}, {"BAETYL_SERVICE_DYNAMIC_PORT", port}}) ==
            std::string("BAETYL_SERVICE_DYNAMIC_PORT=") + port +
                " is wrong: expected a port, which BAETYL_RUN_MODE=native needs");
    BOOST_TEST(error_of({{"BAETYL_RUN_MODE", "kube"}}) == "module config invalid, missing name");
    std::filesystem::remove("etc/baetyl/conf.yml");
    BOOST_TEST(error_of(kube).starts_with("cannot read the configuration etc/baetyl/conf.yml"));
    std::filesystem::remove("var/lib/baetyl/system/certs/ca.pem");
    BOOST_TEST(error_of(kube) ==
               "system certificate is not found: var/lib/baetyl/system/certs/ca.pem: No such file "
               "or directory");
}

BOOST_AUTO_TEST_SUITE_END()
