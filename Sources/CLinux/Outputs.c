#define _GNU_SOURCE
#include "Outputs.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int weir_output_open(int descriptor, int *kind) {
  struct stat status;
  if (fstat(descriptor, &status) < 0) return -errno;
  int waits = S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode);
  *kind = S_ISSOCK(status.st_mode) ? WEIR_OUTPUT_SOCKET
                                   : waits ? WEIR_OUTPUT_PIPE : WEIR_OUTPUT_FILE;
  if (waits) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    int opened = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (opened >= 0) return opened;
  }
  int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return -errno;
  if (waits) {
    int flags = fcntl(copy, F_GETFL);
    if (flags >= 0) (void)fcntl(copy, F_SETFL, flags | O_NONBLOCK);
  }
  return copy;
}

long weir_output_write(int descriptor, int kind, const uint8_t *bytes, size_t count) {
  ssize_t written;
  do {
    written = kind == WEIR_OUTPUT_SOCKET
                  ? send(descriptor, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT)
                  : write(descriptor, bytes, count);
  } while (written < 0 && errno == EINTR);
  return written < 0 ? -errno : written;
}

int weir_unshare_file_system(void) { return unshare(CLONE_FS) < 0 ? -errno : 0; }
