#define _GNU_SOURCE
#include "SealedFile.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static int make(const uint8_t *bytes, size_t count) {
  int file = memfd_create("weir-journal", MFD_ALLOW_SEALING | MFD_CLOEXEC);
  if (file < 0) return -errno;
  while (count > 0) {
    ssize_t written = write(file, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      int failed = -errno;
      close(file);
      return failed;
    }
    bytes += written;
    count -= (size_t)written;
  }
  if (fcntl(file, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) {
    int failed = -errno;
    close(file);
    return failed;
  }
  return file;
}

int weir_send_sealed_file(int descriptor, const uint8_t *bytes, size_t count) {
  int file = make(bytes, count);
  if (file < 0) return file;
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {.msg_control = &control, .msg_controllen = sizeof control.room};
  struct cmsghdr *part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(part), &file, sizeof file);
  ssize_t sent;
  do sent = sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  int failed = sent < 0 ? -errno : 0;
  close(file);
  return failed;
}
