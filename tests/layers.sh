#!/bin/bash
# Rules that a program keeps: includes point down, banned functions, whose business malloc, SQL,
# HTTP and models are.
set -u
cd "$(dirname "$0")/.." || exit 1
faults=0
ROOM_MAX=20 # .c files of a room: more is a folder to scroll
# Sources that are no part of the product, and so of no room: tests, tools, and what the local stack
# preloads into DynamoDB Local (conf/local/loopback.c).
OUTSIDE='^tests/|^loadtest/|^conf/local/'

# forbid WHY PATTERN FILE...: lines that match outside comments are faults.
forbid()
{
    local why=$1 pattern=$2 found
    shift 2
    (($# > 0)) || return 0
    found=$(grep -nE "$pattern" "$@" /dev/null |
        grep -vE '^[^:]*:[0-9]+:[[:space:]]*(/?\*|//)')
    if [[ -n $found ]]; then
        printf '%s:\n%s\n' "$why" "$found" | sed '2,$s/^/    /'
        faults=$((faults + 1))
    fi
}

mapfile -t all < <(git ls-files -co --exclude-standard '*.c' '*.h' | while read -r file; do
    [[ -f $file ]] && echo "$file"
done)
mapfile -t product < <(printf '%s\n' "${all[@]}" | grep -vE "$OUTSIDE")

fault()
{
    printf '%s\n' "$1"
    faults=$((faults + 1))
}

# The Makefile's table: each room, and what it may include.
declare -A below
while IFS=' :' read -r room rooms; do
    below[$room]=${rooms// /|}
done < <(make --no-print-directory -s rooms)

in_room()
{
    printf '%s\n' "${product[@]}" | grep -E "^$1/[^/]*$"
}

for room in "${!below[@]}"; do
    mapfile -t files < <(in_room "$room")
    ((${#files[@]} > 0)) || fault "the Makefile's table has the room $room, which has no sources"
    (($(printf '%s\n' "${files[@]}" | grep -c '\.c$') <= ROOM_MAX)) ||
        fault "$room/ has more than $ROOM_MAX .c files: make rooms of it"
    found=$(grep -nE '^#include "' "${files[@]}" /dev/null |
        grep -vE "\"(${below[$room]})/[^/]*\"")
    [[ -z $found ]] || fault "$room/ may include only ${below[$room]//|/, }:"$'\n'"$found"
done

# Folders that the table does not know would be skipped in silence: by the archives, by the tests,
# by this program.
while read -r folder; do
    [[ -n ${below[$folder]:-} ]] || fault "$folder/ is no room of the Makefile's table"
done < <(printf '%s\n' "${product[@]}" | sed 's|/[^/]*$||' | sort -u)
while read -r folder; do
    [[ -n ${below[$folder]:-} ]] ||
        fault "tests/unit/$folder/ or tests/servers/$folder/ is of no room of that table"
done < <(printf '%s\n' "${all[@]}" |
    sed -nE 's#^tests/(unit|servers)/(.*)/[^/]*\.c$#\2#p' | sort -u)

banned='strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol|localtime|gmtime|strerror|rand'
forbid 'banned functions' "\\b($banned)\\(" "${all[@]}"

mapfile -t files < <(printf '%s\n' "${product[@]}" | grep -v '^lib/')
forbid 'malloc and its like belong to lib/' \
    '\b(malloc|calloc|realloc|strdup|strndup)\(' "${files[@]}"

mapfile -t files < <(printf '%s\n' "${product[@]}" | grep -v '^lib/sql/')
forbid 'libmariadb belongs to lib/sql/' '\bmysql_|<(mysql|mariadb)' "${files[@]}"

mapfile -t files < <(printf '%s\n' "${product[@]}" | grep -v '^lib/redis/')
forbid 'hiredis belongs to lib/redis/' '<hiredis' "${files[@]}"

mapfile -t files < <(printf '%s\n' "${product[@]}" | grep -v '^lib/http/')
forbid 'libcurl belongs to lib/http/' '\bcurl_|<curl' "${files[@]}"

# Comments may name a shipped model as an example; code may not.
for file in "${product[@]}"; do
    found=$(gcc -w -std=c11 -fpreprocessed -dD -E -P "$file" |
        grep -niE 'product|customer|pictureid|comment_?id|/comments')
    if [[ -n $found ]]; then
        printf 'C knows no model, but %s has:\n%s\n' "$file" "$found"
        faults=$((faults + 1))
    fi
done

((faults == 0)) && echo 'layers: kept'
exit $((faults > 0))
