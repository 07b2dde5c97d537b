#include "actors/bot/bot_links.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/protocol/bot_messages.hpp"
#include "actors/shared/guard.hpp"

namespace claw {

caf::behavior discord_link_actor(observed<discord_link_state>* self, std::shared_ptr<discord_api> api) {
  guard(self);
  return {[self, api](const perform_call& x) {
    actor_facts facts{{"route", route_of(x.call.what)}};
    if (x.call.channel != snowflake{})
      facts.push_back({"channel", to_string(x.call.channel)});
    self->show(std::move(facts));
    return told<discord_answer>{api->perform(x.call)};
  }};
}

caf::behavior producer_link_actor(observed<producer_link_state>* self, std::shared_ptr<producer_api> api) {
  guard(self);
  const auto show = [self](const char* order, const std::string& job_id) {
    self->show({{"order", order}, {"job_id", job_id}});
  };
  const auto show_order = [self](const char* order) { self->show({{"order", order}}); };
  return {
      [=](const ask_create& x) {
        show_order("create");
        return told<producer_api::created>{api->create(x.what)};
      },
      [=](const ask_job& x) {
        show("job", x.job_id);
        return told<remote_job>{api->find(x.job_id)};
      },
      [=](const ask_events& x) {
        show("events", x.job_id);
        return told<std::vector<remote_event>>{api->events(x.job_id, x.after, x.wait)};
      },
      [=](const ask_cancel& x) {
        show("cancel", x.job_id);
        return told<remote_job>{api->cancel(x.job_id)};
      },
      [=](const ask_retry& x) {
        show("retry", x.job_id);
        return told<remote_job>{api->retry(x.job_id)};
      },
      [=](const ask_jobs&) {
        show_order("jobs");
        return told<producer_api::listing>{api->list({})};
      },
      [=](const ask_workers&) {
        show_order("workers");
        return told<std::vector<remote_worker>>{api->workers()};
      },
      [=](const ask_queue&) {
        show_order("queue");
        return told<std::string>{api->queue_json()};
      },
  };
}

caf::behavior bot_store_actor(observed<bot_store_state>* self, std::shared_ptr<bot_store> store) {
  guard(self);
  return {[self, store](const bot_changes& x) {
    self->show({counted("changes", x.changes.size())});
    auto kept = store->commit(x.changes);
    if (!kept)
      spdlog::error("event=bot_store_failed ec={} why={}", to_string(kept.error().code), log_value(kept.error().why));
    return told<done>{std::move(kept)};
  }};
}

} // namespace claw
