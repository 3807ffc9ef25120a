#ifndef WEIR_PROCESSES_H
#define WEIR_PROCESSES_H
#include <stddef.h>
#include <stdint.h>

// Writes the name of an errno (ECONNREFUSED) or its text; returns the length.
size_t weir_errno_name(int number, char *out, size_t size);
size_t weir_errno_text(int number, char *out, size_t size);

// fork(2) without threads alive: 0 in the child, the pid in the parent.
int weir_fork(void);
int weir_setsid(void);
// Turns the descriptors from `first` to `last` to /dev/null.
int weir_null_descriptors(int first, int last);
int weir_join_errors(void);
// pipe2(2), blocking, close-on-exec.
int weir_blocking_pipe(int out[2]);
// Writes one byte, or waits for one: 1, 0 where the other end closed without, or the negated errno.
int weir_write_byte(int fd);
int weir_read_byte(int fd);
int weir_chdir(const char *path);
int weir_chroot(const char *path);
int weir_pid(void);
int weir_kill(int pid, int signal);
// setgroups(2) to none, setgid, setuid; each only where asked for.
int weir_drop_groups(void);
int weir_set_group(uint32_t gid);
int weir_set_user(uint32_t uid);
uint32_t weir_effective_user(void);
// getpwnam(3), getgrnam(3): 0, -ENOENT where there is none, or the negated errno.
int weir_user_named(const char *name, uint32_t *uid, uint32_t *gid);
int weir_group_named(const char *name, uint32_t *gid);
// RLIMIT_NOFILE
int weir_descriptor_limit(uint64_t *soft, uint64_t *hard);
int weir_set_descriptor_limit(uint64_t soft, uint64_t hard);
// RLIMIT_DATA, soft and hard.
int weir_set_memory_limit(uint64_t bytes);
int weir_chmod(const char *path, uint32_t mode);
int weir_chown(const char *path, uint32_t uid, uint32_t gid);
int weir_unlink(const char *path);
int weir_rename(const char *from, const char *to);
// 1 for a directory, 2 a regular file, 3 a FIFO, 4 a socket, 5 anything else; or the negated errno.
int weir_kind_of_file(const char *path);
// Writes a file whole: 0 or the negated errno.
int weir_write_file(const char *path, const void *bytes, size_t count, uint32_t mode);
// gethostname(2)
size_t weir_host_name(char *out, size_t size);
// Processors this process may run on.
int weir_processor_count(void);
// Lets the signals of a crash have their default way: the kernel ends the process at once.
void weir_default_faults(void);
// Ignores SIGPIPE for the process.
void weir_ignore_broken_pipes(void);
// The name of the calling thread, at most 15 bytes.
void weir_name_thread(const char *name);
// sigaction(2) back to the default, unblocked, then raised: for dying by a signal.
void weir_die_by(int signal);
#endif
