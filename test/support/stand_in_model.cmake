# The scripted stand-in model, built by every preset: deploy/quickstart.sh starts it where there is no model.
add_library(claw_loopback STATIC
  ${CMAKE_CURRENT_LIST_DIR}/loopback_server.cpp
  ${CMAKE_CURRENT_LIST_DIR}/spoken_reply.cpp
  ${CMAKE_CURRENT_LIST_DIR}/stand_in_answer.cpp)
target_link_libraries(claw_loopback PUBLIC claw_flags nlohmann_json::nlohmann_json Threads::Threads)
add_executable(openclaw-stand-in-model ${CMAKE_CURRENT_LIST_DIR}/stand_in_model_main.cpp)
target_link_libraries(openclaw-stand-in-model PRIVATE claw_loopback)
