# What `cmake --install` puts where, and the Debian package that CPack makes of it: `cpack -G DEB` in the build folder.
set(deploy ${CMAKE_SOURCE_DIR}/deploy)
set(made ${CMAKE_BINARY_DIR}/packaging)
file(MAKE_DIRECTORY ${made})

# packaged(NAME SCRIPT): what the shell's script prints, made anew with each new program.
set(packaged_files "")
function(packaged name script)
  add_custom_command(OUTPUT ${made}/${name} DEPENDS stillpoint ${ARGN}
    COMMAND sh -ec "(${script}) > ${name}.new && mv ${name}.new ${name}" WORKING_DIRECTORY ${made} VERBATIM)
  set(packaged_files ${packaged_files} ${made}/${name} PARENT_SCOPE)
endfunction()
set(program $<TARGET_FILE:stillpoint>)
packaged(stillpoint "'${program}' completion bash")
packaged(_stillpoint "'${program}' completion zsh")
packaged(stillpoint.fish "'${program}' completion fish")
packaged(stillpoint.1.gz "'${program}' manual stillpoint | gzip -9n")
packaged(stillpoint-policy.5.gz "'${program}' manual stillpoint-policy | gzip -9n")
packaged(CHANGELOG.md.gz "gzip -9n < '${CMAKE_SOURCE_DIR}/CHANGELOG.md'" ${CMAKE_SOURCE_DIR}/CHANGELOG.md)
packaged(changelog.gz "gzip -9n < '${deploy}/debian/changelog'" ${deploy}/debian/changelog)
add_custom_target(packaging ALL DEPENDS ${packaged_files})

install(TARGETS stillpoint RUNTIME DESTINATION bin)
install(FILES ${made}/stillpoint.1.gz DESTINATION share/man/man1)
install(FILES ${made}/stillpoint-policy.5.gz DESTINATION share/man/man5)
install(FILES ${made}/stillpoint DESTINATION share/bash-completion/completions)
install(FILES ${made}/_stillpoint DESTINATION share/zsh/vendor-completions)
install(FILES ${made}/stillpoint.fish DESTINATION share/fish/vendor_completions.d)
install(FILES ${made}/changelog.gz ${made}/CHANGELOG.md.gz ${deploy}/debian/copyright DESTINATION share/doc/stillpoint)
# As they lie in the project, so that links between them hold; alerts name a page there.
install(FILES README.md DESTINATION share/doc/stillpoint)
install(DIRECTORY docs DESTINATION share/doc/stillpoint)
install(DIRECTORY specs/ deploy/examples/ deploy/prometheus deploy/grafana deploy/alertmanager deploy/server
  DESTINATION share/doc/stillpoint/examples)
install(FILES deploy/systemd/stillpoint.service deploy/systemd/stillpoint-reconcile.service
  deploy/systemd/stillpoint-reconcile.timer DESTINATION /lib/systemd/system)
install(FILES deploy/systemd/stillpoint.sysusers DESTINATION lib/sysusers.d RENAME stillpoint.conf)
install(FILES deploy/systemd/stillpoint.default DESTINATION /etc/default RENAME stillpoint)
# Who may read them is for postinst, which makes the user.
install(DIRECTORY DESTINATION /etc/stillpoint/policies)
install(DIRECTORY DESTINATION /var/lib/stillpoint)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME stillpoint)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Stillpoint maintainers <maintainers@stillpoint.dev>")
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "application-consistent snapshots of OpenStack volumes")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Stillpoint keeps snapshots of the Cinder volumes of databases that live in
OpenStack VMs. It compares what policies ask for with the snapshots that
exist, and converges: it holds the database still over SSH while its
volumes are snapshotted, lets go, and prunes what retention no longer wants.

It runs as a service, and is watched through Prometheus.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus, openssh-client")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${deploy}/debian/postinst ${deploy}/debian/prerm ${deploy}/debian/postrm
  ${deploy}/debian/conffiles)
include(CPack)
