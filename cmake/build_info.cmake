# cmake -DOUTPUT=... -DSOURCE=... -DVERSION=... -DTARGET=... -DCOMPILER=... -P build_info.cmake
#
# Writes the header that says which commit is being built. Runs with every build and touches the
# file only when it changes.
cmake_policy(VERSION 3.25)
set(commit "")
set(date "")
if(EXISTS ${SOURCE}/.git)
  execute_process(COMMAND git -C ${SOURCE} log -1 --format=%h --abbrev=7
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND git -C ${SOURCE} log -1 --format=%cs
    OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT
"// Generated.
#define TURNGATE_BUILD_VERSION \"@VERSION@\"
#define TURNGATE_BUILD_COMMIT \"@commit@\"
#define TURNGATE_BUILD_DATE \"@date@\"
#define TURNGATE_BUILD_TARGET \"@TARGET@\"
#define TURNGATE_BUILD_COMPILER \"@COMPILER@\"
")
