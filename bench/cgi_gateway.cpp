// cgi_gateway PROGRAM: serves cgi:PROGRAM on PORT, holding BALLAST MB of memory meanwhile, as
// handlers with caches do.
#include <cstdlib>
#include <string>
#include <vector>

#include <turngate/turngate.h>

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const char* ballast = std::getenv("BALLAST");
    const std::vector<char> held((ballast ? std::stoul(ballast) : 0) << 20, 'x');
    return turngate::run(1, argv, turngate::open_handler("cgi:" + std::string(argv[1])));
}
