# What every script here shares. Sourced, never run.
# shellcheck shell=bash

TRIGON_HOME=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
export TRIGON_HOME
PROGRAM=${0##*/}

# A root shell that su made may look for programs where other users' are, and for none of root's.
[[ $PATH == *:/usr/sbin:/sbin ]] || export PATH=$PATH:/usr/sbin:/sbin

# die WHAT-WAS-REFUSED WHY WHAT-TO-DO
die() {
    printf '%s: %s: %s; %s\n' "$PROGRAM" "$1" "$2" "$3" >&2
    exit 1
}

need_root() {
    [[ $EUID -eq 0 ]] || die "$1" "it needs root" "run sudo scripts/$PROGRAM"
}

# wait_for SECONDS COMMAND…: until the command succeeds; false when it has not by then
wait_for() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}

# A build as root in somebody's checkout must not leave files there that its owner cannot remove.
give_back() {
    local made
    for made in "$TRIGON_HOME"/target "$TRIGON_HOME"/*/target; do
        [[ ! -e $made ]] || chown -R --reference="$TRIGON_HOME" -- "$made"
    done
}

# end_stale_labs PREFIX: takes away labs named PREFIX-PID, and what follows, that a killed process could not, and their files
end_stale_labs() {
    local name pid
    for name in $(ip netns list | sed -nE "s/^($1-[0-9]+[a-z0-9-]*)-client( .*)?\$/\1/p"); do
        pid=${name#"$1"-}
        # a zombie has a directory there, and no command line
        if ! grep -qs . "/proc/${pid%%-*}/cmdline"; then
            TRIGON_LAB=$name "$TRIGON_HOME/scripts/lab" down
            rm -rf -- "/tmp/$name"[-.]*
        fi
    done
}
