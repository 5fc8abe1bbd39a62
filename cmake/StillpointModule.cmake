# Warnings and sanitizers of every target of ours.
add_library(stillpoint_options INTERFACE)
target_compile_options(stillpoint_options INTERFACE -pipe
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  $<$<BOOL:${STILLPOINT_WERROR}>:-Werror>)
if(STILLPOINT_SANITIZE)
  target_compile_options(stillpoint_options INTERFACE -fsanitize=${STILLPOINT_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(stillpoint_options INTERFACE -fsanitize=${STILLPOINT_SANITIZE})
endif()

# stillpoint_module(NAME SOURCES file... [PUBLIC target...] [PRIVATE target...])
#
# One static library per folder of reconciler/. Headers are included as "module/file.hpp", and a module sees
# only the headers of modules that it links: each library exports an include root that holds a link to its own
# folder and nothing else, so that a wrong include fails to build.
function(stillpoint_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${name} ${root}/${name} SYMBOLIC)
  list(TRANSFORM ARG_SOURCES PREPEND ${name}/)
  if(ARG_SOURCES)
    add_library(stillpoint_${name} STATIC ${ARG_SOURCES})
    target_include_directories(stillpoint_${name} PUBLIC ${root})
    target_link_libraries(stillpoint_${name} PUBLIC ${ARG_PUBLIC} PRIVATE stillpoint_options ${ARG_PRIVATE})
  else()
    add_library(stillpoint_${name} INTERFACE)
    target_include_directories(stillpoint_${name} INTERFACE ${root})
    target_link_libraries(stillpoint_${name} INTERFACE ${ARG_PUBLIC})
  endif()
endfunction()

# For modules that wait for others most of their time and are made of large templates: what -O2 adds to -O1 there is only
# the time of the build.
function(optimise_lightly)
  foreach(name IN LISTS ARGN)
    target_compile_options(${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O1>)
  endforeach()
endfunction()
