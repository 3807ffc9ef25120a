#ifndef WEIR_WAITING_H
#define WEIR_WAITING_H
#include <stdint.h>

// What epoll_wait(2) tells of one descriptor.
struct weir_event {
  uint64_t token;
  uint32_t flags;
};

enum weir_interest {
  WEIR_READ = 1,      // EPOLLIN
  WEIR_WRITE = 2,     // EPOLLOUT
  WEIR_PEER_CLOSED = 4,  // EPOLLRDHUP
  WEIR_EDGE = 8,      // EPOLLET
  WEIR_EXCLUSIVE = 16,  // EPOLLEXCLUSIVE
  WEIR_ERROR = 32,    // EPOLLERR (told, not asked)
  WEIR_HANGUP = 64,   // EPOLLHUP (told, not asked)
  WEIR_URGENT = 128   // EPOLLPRI
};

int weir_epoll_create(void);
int weir_epoll_add(int epoll, int fd, uint32_t interest, uint64_t token);
int weir_epoll_modify(int epoll, int fd, uint32_t interest, uint64_t token);
int weir_epoll_remove(int epoll, int fd);
// epoll_wait(2) for at most `count` (up to 512) events; a timeout of -1 waits for good. An
// interrupted wait returns 0.
int weir_epoll_wait(int epoll, struct weir_event *events, int count, int timeout_milliseconds);

int weir_eventfd(void);
int weir_eventfd_signal(int fd);
int weir_eventfd_clear(int fd);

// signalfd(2) for the listed signals, which are blocked for the calling thread and its children.
int weir_signalfd(const int *signals, int count);
// The number of the next signal that waits, 0 for none; the sender's pid in *sender.
int weir_signalfd_next(int fd, int *sender);

// clock_gettime(2)
int64_t weir_monotonic_microseconds(void);
int64_t weir_realtime_nanoseconds(void);
#endif
