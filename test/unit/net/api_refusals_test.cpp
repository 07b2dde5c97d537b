// Every way in which the door itself says no, as one table: who is refused, with which status and in which words.

#include "test/support/asked_api.hpp"
#include "test/support/sample_jobs.hpp"

using namespace claw;

namespace {

const std::string job_path = "/jobs/" + to_string(sample_id(1));

std::string padded(const std::string& before, std::size_t bytes, const std::string& after) {
  return before + std::string(bytes, 'x') + after;
}

struct refusal {
  const char* method;
  std::string path;
  std::string body;
  unsigned status;
  std::string detail;
};

constexpr std::size_t hundred_thousand = 100'000;

} // namespace

TEST_CASE("a caller without the right token is refused", "[net][api]") {
  asked_api door;
  const std::vector<std::pair<const char*, std::string>> of_bots = {
      {"POST", "/jobs"},       {"GET", "/jobs"},          {"GET", job_path},
      {"GET", job_path + "/events"}, {"POST", job_path + "/cancel"}, {"POST", job_path + "/retry"},
      {"GET", "/workers"},     {"GET", "/queue"},
  };
  const std::vector<std::pair<const char*, std::string>> of_workers = {
      {"GET", "/jobs/next"},           {"POST", job_path + "/result"},
      {"POST", job_path + "/fail"},    {"POST", job_path + "/heartbeat"},
      {"POST", job_path + "/release"}, {"POST", job_path + "/events"},
  };
  const auto wrong = GENERATE(header_list{}, header_list{{"X-Bot-Token", ""}, {"X-Worker-Token", ""}},
                              header_list{{"X-Bot-Token", "worker-secret"}, {"X-Worker-Token", "bot-secret"}},
                              header_list{{"X-Bot-Token", "bot-secret2"}, {"X-Worker-Token", "worker-secre"}});
  for (const auto& [method, path] : of_bots) {
    const auto x = door.ask(method, path, wrong, "not json");
    INFO(method << ' ' << path);
    CHECK(x->status() == 401);
    CHECK(x->detail() == "bad bot token");
  }
  for (const auto& [method, path] : of_workers) {
    const auto x = door.ask(method, path, wrong, "not json");
    INFO(method << ' ' << path);
    CHECK(x->status() == 401);
    CHECK(x->detail() == "bad worker token");
  }
}

TEST_CASE("a token that the broker was never given lets nobody in", "[net][api]") {
  asked_api door{broker_http_options{}};
  const header_list empty{{"X-Bot-Token", ""}, {"X-Worker-Token", ""}};
  const auto bot = door.ask("GET", "/jobs", empty);
  CHECK(bot->status() == 500);
  CHECK(bot->detail() == "BOT_TOKEN not configured");
  const auto worker = door.ask("GET", "/jobs/next", empty);
  CHECK(worker->status() == 500);
  CHECK(worker->detail() == "WORKER_TOKEN not configured");
  CHECK(door.ask("GET", "/health")->status() == 200);
}

