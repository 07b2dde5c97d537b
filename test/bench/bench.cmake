# Benchmarks: one question a file, asked by test/bench/run; never part of the test run.
add_executable(broker_load bench/broker_load.cpp bench/http_client.cpp)
target_link_libraries(broker_load PRIVATE claw_flags Boost::headers Threads::Threads)

add_executable(store_commits bench/store_commits.cpp)
target_link_libraries(store_commits PRIVATE claw_storage)
