#pragma once
// What `openclaw smoke` has found, in words: a line a row, one JSON document, the report-back in Markdown. Pure
// functions; whatever came from elsewhere is redacted and printable.

#include "actors/domain/redaction.hpp"
#include "apps/smoke/smoke_record.hpp"

#include <string>

namespace claw {

/// Every row has passed: none failed, none was skipped.
bool has_passed(const smoke_record& x);

/// `pass     7  ping hello · pong: hello · wsl-vllm · 0.3 s`, without a line break
std::string smoke_line(const smoke_result& x, const redactor& redact);

/// How many rows passed, failed, were skipped.
std::string smoke_summary(const smoke_record& x);

/// `{"ok", "versions", "workers": [...], "rows": [...]}`
std::string smoke_json(const smoke_record& x, const redactor& redact);

/// docs/MULTI_WORKER_LLM_SMOKE.md, "Report back"
std::string smoke_report(const smoke_record& x, const redactor& redact);

} // namespace claw