TEST_CASE("a producer's request that cannot be is refused in the contract's words", "[net][api]") {
  asked_api door;
  const auto x = GENERATE(values<refusal>({
      {"POST", "/jobs", padded("", 524'289, ""), 413, "request body too large"},
      {"POST", "/jobs", "nope", 400, "invalid JSON"},
      {"POST", "/jobs", " ", 400, "invalid JSON"},
      {"POST", "/jobs", std::string{"{\"command\":\"ping\"}\0 and more", 28}, 400, "invalid JSON"},
      {"POST", "/jobs", "{\"command\":\"ping\xff\"}", 400, "invalid JSON"},
      {"POST", "/jobs", std::string(hundred_thousand, '['), 400, "invalid JSON"},
      {"POST", "/jobs", "", 400, "invalid command"},
      {"POST", "/jobs", R"({"command":null})", 400, "invalid command"},
      {"POST", "/jobs", R"({"command":"rm"})", 400, "invalid command"},
      {"POST", "/jobs", padded(R"({"command":"x","payload":")", 300'000, "\"}"), 400, "invalid command"},
      {"POST", "/jobs", padded(R"({"command":"ping","payload":")", 262'145, "\"}"), 400, "payload too large"},
      {"POST", "/jobs",
       padded(R"({"command":"ping","requires":")", 2'049, padded(R"(","payload":")", 262'145, "\"}")), 400,
       "payload too large"},
      {"POST", "/jobs", padded(R"({"command":"ping","requires":")", 2'049, "\"}"), 400, "requires too large"},
      {"POST", "/jobs", padded(R"({"command":"ping","requires":[")", 2'046, "\"]}"), 400, "requires too large"},
      {"POST", "/jobs", "[]", 422, "body must be an object"},
      {"POST", "/jobs", R"({"command":5})", 422, "command must be a string"},
      {"POST", "/jobs", R"({"command":"ping","payload":{}})", 422, "payload must be a string"},
      {"POST", "/jobs", R"({"command":"ping","priority":101})", 422,
       "priority must be an integer from -100 to 100"},
      {"POST", "/jobs", R"({"command":"ping","priority":1.5})", 422,
       "priority must be an integer from -100 to 100"},
      {"POST", "/jobs", R"({"command":"ping","max_attempts":0})", 422,
       "max_attempts must be an integer from 1 to 1000"},
      {"POST", "/jobs", R"({"command":"ping","max_attempts":18446744073709551615})", 422,
       "max_attempts must be an integer from 1 to 1000"},
      {"POST", "/jobs", R"({"command":"ping","requester":7})", 422, "requester must be a string"},
      {"POST", "/jobs", padded(R"({"command":"ping","requester":")", 256, "\"}"), 422,
       "requester must have at most 255 bytes"},
  }));
  INFO(x.method << ' ' << x.path << ' ' << x.body.substr(0, 60));
  const auto answer = door.bot(x.method, x.path, x.body);
  CHECK(answer->status() == x.status);
  CHECK(answer->detail() == x.detail);
  CHECK(door.broker.creates.empty());
  CHECK(door.broker.cancels.empty());
}

TEST_CASE("a question that cannot be is refused in the contract's words", "[net][api]") {
  asked_api door;
  const auto x = GENERATE(values<refusal>({
      {"GET", job_path, "", 404, "job not found"},
      {"GET", "/jobs/nope", "", 404, "job not found"},
      {"GET", "/jobs/%2e%2e", "", 404, "job not found"},
      {"GET", job_path + "/events", "", 404, "job not found"},
      {"POST", "/jobs/nope/cancel", "", 404, "job not found"},
      {"GET", "/jobs?limit=0", "", 422, "limit must be a number from 1 to 500"},
      {"GET", "/jobs?limit=501", "", 422, "limit must be a number from 1 to 500"},
      {"GET", "/jobs?status=nope", "", 422, "status must be queued, running, done or failed"},
      {"GET", "/jobs?cursor=x", "", 422, "cursor must be the next_cursor of an earlier page"},
      {"GET", job_path + "/events?after=-1", "", 422, "after must be the sequence number of an event"},
      {"GET", job_path + "/events?wait=61", "", 422, "wait must be a number of seconds from 0 to 60"},
      {"GET", "/nope", "", 404, "Not Found"},
      {"GET", "/jobs?texts=4097", "", 422, "texts must be a number of bytes from 0 to 4096"},
      {"GET", "/jobs?texts=-1", "", 422, "texts must be a number of bytes from 0 to 4096"},
      {"POST", "/command", "nope", 400, "invalid JSON"},
      {"POST", "/command", "{}", 422, "text is missing"},
      {"POST", "/command", R"({"text":["help"]})", 422, "text must be a string"},
      {"GET", "/jobs/nope/answer", "", 404, "job not found"},
      {"GET", job_path + "/answer", "", 404, "job not found"},
      {"GET", "/dashboard", "", 404, "Not Found"},
      {"GET", "/dashboard/", "", 404, "Not Found"},
      {"GET", "/index.html", "", 404, "Not Found"},
      {"GET", job_path + "/nope", "", 404, "Not Found"},
      {"GET", job_path + "/events/1", "", 404, "Not Found"},
      {"DELETE", "/jobs", "", 405, "Method Not Allowed"},
      {"POST", "/jobs/next", "", 405, "Method Not Allowed"},
      {"PUT", job_path, "", 405, "Method Not Allowed"},
  }));
  INFO(x.method << ' ' << x.path << ' ' << x.body);
  const auto answer = door.bot(x.method, x.path, x.body);
  CHECK(answer->status() == x.status);
  CHECK(answer->detail() == x.detail);
  CHECK(door.broker.cancels.empty());
}

