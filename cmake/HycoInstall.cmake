# The library as others get it: libhyco.so and libhyco.a, headers, a CMake
# package (hyco::hyco, and hyco::hyco_static with COMPONENTS static), hyco.pc,
# and the command with its manual pages and its completion for bash.
include(CMakePackageConfigHelpers)

# hyco_library(target SHARED|STATIC name-for-others)
function(hyco_library target kind export_name)
  add_library(${target} ${kind} $<TARGET_OBJECTS:hyco_objects>)
  hyco_compile_options(${target})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME hyco EXPORT_NAME ${export_name} LINKER_LANGUAGE C
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  target_include_directories(${target} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} PRIVATE
    OpenSSL::SSL OpenSSL::Crypto PkgConfig::LIBUV PkgConfig::CURL
    PkgConfig::YAML Threads::Threads)
  add_library(hyco::${export_name} ALIAS ${target})
endfunction()

hyco_library(hyco_shared SHARED hyco)
hyco_library(hyco_static STATIC hyco_static)
if(NOT HYCO_SANITIZE)
  target_link_options(hyco_shared PRIVATE -Wl,--no-undefined)
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/hyco)
install(TARGETS hyco_shared EXPORT hycoTargets)
install(TARGETS hyco_static EXPORT hycoStaticTargets)
install(EXPORT hycoTargets NAMESPACE hyco:: DESTINATION ${package_dir})
install(EXPORT hycoStaticTargets NAMESPACE hyco:: DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/hyco TYPE INCLUDE
  FILES_MATCHING PATTERN "*.h")

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/hycoConfig.cmake.in
  ${PROJECT_BINARY_DIR}/hycoConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/hycoConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/hycoConfig.cmake
  ${PROJECT_BINARY_DIR}/hycoConfigVersion.cmake
  DESTINATION ${package_dir})

# hyco.pc finds its prefix from where it lies, so that a tree can be moved.
file(RELATIVE_PATH HYCO_PC_TO_PREFIX
  /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" HYCO_PC_TO_PREFIX ${HYCO_PC_TO_PREFIX})
configure_file(${CMAKE_CURRENT_LIST_DIR}/hyco.pc.in
  ${PROJECT_BINARY_DIR}/hyco.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/hyco.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

add_custom_target(exported-symbols
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/exported-symbols.sh
    --write $<TARGET_FILE:hyco_shared>
  COMMENT "cmake/exported-symbols.txt from libhyco.so"
  VERBATIM)

# The command's directory is read after this file.
function(hyco_install_command)
  if(TARGET hyco)
    file(RELATIVE_PATH to_libraries
      /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
    set_target_properties(hyco PROPERTIES
      INSTALL_RPATH "$ORIGIN/${to_libraries}")
    install(TARGETS hyco RUNTIME)
    hyco_install_manual()
  endif()
endfunction()

function(hyco_install_manual)
  set(manual ${PROJECT_BINARY_DIR}/manual)
  add_custom_command(OUTPUT ${manual}/man1/hyco.1
    COMMAND ${CMAKE_COMMAND} -D HYCO=$<TARGET_FILE:hyco> -D OUT=${manual}
      -P ${PROJECT_SOURCE_DIR}/cmake/HycoManual.cmake
    DEPENDS hyco ${PROJECT_SOURCE_DIR}/cmake/HycoManual.cmake
    COMMENT "manual pages and completion from hyco --help"
    VERBATIM)
  add_custom_target(manual ALL DEPENDS ${manual}/man1/hyco.1)
  install(DIRECTORY ${manual}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
  install(DIRECTORY ${manual}/completions
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion)
endfunction()
cmake_language(DEFER CALL hyco_install_command)
