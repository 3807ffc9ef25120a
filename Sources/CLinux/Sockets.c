#define _GNU_SOURCE
#include "Sockets.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define RETRY(call)                          \
  ({                                         \
    __typeof__(call) r_;                     \
    do r_ = (call);                          \
    while (r_ < 0 && errno == EINTR);        \
    r_ < 0 ? (__typeof__(r_))-errno : r_;    \
  })

static int domain_of(int family) {
  return family == 1 ? AF_INET : family == 2 ? AF_INET6 : AF_UNIX;
}

static socklen_t encode(const struct weir_endpoint *from, struct sockaddr_storage *out) {
  memset(out, 0, sizeof(struct sockaddr_in6));
  if (from->family == 1) {
    struct sockaddr_in *in = (struct sockaddr_in *)out;
    in->sin_family = AF_INET;
    in->sin_port = htons(from->port);
    in->sin_addr.s_addr = htonl((uint32_t)from->low);
    return sizeof *in;
  }
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(from->port);
  in6->sin6_scope_id = from->scope;
  uint64_t high = __builtin_bswap64(from->high), low = __builtin_bswap64(from->low);
  memcpy(&in6->sin6_addr.s6_addr[0], &high, 8);
  memcpy(&in6->sin6_addr.s6_addr[8], &low, 8);
  return sizeof *in6;
}

void weir_decode_endpoint(const struct sockaddr_storage *from, struct weir_endpoint *out) {
  memset(out, 0, sizeof *out);
  if (from->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)from;
    out->family = 1;
    out->port = ntohs(in->sin_port);
    out->low = ntohl(in->sin_addr.s_addr);
  } else if (from->ss_family == AF_INET6) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
    uint64_t high, low;
    memcpy(&high, &in6->sin6_addr.s6_addr[0], 8);
    memcpy(&low, &in6->sin6_addr.s6_addr[8], 8);
    out->port = ntohs(in6->sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
      out->family = 1;
      out->low = __builtin_bswap64(low) & 0xffffffffu;
    } else {
      out->family = 2;
      out->scope = in6->sin6_scope_id;
      out->high = __builtin_bswap64(high);
      out->low = __builtin_bswap64(low);
    }
  } else if (from->ss_family == AF_UNIX) {
    out->family = 3;
  }
}

static int encode_unix(const char *name, size_t count, int is_abstract, struct sockaddr_un *out,
                       socklen_t *size) {
  size_t lead = is_abstract ? 1 : 0;
  if (count == 0 || count + 1 > sizeof out->sun_path) return -ENAMETOOLONG;
  memset(out, 0, sizeof *out);
  out->sun_family = AF_UNIX;
  memcpy(out->sun_path + lead, name, count);
  // HAProxy's abns@ names have the whole length, with zeros at the end.
  *size = is_abstract == 2
              ? (socklen_t)sizeof *out
              : (socklen_t)(offsetof(struct sockaddr_un, sun_path) + lead + count +
                            (is_abstract ? 0 : 1));
  return 0;
}

int weir_socket(int family, int is_datagram) {
  int type = (is_datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
  return RETRY(socket(domain_of(family), type, 0));
}

int weir_bind(int fd, const struct weir_endpoint *to) {
  struct sockaddr_storage address;
  socklen_t size = encode(to, &address);
  return RETRY(bind(fd, (struct sockaddr *)&address, size));
}

int weir_connect(int fd, const struct weir_endpoint *to) {
  struct sockaddr_storage address;
  socklen_t size = encode(to, &address);
  return RETRY(connect(fd, (struct sockaddr *)&address, size));
}

int weir_bind_unix(int fd, const char *name, size_t count, int is_abstract) {
  struct sockaddr_un address;
  socklen_t size;
  int failed = encode_unix(name, count, is_abstract, &address, &size);
  return failed ? failed : RETRY(bind(fd, (struct sockaddr *)&address, size));
}

int weir_connect_unix(int fd, const char *name, size_t count, int is_abstract) {
  struct sockaddr_un address;
  socklen_t size;
  int failed = encode_unix(name, count, is_abstract, &address, &size);
  return failed ? failed : RETRY(connect(fd, (struct sockaddr *)&address, size));
}

int weir_listen(int fd, int backlog) { return RETRY(listen(fd, backlog)); }

int weir_accept(int fd, struct weir_endpoint *from) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  address.ss_family = AF_UNSPEC;
  int accepted = RETRY(accept4(fd, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted >= 0) weir_decode_endpoint(&address, from);
  return accepted;
}

int weir_local_endpoint(int fd, struct weir_endpoint *out) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  address.ss_family = AF_UNSPEC;
  int result = RETRY(getsockname(fd, (struct sockaddr *)&address, &size));
  if (result == 0) weir_decode_endpoint(&address, out);
  return result;
}

int weir_peer_endpoint(int fd, struct weir_endpoint *out) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  address.ss_family = AF_UNSPEC;
  int result = RETRY(getpeername(fd, (struct sockaddr *)&address, &size));
  if (result == 0) weir_decode_endpoint(&address, out);
  return result;
}

