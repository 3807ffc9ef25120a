/* drain: a receiver of log lines that keeps nothing to itself.

     drain ROAD WHERE FILE [rate=BYTES] [reset=BYTES] [refuse=N] [pem=FILE]

   ROAD is udp, unix (datagrams at the path WHERE), tcp, tls or relp (at ADDRESS:PORT, or PORT of
   127.0.0.1). It appends what arrives to FILE as it arrives, before it acknowledges anything, so
   that whoever kills it knows what it had: what stands in the file, and at most what lay in its
   socket's buffer. A line that a broken connection left unfinished ends with `~` and a line feed,
   so that it is not taken for a whole one. RELP's messages are a line each.

   rate=BYTES   reads no more than that in a second
   reset=BYTES  ends the first connection after so many bytes: FIN, and RST a moment later
   refuse=N     answers each Nth message of RELP by 500, and does not keep it
   pem=FILE     certificate and key, for tls

   It says `ready` when it listens. Tests compile it by cc, with -lssl -lcrypto. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static long rate, reset_after, refused_nth, messages;
static const char *pem;
static int file;

static void fail(const char *what) {
  perror(what);
  exit(2);
}

static void rest(long milliseconds) {
  struct timespec pause = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
  nanosleep(&pause, NULL);
}

static void keep(const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(file, bytes, count);
    if (written < 0 && errno == ENOSPC) {
      /* What a full disk does to a receiver: it stands until there is room. */
      rest(20);
      continue;
    }
    if (written < 0) fail("drain: write");
    bytes += written;
    count -= (size_t)written;
  }
}

static int listen_at(const char *road, const char *where) {
  int on = 1, fd, is_datagram = !strcmp(road, "udp");
  if (!strcmp(road, "unix")) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, where, sizeof address.sun_path - 1);
    unlink(where);
    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address)) fail("drain: bind");
    return fd;
  }
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const char *colon = strchr(where, ':');
  if (colon) {
    char host[64] = "";
    memcpy(host, where, (size_t)(colon - where) < 63 ? (size_t)(colon - where) : 63);
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) fail("drain: address");
  }
  address.sin_port = htons((uint16_t)atoi(colon ? colon + 1 : where));
  fd = socket(AF_INET, is_datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  int size = 8 << 20;
  if (is_datagram) setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  if (bind(fd, (struct sockaddr *)&address, sizeof address)) fail("drain: bind");
  if (!is_datagram && listen(fd, 16)) fail("drain: listen");
  return fd;
}

/* --- A connection, with or without TLS --- */

struct stream {
  int fd;
  SSL *ssl;
  long taken;
};

static long take(struct stream *stream, char *bytes, size_t most) {
  if (rate > 0 && (size_t)(rate / 20) < most) most = (size_t)(rate / 20);
  long got = stream->ssl ? SSL_read(stream->ssl, bytes, (int)most) : read(stream->fd, bytes, most);
  if (got > 0) stream->taken += got;
  if (got > 0 && rate > 0) rest(got * 1000 / rate);
  return got;
}

static void give(struct stream *stream, const char *bytes, size_t count) {
  if (stream->ssl) SSL_write(stream->ssl, bytes, (int)count);
  else if (send(stream->fd, bytes, count, MSG_NOSIGNAL) < 0) return;
}

/* Whether this connection is to be ended now, by FIN and then RST. */
static int is_reset(struct stream *stream) {
  if (!reset_after || stream->taken < reset_after) return 0;
  reset_after = 0;
  shutdown(stream->fd, SHUT_WR);
  rest(50);
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  return 1;
}

static void drain_lines(struct stream *stream) {
  static char bytes[65536];
  int is_whole = 1;
  long got;
  while ((got = take(stream, bytes, sizeof bytes)) > 0) {
    keep(bytes, (size_t)got);
    is_whole = bytes[got - 1] == '\n';
    if (is_reset(stream)) break;
  }
  if (!is_whole) keep("~\n", 2);
}

/* --- RELP: TXNR SP COMMAND SP LENGTH [SP DATA] LF --- */

