# Programs with libgrpc++, for tests and benchmarks: TURNGATE_GRPC tells whether there can be any.
find_program(PROTOC protoc)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin)
find_library(GRPCPP_LIBRARY grpc++)
find_library(GRPC_GPR_LIBRARY gpr)
find_library(PROTOBUF_LIBRARY protobuf)
set(TURNGATE_GRPC OFF)
if(PROTOC AND GRPC_CPP_PLUGIN AND GRPCPP_LIBRARY AND GRPC_GPR_LIBRARY AND PROTOBUF_LIBRARY)
  set(TURNGATE_GRPC ON)
endif()

# turngate_grpc_program(NAME FILE...): with the service of OpenEdge's first function runtime.
function(turngate_grpc_program name)
  set(from ${CMAKE_SOURCE_DIR}/tests/e2e/peers/openedge)
  set(to ${CMAKE_CURRENT_BINARY_DIR}/${name}.generated)
  set(generated ${to}/runtime.pb.cc ${to}/runtime.grpc.pb.cc)
  add_custom_command(OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${to}
    COMMAND ${PROTOC} -I${from} --cpp_out=${to} --grpc_out=${to} --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN}
      ${from}/runtime.proto
    DEPENDS ${from}/runtime.proto VERBATIM)
  add_executable(${name} ${ARGN} ${generated})
  target_include_directories(${name} SYSTEM PRIVATE ${to})
  target_link_libraries(${name} PRIVATE ${GRPCPP_LIBRARY} ${GRPC_GPR_LIBRARY} ${PROTOBUF_LIBRARY} Threads::Threads)
endfunction()
