#include "actors/domain/job_index.hpp"

#include "actors/domain/error.hpp"

#include <functional>

namespace claw {

struct job_index::bucket {
  caps required;
  std::string anchor;
  std::size_t position = 0; ///< among the buckets of its anchor
  std::map<int32_t, line, std::greater<>> lines; ///< by priority, highest first; never an empty one

  int32_t priority() const { return lines.begin()->first; }
  const job_id& first() const { return *lines.begin()->second.begin(); }
};

job_index::job_index() = default;
job_index::~job_index() = default;
job_index::job_index(job_index&&) noexcept = default;
job_index& job_index::operator=(job_index&&) noexcept = default;

const std::string& job_index::anchor_for(const caps& required) const {
  static const std::string anyone;
  const std::string* best = &anyone;
  std::size_t fewest = 0;
  for (const auto& name : required.names()) {
    const auto i = anchored_.find(name);
    const auto count = i == anchored_.end() ? 0 : i->second.size();
    if (best == &anyone || count < fewest) {
      best = &name;
      fewest = count;
    }
  }
  return *best;
}

job_index::bucket& job_index::bucket_for(const caps& required) {
  auto& place = buckets_[required];
  if (!place) {
    place = std::make_unique<bucket>(bucket{required, anchor_for(required), 0, {}});
    auto& siblings = anchored_[place->anchor];
    place->position = siblings.size();
    siblings.push_back(place.get());
  }
  return *place;
}

void job_index::drop(bucket& x) {
  const auto i = anchored_.find(x.anchor);
  CLAW_ASSERT(i != anchored_.end());
  auto& siblings = i->second;
  CLAW_ASSERT(siblings[x.position] == &x);
  siblings.back()->position = x.position;
  siblings[x.position] = siblings.back();
  siblings.pop_back();
  if (siblings.empty())
    anchored_.erase(i);
  const auto place = buckets_.find(x.required); // by iterator: `x.required` dies with the bucket
  buckets_.erase(place);
}

void job_index::add(const job_id& id, const caps& required, int32_t priority) {
  if (bucket_for(required).lines[priority].insert(id).second)
    ++size_;
}

bool job_index::remove(const job_id& id, const caps& required, int32_t priority) {
  const auto place = buckets_.find(required);
  if (place == buckets_.end())
    return false;
  auto& found = *place->second;
  const auto i = found.lines.find(priority);
  if (i == found.lines.end() || i->second.erase(id) == 0)
    return false;
  --size_;
  if (i->second.empty())
    found.lines.erase(i);
  if (found.lines.empty())
    drop(found);
  return true;
}

void job_index::look(const std::string& anchor, const caps& worker, bucket*& best) {
  const auto i = anchored_.find(anchor);
  if (i == anchored_.end())
    return;
  looked_at_ += i->second.size();
  for (auto* x : i->second) {
    if (!worker.includes(x->required))
      continue;
    const bool better = !best || x->priority() > best->priority()
                        || (x->priority() == best->priority() && x->first() < best->first());
    if (better)
      best = x;
  }
}

std::optional<job_id> job_index::take(const caps& worker) {
  looked_at_ = 0;
  bucket* best = nullptr;
  look("", worker, best);
  for (const auto& name : worker.names())
    look(name, worker, best);
  if (!best)
    return std::nullopt;
  const auto id = best->first();
  remove(id, caps{best->required}, best->priority());
  return id;
}

void job_index::each_required(
    const std::function<void(const caps&, std::size_t, const job_id&)>& visit) const {
  for (const auto& [required, found] : buckets_) {
    std::size_t count = 0;
    const job_id* oldest = nullptr;
    for (const auto& [priority, ids] : found->lines) {
      count += ids.size();
      if (!oldest || *ids.begin() < *oldest)
        oldest = &*ids.begin();
    }
    visit(required, count, *oldest);
  }
}

} // namespace claw
