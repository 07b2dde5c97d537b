# What `cmake --install` puts where, and the Debian packages that `cpack` makes of it: one a program, each with its man
# page, and a service with its unit, its user and an example of its settings. Man pages are made of the programs' own
# help when they are installed, which needs Python.
include_guard()
include(GNUInstallDirs)

set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # what is packed is built already
set(parts ${PROJECT_BINARY_DIR}/packages)
set(maintainer "The OpenClaw Broker authors <maintainers@openclaw.invalid>")
file(READ ${PROJECT_SOURCE_DIR}/LICENSE license)
string(TIMESTAMP today "%a, %d %b %Y %H:%M:%S +0000" UTC)

# claw_part(COMPONENT PACKAGE SUMMARY): the program PACKAGE with its page, and what Debian wants beside it.
function(claw_part component package summary)
  install(TARGETS ${package} RUNTIME DESTINATION bin COMPONENT ${component})
  install(CODE "
    set(man ${parts}/man)
    execute_process(COMMAND ${PROJECT_SOURCE_DIR}/deploy/make_documents.py --bin ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
      --man \${man} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND gzip -9nf \${man}/${package}.1 COMMAND_ERROR_IS_FATAL ANY)
    file(INSTALL \${man}/${package}.1.gz DESTINATION \${CMAKE_INSTALL_PREFIX}/share/man/man1)"
    COMPONENT ${component})
  set(doc ${parts}/${package}/doc)
  file(WRITE ${doc}/copyright "OpenClaw Broker\n\n${license}")
  file(WRITE ${doc}/changelog "${package} (${PROJECT_VERSION}) unstable; urgency=medium\n\n  * CHANGELOG.md of the sources "
    "tells what is new.\n\n -- ${maintainer}  ${today}\n")
  execute_process(COMMAND gzip -9nf ${doc}/changelog COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${doc}/copyright ${doc}/changelog.gz DESTINATION share/doc/${package} COMPONENT ${component})
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package} PARENT_SCOPE)
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "${summary}" PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${summary}" PARENT_SCOPE)
endfunction()

# claw_service(COMPONENT UNIT_FILE UNIT_PATTERN EXAMPLES SETTINGS FIRST_START PURGED): a part that systemd runs.
# SETTINGS and FIRST_START are lines of postinst, PURGED are files.
function(claw_service component unit UNIT examples SETTINGS FIRST_START PURGED)
  set(PACKAGE openclaw-${component})
  set(folder ${parts}/${PACKAGE})
  file(READ ${PROJECT_SOURCE_DIR}/deploy/systemd/${unit} text)
  string(REPLACE /opt/openclaw/current/bin/ /usr/bin/ text "${text}")
  string(REPLACE "ExecPaths=/opt/openclaw " "ExecPaths=/usr/bin/${PACKAGE} " text "${text}")
  file(WRITE ${folder}/${unit} "${text}")
  file(WRITE ${folder}/${PACKAGE}.conf "u ${PACKAGE} - \"OpenClaw\" /var/lib/${PACKAGE} /usr/sbin/nologin\n")
  install(FILES ${folder}/${unit} DESTINATION lib/systemd/system COMPONENT ${component})
  install(FILES ${folder}/${PACKAGE}.conf DESTINATION lib/sysusers.d COMPONENT ${component})
  foreach(example ${examples})
    install(FILES ${PROJECT_SOURCE_DIR}/deploy/env.examples/${example}.env.example DESTINATION share/${PACKAGE}/env.examples
      COMPONENT ${component})
  endforeach()
  claw_command(${component} ${PACKAGE} openclaw-onboard-${component} onboard_${component}.sh)
  foreach(script postinst prerm postrm)
    configure_file(${PROJECT_SOURCE_DIR}/deploy/debian/${script}.in ${folder}/${script} @ONLY)
    file(CHMOD ${folder}/${script} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
      WORLD_EXECUTE)
  endforeach()
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA ${folder}/postinst ${folder}/prerm ${folder}/postrm PARENT_SCOPE)
endfunction()

