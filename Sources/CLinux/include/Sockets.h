#ifndef WEIR_SOCKETS_H
#define WEIR_SOCKETS_H
#include <stddef.h>
#include <stdint.h>

// An Internet address as Kernel.Endpoint has it: all numbers in host byte order.
struct weir_endpoint {
  uint8_t family;  // 0 none, 1 IPv4, 2 IPv6, 3 UNIX
  uint16_t port;
  uint32_t scope;
  uint64_t high, low;
};

struct sockaddr_storage;
// What the kernel says of an address; unknown families give none.
void weir_decode_endpoint(const struct sockaddr_storage *from, struct weir_endpoint *out);

// socket(2), non-blocking and close-on-exec; family as in weir_endpoint.
int weir_socket(int family, int is_datagram);
// bind(2), connect(2) for Internet addresses.
int weir_bind(int fd, const struct weir_endpoint *to);
int weir_connect(int fd, const struct weir_endpoint *to);
// bind(2), connect(2) for UNIX sockets; an abstract name comes without its NUL:
// is_abstract is 0 for a path, 1 for a name of its own length, 2 for one that is filled up with NULs.
int weir_bind_unix(int fd, const char *name, size_t count, int is_abstract);
int weir_connect_unix(int fd, const char *name, size_t count, int is_abstract);
int weir_listen(int fd, int backlog);
// accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC.
int weir_accept(int fd, struct weir_endpoint *from);
// getsockname(2), getpeername(2)
int weir_local_endpoint(int fd, struct weir_endpoint *out);
int weir_peer_endpoint(int fd, struct weir_endpoint *out);

// setsockopt(2) by name; the value is an int.
enum weir_option {
  WEIR_NODELAY, WEIR_REUSEADDR, WEIR_REUSEPORT, WEIR_KEEPALIVE, WEIR_LINGER_RESET,
  WEIR_V6ONLY, WEIR_FASTOPEN, WEIR_FASTOPEN_CONNECT, WEIR_DEFER_ACCEPT, WEIR_USER_TIMEOUT,
  WEIR_MAXSEG, WEIR_TRANSPARENT, WEIR_TRANSPARENT_V6, WEIR_QUICKACK, WEIR_RCVBUF, WEIR_SNDBUF,
  WEIR_BIND_NO_PORT, WEIR_KEEPIDLE, WEIR_KEEPINTVL
};
int weir_set_option(int fd, enum weir_option option, int value);
int weir_bind_to_device(int fd, const char *name);
// SO_ERROR: 0, or the errno that waits on the socket (not negated), or a negated errno.
int weir_socket_error(int fd);
// SO_TYPE and SO_ACCEPTCONN, for inherited descriptors: 1 where it is a listening stream socket.
int weir_is_listening(int fd);

// recv(2), send(2) with MSG_NOSIGNAL; never block.
long weir_receive(int fd, void *bytes, size_t count);
long weir_peek(int fd, void *bytes, size_t count);
long weir_send(int fd, const void *bytes, size_t count, int more);
// SIOCOUTQ: bytes that the other end's system has not acknowledged (TCP), or memory of what it has
// not read (UNIX sockets).
int weir_unacknowledged(int fd);
// splice(2), non-blocking, moving.
long weir_splice(int from, int to, size_t count, int more);
// inet_ntop(3): writes the address without its port; returns the length, 0 for other families.
size_t weir_address_text(const struct weir_endpoint *address, char *out, size_t size);
int weir_shutdown_writing(int fd);
// fcntl(2), O_NONBLOCK and FD_CLOEXEC, for inherited descriptors.
int weir_set_nonblocking(int fd);
// shutdown(2) of a listening socket: connections are refused from now on.
int weir_stop_listening(int fd);
int weir_close(int fd);
// pipe2(2), non-blocking; asks for a capacity of `size` bytes and returns what it got.
int weir_pipe(int out[2], int size);
#endif
