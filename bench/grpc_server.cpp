// A function of OpenEdge by libgrpc++ alone, that answers with the payload: grpc_server PORT
#include <cstdio>
#include <grpcpp/grpcpp.h>
#include <string>

#include "runtime.grpc.pb.h"

namespace {

class Echo final : public runtime::Runtime::Service {
    grpc::Status Handle(grpc::ServerContext*, const runtime::Message* request,
                        runtime::Message* reply) override {
        *reply = *request;
        return grpc::Status::OK;
    }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s PORT\n", argv[0]);
        return 2;
    }
    Echo service;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::string(argv[1]),
                             grpc::InsecureServerCredentials());
    builder.RegisterService(&service);
    const auto server = builder.BuildAndStart();
    if (!server) return 1;
    server->Wait();  // until SIGTERM
}