static void drain_relp(struct stream *stream) {
  static char bytes[262144];
  size_t held = 0;
  long got;
  while ((got = take(stream, bytes + held, sizeof bytes - held)) > 0) {
    held += (size_t)got;
    size_t start = 0;
    for (;;) {
      char command[33];
      unsigned number, length;
      int head = 0;
      char *end = memchr(bytes + start, '\n', held - start);
      if (!end && held - start < 64) break;
      char text[65] = "";
      memcpy(text, bytes + start, held - start < 64 ? held - start : 64);
      if (sscanf(text, "%u %32s %u%n", &number, command, &length, &head) != 3) break;
      size_t data = start + (size_t)head + (length > 0 ? 1 : 0);
      if (data + length + 1 > held) break;
      char answer[256];
      if (!strcmp(command, "syslog") && refused_nth && ++messages % refused_nth == 0) {
        give(stream, answer, (size_t)sprintf(answer, "%u rsp 10 500 refuse\n", number));
      } else if (!strcmp(command, "syslog")) {
        keep(bytes + data, length);
        if (length == 0 || bytes[data + length - 1] != '\n') keep("\n", 1);
        give(stream, answer, (size_t)sprintf(answer, "%u rsp 6 200 OK\n", number));
      } else if (!strcmp(command, "open")) {
        const char *offers = "200 OK\nrelp_version=0\nrelp_software=drain\ncommands=syslog";
        give(stream, answer,
             (size_t)sprintf(answer, "%u rsp %zu %s\n", number, strlen(offers), offers));
      } else {
        give(stream, answer, (size_t)sprintf(answer, "%u rsp 0\n0 serverclose 0\n", number));
        return;
      }
      start = data + length + 1;
      if (is_reset(stream)) return;
    }
    memmove(bytes, bytes + start, held - start);
    held -= start;
  }
}

static void drain_datagrams(int fd) {
  static char bytes[262144];
  for (;;) {
    ssize_t got = read(fd, bytes, sizeof bytes);
    if (got > 0) {
      keep(bytes, (size_t)got);
      if (bytes[got - 1] != '\n') keep("\n", 1);
      if (rate > 0) rest(got * 1000 / rate);
    } else if (got < 0 && errno != EINTR) {
      fail("drain: read");
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: drain udp|unix|tcp|tls|relp WHERE FILE [rate=N] [reset=N] [refuse=N]"
                    " [pem=FILE]\n");
    return 2;
  }
  const char *road = argv[1];
  for (int i = 4; i < argc; i++) {
    if (!strncmp(argv[i], "rate=", 5)) rate = atol(argv[i] + 5);
    if (!strncmp(argv[i], "reset=", 6)) reset_after = atol(argv[i] + 6);
    if (!strncmp(argv[i], "refuse=", 7)) refused_nth = atol(argv[i] + 7);
    if (!strncmp(argv[i], "pem=", 4)) pem = argv[i] + 4;
  }
  signal(SIGPIPE, SIG_IGN);
  file = open(argv[3], O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (file < 0) fail("drain: open");
  SSL_CTX *context = NULL;
  if (!strcmp(road, "tls")) {
    context = SSL_CTX_new(TLS_server_method());
    if (!pem || SSL_CTX_use_certificate_chain_file(context, pem) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, pem, SSL_FILETYPE_PEM) != 1) {
      fprintf(stderr, "drain: no certificate and key in %s\n", pem ? pem : "pem=");
      return 2;
    }
  }
  int listener = listen_at(road, argv[2]);
  puts("ready");
  fflush(stdout);
  if (!strcmp(road, "udp") || !strcmp(road, "unix")) drain_datagrams(listener);
  for (;;) {
    struct stream stream = {.fd = accept(listener, NULL, NULL)};
    if (stream.fd < 0) fail("drain: accept");
    if (context) {
      stream.ssl = SSL_new(context);
      SSL_set_fd(stream.ssl, stream.fd);
      if (SSL_accept(stream.ssl) != 1) {
        SSL_free(stream.ssl);
        close(stream.fd);
        continue;
      }
    }
    if (!strcmp(road, "relp")) drain_relp(&stream);
    else drain_lines(&stream);
    if (stream.ssl) SSL_free(stream.ssl);
    close(stream.fd);
  }
}
