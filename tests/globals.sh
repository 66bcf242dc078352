#!/bin/bash
# A name is defined once: no global of one object of the product is a global of another too.
# Archives hide it: the linker takes the first definition that answers, so which one a program
# gets would depend on the order of the rooms, and on what else the object holds.
#
#     tests/globals.sh ARCHIVE... [OBJECT...]
#
# What no other object uses, and no test or tool names, could be static: that is advice.
set -u
# Two of a name that are known, and why. Empty is the aim.
known=''

# OBJECT NAME, one a line; an object of an archive is `room.a:file.o`.
defined=$(nm -A -g --defined-only "$@" | sed -nE 's/:[0-9a-f]+ [A-Za-z] / /p')
if [[ -z $defined ]]; then
    echo 'globals: there is nothing to look at'
    exit 1
fi

twice=$(awk -v known="$known" '
    BEGIN { split(known, list, " "); for (i in list) let_be[list[i]] = 1 }
    $2 != "main" && !($2 in let_be) { where[$2] = where[$2] " " $1; count[$2]++ }
    END { for (name in count) if (count[name] > 1) print name ":" where[name] }' \
    <<<"$defined" | sort)

cd "$(dirname "$0")/.." || exit 1
mapfile -t others < <(git ls-files -co --exclude-standard 'tests/*.[ch]' 'loadtest/*.[ch]')
lonely=$({
    nm -u "$@" | awk '$1 == "U" { print $2 }'
    cat "${others[@]}" 2>/dev/null | tr -cs 'A-Za-z0-9_' '\n'
} | awk '
    NR == FNR { used[$1] = 1; next }
    !($2 in used) && $2 !~ /^(main$|_)/ { print $2 }' - <(echo "$defined") | sort | xargs)
[[ -z $lonely ]] || echo "globals: could be static: $lonely"

if [[ -n $twice ]]; then
    printf 'defined twice:\n%s\n' "$twice" | sed '2,$s/^/    /'
    exit 1
fi
echo "globals: $(wc -l <<<"$defined") names, each defined once"
