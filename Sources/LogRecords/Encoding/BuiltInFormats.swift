// swift-format-ignore-file
// Made from the files of logformats/; a test fails where they differ, and writes this file anew with
// WEIR_WRITE_DOCS=1.

extension NamedFormat {
  /// The files of logformats/ as they were when the program was built, by name.
  static let builtInFiles: [(name: String, text: String)] = [
    ("cee", #"""
# JSON after the cookie that rsyslog's mmjsonparse and syslog-ng's json-parser look for: `option tcplog cee`.
# Flat, with the names that the journal has, in small letters and without WEIR_. Durations are microseconds.
encoding json
prefix "@cee: "

time                    accepted
level                   level
event                   event
sequence                sequence
boot_id                 boot_id
message                 message
client_address          client_address
client_port             client_port
peer_address            peer_address
peer_port               peer_port
frontend                frontend
frontend_address        frontend_address
frontend_port           frontend_port
bind                    bind
backend                 backend
server                  server
server_address          server_address
server_port             server_port
source_address          source_address
source_port             source_port
termination             termination
reason                  reason
errno                   errno
side                    side
time_handshake_usec     time_handshake        us
time_queue_usec         time_queue            us
time_connect_usec       time_connect          us
time_data_usec          time_data             us
time_total_usec         time_total            us
bytes_in                bytes_in
bytes_out               bytes_out
retries                 retries
redispatched            redispatched
connections_process     process_connections
connections_frontend    frontend_connections
connections_backend     backend_connections
connections_server      server_connections
queue_server            server_queue
queue_backend           backend_queue
host                    host
pid                     pid
unique_id               unique_id
connection              connection
sample                  sample
truncated               truncated
*                       values
"""#),
    ("clf", #"""
# HAProxy's TCP log format in the manner of the Common Log Format: `option tcplog clf`.
%{+Q}o %{-Q}ci - - [%T] "TCP " 000 %B "" "" %cp %ms %ft %b %s %Th %Tw %Tc %Tt %U %ts-- %ac %fc %bc %sc %rc %sq %bq "" "" 
"""#),
    ("csv", #"""
# A table: `option tcplog csv`. The header line of the columns below stands in docs/log-formats.md; it is not
# sent. Quotes are those of RFC 4180, what is unknown is empty, and bytes below 32 are written as #XX.
# Times are RFC 3339 in UTC, durations milliseconds.
encoding csv

accepted                accepted
event                   event
sequence                sequence
boot_id                 boot_id
client                  client_address
client_port             client_port
frontend                frontend
backend                 backend
server                  server
server_address          server_address
server_port             server_port
queue_ms                time_queue            ms
connect_ms              time_connect          ms
data_ms                 time_data             ms
total_ms                time_total            ms
bytes_in                bytes_in
bytes_out               bytes_out
termination             termination
reason                  reason
errno                   errno
retries                 retries
redispatched            redispatched
connections             process_connections
frontend_connections    frontend_connections
backend_connections     backend_connections
server_connections      server_connections
server_queue            server_queue
backend_queue           backend_queue
host                    host
pid                     pid
level                   level
connection              connection
sample                  sample
truncated               truncated
message                 message
"""#),
    ("ecs", #"""
# The Elastic Common Schema in one line of JSON, with dotted keys as ECS logging has them: `option tcplog ecs`.
# The first members are those that ECS logging wants, in its order.
encoding json

@timestamp                      accepted                required
log.level                       level
message                         message
ecs.version                     "8.11.0"
event.kind                      "event"
event.category                  ["network"]
event.type                      event_types
event.action                    event
event.sequence                  sequence
weir.boot_id                    boot_id
event.outcome                   outcome
event.start                     accepted
event.end                       ended
event.created                   emitted
event.duration                  time_total              ns
event.reason                    reason
event.id                        connection              str
source.ip                       client_address
source.port                     client_port
source.bytes                    bytes_in
source.nat.ip                   peer_address
source.nat.port                 peer_port
destination.ip                  server_address
destination.port                server_port
destination.bytes               bytes_out
network.bytes                   bytes
observer.ingress.address        frontend_address
observer.ingress.port           frontend_port
haproxy.frontend_name           frontend
haproxy.backend_name            backend
haproxy.server_name             server
haproxy.bind_name               bind
haproxy.termination_state       termination
haproxy.total_waiting_time_ms   time_queue              ms
haproxy.connection_wait_time_ms time_connect            ms
error.code                      errno
haproxy.connections.active      process_connections
haproxy.connections.frontend    frontend_connections
haproxy.connections.backend     backend_connections
haproxy.connections.server      server_connections
haproxy.connections.retries     retries
haproxy.server_queue            server_queue
haproxy.backend_queue           backend_queue
service.type                    "weir"
host.hostname                   host
process.pid                     pid
log.syslog.facility.code        facility
log.syslog.severity.code        severity
weir.sample_rate                sample
weir.truncated                  truncated
weir.connection.unique_id       unique_id
weir.upstream.local.address     source_address
weir.upstream.local.port        source_port
weir.time.handshake             time_handshake
weir.time.data                  time_data
weir.termination.side           side
weir.redispatched               redispatched
weir.*                          values
"""#),
    ("human", #"""
# One readable line, with the reason of the end in words: `log-format @human`. The structured formats have it as
# their message.
%ci:%cp via %f to %b/%s: %[weir.sentence] Open for %Tt ms, %U bytes from the client, %B to it; state %ts.
"""#),
    ("logfmt", #"""
# Names and values for people and machines alike: `option tcplog logfmt`.
# Text is quoted where it has spaces, quotes or `=`, with the escapes of JSON. What is unknown is left out.
encoding logfmt

time                    accepted
level                   level
event                   event
sequence                sequence
boot_id                 boot_id
client                  client_address
client_port             client_port
peer                    peer_address
peer_port               peer_port
frontend                frontend
bind                    bind
backend                 backend
server                  server
server_address          server_address
server_port             server_port
termination             termination
reason                  reason
errno                   errno
side                    side
queue_ms                time_queue            ms
connect_ms              time_connect          ms
total_ms                time_total            ms
bytes_in                bytes_in
bytes_out               bytes_out
retries                 retries
redispatched            redispatched
connections             process_connections
frontend_connections    frontend_connections
backend_connections     backend_connections
server_connections      server_connections
server_queue            server_queue
backend_queue           backend_queue
id                      unique_id
connection              connection
sample                  sample
truncated               truncated
message                 message
*                       values
"""#),
    ("otel", #"""
# OpenTelemetry's log data model in one line of JSON: `option tcplog otel`. The top-level names are those of the
# model; what tells of the sender is in Resource, all else in Attributes. Durations are microseconds.
encoding json

Timestamp                       accepted                required
ObservedTimestamp               emitted
SeverityText                    severity_text
SeverityNumber                  severity_number
Body                            message

[Resource]
service.name                    "weir"
service.instance.id             boot_id
host.name                       host
process.pid                     pid

[Attributes]
event.name                      event                   qualified
weir.sequence                   sequence
weir.boot_id                    boot_id
client.address                  client_address
client.port                     client_port
network.peer.address            peer_address
network.peer.port               peer_port
network.local.address           frontend_address
network.local.port              frontend_port
server.address                  server_address
server.port                     server_port
weir.upstream.local.address     source_address
weir.upstream.local.port        source_port
weir.frontend                   frontend
weir.backend                    backend
weir.server                     server
weir.bind                       bind
weir.termination.state          termination
weir.termination.reason         reason
error.type                      error_type
weir.termination.errno          errno
weir.termination.side           side
weir.time.handshake             time_handshake
weir.time.queue                 time_queue
weir.time.connect               time_connect
weir.time.data                  time_data
weir.time.total                 time_total
weir.bytes.received             bytes_in
weir.bytes.sent                 bytes_out
weir.connections.process        process_connections
weir.connections.frontend       frontend_connections
weir.connections.backend        backend_connections
weir.connections.server         server_connections
weir.retries                    retries
weir.redispatched               redispatched
weir.queue.server               server_queue
weir.queue.backend              backend_queue
weir.connection.id              connection
weir.connection.unique_id       unique_id
weir.sample_rate                sample
weir.truncated                  truncated
syslog.facility                 facility
syslog.severity                 severity
weir.*                          values
"""#),
    ("sd", #"""
# Structured data of RFC 5424: every field as a parameter of one element. `log-format-sd @sd`, and what a
# logger sends that asks for all fields. 32473 is the enterprise number for documentation (RFC 5612).
# Names have at most 32 characters. Durations are microseconds.
encoding sd
element weir@32473

event                   event
sequence                sequence
boot_id                 boot_id
connection              connection
unique_id               unique_id
accepted                accepted
client_address          client_address
client_port             client_port
peer_address            peer_address
peer_port               peer_port
frontend_address        frontend_address
frontend_port           frontend_port
source_address          source_address
source_port             source_port
server_address          server_address
server_port             server_port
frontend                frontend
backend                 backend
server                  server
bind                    bind
time_handshake          time_handshake
time_queue              time_queue
time_connect            time_connect
time_data               time_data
time_total              time_total
bytes_in                bytes_in
bytes_out               bytes_out
termination             termination
reason                  reason
errno                   errno
side                    side
connections_process     process_connections
connections_frontend    frontend_connections
connections_backend     backend_connections
connections_server      server_connections
retries                 retries
redispatched            redispatched
queue_server            server_queue
queue_backend           backend_queue
sample                  sample
truncated               truncated
*                       values
"""#),
    ("tcplog", #"""
# HAProxy's TCP log format: `option tcplog`, and what halog and lnav read.
# Aliases are explained in docs/fields.md, the two letters of %ts in docs/termination-states.md.
%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq
"""#),
  ]
}
