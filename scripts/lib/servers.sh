# What the lab's real servers run. Sourced by scripts/lab, which sets LAB and RUN.
# shellcheck shell=bash

start_servers() {
    local server
    # Holes as long as need be: they take no room.
    mkdir -p "$RUN/www"
    truncate -s 100M "$RUN/www/100M.bin"
    truncate -s 500M "$RUN/www/500M.bin"
    for server in "${SERVERS[@]}"; do
        mkdir -p "$RUN/$server/up"
        chown nobody:nogroup "$RUN/$server/up"
        start_nginx "$server"
        start_dnsmasq "$server"
    done
}

start_nginx() {
    write_nginx_conf "$1" >"$RUN/$1/nginx.conf"
    ip netns exec "$LAB-$1" nginx -p "$RUN/$1" -c "$RUN/$1/nginx.conf" -e "$RUN/$1/error.log" </dev/null
}

# Not $request_time and the like: a line is what a count of requests needs, and which connection it came over.
write_nginx_conf() {
    cat <<CONF
user nobody nogroup;
worker_processes 1;
pid $RUN/$1/nginx.pid;
error_log $RUN/$1/error.log;
events { worker_connections 1024; }
http {
    log_format requests '\$remote_addr:\$remote_port \$server_addr:\$server_port "\$request" \$status \$body_bytes_sent';
    access_log $RUN/$1/access.log requests;
    client_body_temp_path $RUN/$1/body;
    proxy_temp_path $RUN/$1/proxy;
    fastcgi_temp_path $RUN/$1/fastcgi;
    uwsgi_temp_path $RUN/$1/uwsgi;
    scgi_temp_path $RUN/$1/scgi;
    sendfile on;
    default_type application/octet-stream;
    add_header X-Server $1 always;
    server {
        listen 80 backlog=4096;
        listen 8080;
        $(! has_ipv6 || echo "listen [::]:80 backlog=4096; listen [::]:8080;")
        location = / { default_type text/plain; return 200 "$1\n"; }
        location / { root $RUN/www; }
        location /up/ {
            root $RUN/$1;
            dav_methods PUT;
            client_max_body_size 0;
        }
    }
}
CONF
}

# Answers from the address that was asked, the VIP, though it listens on all: what a UDP server behind a VIP must do.
start_dnsmasq() {
    ip netns exec "$LAB-$1" dnsmasq --conf-file=/dev/null --pid-file="$RUN/$1/dnsmasq.pid" --user=nobody --group=nogroup \
        --no-resolv --no-hosts --no-poll --cache-size=0 --log-facility="$RUN/$1/dnsmasq.log" \
        --txt-record=server.trigon,"$1" </dev/null
}

serving() {
    local program pid
    for program in nginx dnsmasq; do
        pid=$(cat "$RUN/$1/$program.pid" 2>/dev/null) || return 1
        ip netns pids "$LAB-$1" | grep -x "$pid" >/dev/null || return 1
    done
}
