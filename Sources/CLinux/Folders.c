#define _GNU_SOURCE
#include "Folders.h"
#include "Files.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int weir_folder_open(const char *path, uint32_t mode) {
  if (mkdir(path, mode) < 0 && errno != EEXIST) return -errno;
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int weir_folder_list(int folder, char **names, size_t *size) {
  *names = NULL;
  *size = 0;
  // Opened anew, since reading moves the place in a folder; by the descriptor, since the path may
  // mean another after chroot(2).
  int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return -errno;
  DIR *entries = fdopendir(copy);
  if (!entries) {
    int failed = -errno;
    close(copy);
    return failed;
  }
  return weir_names_of(entries, names, size);
}

int weir_folder_file(int folder, const char *name, int create, uint32_t mode) {
  int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (create ? O_CREAT : 0);
  int fd = openat(folder, name, flags, mode);
  if (fd < 0) return -errno;
  struct stat status;
  int failed = fstat(fd, &status) < 0 ? -errno : S_ISREG(status.st_mode) ? 0 : -EINVAL;
  if (failed < 0) {
    close(fd);
    return failed;
  }
  return fd;
}

int weir_folder_remove(int folder, const char *name) {
  return unlinkat(folder, name, 0) < 0 ? -errno : 0;
}

int weir_storage_lock(int descriptor) {
  return flock(descriptor, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

int weir_storage_give(int descriptor, uint32_t user, uint32_t group) {
  return fchown(descriptor, user, group) < 0 ? -errno : 0;
}

long weir_storage_read_at(int descriptor, void *bytes, size_t count, int64_t offset) {
  ssize_t n;
  do n = pread(descriptor, bytes, count, offset);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -errno : n;
}

int64_t weir_storage_size(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) < 0 ? -errno : status.st_size;
}

int weir_storage_synchronize(int descriptor) {
  int failed;
  do failed = fdatasync(descriptor) < 0 ? -errno : 0;
  while (failed == -EINTR);
  return failed;
}
