include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# What consumers link: one target, turngate::turngate.
add_library(turngate_turngate INTERFACE)
add_library(turngate::turngate ALIAS turngate_turngate)
set_target_properties(turngate_turngate PROPERTIES EXPORT_NAME turngate)
target_link_libraries(turngate_turngate INTERFACE turngate::gateway)
if(TURNGATE_STATIC)
  target_link_options(turngate_turngate INTERFACE -static -Wl,--gc-sections)
endif()
set_property(GLOBAL APPEND PROPERTY TURNGATE_MODULES turngate_turngate)

get_property(modules GLOBAL PROPERTY TURNGATE_MODULES)
install(TARGETS ${modules} EXPORT turngate-targets FILE_SET HEADERS)
install(EXPORT turngate-targets NAMESPACE turngate:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/turngate)
# A static turngate finds archives alone; what else the consumer looks for is none of its business.
set(find_static "")
set(find_yaml "if(NOT TARGET YamlCpp::Archive)\n  find_library(YAML_CPP_ARCHIVE libyaml-cpp.a REQUIRED)\n"
  "  add_library(YamlCpp::Archive UNKNOWN IMPORTED)\n"
  "  set_target_properties(YamlCpp::Archive PROPERTIES IMPORTED_LOCATION \"\${YAML_CPP_ARCHIVE}\")\nendif()\n")
set(find_any "")
if(TURNGATE_STATIC)
  set(find_yaml "")
  set(find_static "set(turngate_suffixes \${CMAKE_FIND_LIBRARY_SUFFIXES})\n"
    "set(CMAKE_FIND_LIBRARY_SUFFIXES .a)\nset(ZLIB_USE_STATIC_LIBS ON)\nset(Boost_USE_STATIC_LIBS ON)\n")
  set(find_any "set(CMAKE_FIND_LIBRARY_SUFFIXES \${turngate_suffixes})\n")
endif()
file(WRITE ${PROJECT_BINARY_DIR}/turngate-config.cmake
  "include(CMakeFindDependencyMacro)\n" ${find_static}
  "find_dependency(Threads)\nfind_dependency(ZLIB)\nfind_dependency(Boost COMPONENTS context)\n"
  "if(NOT TARGET nghttp2::nghttp2)\n"
  "  find_library(NGHTTP2_LIBRARY nghttp2 REQUIRED)\n"
  "  add_library(nghttp2::nghttp2 UNKNOWN IMPORTED)\n"
  "  set_target_properties(nghttp2::nghttp2 PROPERTIES IMPORTED_LOCATION \"\${NGHTTP2_LIBRARY}\")\n"
  "endif()\n" ${find_yaml} ${find_any}
  "include(\${CMAKE_CURRENT_LIST_DIR}/turngate-targets.cmake)\n")
write_basic_package_version_file(turngate-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/turngate-config.cmake
              ${PROJECT_BINARY_DIR}/turngate-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/turngate)
