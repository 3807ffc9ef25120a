/* narrow: loaded ahead of a program (LD_PRELOAD), it leaves its UNIX datagram sockets no more room
   to send than the kernel's least, 4.5 kB, as a machine may do whose net.core.wmem_default is low.
   Tests compile it by cc, with -shared -fPIC -ldl. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/socket.h>

int socket(int domain, int type, int protocol) {
  int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
  int fd = real(domain, type, protocol);
  int size = 1;
  if (fd >= 0 && domain == AF_UNIX && (type & 15) == SOCK_DGRAM)
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  return fd;
}
