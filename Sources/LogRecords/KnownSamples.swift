/// Names of HAProxy's fetches and converters that are known but not served, so that an error can
/// say so in place of "unknown".
enum KnownSamples {
  /// Whether a name is a fetch of HTTP mode.
  static func isHTTP(_ name: String) -> Bool {
    httpNames.contains(name) || httpPrefixes.contains(where: name.hasPrefix)
  }

  /// Whether a name is a fetch.
  static func isFetch(_ name: String) -> Bool {
    fetches.contains(name) || fetchPrefixes.contains(where: name.hasPrefix)
  }

  /// Whether a name is a converter.
  static func isConverter(_ name: String) -> Bool {
    converters.contains(name) || converterPrefixes.contains(where: name.hasPrefix)
  }

  private static let httpNames: Set<String> = [
    "base", "base32", "base32+src", "capture.req.hdr", "capture.req.method", "capture.req.uri",
    "capture.req.ver", "capture.res.hdr", "capture.res.ver", "method", "path", "pathq", "query",
    "req.body", "req.hdr", "req.cook", "req.ver", "req.fhdr", "res.body", "res.hdr", "res.cook",
    "res.fhdr", "res.ver", "status", "url", "url_ip", "url_port", "urlp", "hdr",
    "cook", "http_auth", "http_first_req", "http_auth_group", "server_status", "txn.status",
  ]
  private static let httpPrefixes = [
    "req.hdr", "req.cook", "res.hdr", "res.cook", "req.body", "res.body", "url_", "urlp_", "hdr_",
    "http_auth", "fc_http_", "bc_http_", "path_", "shdr", "scook",
  ]
  private static let fetches: Set<String> = [
    "avg_queue", "be_conn_free", "be_connect_timeout", "be_max_retries", "be_queue_timeout",
    "be_server_timeout", "be_sess_rate", "be_tarpit_timeout", "be_tunnel_timeout", "bc_be_queue",
    "bc_glitches", "bc_nb_streams", "bc_rtt", "bc_rttvar", "bc_setting_streams_limit",
    "bc_srv_queue", "connslots", "cpu_calls", "cpu_ns_avg", "cpu_ns_tot", "cur_client_timeout",
    "cur_connect_timeout", "cur_max_retries", "cur_queue_timeout", "cur_server_timeout",
    "cur_tarpit_timeout", "cur_tunnel_timeout", "dst_conn", "dst_is_local", "dump_all_vars",
    "fc_dst_is_local", "fc_fackets", "fc_glitches", "fc_lost", "fc_nb_streams",
    "fc_pp_authority", "fc_pp_tlv", "fc_pp_unique_id", "fc_rcvd_proxy", "fc_reordering",
    "fc_retrans", "fc_rtt", "fc_rttvar", "fc_sacked", "fc_saved_syn", "fc_src_is_local",
    "fc_unacked", "fe_client_timeout", "fe_defbe", "fe_req_rate", "fe_sess_rate", "lat_ns_avg",
    "lat_ns_tot", "last_entity", "last_rule_file", "last_rule_line", "meth", "nbsrv", "nbthread",
    "payload", "payload_lv", "prio_class", "prio_offset", "queue", "rdp_cookie", "rdp_cookie_cnt",
    "req_len", "req_ssl_hello_type", "req_ssl_sni", "req_ssl_ver", "src_is_local",
    "srv_conn_free", "srv_is_up", "srv_iweight", "srv_queue", "srv_sess_rate", "srv_uweight",
    "srv_weight", "table_avl", "table_cnt", "term_events", "tgroup", "thread", "txn.id32", "var",
    "wait_end", "waiting_entity", "acl", "distcc_body", "distcc_param", "req.len", "req.payload",
    "req.payload_lv", "req.rdp_cookie", "req.rdp_cookie_cnt", "req.proto_http", "res.len",
    "res.payload", "res.payload_lv", "res.ssl_hello_type", "reqbin", "reqbout",
    "resbin", "resbout", "nbproc",
  ]
  private static let fetchPrefixes = [
    "ssl_", "sc_", "sc0_", "sc1_", "sc2_", "src_", "req.ssl_", "proc.", "sess.", "txn.", "quic_",
  ]
  private static let converters: Set<String> = [
    "51d.single", "aes_cbc_dec", "aes_cbc_enc", "aes_gcm_dec", "aes_gcm_enc", "base2",
    "capture-req", "capture-res", "da-csv-conv", "date", "debug", "digest", "eth.data", "fe_exists",
    "fix_is_valid", "fix_tag_value", "has_ctl", "hmac", "host_only", "in_table", "ip.data",
    "json_query", "jwt_header_query", "jwt_payload_query", "jwt_verify", "language", "map",
    "mqtt_field_value", "mqtt_is_valid", "nbsrv", "param", "port_only", "protobuf", "regsub",
    "reverse_dom", "rfc7239_field", "rfc7239_is_valid", "rfc7239_n2nn", "rfc7239_n2np",
    "secure_memcmp", "set-var", "sha1", "sha2", "srv_is_up", "srv_queue", "strcmp", "ungrpc",
    "unset-var", "when", "x509_v_err_str", "xxh3", "xxh32", "xxh64",
  ]
  private static let converterPrefixes = ["map_", "table_", "jwt_", "eth.", "ip.", "tcp.", "aes_"]
}
