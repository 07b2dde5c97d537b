#include "apps/transfer/old_broker_job.hpp"
#include "storage/store_transfer.hpp"
#include "test/support/catch.hpp"

#include <algorithm>

using namespace claw;

namespace {

old_broker_job old_job(std::string status) {
  old_broker_job x;
  x.id = "6fa459ea-ee8a-4ca4-894e-db77e160355e";
  x.created_s = 1'760'000'000;
  x.status = std::move(status);
  x.command = "llm_task";
  x.payload = "{}";
  return x;
}

std::string text(const job_change& x, job_text kind) {
  const auto found = std::find_if(x.texts.begin(), x.texts.end(), [kind](const auto& t) { return t.first == kind; });
  return found == x.texts.end() ? "none" : found->second.value_or("cleared");
}

} // namespace

TEST_CASE("an old job's id is of version 7, of its time and of its old random bits", "[transfer]") {
  const auto x = old_job("queued");
  CHECK(to_string(id_of(x)) == "0199c82c-c000-7ca4-894e-db77e160355e");
  CHECK(created_ms(id_of(x)) == 1'760'000'000'000);
  auto later = x;
  later.created_s += 1;
  CHECK(id_of(x) < id_of(later));
}

TEST_CASE("an old id that is no UUID makes an id too, always the same", "[transfer]") {
  auto x = old_job("queued");
  x.id = "job-17";
  const auto id = id_of(x);
  CHECK(id == id_of(x));
  CHECK(to_string(id)[14] == '7');
  x.id = "job-18";
  CHECK(id != id_of(x));
}

TEST_CASE("every old job has a sound life, and its old id as a tag", "[transfer]") {
  for (const char* status : {"queued", "running", "done", "failed"})
    for (const bool begun : {false, true}) {
      INFO(status << (begun ? ", claimed" : ""));
      auto x = old_job(status);
      x.result = "42";
      x.error = "no model";
      if (begun) {
        x.worker_id = "jetson";
        x.started_s = 1'760'000'010;
        x.finished_s = 1'760'000'020;
      }
      const auto whole = whole_job_of(x);
      REQUIRE(whole);
      CHECK(faults_of(*whole) == std::vector<std::string>{});
      CHECK(whole->after.tags.at("old_id") == x.id);
      CHECK(whole->after.created_s == x.created_s);
      CHECK(text(*whole, job_text::payload) == "{}");
      CHECK(text(*whole, job_text::result) == (x.status == "done" ? "42" : "none"));
      CHECK(text(*whole, job_text::error) == (x.status == "failed" ? "no model" : "none"));
    }
}

TEST_CASE("a job that ran is queued again and shows no worker", "[transfer]") {
  auto x = old_job("running");
  x.worker_id = "wsl";
  x.started_s = 1'760'000'010;
  x.requires_json = R"({"caps": ["llm:vllm"]})";
  const auto whole = whole_job_of(x);
  REQUIRE(whole);
  CHECK(whole->after.status == job_status::queued);
  CHECK(whole->after.worker_id.empty());
  CHECK(whole->after.required == caps{{"llm:vllm"}});
  CHECK(whole->after.requires_json == x.requires_json);
}

TEST_CASE("what the old broker left out is filled in", "[transfer]") {
  const auto done = whole_job_of(old_job("done"));
  REQUIRE(done);
  CHECK(text(*done, job_text::result).empty());
  CHECK(done->after.finished_s == 1'760'000'000);
  const auto failed = whole_job_of(old_job("failed"));
  REQUIRE(failed);
  CHECK(text(*failed, job_text::error) == "unknown");
  CHECK(failed->after.attempt == 0);
}

TEST_CASE("a job that the old broker cannot have had is refused", "[transfer]") {
  CHECK(whole_job_of(old_job("paused")).error().why.find("\"paused\"") != std::string::npos);
  auto timeless = old_job("queued");
  timeless.created_s = -1;
  CHECK_FALSE(whole_job_of(timeless));
  timeless.created_s = 1'760'000'000'000; // milliseconds
  CHECK_FALSE(whole_job_of(timeless));
}
