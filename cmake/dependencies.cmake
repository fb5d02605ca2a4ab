# What the build needs from Debian, each as one imported target.
find_package(Threads REQUIRED)
if(TURNGATE_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  set(ZLIB_USE_STATIC_LIBS ON)
  set(Boost_USE_STATIC_LIBS ON)
else()
  find_path(OPENSSL_INCLUDE_DIR openssl/ssl.h REQUIRED)  # libssl is loaded when it is needed: nothing of it is linked
  add_library(OpenSSL::Headers INTERFACE IMPORTED)
  target_include_directories(OpenSSL::Headers SYSTEM INTERFACE ${OPENSSL_INCLUDE_DIR})
  find_path(YAML_CPP_INCLUDE_DIR yaml-cpp/yaml.h REQUIRED)
  find_library(YAML_CPP_ARCHIVE libyaml-cpp.a REQUIRED)  # not shared: programs load no library that they hardly use
  add_library(YamlCpp::Archive UNKNOWN IMPORTED)
  set_target_properties(YamlCpp::Archive PROPERTIES IMPORTED_LOCATION "${YAML_CPP_ARCHIVE}"
    INTERFACE_INCLUDE_DIRECTORIES "${YAML_CPP_INCLUDE_DIR}")
  find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
  add_library(TomlPlusPlus::TomlPlusPlus INTERFACE IMPORTED)  # header-only
  target_include_directories(TomlPlusPlus::TomlPlusPlus SYSTEM INTERFACE ${TOMLPLUSPLUS_INCLUDE_DIR})
  find_package(Poco REQUIRED COMPONENTS Foundation Net Util)  # of which Debian has no static libraries
endif()
find_package(ZLIB REQUIRED)
find_package(Boost REQUIRED COMPONENTS context)
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/reader.h REQUIRED)  # its package names this machine's directory, whatever is built
add_library(RapidJSON::RapidJSON INTERFACE IMPORTED)
target_include_directories(RapidJSON::RapidJSON SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIR})
find_path(NGHTTP2_INCLUDE_DIR nghttp2/nghttp2.h REQUIRED)
find_library(NGHTTP2_LIBRARY nghttp2 REQUIRED)
add_library(nghttp2::nghttp2 UNKNOWN IMPORTED)
set_target_properties(nghttp2::nghttp2 PROPERTIES IMPORTED_LOCATION "${NGHTTP2_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${NGHTTP2_INCLUDE_DIR}")
find_path(PROTOZERO_INCLUDE_DIR protozero/pbf_reader.hpp REQUIRED)  # header-only
add_library(Protozero::Protozero INTERFACE IMPORTED)
target_include_directories(Protozero::Protozero SYSTEM INTERFACE ${PROTOZERO_INCLUDE_DIR})
find_path(FASTCGI_INCLUDE_DIR fastcgi.h REQUIRED)  # the constants: nothing of libfcgi is linked
add_library(FastCGI::Constants INTERFACE IMPORTED)
target_include_directories(FastCGI::Constants SYSTEM INTERFACE ${FASTCGI_INCLUDE_DIR})
