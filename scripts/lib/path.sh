# scripts/bench path: what each piece of a packet's way costs. Sourced, never run.
# shellcheck shell=bash

PATH_MODULE=$TRIGON_HOME/vip-dataplane

path_usage() {
    cat <<TEXT
usage: scripts/bench path [part of a benchmark's name … | parameter=value,value …]

Measures with JMH what is done to a packet between receiving and sending: classify, look up, choose, rewrite, and all of it as
a worker does it, for known flows in random order and for new ones. Nanoseconds (median, best) and octets a packet.

It needs no root; as root it runs at nice -10, so that less of what it sees is other programs'.
TEXT
}

path_build() {
    local log=$PATH_MODULE/target/bench-build.log
    cd -- "$TRIGON_HOME"
    mkdir -p "$PATH_MODULE/target"
    mvn -B -ntp -q -Dstyle.color=never -pl vip-dataplane -am test-compile dependency:build-classpath \
        -DincludeScope=test -Dmdep.outputFile=target/test.classpath >"$log" 2>&1 ||
        die "the build" "Maven failed: $(grep -m1 'ERROR.*[a-z]' "$log")" "see $log"
    CLASSPATH=$PATH_MODULE/target/classes:$PATH_MODULE/target/test-classes
    CLASSPATH+=:$(<"$PATH_MODULE/target/test.classpath")
    export CLASSPATH
    # what the pom gives every test's JVM, in one line
    PATH_FLAGS=$(sed -n '/<trigon\.jvm\.flags>/,/<\/trigon\.jvm\.flags>/ { s/<[^>]*>//g; p }' pom.xml | xargs)
}

bench_path() {
    local nice=()
    [[ ${1:-} != -h && ${1:-} != --help ]] || { path_usage && exit 0; }
    prerequisites build
    path_build
    [[ $EUID -ne 0 ]] || nice=(nice -n -10)
    echo "kernel $(uname -r), $(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo), $(nproc) processors," \
        "load $(cut -d' ' -f1 /proc/loadavg), $(java -version 2>&1 | head -1)"
    # shellcheck disable=SC2086 # flags are words
    "${nice[@]}" "${JAVA_HOME:+$JAVA_HOME/bin/}java" $PATH_FLAGS dev.trigon.dataplane.forward.PathBenchmarks \
        "-XX:+UseSerialGC -Xmx1g -XX:MaxDirectMemorySize=2g $PATH_FLAGS" "$@" >"$PATH_MODULE/target/jmh.log"
    echo "operation | parameters | ns, median | best | octets"
    sed -n 's/^result | //p' "$PATH_MODULE/target/jmh.log"
    give_back
}
