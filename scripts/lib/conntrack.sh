# scripts/bench conntrack: what a flow costs. Sourced, never run.
# shellcheck shell=bash

CONNTRACK_MODULE=$TRIGON_HOME/conntrack
CONNTRACK_FLOWS=1000000
CONNTRACK_QUICK=

conntrack_usage() {
    cat <<TEXT
usage: scripts/bench conntrack [--quick] [jmh|memory|expiry|restart …]

Measures what the flow table and a worker's cache in front of it cost, all of this unless some is named:

  jmh      JMH: nanoseconds and octets an operation, in random order, at 1,000 to 1,000,000 flows, IPv4; beside
           them a Chronicle Map as it comes, with 16-octet keys and 32-octet values
  memory   octets outside the heap and in the file, of $CONNTRACK_FLOWS flows
  expiry   the longest a look-up and a write take while $CONNTRACK_FLOWS flows expire in another thread
  restart  how long opening a file of $CONNTRACK_FLOWS flows takes in a fresh JVM, closed in order and after a kill

--quick: JMH measures shorter, for a first look. It needs no root; as root it runs at nice -10, so that less of what it sees
is other programs'. docs/conntrack.md has figures.
TEXT
}

conntrack_build() {
    local log=$CONNTRACK_MODULE/target/bench-build.log
    cd -- "$TRIGON_HOME"
    mkdir -p "$CONNTRACK_MODULE/target"
    mvn -B -ntp -q -Dstyle.color=never -pl conntrack -am test-compile dependency:build-classpath \
        -DincludeScope=test -Dmdep.outputFile=target/test.classpath >"$log" 2>&1 ||
        die "the build" "Maven failed: $(grep -m1 ERROR "$log")" "see $log"
    CLASSPATH=$CONNTRACK_MODULE/target/classes:$CONNTRACK_MODULE/target/test-classes
    CLASSPATH+=:$(<"$CONNTRACK_MODULE/target/test.classpath")
    export CLASSPATH
    # what the pom gives every test's JVM, in one line
    CONNTRACK_FLAGS=$(sed -n '/<trigon\.jvm\.flags>/,/<\/trigon\.jvm\.flags>/ { s/<[^>]*>//g; p }' pom.xml | xargs)
}

# the JVM as scripts/vipd starts it
conntrack_java() {
    local nice=()
    [[ $EUID -ne 0 ]] || nice=(nice -n -10)
    # shellcheck disable=SC2086 # flags are words
    "${nice[@]}" "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+UseSerialGC -Xms64m -Xmx512m $CONNTRACK_FLAGS "$@"
}

conntrack_jmh() {
    local shorter=()
    [[ -z $CONNTRACK_QUICK ]] || shorter=(-wi 2 -i 3 -w 500ms -r 500ms)
    conntrack_java org.openjdk.jmh.Main -jvmArgs "-XX:+UseSerialGC -Xmx1g $CONNTRACK_FLAGS" -prof gc "${shorter[@]}" |
        tee "$CONNTRACK_MODULE/target/jmh.log" |
        awk '/^Benchmark .*Mode/ {table = 1} table && !/gc\.(alloc\.rate |count|time)/'
}

conntrack_memory() {
    local directory
    directory=$(mktemp -d)
    conntrack_java dev.trigon.conntrack.RestartMeasurement fill "$directory" "$CONNTRACK_FLOWS" | grep -v 'DEBUG\|INFO'
    rm -rf -- "$directory"
}

conntrack_expiry() {
    conntrack_java dev.trigon.conntrack.ExpiryDelayMeasurement | grep -v 'DEBUG\|INFO'
}

conntrack_restart() {
    local directory how
    directory=$(mktemp -d)
    for how in fill fill fill kill kill kill; do
        conntrack_java dev.trigon.conntrack.RestartMeasurement "$how" "$directory" "$CONNTRACK_FLOWS" >/dev/null || true
        conntrack_java dev.trigon.conntrack.RestartMeasurement open "$directory" "$CONNTRACK_FLOWS" |
            grep -v 'DEBUG\|INFO\|WARN'
    done
    rm -rf -- "$directory"
}

bench_conntrack() {
    local what=() one
    while (($# > 0)); do
        case $1 in
            --quick) CONNTRACK_QUICK=yes ;;
            jmh | memory | expiry | restart) what+=("$1") ;;
            -h | --help) conntrack_usage && exit 0 ;;
            *) conntrack_usage >&2 && exit 2 ;;
        esac
        shift
    done
    ((${#what[@]} > 0)) || what=(jmh memory expiry restart)
    prerequisites build
    conntrack_build
    echo "kernel $(uname -r), $(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo), $(nproc) processors," \
        "load $(cut -d' ' -f1 /proc/loadavg), $(java -version 2>&1 | head -1)"
    for one in "${what[@]}"; do
        echo
        echo "== $one"
        "conntrack_$one"
    done
    give_back
}