TEST_CASE("a worker's request that cannot be is refused in the contract's words", "[net][api]") {
  asked_api door;
  const auto x = GENERATE(values<refusal>({
      {"POST", job_path + "/result", "nope", 400, "invalid JSON"},
      {"POST", job_path + "/result", "", 422, "result is missing"},
      {"POST", job_path + "/result", R"({"result":null})", 422, "result is missing"},
      {"POST", job_path + "/result", R"({"result":5})", 422, "result must be a string"},
      {"POST", job_path + "/result", "[]", 422, "body must be an object"},
      {"POST", job_path + "/result", padded(R"({"result":")", 4'194'305, "\"}"), 413, "request body too large"},
      {"POST", job_path + "/result", std::string(6 * 4'194'304 + 4'097, ' '), 413, "request body too large"},
      {"POST", job_path + "/fail", R"({"error":5})", 422, "error must be a string"},
      {"POST", job_path + "/fail", "[]", 422, "body must be an object"},
      {"POST", job_path + "/fail", padded(R"({"error":")", 4'194'305, "\"}"), 413, "request body too large"},
      {"POST", job_path + "/heartbeat", std::string(524'289, ' '), 413, "request body too large"},
      {"POST", job_path + "/events", std::string(4'194'305, ' '), 413, "request body too large"},
      {"POST", job_path + "/events", "nope", 400, "invalid JSON"},
      {"POST", job_path + "/events", "5", 422, "an event must be an object"},
      {"POST", job_path + "/events", R"([{"type":"usage"},5])", 422, "an event must be an object"},
      {"POST", job_path + "/events", R"({"type":"created"})", 422,
       "type must be status, delta, tool_call, tool_result, usage or checkpoint"},
      {"POST", job_path + "/events", R"({"type":"delta","data":5})", 422, "data must be an object"},
      {"POST", job_path + "/events", padded(R"({"type":"delta","data":{"t":")", 65'536, "\"}}"), 413,
       "event too large"},
      {"POST", "/jobs/nope/result", R"({"result":"r"})", 404, "job not found"},
      {"POST", "/jobs/nope/heartbeat", "", 404, "job not found"},
      {"GET", "/jobs/next?wait=61", "", 422, "wait must be a number of seconds from 0 to 60"},
      {"GET", "/jobs/next?wait=-1", "", 422, "wait must be a number of seconds from 0 to 60"},
      {"GET", "/jobs/next?wait=nan", "", 422, "wait must be a number of seconds from 0 to 60"},
      {"HEAD", "/jobs/next", "", 405, "Method Not Allowed"}, // it would take a job away
  }));
  INFO(x.method << ' ' << x.path << ' ' << x.body.substr(0, 60));
  const auto answer = door.worker(x.method, x.path, x.body);
  CHECK(answer->status() == x.status);
  CHECK(answer->detail() == x.detail);
  CHECK(door.broker.claims.empty());
  CHECK(door.broker.finishes.empty());
  CHECK(door.broker.progresses.empty());
}

TEST_CASE("a body that nobody reads may be missing, but not be wrong", "[net][api]") {
  asked_api door;
  const auto path = GENERATE(std::string{"/heartbeat"}, std::string{"/release"}, std::string{"/cancel"},
                             std::string{"/retry"});
  const bool workers = path == "/heartbeat" || path == "/release";
  const auto ask = [&](const std::string& body) {
    return workers ? door.worker("POST", job_path + path, body) : door.bot("POST", job_path + path, body);
  };
  const auto asked = [&] {
    const auto& x = door.broker;
    return x.renewals.size() + x.releases.size() + x.cancels.size() + x.retries.size();
  };
  INFO(path);
  for (const std::string body : {"garbage", "\xff", "{} {}"}) {
    const auto refused = ask(body);
    CHECK(refused->status() == 400);
    CHECK(refused->detail() == "invalid JSON");
  }
  for (const std::string body : {"[]", "7", "\"x\""})
    CHECK(ask(body)->status() == 422);
  CHECK(asked() == 0);
  for (const std::string body : {"", "{}", "null", R"({"old":1})"})
    ask(body);
  CHECK(asked() == 4);
}

TEST_CASE("headers that no worker may have are refused", "[net][api]") {
  asked_api door;
  const std::string wide(256, 'x');
  std::string many = "[";
  for (int i = 0; i < 257; ++i)
    many += (i == 0 ? "\"c" : ",\"c") + std::to_string(i) + '"';
  many += ']';
  const auto refused = [&](const char* name, const std::string& value) {
    const auto x = door.worker("GET", "/jobs/next", "", {{name, value}});
    CHECK(x->status() == 400);
    return x->detail();
  };
  CHECK(refused("X-Worker-Id", wide) == "X-Worker-Id is longer than 255 bytes");
  CHECK(refused("X-Worker-Boot-Id", wide)
        == "X-Worker-Boot-Id or X-Worker-Version is longer than 255 bytes");
  CHECK(refused("X-Worker-Version", wide)
        == "X-Worker-Boot-Id or X-Worker-Version is longer than 255 bytes");
  CHECK(refused("X-Worker-Caps", many) == "X-Worker-Caps names more than 256 caps");
  CHECK(refused("X-Worker-Caps", R"(["a",1e999])")
        == "X-Worker-Caps: JSON holds a number that is too large to be read");
  CHECK(door.broker.claims.empty());
}

TEST_CASE("a method that a path does not have is answered with those it has", "[net][api]") {
  asked_api door;
  CHECK(door.ask("DELETE", "/jobs")->reply->fields == "Allow: POST, GET, HEAD\r\n");
  CHECK(door.ask("POST", "/jobs/next")->reply->fields == "Allow: GET\r\n");
  CHECK(door.ask("PUT", job_path + "/events")->reply->fields == "Allow: POST, GET, HEAD\r\n");
  CHECK(door.ask("POST", "/health")->reply->fields == "Allow: GET, HEAD\r\n");
  CHECK(door.ask("POST", "/")->reply->fields == "Allow: GET, HEAD\r\n");
  CHECK(door.ask("DELETE", "/dashboard/dashboard.js")->reply->fields == "Allow: GET, HEAD\r\n");
  CHECK(door.ask("GET", "/command")->reply->fields == "Allow: POST\r\n");
}

TEST_CASE("what the broker answers has its status", "[net][api]") {
  struct row {
    failure trouble;
    unsigned status;
    std::string detail;
    std::string fields;
  };
  const auto x = GENERATE(values<row>({
      {{ec::no_such_job, "no job here"}, 404, "job not found", ""},
      {{ec::not_running, "job not in running state: queued"}, 400, "job not in running state: queued", ""},
      {{ec::lease_lost, "it was requeued"}, 409, "lease lost", ""},
      {{ec::unavailable, "try again"}, 503, "try again", "Retry-After: 1\r\n"},
      {{ec::store_full, "/var/lib/x is full"}, 503, "the broker's store is full", "Retry-After: 1\r\n"},
      {{ec::store_broken, "/var/lib/x is broken"}, 500, "the broker has trouble with its machine", ""},
      {{ec::io_failed, "/var/lib/x"}, 500, "the broker has trouble with its machine", ""},
  }));
  asked_api door;
  const auto finish = door.worker("POST", job_path + "/result", R"({"result":"r"})");
  door.broker.finishes.at(0).answer.answer(x.trouble);
  const auto beat = door.worker("POST", job_path + "/heartbeat");
  door.broker.renewals.at(0).answer.answer(x.trouble);
  const auto cancel = door.bot("POST", job_path + "/cancel");
  door.broker.cancels.at(0).answer.answer(x.trouble);
  for (const auto& answer : {finish, beat, cancel}) {
    CHECK(answer->status() == x.status);
    CHECK(answer->detail() == x.detail);
    CHECK(answer->reply->fields == x.fields);
  }
}

TEST_CASE("a store that cannot be read is told without its paths", "[net][api]") {
  asked_api door;
  door.broker.readable = false;
  for (const auto& path : {std::string{"/jobs"}, job_path, job_path + "/events"}) {
    const auto x = door.bot("GET", path);
    CHECK(x->status() == 500);
    CHECK(x->detail() == "the broker has trouble with its machine");
  }
}
