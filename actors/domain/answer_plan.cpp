#include "actors/domain/answer_plan.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/job_story.hpp"
#include "actors/domain/message_chunks.hpp"
#include "actors/domain/table_fence.hpp"
#include "actors/domain/utf8_text.hpp"

#include <algorithm>

namespace claw {

namespace {

constexpr std::string_view button_version = "q1";
constexpr std::size_t job_id_bytes_max = 64; ///< a longer id leaves no room for the rest of a custom_id
constexpr std::size_t file_name_bytes_max = 40;
constexpr std::size_t mention_units_max = 24;     ///< `<@18446744073709551615> `
constexpr std::size_t file_bytes_max = 8'000'000; ///< of 10 MiB

std::string file_name(const std::string& job_id) {
  std::string name = "job-";
  for (const char c : job_id.substr(0, file_name_bytes_max))
    name += is_alnum(c) || c == '-' ? c : '_';
  return name + ".md";
}

std::string button_id(std::string_view verb, const std::string& job_id, snowflake owner) {
  return std::string{button_version} + ":" + std::string{verb} + ":" + job_id + ":" + to_string(owner);
}

std::vector<outgoing_message> parts_of(const ended_job& job, std::size_t parts_max, bool ping) {
  auto text = valid_utf8(job.text);
  if (trimmed(text).empty())
    text = "(The answer is empty.)";
  const auto footer = job.footer.empty() ? std::string{} : "\n-# " + valid_utf8(job.footer);
  std::vector<outgoing_message> parts;
  const auto units_max = message_units_max - (ping ? mention_units_max : 0);
  for (auto& chunk : message_chunks(with_fenced_tables(text) + footer, units_max))
    parts.emplace_back().content = std::move(chunk.text);
  if (parts.empty()) // nothing but blanks and fences
    parts.emplace_back().content = "(The answer has no words.)" + footer;
  if (parts.size() <= parts_max)
    return parts;
  parts.resize(1);
  const auto bytes = text.substr(0, file_bytes_max) + footer;
  parts.front().file = message_file{file_name(job.job_id), valid_utf8(bytes)};
  return parts;
}

} // namespace

answer_plan plan_answer(const errand& x, const ended_job& job, bool ping) {
  answer_plan plan;
  plan.parts = parts_of(job, x.private_reply ? 1 : inline_parts_max, ping); // a second message would be seen by all
  const bool failed = job.how != "done";
  const bool plain = std::none_of(plan.parts.begin(), plan.parts.end(),
                                  [](const outgoing_message& part) { return part.file.has_value(); });
  plan.into_status = is_set(x.status) && plain && (job.took < quick_job || x.private_reply);
  if (failed && job.job_id.size() <= job_id_bytes_max)
    plan.parts.back().buttons = {retry_button(job.job_id, x.user)};
  for (std::size_t i = 0; i < plan.parts.size(); ++i) {
    auto& part = plan.parts[i];
    part.nonce = nonce_of(x, i + 1);
    part.replies_to = anchor_of(x);
    if (ping && i == 0 && !plan.into_status)
      part.mention_user = x.user;
  }
  plan.closing_line = closing_line(job.job_id, job.how, job.took);
  return plan;
}

message_button cancel_button(const std::string& job_id, snowflake owner) {
  return {message_button::look::danger, "Cancel", button_id("cancel", job_id, owner)};
}

message_button retry_button(const std::string& job_id, snowflake owner) {
  return {message_button::look::plain, "Retry", button_id("retry", job_id, owner)};
}

button_order parse_button(const std::string& custom_id) {
  std::string_view rest = custom_id;
  const auto take = [&rest] {
    const auto word = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    return word;
  };
  button_order order;
  const auto version = take();
  const auto verb = take();
  const auto owner_at = rest.rfind(':'); // an old broker's job id may hold colons
  if (version != button_version || owner_at == std::string_view::npos)
    return order;
  order.job_id = std::string{rest.substr(0, owner_at)};
  order.owner = parse_snowflake(rest.substr(owner_at + 1));
  if (order.job_id.empty() || !is_set(order.owner))
    return {};
  order.what = verb == "cancel"  ? button_order::kind::cancel
               : verb == "retry" ? button_order::kind::retry
                                 : button_order::kind::unknown;
  return order;
}

} // namespace claw
