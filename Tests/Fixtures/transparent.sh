#!/usr/bin/env bash
# transparent.sh PROGRAM CONFIG: a client, a balancer and a server, each in a network namespace of its own, so that
# addresses of the client are foreign to the balancer. Prints what the server saw: the peer's address and port.
# The balancer is 10.77.2.1 to the client (10.77.2.2) and 10.77.1.1 to the server (10.77.1.2:8000). Run it as root.
set -euo pipefail
if [[ ${TRANSPARENT_INNER:-} != 1 ]]; then
    exec env TRANSPARENT_INNER=1 timeout 30 unshare --net --pid --fork --kill-child --mount-proc "$0" "$@"
fi
program=$1 config=$2

# A namespace lives as long as a process in it; its process id is its name.
namespace() {
    unshare --net sleep 60 >/dev/null 2>&1 &
    local pid=$!
    until [[ $(readlink "/proc/$pid/ns/net") != "$(readlink /proc/self/ns/net)" ]]; do :; done
    echo "$pid"
}
client=$(namespace)
server=$(namespace)

ip link set lo up
# link NAME NAMESPACE OURS THEIRS
link() {
    ip link add "$1" type veth peer name eth0 netns "$2"
    ip address add "$3/24" dev "$1"
    ip link set "$1" up
    nsenter -t "$2" -n ip address add "$4/24" dev eth0
    nsenter -t "$2" -n ip link set eth0 up
    nsenter -t "$2" -n ip route add default via "$3"
}
link towards-c "$client" 10.77.2.1 10.77.2.2
link towards-s "$server" 10.77.1.1 10.77.1.2
# What comes back from the server to foreign addresses is the balancer's all the same.
ip rule add iif towards-s lookup 100
ip route add local default dev lo table 100
for file in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >"$file"; done

nsenter -t "$server" -n socat TCP-LISTEN:8000,fork,reuseaddr 'SYSTEM:echo $SOCAT_PEERADDR $SOCAT_PEERPORT' &
"$program" -db -f "$config" >&2 &
ask() { nsenter -t "$client" -n timeout 5 socat -u "TCP:10.77.2.1:5000,sourceport=$1,reuseaddr" STDOUT 2>/dev/null; }
for ((port = 40000; port < 40100; port++)); do
    answer=$(ask $port) && [[ -n $answer ]] && break
    sleep 0.1
done
echo "$port $answer"
