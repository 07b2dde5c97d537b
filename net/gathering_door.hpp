#pragma once
// A front door that passes on once a round what the requests of that round of the event loop asked. Waking a sleeping
// actor costs more than what a small request makes it do; so it is woken once a round, not once a request.

#include "actors/protocol/front_doors.hpp"

#include <utility>
#include <variant>
#include <vector>

namespace claw {

/// One thread's: the HTTP server's.
class gathering_door final : public broker_front_door {
public:
  /// @param real where it all goes, in the order in which it came; must outlive this
  explicit gathering_door(broker_front_door& real) : real_(real) {}

  /// The round is over.
  void pass_on() {
    for (auto& x : std::exchange(asked_, {}))
      std::visit([this](auto& asked) { real_.ask(std::move(asked)); }, x);
  }

  void ask(create_request x) override { gather(std::move(x)); }
  void ask(claim_request x) override { gather(std::move(x)); }
  void ask(poll_closed x) override { gather(x); }
  void ask(finish_request x) override { gather(std::move(x)); }
  void ask(renew_request x) override { gather(std::move(x)); }
  void ask(release_request x) override { gather(std::move(x)); }
  void ask(progress_request x) override { gather(std::move(x)); }
  void ask(worker_seen x) override { gather(std::move(x)); }
  void ask(cancel_request x) override { gather(std::move(x)); }
  void ask(retry_request x) override { gather(std::move(x)); }
  void ask(drain_request x) override { gather(std::move(x)); }
  void ask(standing_question x) override { gather(std::move(x)); }
  void ask(workers_question x) override { gather(std::move(x)); }
  void ask(queue_question x) override { gather(std::move(x)); }
  void ask(watch_request x) override { gather(std::move(x)); }
  void ask(token_create_request x) override { gather(std::move(x)); }
  void ask(token_revoke_request x) override { gather(std::move(x)); }

  const job_reader& jobs() const override { return real_.jobs(); }

private:
  using message = std::variant<create_request, claim_request, poll_closed, finish_request,
                               renew_request, release_request, progress_request, worker_seen,
                               cancel_request, retry_request, drain_request, standing_question,
                               workers_question, queue_question, watch_request,
                               token_create_request, token_revoke_request>;

  void gather(message x) { asked_.push_back(std::move(x)); }

  broker_front_door& real_;
  std::vector<message> asked_;
};

} // namespace claw
