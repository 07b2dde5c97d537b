#include "apps/smoke/discord_talk.hpp"
#include "apps/smoke/row_way.hpp"
#include "net/answer_text.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace claw {

namespace {

using namespace std::chrono_literals;

constexpr auto look_again_after = 1s; ///< Discord allows some five calls a route in five seconds
constexpr auto job_made_within = 30s; ///< by our bot, of what was said
constexpr auto answer_told_within = 60s;
constexpr auto between_rows = 3'500ms; ///< more than the bot's own BOT_COOLDOWN_SECONDS, unless somebody raised it
constexpr std::string_view still_running = "Still running. Job ID: ";

class discord_way final : public row_way {
public:
  discord_way(std::unique_ptr<discord_api> rest, snowflake channel, producer_api& broker, const smoke_secrets& secrets,
              const follow_world& time)
      : rest_(std::move(rest)), talk_(*rest_, channel, time), broker_(broker), secrets_(secrets), time_(time) {}

  outcome<std::string> requester() override {
    if (requester_.empty()) {
      const auto me = talk_.myself();
      if (!me)
        return me.error();
      requester_ = "discord:" + to_string(*me); // as our bot names who asks
    }
    return requester_;
  }

  outcome<asked_job> send(const smoke_row& row) override {
    const auto before = our_jobs();
    if (!before)
      return before.error();
    if (said_at_)
      if (const auto gone = time_.now() - *said_at_; gone < between_rows)
        time_.pause(std::chrono::ceil<std::chrono::milliseconds>(between_rows - gone));
    const auto message = talk_.say(row.line);
    if (!message)
      return message.error();
    said_at_ = time_.now();
    for (const auto until = *said_at_ + job_made_within; time_.now() < until; time_.pause(look_again_after)) {
      if (time_.interrupts() > 0)
        return failure{ec::cancelled, "interrupted"};
      const auto now = our_jobs();
      if (!now)
        return now.error();
      for (const auto& id : *now)
        if (before->count(id) == 0)
          return asked_job{id, *message};
    }
    return why_no_job(*message);
  }

  outcome<done> tells_of_waiting(const asked_job& asked, std::chrono::seconds patience) override {
    for (const auto until = time_.now() + patience; time_.now() < until; time_.pause(look_again_after)) {
      if (time_.interrupts() > 0)
        return failure{ec::cancelled, "interrupted; the job goes on"};
      const auto said = talk_.replies_to(asked.message);
      if (!said)
        return said.error();
      if (said->find(std::string{still_running} + asked.id) != std::string::npos)
        return done{};
    }
    return failure{ec::timed_out, "the bot did not say that the job is still running (JOB_POLL_TIMEOUT_SEC)"};
  }

  smoke_verdict told(const asked_job& asked, const remote_job& job) override {
    const auto answer = answer_of(job, secrets_.rules, text_style::chat).text;
    smoke_verdict last{smoke_verdict::kind::fail, "the bot was not asked"};
    for (const auto until = time_.now() + answer_told_within; time_.now() < until; time_.pause(look_again_after)) {
      const auto said = talk_.replies_to(asked.message);
      last = said ? judge_said(answer, *said, secrets_) : smoke_verdict{smoke_verdict::kind::fail, said.error().why};
      if (last.what == smoke_verdict::kind::pass || !said || time_.interrupts() > 0)
        break;
    }
    return last;
  }

private:
  outcome<std::set<std::string>> our_jobs() {
    const auto me = requester();
    if (!me)
      return me.error();
    producer_api::listing_filter filter;
    filter.requester = *me;
    const auto page = broker_.list(filter);
    if (!page)
      return page.error();
    std::set<std::string> ids;
    for (const auto& job : page->jobs)
      ids.insert(job.id);
    return ids;
  }

  failure why_no_job(snowflake message) {
    const auto said = talk_.replies_to(message);
    return {ec::timed_out,
            "our bot made no job of it"
                + (said && !said->empty() ? ", but said: " + *said
                                          : ", and said nothing: does it hear this account (ALLOWED_BOT_ID) "
                                            "in this channel (ALLOWED_CHANNEL_ID)?")};
  }

  std::unique_ptr<discord_api> rest_;
  discord_talk talk_;
  producer_api& broker_;
  const smoke_secrets& secrets_;
  follow_world time_;
  std::string requester_;
  std::optional<std::chrono::steady_clock::time_point> said_at_;
};

} // namespace

std::unique_ptr<row_way> way_through_discord(std::unique_ptr<discord_api> rest, snowflake channel, producer_api& broker,
                                             const smoke_secrets& secrets, const follow_world& time) {
  return std::make_unique<discord_way>(std::move(rest), channel, broker, secrets, time);
}

} // namespace claw
