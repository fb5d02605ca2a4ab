# The standard library is most of what a short source costs to compile.
set(often_included <algorithm> <array> <atomic> <charconv> <chrono> <condition_variable> <functional>
  <map> <memory> <mutex> <optional> <span> <stop_token> <string> <string_view> <system_error> <thread>
  <utility> <vector>)

# turngate_module(<name> HEADERS <public headers> [SOURCES <files>] [DEPENDS <lower modules>]
#                [USES <third-party targets>])
#
# A module is one static library, turngate::<name>. Its public headers are a file set: they are
# installed, and each is compiled on its own by the target all_verify_interface_header_sets.
# DEPENDS is public and may name only modules declared before; that is what keeps the layers in
# order. USES is private: no third-party type appears in a public header.
function(turngate_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;SOURCES;DEPENDS;USES")
  set(target turngate_${name})
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    list(LENGTH arg_SOURCES many)
    if(many GREATER 10 AND TURNGATE_DEVELOPER)
      target_precompile_headers(${target} PRIVATE ${often_included})
    endif()
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:turngate_warnings>)
    foreach(library ${arg_USES})
      if(library MATCHES "(RapidJSON|FastCGI|Protozero|TomlPlusPlus)::")  # header-only: an installed turngate does not need it
        target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${library}>)
      else()
        target_link_libraries(${target} PRIVATE ${library})
      endif()
    endforeach()
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(turngate::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  list(TRANSFORM arg_HEADERS PREPEND include/turngate/)
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS include FILES ${arg_HEADERS})
  target_compile_features(${target} ${scope} cxx_std_20)
  foreach(lower ${arg_DEPENDS})
    if(NOT TARGET turngate_${lower})
      message(FATAL_ERROR "${name} depends on ${lower}, which is not a lower layer")
    endif()
    target_link_libraries(${target} ${scope} turngate::${lower})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY TURNGATE_MODULES ${target})
endfunction()

add_library(turngate_warnings INTERFACE)
target_compile_options(turngate_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${TURNGATE_DEVELOPER}>:-Werror>
  # GCC 12 reports std::variant's moves as uninitialised at -O1 and above (GCC bug 105562 family).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  # ... and std::string's operator+ as overlapping at -O2 and above (GCC bug 105651), or, behind a
  # precompiled header, as reading past an end.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-array-bounds>)
