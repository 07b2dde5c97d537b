#include "storage/layered_reader.hpp"

#include "storage/job_codec.hpp"
#include "storage/merged_walk.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace claw {

namespace {

constexpr std::size_t walked_per_moment = 512;    ///< read transactions stay short
constexpr std::size_t listed_records_max = 2'000; ///< records that one `list` looks at

constexpr std::array document_texts = {job_text::payload, job_text::result, job_text::error};

bool passes(const job_filter& f, const job& x) {
  return (!f.status || *f.status == x.status) && (f.command.empty() || f.command == x.command)
         && (f.worker_id.empty() || f.worker_id == x.worker_id)
         && (f.requester.empty() || f.requester == x.requester)
         && (f.owner.empty() || f.owner == x.owner);
}

/// What the overlays say of a job's record; views live as long as the moment.
struct pending_head {
  bool known = false;
  std::string_view record; ///< empty where it is known: the job is gone

  void take(const job_overlay& overlay, const job_id& id) {
    if (const auto* x = overlay.find(id))
      *this = {true, x->record};
  }
};

/// Takes the pending text over, if the overlay knows one.
void take_text(pending_text& to, const pending_job& job, job_text kind) {
  if (job.erased)
    to = {true, std::nullopt};
  if (const auto& x = job.texts[static_cast<std::size_t>(kind)]; x.named)
    to = x;
}

outcome<std::optional<job>> head_of(const settled_jobs& settled, const lmdb_reader& reader,
                                    const job_id& id, const pending_head& pending) {
  if (!pending.known)
    return settled.find(reader, id);
  if (pending.record.empty())
    return std::optional<job>{};
  auto x = decode_job(id, pending.record);
  return x ? outcome<std::optional<job>>{std::optional{*std::move(x)}} : x.error();
}

/// The view lives as long as the moment.
outcome<std::optional<std::string_view>> text_of(const settled_jobs& settled, const lmdb_reader& reader,
                                                 const job_id& id, job_text kind, const pending_text& pending) {
  if (!pending.named)
    return settled.text(reader, id, kind);
  if (!pending.value)
    return std::optional<std::string_view>{};
  const auto x = view_text(id, kind, *pending.value);
  return x ? outcome<std::optional<std::string_view>>{std::optional{*x}} : x.error();
}

/// What the slice has room for.
outcome<std::vector<job_event>> decoded(const job_id& id, const std::vector<stored_event>& stored, event_slice slice) {
  std::vector<job_event> all;
  for (auto e = stored.begin(); e != stored.end() && !slice.full(); ++e) {
    auto x = decode_event(id, e->sequence, e->value);
    if (!x)
      return x.error();
    slice.take(x->data_json.size());
    all.push_back(*std::move(x));
  }
  return all;
}

/// The events of both, by sequence number; of two with the same number the one in `over`. Each is as much of its layer
/// as the slice has room for, and so is the answer of both.
std::vector<job_event> merge_events(std::vector<job_event> under, std::vector<job_event> over, event_slice slice) {
  const auto earlier
      = [](const job_event& a, const job_event& b) { return a.sequence < b.sequence; };
  std::vector<job_event> all;
  std::set_union(std::move_iterator{over.begin()}, std::move_iterator{over.end()},
                 std::move_iterator{under.begin()}, std::move_iterator{under.end()},
                 std::back_inserter(all), earlier); // which takes equal ones from `over`
  auto end = all.begin();
  for (; end != all.end() && !slice.full(); ++end)
    slice.take(end->data_json.size());
  all.erase(end, all.end());
  return all;
}

} // namespace

// -- one job

outcome<std::optional<job>> layered_reader::find(const job_id& id) const {
  pending_head head;
  const auto moment = pending_.look([&](const job_overlay& overlay) { head.take(overlay, id); });
  return moment ? head_of(settled_, moment->settled, id, head) : moment.error();
}

