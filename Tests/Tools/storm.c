/* storm: many short connections at a steady rate, and a server that answers them.

     storm HOST-PORT-OF-PROXY PORT-OF-SERVER COUNT RATE

   One process is both ends: it listens at 127.0.0.1:PORT-OF-SERVER, answers each connection with a
   byte and closes it; and it opens COUNT connections to 127.0.0.1:HOST-PORT-OF-PROXY, RATE of them
   a second, reads each to its end and measures it. At the end it prints one line:

     made=N failed=N p50_us=N p99_us=N max_us=N

   It exits with 0 when every connection was made, answered and closed. Tests compile it by cc. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_AT_ONCE = 2000, LISTENER = -1 };

struct client {
  int fd;
  int answered;
  int64_t began;
};

static struct client clients[MOST_AT_ONCE];
static int idle[MOST_AT_ONCE], idle_count;
static int epoll;

static int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int listen_at(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  struct sockaddr_in address = loopback(port);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4096)) {
    perror("storm: listen");
    exit(2);
  }
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)(int64_t)LISTENER};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  return fd;
}

static void answer_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) return;
    send(fd, "x", 1, MSG_NOSIGNAL);
    close(fd);
  }
}

/* Begins a connection; 0 where the kernel has no port or descriptor for it now. */
static int begin(int slot, int port) {
  struct sockaddr_in address = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return 0;
  /* Closed by RST: tens of thousands of connections would leave no port to call from. */
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) {
    close(fd);
    return 0;
  }
  clients[slot] = (struct client){.fd = fd, .began = now_us()};
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.u64 = (uint64_t)slot};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: storm PROXY-PORT SERVER-PORT COUNT RATE\n");
    return 2;
  }
  int port = atoi(argv[1]), count = atoi(argv[3]), rate = atoi(argv[4]);
  if (count < 1 || rate < 1) return 2;
  epoll = epoll_create1(EPOLL_CLOEXEC);
  int listener = listen_at(atoi(argv[2]));
  uint32_t *times = calloc((size_t)count, sizeof *times);
  for (int slot = 0; slot < MOST_AT_ONCE; slot++) idle[idle_count++] = slot;
  int begun = 0, made = 0, failed = 0;
  int64_t start = now_us(), limit = start + (int64_t)count * 1000000 / rate + 60000000;
  while (made + failed < count && now_us() < limit) {
    int64_t due = (now_us() - start) * rate / 1000000 + 1;
    while (begun < count && begun < due && idle_count > 0) {
      int slot = idle[--idle_count];
      if (!begin(slot, port)) {
        idle_count++;
        break;
      }
      begun++;
    }
    struct epoll_event events[256];
    int ready = epoll_wait(epoll, events, 256, begun < count ? 1 : 100);
    for (int i = 0; i < ready; i++) {
      if ((int64_t)events[i].data.u64 == LISTENER) {
        answer_all(listener);
        continue;
      }
      int slot = (int)events[i].data.u64;
      struct client *client = &clients[slot];
      char bytes[64];
      ssize_t got;
      while ((got = read(client->fd, bytes, sizeof bytes)) > 0) client->answered = 1;
      if (got < 0 && errno == EAGAIN) continue;
      if (got == 0 && client->answered) {
        times[made++] = (uint32_t)(now_us() - client->began);
      } else {
        failed++;
      }
      close(client->fd);
      idle[idle_count++] = slot;
    }
  }
  failed += count - made - failed;
  qsort(times, (size_t)made, sizeof *times, ascending);
  printf("made=%d failed=%d p50_us=%u p99_us=%u max_us=%u\n", made, failed,
         made ? times[made / 2] : 0, made ? times[(int)((double)made * 0.99)] : 0,
         made ? times[made - 1] : 0);
  return failed != 0;
}
