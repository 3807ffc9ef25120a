/* The lines of Benchmarks/Formats by glibc's snprintf: snprintf FORMAT ROUNDS. Prints the line, then the
   nanoseconds that one took. Dates are broken down once, as the program keeps them too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char line[65536];
static struct tm accepted, ended;

static int tcplog(unsigned port, unsigned long long bytes)
{
	return snprintf(line, sizeof(line),
		"%u.%u.%u.%u:%u [%02d/%s/%04d:%02d:%02d:%02d.%03d] %s %s/%s %ld/%ld/%ld %llu %c%c "
		"%u/%u/%u/%u/%u %u/%u",
		192, 168, 1, 23, port, accepted.tm_mday, "Nov", accepted.tm_year + 1900, accepted.tm_hour,
		accepted.tm_min, accepted.tm_sec, 463, "psql", "psql_nodes", "node1", 1L, 1L, 2500L, bytes,
		'-', '-', 105, 104, 53, 22, 0, 0, 0);
}

#define TIME "%04d-%02d-%02dT%02d:%02d:%02d.%09dZ"
#define PARTS(t, n) (t).tm_year + 1900, (t).tm_mon + 1, (t).tm_mday, (t).tm_hour, (t).tm_min, (t).tm_sec, n
#define IP "%u.%u.%u.%u"

static int ecs(unsigned port, unsigned long long bytes)
{
	return snprintf(line, sizeof(line),
		"{\"@timestamp\":\"" TIME "\",\"log.level\":\"%s\",\"message\":\"" IP ":%u via %s to %s/%s: %s Open for %ld ms, "
		"%llu bytes from the client, %llu to it; state %c%c.\",\"ecs.version\":\"8.11.0\",\"event.kind\":\"event\","
		"\"event.category\":[\"network\"],\"event.type\":[\"%s\",\"%s\"],\"event.action\":\"%s\",\"event.sequence\":%llu,\"weir.boot_id\":\"%s\","
		"\"event.outcome\":\"%s\",\"event.start\":\"" TIME "\",\"event.end\":\"" TIME "\",\"event.created\":\"" TIME "\","
		"\"event.duration\":%lld,\"event.reason\":\"%s\",\"event.id\":\"%llu\","
		"\"source.ip\":\"" IP "\",\"source.port\":%u,\"source.bytes\":%llu,\"destination.ip\":\"" IP "\","
		"\"destination.port\":%u,\"destination.bytes\":%llu,\"network.bytes\":%llu,"
		"\"observer.ingress.address\":\"" IP "\",\"observer.ingress.port\":%u,\"haproxy.frontend_name\":\"%s\","
		"\"haproxy.backend_name\":\"%s\",\"haproxy.server_name\":\"%s\",\"haproxy.bind_name\":\"%s\","
		"\"haproxy.termination_state\":\"%c%c\",\"haproxy.total_waiting_time_ms\":%ld,"
		"\"haproxy.connection_wait_time_ms\":%ld,\"haproxy.connections.active\":%u,"
		"\"haproxy.connections.frontend\":%u,\"haproxy.connections.backend\":%u,\"haproxy.connections.server\":%u,"
		"\"haproxy.connections.retries\":%u,\"haproxy.server_queue\":%u,\"haproxy.backend_queue\":%u,"
		"\"service.type\":\"weir\",\"host.hostname\":\"%s\",\"process.pid\":%d,\"log.syslog.facility.code\":%u,"
		"\"log.syslog.severity.code\":%u,\"weir.upstream.local.address\":\"" IP "\","
		"\"weir.upstream.local.port\":%u,\"weir.time.handshake\":%ld,\"weir.time.data\":%ld,"
		"\"weir.redispatched\":%s}",
		PARTS(accepted, 463123456), "info", 192, 168, 1, 23, port, "psql", "psql_nodes", "node1",
		"Both sides ended the connection in good order.", 2500L, 120ULL, bytes, '-', '-', "connection", "end",
		"connection.end", 123456ULL, "0123456789abcdef0123456789abcdef", "success", PARTS(accepted, 463123456), PARTS(ended, 963123456), PARTS(ended, 963123456),
		2500000000LL, "normal", 38123ULL, 192, 168, 1, 23, port, 120ULL, 10, 0, 0, 2, 5432, bytes,
		bytes + 120, 192, 168, 1, 1, 5000, "psql", "psql_nodes", "node1", "inside", '-', '-', 1L, 1L, 105, 104, 53,
		22, 0, 0, 0, "db.example", 7488, 16, 6, 10, 0, 0, 1, 60206, 0L,
		2497900L, "false");
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "tcplog";
	long rounds = argc > 2 ? atol(argv[2]) : 1;
	int (*make)(unsigned, unsigned long long) = strcmp(name, "ecs") ? tcplog : ecs;
	time_t at = 1795430374, end = 1795430376;
	struct timespec start, stop;
	unsigned long total = 0;
	gmtime_r(&at, &accepted);
	gmtime_r(&end, &ended);
	make(40000, 4096);
	puts(line);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (long round = 0; round < rounds; round++)
		total += make(40000 + round % 10000, 4096 + round);
	clock_gettime(CLOCK_MONOTONIC, &stop);
	printf("%f %lu\n",
		((stop.tv_sec - start.tv_sec) * 1e9 + (stop.tv_nsec - start.tv_nsec)) / (rounds ? rounds : 1), total);
	return 0;
}
