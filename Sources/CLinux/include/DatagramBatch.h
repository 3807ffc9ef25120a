#ifndef WEIR_DATAGRAM_BATCH_H
#define WEIR_DATAGRAM_BATCH_H
#include <stdint.h>

/* The most datagrams that one call sends. */
#define WEIR_DATAGRAM_BATCH 64

/* Sends up to WEIR_DATAGRAM_BATCH datagrams that lie one after the other in `bytes`, each of the
   length that `lengths` names, on a connected socket. Gives how many were sent, or minus the
   errno where not even the first was (sendmmsg(2)). */
int weir_send_datagrams(int descriptor, const uint8_t *bytes, const uint32_t *lengths,
                        uint32_t count);
#endif
