// A client by libgrpc++: THREADS times CALLS calls of a function that echoes, over one channel.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <grpcpp/grpcpp.h>
#include <string>
#include <thread>
#include <vector>

#include "runtime.grpc.pb.h"

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: %s ADDRESS THREADS CALLS\n", argv[0]);
        return 2;
    }
    const int threads = std::atoi(argv[2]), calls = std::atoi(argv[3]);
    const auto channel = grpc::CreateChannel(argv[1], grpc::InsecureChannelCredentials());
    if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(60))) {
        std::fprintf(stderr, "nobody listens on %s\n", argv[1]);
        return 1;
    }
    std::atomic<int> right{0};
    const auto work = [&](int thread) {
        const auto stub = runtime::Runtime::NewStub(channel);
        for (int i = 0; i < calls; ++i) {
            grpc::ClientContext context;
            runtime::Message message, reply;
            message.set_qos(1);
            message.set_topic("t");
            message.set_functionname("echo");
            message.set_functioninvokeid(std::to_string(thread) + '-' + std::to_string(i));
            message.set_payload("hello " + message.functioninvokeid());
            const grpc::Status status = stub->Handle(&context, message, &reply);
            if (!status.ok())
                std::fprintf(stderr, "%d %s\n", status.error_code(),
                             status.error_message().c_str());
            if (status.ok() && reply.payload() == message.payload() &&
                reply.functioninvokeid() == message.functioninvokeid())
                ++right;
        }
    };
    std::vector<std::thread> all;
    for (int thread = 0; thread < threads; ++thread)
        all.emplace_back(work, thread);
    for (std::thread& one : all)
        one.join();
    std::printf("%d of %d right\n", right.load(), threads * calls);
    return right == threads * calls ? 0 : 1;
}
