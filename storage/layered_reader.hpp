#pragma once
// Reading a store of two layers: what is pending in the settler's overlays lies over what is settled in LMDB.

#include "actors/ports/job_store.hpp"
#include "storage/merged_walk.hpp"
#include "storage/settled_jobs.hpp"
#include "storage/settler.hpp"

namespace claw {

/// The reading half of the store. A settled job must not be older than a pending one: see settler.hpp.
class layered_reader : public job_store {
public:
  outcome<std::optional<job>> find(const job_id& id) const override;
  outcome<std::optional<job_document>> document(const job_id& id) const override;
  outcome<std::optional<std::string>> text(const job_id& id, job_text kind) const override;
  outcome<std::optional<text_beginning>> beginning(const job_id& id, job_text kind,
                                                   std::size_t bytes_max) const override;
  outcome<std::size_t> text_bytes(const job_id& id) const override;
  outcome<std::vector<job_event>> events(const job_id& id, uint64_t after, event_slice slice) const override;
  outcome<done> each_open(const std::function<void(const job&)>& visit) const override;
  outcome<job_page> list(const job_filter& filter, std::optional<job_id> before,
                         std::size_t limit) const override;
  outcome<job_page> oldest(std::optional<job_id> after, std::size_t limit) const override;
  outcome<job_id> newest() const override;

protected:
  /// Both outlive the reader.
  layered_reader(const settled_jobs& settled, const settler& pending)
      : settled_(settled), pending_(pending) {}

  /// The heads of the chains that the changes continue. A record that cannot be read has none: its chain begins anew,
  /// and `verify` tells. Errors: `store_broken`.
  outcome<chain_heads> heads_before(const std::vector<job_change>& changes) const;

private:
  /// `take` is called with the text where there is one.
  template <class Take>
  outcome<done> with_text(const job_id& id, job_text kind, Take take) const;

  template <class Visit>
  outcome<std::optional<job_id>> walk(walk_order order, std::optional<job_id> from, bool only_open,
                                      std::size_t most, Visit visit) const;

  const settled_jobs& settled_;
  const settler& pending_;
};

} // namespace claw
