#!/bin/sh
# arrows - checks that a room includes only the rooms it may: the arrows of the architecture.
#
# usage: arrows.sh TREE
set -eu
cd "$1/src"
wrong=0

# room: the rooms it may include, itself aside
allowed() {
    case $1 in
    base) echo "" ;;
    config) echo "base" ;;
    queue) echo "base config" ;;
    delivery) echo "base config queue" ;;
    web) echo "base" ;;
    source) echo "base config queue web" ;;
    inbound) echo "base config queue web" ;;
    admin) echo "base config queue web delivery" ;;
    sim) echo "base config delivery" ;;
    mock) echo "base web" ;;
    cmd) echo "base config queue delivery web source inbound admin sim mock" ;;
    *) echo "?" ;;
    esac
}

for room in *; do
    may=$(allowed "$room")
    if [ "$may" = "?" ]; then
        echo "src/$room is no room of the architecture"
        wrong=1
        continue
    fi
    includes=$(grep -rnoE '^[[:space:]]*#[[:space:]]*include[[:space:]]+"[^"]+"' "$room" | sed 's/[[:space:]]*#.*"\(.*\)"/\1/' || true)
    for line in $includes; do
        other=${line##*:}
        case $other in
        */*) other=${other%%/*} ;;
        *)
            echo "src/$line: write the room before the file"
            wrong=1
            continue
            ;;
        esac
        [ "$other" = "$room" ] && continue
        case " $may " in
        *" $other "*) ;;
        *)
            echo "src/$line: $room may not include $other"
            wrong=1
            ;;
        esac
    done
done
exit $wrong
