#define _GNU_SOURCE
#include "DatagramIntake.h"
#include <errno.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

struct part {
  struct sockaddr_storage sender;
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(uint32_t))];
  } control;
};

struct weir_intake {
  uint32_t count, taken;
  size_t stride;
  int64_t drops;
  uint8_t *bytes;
  struct mmsghdr *messages;
  struct iovec *places;
  struct part *parts;
};

struct weir_intake *weir_intake_make(uint32_t count, uint32_t size) {
  struct weir_intake *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  made->count = count;
  // A cache line more than the size, so that the beginnings do not all fall into one set.
  made->stride = (size_t)size + 64;
  made->bytes = malloc(made->stride * count);
  made->messages = calloc(count, sizeof *made->messages);
  made->places = calloc(count, sizeof *made->places);
  made->parts = calloc(count, sizeof *made->parts);
  if (!made->bytes || !made->messages || !made->places || !made->parts) {
    weir_intake_free(made);
    return NULL;
  }
  for (uint32_t i = 0; i < count; i++) {
    made->places[i] = (struct iovec){.iov_base = made->bytes + made->stride * i, .iov_len = size};
    made->messages[i].msg_hdr.msg_iov = &made->places[i];
    made->messages[i].msg_hdr.msg_iovlen = 1;
    made->messages[i].msg_hdr.msg_name = &made->parts[i].sender;
    made->messages[i].msg_hdr.msg_control = &made->parts[i].control;
  }
  return made;
}

void weir_intake_free(struct weir_intake *intake) {
  free(intake->bytes);
  free(intake->messages);
  free(intake->places);
  free(intake->parts);
  free(intake);
}

int weir_intake_receive(struct weir_intake *intake, int descriptor, uint32_t limit) {
  if (limit > intake->count) limit = intake->count;
  // The kernel wrote over these.
  for (uint32_t i = 0; i < limit; i++) {
    intake->messages[i].msg_hdr.msg_namelen = sizeof intake->parts[i].sender;
    intake->messages[i].msg_hdr.msg_controllen = sizeof intake->parts[i].control;
    intake->parts[i].sender.ss_family = AF_UNSPEC;
  }
  intake->taken = 0;
  intake->drops = -1;
  int got;
  do {
    got = recvmmsg(descriptor, intake->messages, limit, MSG_DONTWAIT, NULL);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return -errno;
  intake->taken = (uint32_t)got;
  if (got > 0) {
    struct msghdr *last = &intake->messages[got - 1].msg_hdr;
    struct cmsghdr *note = CMSG_FIRSTHDR(last);
    if (note && note->cmsg_level == SOL_SOCKET && note->cmsg_type == SO_RXQ_OVFL) {
      uint32_t drops;
      memcpy(&drops, CMSG_DATA(note), sizeof drops);
      intake->drops = drops;
    }
  }
  return got;
}

const uint8_t *weir_intake_bytes(const struct weir_intake *intake, uint32_t index) {
  return intake->bytes + intake->stride * index;
}

uint32_t weir_intake_length(const struct weir_intake *intake, uint32_t index) {
  return index < intake->taken ? intake->messages[index].msg_len : 0;
}

void weir_intake_sender(const struct weir_intake *intake, uint32_t index,
                        struct weir_endpoint *out) {
  if (index >= intake->taken) {
    memset(out, 0, sizeof *out);
    return;
  }
  weir_decode_endpoint(&intake->parts[index].sender, out);
}

int64_t weir_intake_drops(const struct weir_intake *intake) { return intake->drops; }

int weir_count_drops(int descriptor) {
  int on = 1;
  return setsockopt(descriptor, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) < 0 ? -errno : 0;
}

int64_t weir_socket_drops(int descriptor) {
  uint32_t facts[SK_MEMINFO_VARS];
  socklen_t size = sizeof facts;
  if (getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, facts, &size) < 0) return -errno;
  return size > SK_MEMINFO_DROPS * sizeof facts[0] ? facts[SK_MEMINFO_DROPS] : -ENOTSUP;
}

int weir_grow_receive_buffer(int descriptor, int size) {
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0 &&
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) < 0)
    return -errno;
  int granted = 0;
  socklen_t length = sizeof granted;
  if (getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &granted, &length) < 0) return -errno;
  // The kernel doubles what it is asked for, for what it keeps beside the bytes.
  return granted / 2;
}
