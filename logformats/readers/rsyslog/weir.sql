-- The table that weir-tcplog.conf fills by ompgsql: a row for each connection that ended.
create table weir_connections (
  accepted timestamptz not null,
  client_ip inet,
  client_port int,
  frontend text not null,
  backend text not null,
  server text not null,
  queue_ms int,
  connect_ms int,
  total_ms int not null,
  bytes bigint not null,
  state char(2) not null,
  retries int not null
);
create index on weir_connections (accepted);