int weir_set_option(int fd, enum weir_option option, int value) {
  static const struct { int level, name; } table[] = {
      [WEIR_NODELAY] = {IPPROTO_TCP, TCP_NODELAY},
      [WEIR_REUSEADDR] = {SOL_SOCKET, SO_REUSEADDR},
      [WEIR_REUSEPORT] = {SOL_SOCKET, SO_REUSEPORT},
      [WEIR_KEEPALIVE] = {SOL_SOCKET, SO_KEEPALIVE},
      [WEIR_LINGER_RESET] = {SOL_SOCKET, SO_LINGER},
      [WEIR_V6ONLY] = {IPPROTO_IPV6, IPV6_V6ONLY},
      [WEIR_FASTOPEN] = {IPPROTO_TCP, TCP_FASTOPEN},
      [WEIR_FASTOPEN_CONNECT] = {IPPROTO_TCP, TCP_FASTOPEN_CONNECT},
      [WEIR_DEFER_ACCEPT] = {IPPROTO_TCP, TCP_DEFER_ACCEPT},
      [WEIR_USER_TIMEOUT] = {IPPROTO_TCP, TCP_USER_TIMEOUT},
      [WEIR_MAXSEG] = {IPPROTO_TCP, TCP_MAXSEG},
      [WEIR_TRANSPARENT] = {IPPROTO_IP, IP_TRANSPARENT},
      [WEIR_TRANSPARENT_V6] = {IPPROTO_IPV6, IPV6_TRANSPARENT},
      [WEIR_QUICKACK] = {IPPROTO_TCP, TCP_QUICKACK},
      [WEIR_RCVBUF] = {SOL_SOCKET, SO_RCVBUF},
      [WEIR_SNDBUF] = {SOL_SOCKET, SO_SNDBUF},
      [WEIR_BIND_NO_PORT] = {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT},
      [WEIR_KEEPIDLE] = {IPPROTO_TCP, TCP_KEEPIDLE},
      [WEIR_KEEPINTVL] = {IPPROTO_TCP, TCP_KEEPINTVL},
  };
  if (option == WEIR_LINGER_RESET) {
    struct linger reset = {.l_onoff = value, .l_linger = 0};
    return RETRY(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset));
  }
  return RETRY(setsockopt(fd, table[option].level, table[option].name, &value, sizeof value));
}

int weir_bind_to_device(int fd, const char *name) {
  return RETRY(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1));
}

int weir_socket_error(int fd) {
  int value = 0;
  socklen_t size = sizeof value;
  int result = RETRY(getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &size));
  return result < 0 ? result : value;
}

int weir_is_listening(int fd) {
  int value = 0;
  socklen_t size = sizeof value;
  int result = RETRY(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size));
  return result < 0 ? result : value != 0;
}

long weir_receive(int fd, void *bytes, size_t count) {
  return RETRY(recv(fd, bytes, count, MSG_DONTWAIT));
}

long weir_peek(int fd, void *bytes, size_t count) {
  return RETRY(recv(fd, bytes, count, MSG_DONTWAIT | MSG_PEEK));
}

long weir_send(int fd, const void *bytes, size_t count, int more) {
  return RETRY(send(fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0)));
}

int weir_unacknowledged(int fd) {
  int value = 0;
  int result = RETRY(ioctl(fd, SIOCOUTQ, &value));
  return result < 0 ? result : value;
}

long weir_splice(int from, int to, size_t count, int more) {
  unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | (more ? SPLICE_F_MORE : 0);
  return RETRY(splice(from, NULL, to, NULL, count, flags));
}

size_t weir_address_text(const struct weir_endpoint *address, char *out, size_t size) {
  struct sockaddr_storage encoded;
  if (address->family != 1 && address->family != 2) return 0;
  encode(address, &encoded);
  const void *bytes = address->family == 1 ? (void *)&((struct sockaddr_in *)&encoded)->sin_addr
                                           : (void *)&((struct sockaddr_in6 *)&encoded)->sin6_addr;
  return inet_ntop(encoded.ss_family, bytes, out, (socklen_t)size) ? strlen(out) : 0;
}

int weir_shutdown_writing(int fd) { return RETRY(shutdown(fd, SHUT_WR)); }

int weir_set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return -errno;
  return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}

int weir_stop_listening(int fd) { return RETRY(shutdown(fd, SHUT_RDWR)); }

// Linux frees the descriptor even where close(2) says EINTR: it is never made again.
int weir_close(int fd) { return close(fd) < 0 ? -errno : 0; }

int weir_pipe(int out[2], int size) {
  if (pipe2(out, O_NONBLOCK | O_CLOEXEC) < 0) return -errno;
  int got = fcntl(out[1], F_SETPIPE_SZ, size);
  if (got < 0) got = fcntl(out[1], F_GETPIPE_SZ);
  return got < 0 ? 65536 : got;
}
