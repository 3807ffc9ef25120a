#define _GNU_SOURCE
#include "Files.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static int kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return 1;
  if (S_ISREG(mode)) return 2;
  if (S_ISFIFO(mode)) return 3;
  if (S_ISSOCK(mode)) return 4;
  return S_ISCHR(mode) ? 6 : 5;
}

int weir_file_open(const char *path, int *kind) {
  // Looked at before it is opened: opening a FIFO or a device can have effects of its own.
  struct stat status;
  if (stat(path, &status) < 0) return -errno;
  *kind = kind_of(status.st_mode);
  if (*kind != 2 && *kind != 6) return -EINVAL;
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return -errno;
  if (fstat(fd, &status) < 0) {
    int failed = -errno;
    close(fd);
    return failed;
  }
  *kind = kind_of(status.st_mode);
  if (*kind != 2 && *kind != 6) {
    close(fd);
    return -EINVAL;
  }
  return fd;
}

long weir_file_read(int descriptor, uint8_t *bytes, size_t count) {
  ssize_t n;
  do n = read(descriptor, bytes, count);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -errno : n;
}

int weir_file_write_all(int descriptor, const uint8_t *bytes, size_t count) {
  while (count > 0) {
    ssize_t n = write(descriptor, bytes, count);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -errno;
    bytes += n;
    count -= (size_t)n;
  }
  return 0;
}

int weir_file_create(const char *path, uint32_t mode) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, (mode_t)mode);
  return fd < 0 ? -errno : fd;
}

int weir_file_write_at(int descriptor, const uint8_t *bytes, size_t count, uint64_t offset) {
  while (count > 0) {
    ssize_t n = pwrite(descriptor, bytes, count, (off_t)offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -errno;
    bytes += n;
    count -= (size_t)n;
    offset += (uint64_t)n;
  }
  return 0;
}

int weir_file_cut(int descriptor, uint64_t size) {
  return ftruncate(descriptor, (off_t)size) < 0 ? -errno : 0;
}

// A list of texts that grows, each ended by a NUL.
struct list {
  char *bytes;
  size_t used, room;
};

static int append(struct list *list, const char *text) {
  size_t n = strlen(text) + 1;
  if (list->room - list->used < n) {
    size_t room = 2 * list->room + n + 1024;
    char *bytes = realloc(list->bytes, room);
    if (!bytes) return -ENOMEM;
    list->bytes = bytes;
    list->room = room;
  }
  memcpy(list->bytes + list->used, text, n);
  list->used += n;
  return 0;
}

static int give(struct list list, int failed, char **names, size_t *size) {
  if (failed < 0) {
    free(list.bytes);
    list.bytes = NULL;
    list.used = 0;
  }
  *names = list.bytes;
  *size = list.used;
  return failed;
}

int weir_names_of(void *entries, char **names, size_t *size) {
  struct list list = {0};
  DIR *folder = entries;
  int failed = 0;
  while (failed == 0) {
    errno = 0;
    struct dirent *entry = readdir(folder);
    if (!entry) {
      failed = -errno;
      break;
    }
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      failed = append(&list, entry->d_name);
  }
  closedir(folder);
  return give(list, failed, names, size);
}

int weir_folder_names(const char *path, char **names, size_t *size) {
  *names = NULL;
  *size = 0;
  DIR *folder = opendir(path);
  return folder ? weir_names_of(folder, names, size) : -errno;
}

void weir_free(void *memory) { free(memory); }

const char *weir_environment_at(size_t index) { return environ ? environ[index] : NULL; }

static int each_object(struct dl_phdr_info *info, size_t size, void *list) {
  (void)size;
  char path[PATH_MAX];
  if (!info->dlpi_name || info->dlpi_name[0] == 0) return 0;
  // The kernel's own object has no file.
  if (!realpath(info->dlpi_name, path)) return 0;
  return append(list, path);
}

int weir_loaded_objects(char **names, size_t *size) {
  struct list list = {0};
  int failed = dl_iterate_phdr(each_object, &list);
  return give(list, failed, names, size);
}

long weir_link_target(const char *path, char *out, size_t size) {
  ssize_t n = readlink(path, out, size);
  return n < 0 ? -errno : n;
}

size_t weir_executable_path(char *out, size_t size) {
  ssize_t n = readlink("/proc/self/exe", out, size);
  return n < 0 ? 0 : (size_t)n;
}

size_t weir_kernel_name(char *out, size_t size) {
  struct utsname name;
  if (uname(&name) < 0 || size == 0) return 0;
  int n = snprintf(out, size, "%s %s %s", name.sysname, name.release, name.machine);
  return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

const char *weir_libc_version(void) { return gnu_get_libc_version(); }
