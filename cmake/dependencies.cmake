# What the build needs from Debian, each as one imported target.
find_package(Threads REQUIRED)
find_package(Poco REQUIRED COMPONENTS Foundation Net Util)
find_package(ZLIB REQUIRED)
find_package(RapidJSON REQUIRED)  # Debian's package sets a variable and no target
add_library(RapidJSON::RapidJSON INTERFACE IMPORTED)
target_include_directories(RapidJSON::RapidJSON SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIRS})
