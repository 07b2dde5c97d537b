#include "llm/child_walls.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace claw {
namespace {

// Landlock by number: the headers of the oldest supported distribution know less than its kernels.
constexpr long landlock_create_ruleset_call = 444;
constexpr long landlock_add_rule_call = 445;
constexpr long landlock_restrict_self_call = 446;
constexpr uint32_t landlock_version_flag = 1;
constexpr int landlock_rule_path_beneath = 1;

constexpr uint64_t access_execute = 1U << 0;
constexpr uint64_t access_write_file = 1U << 1;
constexpr uint64_t access_read_file = 1U << 2;
constexpr uint64_t access_read_folder = 1U << 3;
constexpr uint64_t access_all_first = (1U << 13) - 1; // what the first version knows

struct landlock_ruleset {
  uint64_t handled_access_fs;
};

struct [[gnu::packed]] landlock_path {
  uint64_t allowed_access;
  int32_t parent_fd;
};

/// All rights that this version of Landlock can withhold.
uint64_t withheld_rights(long version) {
  uint64_t rights = access_all_first;
  if (version >= 2)
    rights |= 1U << 13; // move between folders
  if (version >= 3)
    rights |= 1U << 14; // truncate
  if (version >= 5)
    rights |= 1U << 15; // ioctl on devices
  return rights;
}

void allow(int ruleset, int fd, uint64_t rights) {
  const landlock_path rule{rights, fd};
  ::syscall(landlock_add_rule_call, ruleset, landlock_rule_path_beneath, &rule, 0);
}

void allow(int ruleset, const char* path, uint64_t rights) {
  if (const file_descriptor fd{::open(path, O_PATH | O_CLOEXEC)}) {
    struct stat about {};
    // A rule for a file may not name rights that only folders have.
    if (::fstat(fd.get(), &about) == 0 && !S_ISDIR(about.st_mode))
      rights &= ~access_read_folder;
    allow(ruleset, fd.get(), rights);
  }
}

file_descriptor landlock_ruleset_for(const wall_gates& gates) {
  const auto version = ::syscall(landlock_create_ruleset_call, nullptr, 0, landlock_version_flag);
  if (version < 1)
    return {};
  const landlock_ruleset wanted{withheld_rights(version)};
  file_descriptor ruleset{
      static_cast<int>(::syscall(landlock_create_ruleset_call, &wanted, sizeof wanted, 0))};
  if (!ruleset)
    return {};
  constexpr auto read = access_read_file | access_read_folder;
  for (const auto* path : {"/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib",
                           "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo"})
    allow(ruleset.get(), path, read);
  // The program interpreter is executed together with every program.
  for (const auto* path : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"})
    allow(ruleset.get(), path, access_read_file | access_execute);
  allow(ruleset.get(), "/dev/null", access_read_file | access_write_file);
  for (const auto& program : gates.programs)
    allow(ruleset.get(), program.c_str(), access_read_file | access_execute);
  for (const auto fd : gates.readable)
    allow(ruleset.get(), fd, read);
  return ruleset;
}

#if defined(__x86_64__)
constexpr uint32_t native_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t native_architecture = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t native_architecture = 0; // unknown: no filter
#endif

/// Starting others, sockets, other processes, and every way to change a tree of files.
constexpr int denied_calls[] = {
#ifdef __NR_fork
    __NR_fork,
    __NR_vfork,
    __NR_rename,
    __NR_mkdir,
    __NR_rmdir,
    __NR_creat,
    __NR_link,
    __NR_unlink,
    __NR_symlink,
    __NR_chmod,
    __NR_chown,
    __NR_lchown,
    __NR_mknod,
#endif
#ifdef __NR_renameat
    __NR_renameat,
#endif
    __NR_socket,
    __NR_ptrace,
    __NR_process_vm_readv,
    __NR_process_vm_writev,
    __NR_bpf,
    __NR_unshare,
    __NR_setns,
    __NR_mount,
    __NR_umount2,
    __NR_pivot_root,
    __NR_chroot,
    __NR_keyctl,
    __NR_add_key,
    __NR_truncate,
    __NR_ftruncate,
    __NR_unlinkat,
    __NR_renameat2,
    __NR_mkdirat,
    __NR_mknodat,
    __NR_linkat,
    __NR_symlinkat,
    __NR_fchmod,
    __NR_fchmodat,
    __NR_fchown,
    __NR_fchownat,
    __NR_setxattr,
    __NR_lsetxattr,
    __NR_fsetxattr,
    __NR_utimensat,
    __NR_execveat,
};

constexpr uint32_t deny(int error) {
  return SECCOMP_RET_ERRNO | static_cast<uint32_t>(error);
}

/// A rule on one call's flags (argument `index`, its low half). Any other call jumps over it, its number still loaded.
void append_flag_rule(std::vector<sock_filter>& filter, int call, unsigned index, uint32_t mask,
                      bool refuse_when_set) {
  const auto offset
      = static_cast<uint32_t>(offsetof(seccomp_data, args) + index * sizeof(uint64_t));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 4));
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, mask,
                            static_cast<uint8_t>(refuse_when_set ? 0 : 1),
                            static_cast<uint8_t>(refuse_when_set ? 1 : 0)));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, deny(EPERM)));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

std::vector<sock_filter> seccomp_filter() {
  std::vector<sock_filter> filter;
  if (native_architecture == 0)
    return filter;
  constexpr auto architecture = static_cast<uint32_t>(offsetof(seccomp_data, arch));
  constexpr auto number = static_cast<uint32_t>(offsetof(seccomp_data, nr));
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, architecture));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, native_architecture, 1, 0));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, number));
#if defined(__x86_64__)
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000U, 0, 1)); // the x32 calls
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
#endif
  for (const auto call : denied_calls) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, deny(EPERM)));
  }
  // Their flags lie behind a pointer, out of sight: ENOSYS makes the C library take the older calls.
  for (const auto call : {435 /* clone3 */, 437 /* openat2 */}) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, deny(ENOSYS)));
  }
#ifdef __NR_open
  append_flag_rule(filter, __NR_open, 1, O_CREAT | O_TRUNC, true);
#endif
  append_flag_rule(filter, __NR_openat, 2, O_CREAT | O_TRUNC, true);
  append_flag_rule(filter, __NR_clone, 0, CLONE_THREAD, false); // threads, yes; children, no
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  return filter;
}

} // namespace

child_walls::child_walls(const wall_gates& gates)
    : ruleset_(landlock_ruleset_for(gates)), filter_(seccomp_filter()) {}

unsigned child_walls::raise() const noexcept {
  unsigned standing = 0;
  if (ruleset_ && ::syscall(landlock_restrict_self_call, ruleset_.get(), 0) == 0)
    standing |= landlock;
  if (!filter_.empty()) {
    const sock_fprog program{static_cast<unsigned short>(filter_.size()),
                             const_cast<sock_filter*>(filter_.data())};
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
      standing |= seccomp;
  }
  return standing;
}

std::string active_walls() {
  const child_walls walls{wall_gates{}};
  const auto child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::_exit(static_cast<int>(walls.raise()));
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status))
    return "none";
  switch (static_cast<unsigned>(WEXITSTATUS(status))) {
  case child_walls::landlock | child_walls::seccomp:
    return "landlock, seccomp";
  case child_walls::landlock:
    return "landlock";
  case child_walls::seccomp:
    return "seccomp";
  default:
    return "none";
  }
}

} // namespace claw
