# The broker with something slipped in, for tests of the real thing: it dies where it is told, or has a bug.
foreach(program mortal_broker crooked_broker)
  add_executable(${program} ${CMAKE_CURRENT_LIST_DIR}/${program}_main.cpp)
  target_link_libraries(${program} PRIVATE claw_apps)
endforeach()
