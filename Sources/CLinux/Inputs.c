#define _GNU_SOURCE
#include "Inputs.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int weir_input_open(const char *path) {
  int fd;
  do fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  while (fd < 0 && errno == EINTR);
  return fd < 0 ? -errno : fd;
}

int64_t weir_input_size(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) < 0 || !S_ISREG(status.st_mode)) return -1;
  return status.st_size;
}

int64_t weir_input_position(int descriptor) { return lseek(descriptor, 0, SEEK_CUR); }

long weir_input_read_at(int descriptor, void *bytes, size_t count, int64_t place) {
  ssize_t n;
  do n = pread(descriptor, bytes, count, place);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -errno : n;
}

int weir_input_duplicate(int descriptor) {
  int fd = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  return fd < 0 ? -errno : fd;
}

int weir_input_wait(int descriptor, int timeout_milliseconds) {
  struct pollfd one = {.fd = descriptor, .events = POLLIN};
  return poll(&one, 1, timeout_milliseconds) > 0;
}

int64_t weir_file_written(const char *path) {
  struct stat status;
  if (stat(path, &status) < 0) return 0;
  return (int64_t)status.st_mtim.tv_sec * 1000000 + status.st_mtim.tv_nsec / 1000;
}

int weir_paths_matching(const char *pattern, char **names, size_t *size) {
  *names = NULL;
  *size = 0;
  glob_t found;
  int failed = glob(pattern, 0, NULL, &found);
  if (failed == GLOB_NOMATCH) return 0;
  if (failed) return failed == GLOB_NOSPACE ? -ENOMEM : -EIO;
  size_t room = 0;
  for (size_t i = 0; i < found.gl_pathc; i++) room += strlen(found.gl_pathv[i]) + 1;
  char *bytes = malloc(room ? room : 1);
  if (bytes) {
    for (size_t i = 0; i < found.gl_pathc; i++) {
      size_t n = strlen(found.gl_pathv[i]) + 1;
      memcpy(bytes + *size, found.gl_pathv[i], n);
      *size += n;
    }
    *names = bytes;
  }
  globfree(&found);
  return bytes ? 0 : -ENOMEM;
}

int weir_program_start(const char *words, size_t count, int input, int *output) {
  enum { limit = 256 };
  char *arguments[limit + 1];
  int n = 0;
  for (size_t at = 0; at < count && n < limit; at += strlen(words + at) + 1)
    arguments[n++] = (char *)(words + at);
  arguments[n] = NULL;
  if (n == 0 || n == limit) return -E2BIG;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  // A larger pipe lets both sides work longer without the other; refused is no harm.
  fcntl(ends[0], F_SETPIPE_SZ, 1 << 20);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, pipe_alone;
  sigemptyset(&none);
  sigemptyset(&pipe_alone);
  sigaddset(&pipe_alone, SIGPIPE);
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  if (input >= 0)
    posix_spawn_file_actions_adddup2(&actions, input, 0);
  else
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &pipe_alone);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid;
  int failed = posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(ends[1]);
  if (failed) {
    close(ends[0]);
    return -failed;
  }
  *output = ends[0];
  return pid;
}

int weir_program_wait(int pid) {
  int status;
  pid_t waited;
  do waited = waitpid(pid, &status, 0);
  while (waited < 0 && errno == EINTR);
  if (waited < 0) return -errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int weir_is_terminal(int descriptor) { return isatty(descriptor); }

int weir_terminal_columns(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) < 0 ? 0 : size.ws_col;
}
