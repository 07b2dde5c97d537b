#include "apps/smoke/row_way.hpp"
#include "net/command_codec.hpp"

#include <variant>

namespace claw {

namespace {

class broker_way final : public row_way {
public:
  broker_way(producer_api& broker, std::string requester) : broker_(broker), requester_(std::move(requester)) {}

  outcome<std::string> requester() override { return requester_; }

  outcome<asked_job> send(const smoke_row& row) override {
    auto command = parse_chat_command(row.line);
    auto* job = std::get_if<chat_job>(&command);
    if (job == nullptr)
      return failure{ec::bad_request, "it is no command that becomes a job"};
    if (is_steered(row.what))
      job->required_cap = row.cap;
    const auto made = broker_.create(request_of(*job, requester_));
    if (!made)
      return made.error();
    return asked_job{made->id, {}};
  }

  outcome<done> tells_of_waiting(const asked_job&, std::chrono::seconds) override { return done{}; }
  smoke_verdict told(const asked_job&, const remote_job&) override { return {}; }

private:
  producer_api& broker_;
  std::string requester_;
};

} // namespace

std::unique_ptr<row_way> way_to_broker(producer_api& broker, std::string requester) {
  return std::make_unique<broker_way>(broker, std::move(requester));
}

} // namespace claw
