#ifndef WEIR_FILES_H
#define WEIR_FILES_H
#include <stddef.h>
#include <stdint.h>

// Opens a file for reading without ever waiting for it; `kind` as weir_kind_of_file has it, and
// 6 for a character device. A descriptor, or the negated errno.
int weir_file_open(const char *path, int *kind);
// read(2): bytes read, 0 at the end, or the negated errno.
long weir_file_read(int descriptor, uint8_t *bytes, size_t count);
// write(2) until everything is written: 0 or the negated errno.
int weir_file_write_all(int descriptor, const uint8_t *bytes, size_t count);
// A new file for writing, over whatever had the name (open(2), O_CREAT | O_TRUNC): a descriptor or
// the negated errno.
int weir_file_create(const char *path, uint32_t mode);
// pwrite(2) until everything is written, ftruncate(2): 0 or the negated errno.
int weir_file_write_at(int descriptor, const uint8_t *bytes, size_t count, uint64_t offset);
int weir_file_cut(int descriptor, uint64_t size);
// The names in a folder without `.` and `..`, each ended by a NUL, in `*names`, which is to be
// given to weir_free. 0 or the negated errno.
int weir_folder_names(const char *path, char **names, size_t *size);
// The same of a DIR, which is closed.
int weir_names_of(void *entries, char **names, size_t *size);
void weir_free(void *memory);
// The variable of this index in the environment, as `NAME=value`, or NULL behind the last one.
const char *weir_environment_at(size_t index);
// The paths of the shared objects that are loaded, symbolic links resolved, each ended by a NUL,
// in `*names`, which is to be given to weir_free. 0 or the negated errno.
int weir_loaded_objects(char **names, size_t *size);
// What a symbolic link says (readlink(2)); its length, or the negated errno.
long weir_link_target(const char *path, char *out, size_t size);
// The path of the program that runs (/proc/self/exe); its length, 0 where it is not known.
size_t weir_executable_path(char *out, size_t size);
// The kernel's name, release and machine (uname(2)), with spaces between; its length.
size_t weir_kernel_name(char *out, size_t size);
const char *weir_libc_version(void);
#endif
