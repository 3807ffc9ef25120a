#define _GNU_SOURCE
#include "Processes.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int told(int result) { return result < 0 ? -errno : result; }

static size_t copy(const char *text, char *out, size_t size) {
  if (!text || size == 0) return 0;
  size_t n = strlen(text);
  if (n > size) n = size;
  memcpy(out, text, n);
  return n;
}

size_t weir_errno_name(int number, char *out, size_t size) {
  return copy(strerrorname_np(number), out, size);
}

size_t weir_errno_text(int number, char *out, size_t size) {
  return copy(strerrordesc_np(number), out, size);
}

int weir_fork(void) { return told(fork()); }
int weir_setsid(void) { return told(setsid()); }

int weir_null_descriptors(int first, int last) {
  int fd = open("/dev/null", O_RDWR);
  if (fd < 0) return -errno;
  for (int i = first; i <= last; i++)
    if (dup2(fd, i) < 0) return -errno;
  if (fd > last) close(fd);
  return 0;
}

int weir_join_errors(void) { return told(dup2(1, 2)); }

int weir_blocking_pipe(int out[2]) { return told(pipe2(out, O_CLOEXEC)); }

int weir_write_byte(int fd) { return told((int)write(fd, "", 1)); }

int weir_read_byte(int fd) {
  char byte;
  ssize_t n;
  do n = read(fd, &byte, 1);
  while (n < 0 && errno == EINTR);
  return told((int)n);
}

int weir_chdir(const char *path) { return told(chdir(path)); }
int weir_chroot(const char *path) { return told(chroot(path)); }
int weir_pid(void) { return getpid(); }
int weir_kill(int pid, int signal) { return told(kill(pid, signal)); }
int weir_drop_groups(void) { return told(setgroups(0, NULL)); }
int weir_set_group(uint32_t gid) { return told(setgid(gid)); }
int weir_set_user(uint32_t uid) { return told(setuid(uid)); }
uint32_t weir_effective_user(void) { return geteuid(); }

int weir_user_named(const char *name, uint32_t *uid, uint32_t *gid) {
  errno = 0;
  struct passwd *entry = getpwnam(name);
  if (!entry) return errno ? -errno : -ENOENT;
  *uid = entry->pw_uid;
  *gid = entry->pw_gid;
  return 0;
}

int weir_group_named(const char *name, uint32_t *gid) {
  errno = 0;
  struct group *entry = getgrnam(name);
  if (!entry) return errno ? -errno : -ENOENT;
  *gid = entry->gr_gid;
  return 0;
}

int weir_descriptor_limit(uint64_t *soft, uint64_t *hard) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
  *soft = limit.rlim_cur;
  *hard = limit.rlim_max;
  return 0;
}

int weir_set_descriptor_limit(uint64_t soft, uint64_t hard) {
  struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
  return told(setrlimit(RLIMIT_NOFILE, &limit));
}

int weir_set_memory_limit(uint64_t bytes) {
  struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
  return told(setrlimit(RLIMIT_DATA, &limit));
}

int weir_chmod(const char *path, uint32_t mode) { return told(chmod(path, mode)); }
int weir_chown(const char *path, uint32_t uid, uint32_t gid) { return told(chown(path, uid, gid)); }
int weir_unlink(const char *path) { return told(unlink(path)); }
int weir_rename(const char *from, const char *to) { return told(rename(from, to)); }

int weir_kind_of_file(const char *path) {
  struct stat status;
  if (stat(path, &status) < 0) return -errno;
  if (S_ISDIR(status.st_mode)) return 1;
  if (S_ISREG(status.st_mode)) return 2;
  if (S_ISFIFO(status.st_mode)) return 3;
  if (S_ISSOCK(status.st_mode)) return 4;
  return 5;
}

int weir_write_file(const char *path, const void *bytes, size_t count, uint32_t mode) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return -errno;
  ssize_t n = write(fd, bytes, count);
  int failed = n < 0 ? -errno : (size_t)n < count ? -ENOSPC : 0;
  if (close(fd) < 0 && !failed) failed = -errno;
  return failed;
}

size_t weir_host_name(char *out, size_t size) {
  char name[256];
  if (gethostname(name, sizeof name) < 0) return 0;
  name[sizeof name - 1] = 0;
  return copy(name, out, size);
}

int weir_processor_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) < 0) return 1;
  int n = CPU_COUNT(&set);
  return n < 1 ? 1 : n;
}

void weir_default_faults(void) {
  static const int faults[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP, SIGQUIT};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) signal(faults[i], SIG_DFL);
}

void weir_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }
void weir_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void weir_die_by(int number) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  signal(number, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  raise(number);
}
