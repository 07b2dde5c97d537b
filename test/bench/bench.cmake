# Benchmarks: one question a file, asked by test/bench/run; never part of the test run.
add_executable(queue_load bench/queue_load.cpp bench/queue_client.cpp bench/http_client.cpp bench/redis_client.cpp
  bench/beanstalkd_client.cpp)
target_link_libraries(queue_load PRIVATE claw_flags Boost::headers Threads::Threads)

add_executable(store_commits bench/store_commits.cpp)
target_link_libraries(store_commits PRIVATE claw_storage)