template <class Take>
outcome<done> layered_reader::with_text(const job_id& id, job_text kind, Take take) const {
  pending_text pending;
  const auto moment = pending_.look([&](const job_overlay& overlay) {
    if (const auto* x = overlay.find(id))
      take_text(pending, *x, kind);
  });
  if (!moment)
    return moment.error();
  const auto found = text_of(settled_, moment->settled, id, kind, pending);
  if (!found)
    return found.error();
  if (*found)
    take(**found);
  return done{};
}

outcome<std::optional<std::string>> layered_reader::text(const job_id& id, job_text kind) const {
  std::optional<std::string> found;
  const auto read = with_text(id, kind, [&](std::string_view x) { found = x; });
  return read ? outcome<std::optional<std::string>>{std::move(found)} : read.error();
}

outcome<std::optional<text_beginning>> layered_reader::beginning(const job_id& id, job_text kind,
                                                                 std::size_t bytes_max) const {
  std::optional<text_beginning> found;
  const auto read = with_text(id, kind, [&](std::string_view x) {
    found = text_beginning{std::string{x.substr(0, bytes_max)}, x.size()};
  });
  return read ? outcome<std::optional<text_beginning>>{std::move(found)} : read.error();
}

outcome<std::size_t> layered_reader::text_bytes(const job_id& id) const {
  std::array<pending_text, document_texts.size()> texts;
  const auto moment = pending_.look([&](const job_overlay& overlay) {
    if (const auto* x = overlay.find(id))
      for (std::size_t i = 0; i < texts.size(); ++i)
        take_text(texts[i], *x, document_texts[i]);
  });
  if (!moment)
    return moment.error();
  std::size_t sum = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto bytes = texts[i].named ? outcome<std::size_t>{texts[i].value.value_or("").size()}
                                      : settled_.text_bytes(moment->settled, id, document_texts[i]);
    if (!bytes)
      return bytes;
    sum += *bytes;
  }
  return sum;
}

outcome<std::optional<job_document>> layered_reader::document(const job_id& id) const {
  pending_head pending;
  constexpr auto kinds = document_texts;
  std::array<pending_text, kinds.size()> texts;
  const auto moment = pending_.look([&](const job_overlay& overlay) {
    const auto* x = overlay.find(id);
    if (x == nullptr)
      return;
    pending.take(overlay, id);
    for (std::size_t i = 0; i < kinds.size(); ++i)
      take_text(texts[i], *x, kinds[i]);
  });
  if (!moment)
    return moment.error();
  auto head = head_of(settled_, moment->settled, id, pending);
  if (!head)
    return head.error();
  if (!*head)
    return std::optional<job_document>{};
  std::array<std::optional<std::string>, kinds.size()> read;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto x = text_of(settled_, moment->settled, id, kinds[i], texts[i]);
    if (!x)
      return x.error();
    read[i] = *x;
  }
  return std::optional{job_document{**std::move(head), std::move(read[0]).value_or(""),
                                    std::move(read[1]), std::move(read[2])}};
}

outcome<std::vector<job_event>> layered_reader::events(const job_id& id, uint64_t after,
                                                       event_slice slice) const {
  std::array<std::vector<stored_event>, 2> pending; // of the older overlay, of the newer one
  std::size_t overlays = 0;
  bool erased = false; // what is settled is gone
  const auto moment = pending_.look([&](const job_overlay& overlay) {
    auto& to = pending[overlays++];
    const auto* x = overlay.find(id);
    if (x == nullptr)
      return;
    if (x->erased) {
      erased = true;
      pending.front().clear();
    }
    for (const auto& e : x->events)
      if (e.sequence > after && to.size() < slice.events)
        to.push_back(e);
  });
  if (!moment)
    return moment.error();
  auto found = erased ? outcome<std::vector<job_event>>{std::vector<job_event>{}}
                      : settled_.events(moment->settled, id, after, slice);
  for (const auto& layer : pending) {
    auto over = decoded(id, layer, slice);
    if (!over)
      return over;
    if (found && !over->empty())
      found = merge_events(*std::move(found), *std::move(over), slice);
  }
  return found;
}

// -- many jobs

