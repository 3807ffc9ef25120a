#ifndef WEIR_OUTPUTS_H
#define WEIR_OUTPUTS_H
#include <stddef.h>
#include <stdint.h>

/* What kind of thing an inherited descriptor is. */
enum weir_output_kind { WEIR_OUTPUT_FILE, WEIR_OUTPUT_PIPE, WEIR_OUTPUT_SOCKET };

/* A descriptor of our own to write to what `descriptor` refers to, or minus the errno. Pipes and
   terminals are opened anew where /proc allows it, so that O_NONBLOCK is ours alone. */
int weir_output_open(int descriptor, int *kind);
/* write(2), or send(2) that neither blocks nor signals for a socket; gives what was written or
   minus the errno. */
long weir_output_write(int descriptor, int kind, const uint8_t *bytes, size_t count);
/* Gives the calling thread a root and working directory of its own (unshare(2), CLONE_FS). */
int weir_unshare_file_system(void);
#endif
