include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# What consumers link: one target, turngate::turngate.
add_library(turngate_turngate INTERFACE)
add_library(turngate::turngate ALIAS turngate_turngate)
set_target_properties(turngate_turngate PROPERTIES EXPORT_NAME turngate)
target_link_libraries(turngate_turngate INTERFACE turngate::gateway)
if(TURNGATE_STATIC)
  target_link_options(turngate_turngate INTERFACE -static)
endif()
set_property(GLOBAL APPEND PROPERTY TURNGATE_MODULES turngate_turngate)

get_property(modules GLOBAL PROPERTY TURNGATE_MODULES)
install(TARGETS ${modules} EXPORT turngate-targets FILE_SET HEADERS)
install(EXPORT turngate-targets NAMESPACE turngate:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/turngate)
file(WRITE ${PROJECT_BINARY_DIR}/turngate-config.cmake
  "include(CMakeFindDependencyMacro)\n"
  "find_dependency(Threads)\nfind_dependency(ZLIB)\nfind_dependency(Boost COMPONENTS context)\n"
  "if(NOT TARGET nghttp2::nghttp2)\n"
  "  find_library(NGHTTP2_LIBRARY nghttp2 REQUIRED)\n"
  "  add_library(nghttp2::nghttp2 UNKNOWN IMPORTED)\n"
  "  set_target_properties(nghttp2::nghttp2 PROPERTIES IMPORTED_LOCATION \"\${NGHTTP2_LIBRARY}\")\n"
  "endif()\n"
  "include(\${CMAKE_CURRENT_LIST_DIR}/turngate-targets.cmake)\n")
write_basic_package_version_file(turngate-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/turngate-config.cmake
              ${PROJECT_BINARY_DIR}/turngate-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/turngate)