/// Calls `visit` with the jobs behind `from`, in order, until it says false or the end is reached.
/// @returns the job at which it was stopped, none at the end
template <class Visit>
outcome<std::optional<job_id>> layered_reader::walk(walk_order order, std::optional<job_id> from,
                                                    bool only_open, std::size_t most,
                                                    Visit visit) const {
  std::vector<walked_job> pending;
  const auto moment = pending_.look([&](const job_overlay& overlay) {
    add_pending(pending, overlay, order, from, most + 1); // one more, to know whether that is the end
  });
  if (!moment)
    return moment.error();
  auto cursor = settled_.ids(moment->settled, only_open);
  if (!cursor)
    return cursor.error();
  merged_walk at{std::move(pending), *std::move(cursor), order};
  auto there = at.begin(from);
  for (std::size_t looked_at = 0; there && *there; there = at.next(), ++looked_at) {
    if (looked_at >= most)
      return from;
    const auto& here = at.here();
    if (here.pending && here.record.empty()) { // gone
      from = here.id;
      continue;
    }
    auto x = head_of(settled_, moment->settled, here.id, {here.pending, here.record});
    if (!x)
      return x.error();
    if (!*x)
      return failure{ec::store_broken, "job " + to_string(at.here().id) + " has no record"};
    if (!visit(**std::move(x)))
      return from;
    from = at.here().id;
  }
  return there ? outcome<std::optional<job_id>>{std::optional<job_id>{}} : there.error();
}

outcome<done> layered_reader::each_open(const std::function<void(const job&)>& visit) const {
  std::optional<job_id> from;
  do {
    std::vector<job> open;
    const auto next
        = walk(walk_order::oldest_first, from, true, walked_per_moment, [&](job x) {
            if (!is_terminal(x.status))
              open.push_back(std::move(x));
            return true;
          });
    if (!next)
      return next.error();
    for (const auto& x : open)
      visit(x); // outside of the moment: a visitor may take its time
    from = *next;
  } while (from);
  return done{};
}

outcome<job_page> layered_reader::list(const job_filter& filter, std::optional<job_id> before,
                                       std::size_t limit) const {
  job_page page;
  if (limit == 0)
    return page;
  const bool only_open = filter.status && !is_terminal(*filter.status);
  const auto next
      = walk(walk_order::newest_first, before, only_open, listed_records_max, [&](job x) {
          if (page.jobs.size() >= limit)
            return false;
          if (passes(filter, x))
            page.jobs.push_back(std::move(x));
          return true;
        });
  if (!next)
    return next.error();
  page.next = *next;
  return page;
}

outcome<job_page> layered_reader::oldest(std::optional<job_id> after, std::size_t limit) const {
  job_page page;
  const auto next = walk(walk_order::oldest_first, after, false, listed_records_max, [&](job x) {
    if (page.jobs.size() >= limit)
      return false;
    page.jobs.push_back(std::move(x));
    return true;
  });
  if (!next)
    return next.error();
  page.next = *next;
  return page;
}

outcome<job_id> layered_reader::newest() const {
  std::optional<job_id> from;
  std::optional<job_id> found;
  do {
    const auto next = walk(walk_order::newest_first, from, false, walked_per_moment, [&](const job& x) {
      found = x.id;
      return false;
    });
    if (!next)
      return next.error();
    from = *next;
  } while (!found && from);
  return found.value_or(job_id{});
}

// -- the chain

outcome<chain_heads> layered_reader::heads_before(const std::vector<job_change>& changes) const {
  std::map<job_id, pending_head> continued;
  for (const auto& x : changes)
    if (continues_chain(x))
      continued.try_emplace(x.after.id);
  chain_heads heads;
  if (continued.empty())
    return heads;
  const auto moment = pending_.look([&](const job_overlay& overlay) {
    for (auto& [id, head] : continued)
      head.take(overlay, id);
  });
  if (!moment)
    return moment.error();
  for (const auto& [id, pending] : continued) {
    auto record = pending.record;
    if (!pending.known) {
      const auto settled = settled_.record(moment->settled, id);
      if (!settled)
        return settled.error();
      record = settled->value_or("");
    }
    if (const auto head = decode_chain_head(id, record))
      heads.emplace(id, *head);
  }
  return heads;
}

} // namespace claw
