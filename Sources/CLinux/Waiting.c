#define _GNU_SOURCE
#include "Waiting.h"
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static uint32_t asked(uint32_t interest) {
  uint32_t events = 0;
  if (interest & WEIR_READ) events |= EPOLLIN;
  if (interest & WEIR_WRITE) events |= EPOLLOUT;
  if (interest & WEIR_PEER_CLOSED) events |= EPOLLRDHUP;
  if (interest & WEIR_URGENT) events |= EPOLLPRI;
  if (interest & WEIR_EDGE) events |= EPOLLET;
  if (interest & WEIR_EXCLUSIVE) events |= EPOLLEXCLUSIVE;
  return events;
}

static int control(int epoll, int operation, int fd, uint32_t interest, uint64_t token) {
  struct epoll_event event = {.events = asked(interest), .data.u64 = token};
  return epoll_ctl(epoll, operation, fd, &event) < 0 ? -errno : 0;
}

int weir_epoll_create(void) {
  int fd = epoll_create1(EPOLL_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int weir_epoll_add(int epoll, int fd, uint32_t interest, uint64_t token) {
  return control(epoll, EPOLL_CTL_ADD, fd, interest, token);
}

int weir_epoll_modify(int epoll, int fd, uint32_t interest, uint64_t token) {
  return control(epoll, EPOLL_CTL_MOD, fd, interest, token);
}

int weir_epoll_remove(int epoll, int fd) { return control(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

int weir_epoll_wait(int epoll, struct weir_event *events, int count, int timeout_milliseconds) {
  struct epoll_event told[512];
  if (count > 512) count = 512;
  int n = epoll_wait(epoll, told, count, timeout_milliseconds);
  if (n < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < n; i++) {
    uint32_t e = told[i].events, flags = 0;
    if (e & EPOLLIN) flags |= WEIR_READ;
    if (e & EPOLLOUT) flags |= WEIR_WRITE;
    if (e & EPOLLRDHUP) flags |= WEIR_PEER_CLOSED;
    if (e & EPOLLPRI) flags |= WEIR_URGENT;
    if (e & EPOLLERR) flags |= WEIR_ERROR;
    if (e & EPOLLHUP) flags |= WEIR_HANGUP;
    events[i].token = told[i].data.u64;
    events[i].flags = flags;
  }
  return n;
}

int weir_eventfd(void) {
  int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int weir_eventfd_signal(int fd) {
  uint64_t one = 1;
  return write(fd, &one, sizeof one) < 0 ? -errno : 0;
}

int weir_eventfd_clear(int fd) {
  uint64_t value;
  return read(fd, &value, sizeof value) < 0 ? -errno : 0;
}

int weir_signalfd(const int *signals, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
  int failed = pthread_sigmask(SIG_BLOCK, &set, 0);
  if (failed) return -failed;
  int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int weir_signalfd_next(int fd, int *sender) {
  struct signalfd_siginfo info;
  ssize_t n = read(fd, &info, sizeof info);
  if (n < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
  *sender = (int)info.ssi_pid;
  return (int)info.ssi_signo;
}

int64_t weir_monotonic_microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t weir_realtime_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
