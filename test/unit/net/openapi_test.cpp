#include "net/api_bodies.hpp"
#include "net/api_codec.hpp"
#include "net/api_routes.hpp"
#include "net/openapi.hpp"
#include "net/openapi_requests.hpp"
#include "net/openapi_schemas.hpp"
#include "test/support/catch.hpp"
#include "test/support/sample_jobs.hpp"

#include <algorithm>
#include <set>

using namespace claw;
using nlohmann::json;

namespace {

/// Every `$ref` below a value.
void collect_references(const json& x, std::set<std::string>& into) {
  if (x.is_object() && x.contains("$ref"))
    into.insert(x.at("$ref"));
  if (x.is_structured())
    for (const auto& below : x)
      collect_references(below, into);
}

} // namespace

TEST_CASE("the schema of samples is as narrow as they are", "[net][openapi]") {
  const std::vector<json> samples{{{"a", 1}, {"b", nullptr}, {"c", {"x"}}}, {{"a", 2}, {"b", "x"}}};
  const auto x = schema_of_samples(samples);
  CHECK(x.at("type") == "object");
  CHECK(x.at("required") == json::array({"a", "b"}));
  CHECK(x.at("properties").at("a").at("type") == "integer");
  CHECK(x.at("properties").at("b").at("type") == json::array({"null", "string"}));
  CHECK(x.at("properties").at("c").at("items").at("type") == "string");
}

TEST_CASE("every route stands in the document, and no other", "[net][openapi]") {
  const auto paths = openapi_document().at("paths");
  std::size_t operations = 0;
  for (const auto& [path, methods] : paths.items())
    operations += methods.size();
  CHECK(operations == route_table().size());
  for (const auto& row : route_table()) {
    INFO(route_name(row));
    const auto* method = row.method == "GET" ? "get" : row.method == "POST" ? "post" : "delete";
    const auto& x = paths.at(route_path(row)).at(method);
    CHECK_FALSE(x.at("summary").get<std::string>().empty());
    CHECK(x.at("security").empty() == (row.side() == api_side::open));
    CHECK(x.at("responses").contains("401") == (row.side() != api_side::open));
  }
}

TEST_CASE("what the document refers to is there, and what is there is referred to", "[net][openapi]") {
  const auto document = openapi_document();
  std::set<std::string> named, there;
  collect_references(document, named);
  for (auto kind : {"schemas", "parameters", "responses"})
    for (const auto& [name, value] : document.at("components").at(kind).items())
      there.insert(std::string{"#/components/"} + kind + '/' + name);
  CHECK(named == there);
}

TEST_CASE("the schema of a job has every key that the codec writes", "[net][openapi]") {
  const auto schema = openapi_schemas().at("Job");
  const auto written = job_object({full_job(1), "payload", "result", "error"});
  CHECK(schema.at("required").size() == written.size());
  for (const auto& [key, value] : written.items()) {
    INFO(key);
    CHECK(schema.at("properties").contains(key));
    CHECK(schema.at("properties").at(key).contains("type"));
  }
  CHECK(schema.at("properties").at("result").at("type") == json::array({"null", "string"}));
}

TEST_CASE("every key of a new job that the document names is read", "[net][openapi]") {
  const auto schema = openapi_requests().at("NewJob");
  for (const auto& [key, value] : schema.at("properties").items()) {
    if (key == "requires")
      continue; // it may be anything
    INFO(key);
    json body = {{"command", "ping"}};
    body[key] = json::array({1});
    const auto read = parse_new_job(body.dump());
    REQUIRE_FALSE(read);
    CHECK(read.error().why.find(key) != std::string::npos);
  }
}

TEST_CASE("the bounds of the document are those of the door", "[net][openapi]") {
  const auto keys = openapi_requests().at("NewJob").at("properties");
  for (auto key : {"max_attempts", "priority", "not_before", "deadline"}) {
    const auto create = [&](int64_t value) {
      return parse_new_job(json{{"command", "ping"}, {key, value}}.dump()).ok();
    };
    INFO(key);
    const auto least = keys.at(key).at("minimum").get<int64_t>();
    const auto most = keys.at(key).at("maximum").get<int64_t>();
    CHECK(create(least));
    CHECK(create(most));
    CHECK_FALSE(create(least - 1));
    CHECK_FALSE(create(most + 1));
  }
}
