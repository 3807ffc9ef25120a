#ifndef WEIR_SEALED_FILE_H
#define WEIR_SEALED_FILE_H
#include <stddef.h>
#include <stdint.h>

// Puts the bytes into a file without a name that nobody can change any more (memfd_create(2),
// F_ADD_SEALS) and sends that, in an empty datagram, over a connected UNIX socket (SCM_RIGHTS). 0 or
// the negated errno; never blocks, no SIGPIPE.
int weir_send_sealed_file(int descriptor, const uint8_t *bytes, size_t count);
#endif
