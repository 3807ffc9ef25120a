#ifndef WEIR_DATAGRAM_INTAKE_H
#define WEIR_DATAGRAM_INTAKE_H
#include "Sockets.h"
#include <stddef.h>
#include <stdint.h>

/* Room for a batch of datagrams that come in. */
struct weir_intake;

/* Room for `count` datagrams of at most `size` bytes each; NULL where there is no memory. */
struct weir_intake *weir_intake_make(uint32_t count, uint32_t size);
void weir_intake_free(struct weir_intake *intake);

/* Takes the datagrams that wait (recvmmsg(2), never blocks), `limit` at most; gives how many, or
   minus the errno. What was taken before is gone. */
int weir_intake_receive(struct weir_intake *intake, int descriptor, uint32_t limit);

/* One datagram of the batch: its bytes and length, and who sent it. */
const uint8_t *weir_intake_bytes(const struct weir_intake *intake, uint32_t index);
uint32_t weir_intake_length(const struct weir_intake *intake, uint32_t index);
void weir_intake_sender(const struct weir_intake *intake, uint32_t index,
                        struct weir_endpoint *out);
/* How many datagrams the kernel had dropped at this socket when the batch's last came in
   (SO_RXQ_OVFL); -1 where it told nothing. */
int64_t weir_intake_drops(const struct weir_intake *intake);

/* SO_RXQ_OVFL. */
int weir_count_drops(int descriptor);
/* How many datagrams the kernel has dropped at this socket by now (SO_MEMINFO), or minus the
   errno. */
int64_t weir_socket_drops(int descriptor);
/* Asks for a receive buffer of so many bytes (SO_RCVBUFFORCE, else SO_RCVBUF) and gives how many
   the kernel granted, or minus the errno. */
int weir_grow_receive_buffer(int descriptor, int size);
#endif
