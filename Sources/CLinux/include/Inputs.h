#ifndef WEIR_INPUTS_H
#define WEIR_INPUTS_H
#include <stddef.h>
#include <stdint.h>

// open(2) for reading, waiting for a FIFO's writer: a descriptor or the negated errno.
int weir_input_open(const char *path);
// The size of a regular file, -1 where it is something else.
int64_t weir_input_size(int descriptor);
// Where the next byte is read from (lseek(2)), -1 where there is no such place.
int64_t weir_input_position(int descriptor);
// pread(2): bytes read, 0 at the end, or the negated errno.
long weir_input_read_at(int descriptor, void *bytes, size_t count, int64_t place);
// dup(2), close-on-exec.
int weir_input_duplicate(int descriptor);
// poll(2) for reading: 1 where there is something or the end, 0 when the time has passed.
int weir_input_wait(int descriptor, int timeout_milliseconds);
// When a file was written last, in µs since 1970, 0 where nobody knows.
int64_t weir_file_written(const char *path);
// The paths that a pattern stands for (glob(3)), each ended by a NUL, in `*names`, which is to be
// given to weir_free. 0 or the negated errno.
int weir_paths_matching(const char *pattern, char **names, size_t *size);

// Starts a program (posix_spawnp(3)) whose words are `count` bytes, each word ended by a NUL.
// `input` becomes its standard input, /dev/null where that is -1; its standard output can be read
// from `*output`. Its pid or the negated errno.
int weir_program_start(const char *words, size_t count, int input, int *output);
// waitpid(2): the exit status, 128 and the signal where it was killed, or the negated errno.
int weir_program_wait(int pid);

// isatty(3)
int weir_is_terminal(int descriptor);
// The columns of a terminal (TIOCGWINSZ), 0 where they are not known.
int weir_terminal_columns(int descriptor);
#endif
