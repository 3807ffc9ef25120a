#ifndef WEIR_FOLDERS_H
#define WEIR_FOLDERS_H
#include <stddef.h>
#include <stdint.h>

// Opens a folder, which is made where it is missing (mkdir(2); the folders above it must be there).
// A descriptor, or the negated errno.
int weir_folder_open(const char *path, uint32_t mode);
// The names in a folder that is open, as weir_folder_names has it.
int weir_folder_list(int folder, char **names, size_t *size);
// Opens a regular file within a folder for reading and writing; `create` makes it where it is
// missing. Symbolic links are not followed. A descriptor, or the negated errno.
int weir_folder_file(int folder, const char *name, int create, uint32_t mode);
int weir_folder_remove(int folder, const char *name);
// flock(2), exclusive, without waiting: 0, or the negated errno (EAGAIN where another has it).
int weir_storage_lock(int descriptor);
// fchown(2).
int weir_storage_give(int descriptor, uint32_t user, uint32_t group);
// pread(2): bytes read, 0 at the end, or the negated errno.
long weir_storage_read_at(int descriptor, void *bytes, size_t count, int64_t offset);
int64_t weir_storage_size(int descriptor);
// fdatasync(2).
int weir_storage_synchronize(int descriptor);
#endif
