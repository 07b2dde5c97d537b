#include "actors/bot/bot_links.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/protocol/bot_messages.hpp"
#include "actors/shared/guard.hpp"

namespace claw {

caf::behavior discord_link_actor(observed<discord_link_state>* self, std::shared_ptr<discord_api> api) {
  guard(self);
  return {[api](const perform_call& x) { return told<discord_answer>{api->perform(x.call)}; }};
}

caf::behavior producer_link_actor(observed<producer_link_state>* self, std::shared_ptr<producer_api> api) {
  guard(self);
  return {
      [api](const ask_create& x) { return told<producer_api::created>{api->create(x.what)}; },
      [api](const ask_job& x) { return told<remote_job>{api->find(x.job_id)}; },
      [api](const ask_events& x) { return told<std::vector<remote_event>>{api->events(x.job_id, x.after, x.wait)}; },
      [api](const ask_cancel& x) { return told<remote_job>{api->cancel(x.job_id)}; },
      [api](const ask_retry& x) { return told<remote_job>{api->retry(x.job_id)}; },
      [api](const ask_jobs&) { return told<producer_api::listing>{api->list({})}; },
      [api](const ask_workers&) { return told<std::vector<remote_worker>>{api->workers()}; },
      [api](const ask_queue&) { return told<std::string>{api->queue_json()}; },
  };
}

caf::behavior bot_store_actor(observed<bot_store_state>* self, std::shared_ptr<bot_store> store) {
  guard(self);
  return {[store](const bot_changes& x) {
    auto kept = store->commit(x.changes);
    if (!kept)
      spdlog::error("event=bot_store_failed ec={} why={}", to_string(kept.error().code), log_value(kept.error().why));
    return told<done>{std::move(kept)};
  }};
}

} // namespace claw
