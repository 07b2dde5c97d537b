#pragma once
// A program that links io_faults.cpp meets the disk's trouble where it is told to: its calls, and those of the shared
// libraries that it uses, go through functions that can fail.

namespace claw::crash {

/// From now on the `nth` call that changes a file (1 is the next one) fails with `error`. @param for_ever: and all
/// after it. What counts: write, writev, pwrite, fsync, fdatasync, ftruncate, posix_fallocate of regular files.
void fail_call(long nth, int error, bool for_ever);

/// No call fails any more. @returns whether one did
bool end_faults();

} // namespace claw::crash
