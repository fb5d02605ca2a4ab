// A FastCGI application of libfcgi, as others write them: one request at a time, or "threads N".
//
//   /pid      its number                       /echo      the body
//   /sleep    its number, after 200 ms         /hang      never answers
//   /large    1 MB                             /stderr    a line for the log
//   /die      SIGKILL before it answers        /die-in-head, /die-in-body   SIGKILL in the middle
//   /fork     its number, and 20 processes that it leaves behind
//   /exit     ends with status 3               /allocate  1 GB
//   /meet     its number, once 8 requests are here
//   /complain 1000 lines for the log, one that names its level, and a long one that does
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <latch>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <fcgiapp.h>

namespace {

void put(FCGX_Request& request, const std::string& text) {
    FCGX_PutStr(text.data(), static_cast<int>(text.size()), request.out);
}

void put_and_die(FCGX_Request& request, const std::string& text) {
    put(request, text);
    FCGX_FFlush(request.out);
    ::kill(::getpid(), SIGKILL);
}

void fork_away() {
    for (int n = 0; n < 20; ++n)
        if (::fork() == 0) {
            for (int fd = 0; fd < 64; ++fd)
                ::close(fd);
            for (;;)
                ::pause();
        }
}

void answer(FCGX_Request& request) {
    const char* uri = FCGX_GetParam("REQUEST_URI", request.envp);
    const std::string path = uri ? uri : "";
    const std::string head = "Content-Type: text/plain\r\n\r\n";
    if (path == "/die") ::kill(::getpid(), SIGKILL);
    if (path == "/die-in-head") return put_and_die(request, "Content-Ty");
    if (path == "/die-in-body") return put_and_die(request, head + std::string(20'000, 'x'));
    if (path == "/exit") ::_exit(3);
    if (path == "/hang")
        for (;;)
            ::pause();
    if (path == "/sleep") ::usleep(200'000);
    if (path == "/meet") {
        static std::latch all(8);
        all.arrive_and_wait();
    }
    if (path == "/fork") fork_away();
    if (path == "/allocate") {
        const std::vector<char> much(1u << 30, 'x');
        return put(request, head + std::to_string(much.size()));
    }
    if (path == "/stderr") FCGX_FPrintF(request.err, "said to the log\n");
    if (path == "/complain") {
        for (int n = 0; n < 1000; ++n)
            FCGX_FPrintF(request.err, "line %d\n", n);
        FCGX_FPrintF(request.err, "[INFO] last\n");
        const std::string record =
            "{\"text\":\"" + std::string(60'000, 'x') + "\",\"level\":\"error\"}\n";
        FCGX_PutStr(record.data(), static_cast<int>(record.size()), request.err);
    }
    if (path == "/large") return put(request, head + std::string(1'000'000, 'x'));
    if (path == "/echo") {
        put(request, head);
        char block[4096];
        for (int n; (n = FCGX_GetStr(block, sizeof block, request.in)) > 0;)
            FCGX_PutStr(block, n, request.out);
        return;
    }
    put(request, head + std::to_string(::getpid()));
}

void serve() {
    FCGX_Request request;
    FCGX_InitRequest(&request, 0, 0);
    while (FCGX_Accept_r(&request) >= 0) {
        answer(request);
        FCGX_Finish_r(&request);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (FCGX_Init() != 0) return 1;
    std::fprintf(stderr, "up\n");
    const int count = argc > 2 && std::strcmp(argv[1], "threads") == 0 ? std::atoi(argv[2]) : 1;
    std::vector<std::thread> threads;
    for (int n = 1; n < count; ++n)
        threads.emplace_back(serve);
    serve();
    for (std::thread& thread : threads)
        thread.join();
    return 0;
}
