#define _GNU_SOURCE
#include "DatagramBatch.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int weir_send_datagrams(int descriptor, const uint8_t *bytes, const uint32_t *lengths,
                        uint32_t count) {
  struct mmsghdr messages[WEIR_DATAGRAM_BATCH];
  struct iovec parts[WEIR_DATAGRAM_BATCH];
  if (count > WEIR_DATAGRAM_BATCH) count = WEIR_DATAGRAM_BATCH;
  memset(messages, 0, count * sizeof messages[0]);
  for (uint32_t i = 0; i < count; i++) {
    parts[i].iov_base = (void *)bytes;
    parts[i].iov_len = lengths[i];
    bytes += lengths[i];
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  int sent;
  do {
    sent = sendmmsg(descriptor, messages, count, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}