# A script of deploy/ as a command, with its page.
function(claw_command component package command script)
  set(scripts ${PROJECT_SOURCE_DIR}/deploy)
  install(PROGRAMS ${scripts}/${script} DESTINATION share/${package} COMPONENT ${component})
  install(FILES ${scripts}/onboarding.sh DESTINATION share/${package} COMPONENT ${component})
  file(MAKE_DIRECTORY ${parts}/${package})
  file(CREATE_LINK ../share/${package}/${script} ${parts}/${package}/${command} SYMBOLIC)
  install(FILES ${parts}/${package}/${command} DESTINATION sbin COMPONENT ${component})
  install(CODE "
    execute_process(COMMAND gzip -9nf ${parts}/man/${command}.8 COMMAND_ERROR_IS_FATAL ANY)
    file(INSTALL ${parts}/man/${command}.8.gz DESTINATION \${CMAKE_INSTALL_PREFIX}/share/man/man8)"
    COMPONENT ${component})
endfunction()

# The certificates for `openclaw inspect` go with the last package.
function(claw_inspect_certs)
  set(scripts ${PROJECT_SOURCE_DIR}/deploy)
  claw_command(cli openclaw openclaw-inspect-certs make_inspect_certs.sh)
  configure_file(${scripts}/debian/postrm_cli.in ${parts}/openclaw/postrm COPYONLY)
  file(CHMOD ${parts}/openclaw/postrm PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
    WORLD_EXECUTE)
  set(CPACK_DEBIAN_CLI_PACKAGE_CONTROL_EXTRA ${parts}/openclaw/postrm PARENT_SCOPE)
  set(CPACK_DEBIAN_CLI_PACKAGE_RECOMMENDS openssl PARENT_SCOPE)
endfunction()

claw_part(cli openclaw "Command line of OpenClaw Broker
Asks the workers of a broker, and looks after its jobs, its workers and its
store.")
claw_inspect_certs()
claw_part(broker openclaw-broker "Durable job queue for language models
Keeps jobs on disk and gives them to runners under leases, behind an HTTP
interface. It listens on loopback until it is told otherwise.")
claw_service(broker openclaw-broker.service openclaw-broker.service broker
[[  put_new /etc/openclaw/broker.env </usr/share/openclaw-broker/env.examples/broker.env.example
  printf 'BOT_TOKEN=%s\nWORKER_TOKEN=%s\nADMIN_TOKEN=%s\n' "$(token)" "$(token)" "$(token)" \
    | put_new /etc/openclaw/broker.tokens]]
[[  deb-systemd-helper enable openclaw-broker.service >/dev/null
  if [ -d /run/systemd/system ]; then
    deb-systemd-invoke start openclaw-broker.service >/dev/null
  fi]]
  "/etc/openclaw/broker.env /etc/openclaw/broker.tokens /etc/systemd/system/openclaw-broker.service.d")
claw_part(runner openclaw-runner "Worker of OpenClaw Broker
Claims jobs from a broker, runs the tool loop against a model on this machine,
and looks into allowed git repositories with read-only tools.")
claw_service(runner openclaw-runner.service openclaw-runner.service "runner-wsl;runner-jetson"
[[  example=wsl
  [ "$(dpkg --print-architecture)" != arm64 ] || example=jetson
  put_new /etc/openclaw/runner.env <"/usr/share/openclaw-runner/env.examples/runner-$example.env.example"
  echo 'WORKER_TOKEN=' | put_new /etc/openclaw/runner.tokens
  [ -e /etc/openclaw/repos.json ] || echo '{"openclaw-broker": "openclaw-broker"}' >/etc/openclaw/repos.json]]
  "  : # it wants a WORKER_TOKEN first"
  "/etc/openclaw/runner.env /etc/openclaw/runner.tokens /etc/openclaw/repos.json \
/etc/systemd/system/openclaw-runner.service.d")
set(components cli broker runner)
if(TARGET openclaw-bot)
  claw_part(bot openclaw-bot "Discord bot of OpenClaw Broker
Lets people use the workers of a broker from Discord; several bots may run side
by side.")
  claw_service(bot openclaw-bot@.service "openclaw-bot@*.service" bot ""
    "  : # it wants an instance with a DISCORD_TOKEN first"
    "/etc/openclaw/bot-* /etc/systemd/system/openclaw-bot@*")
  list(APPEND components bot)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL ${components})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${parts}/deb)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "${maintainer}")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${maintainer}")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_BROKER_PACKAGE_DEPENDS systemd)
set(CPACK_DEBIAN_RUNNER_PACKAGE_DEPENDS "systemd, git, ripgrep, ca-certificates")
set(CPACK_DEBIAN_RUNNER_PACKAGE_SUGGESTS openclaw)
set(CPACK_DEBIAN_BROKER_PACKAGE_RECOMMENDS openclaw)
set(CPACK_DEBIAN_BOT_PACKAGE_DEPENDS "systemd, ca-certificates")
include(CPack)
