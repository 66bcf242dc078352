#!/bin/bash
# Rules that a program keeps: includes point down, banned functions, whose business malloc, SQL, HTTP and models are.
set -u
cd "$(dirname "$0")/.." || exit 1
faults=0

# forbid WHY PATTERN FILE...: lines that match outside comments are faults.
forbid()
{
    local why=$1 pattern=$2 found
    shift 2
    (($# > 0)) || return 0
    found=$(grep -nE "$pattern" "$@" /dev/null | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(/?\*|//)')
    if [[ -n $found ]]; then
        printf '%s:\n%s\n' "$why" "$found" | sed '2,$s/^/    /'
        faults=$((faults + 1))
    fi
}

declare -A below=([lib]='lib' [conf]='conf|lib' [cache]='cache|conf|lib' [command]='command|conf|lib'
    [gateway]='gateway|command|cache|conf|lib' [projector]='projector|command|cache|conf|lib')
mapfile -t all < <(git ls-files -co --exclude-standard '*.c' '*.h')
mapfile -t product < <(printf '%s\n' "${all[@]}" | grep -v '^tests/\|^loadtest/')

for folder in "${!below[@]}"; do
    mapfile -t files < <(printf '%s\n' "${product[@]}" | grep -E "^$folder/[^/]*$")
    others=$(printf '%s\n' "${!below[@]}" | grep -vxE "${below[$folder]}" | paste -sd '|')
    [[ -z $others ]] || forbid "$folder/ may include only ${below[$folder]//|/, }" "^#include \"($others)/" "${files[@]}"
done

forbid 'banned functions' '\b(strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol|localtime|gmtime|strerror|rand)\(' "${all[@]}"

mapfile -t files < <(printf '%s\n' "${product[@]}" | grep -v '^lib/\|^conf/local/')
forbid 'malloc and its like belong to lib/' '\b(malloc|calloc|realloc|strdup|strndup)\(' "${files[@]}"

mapfile -t files < <(printf '%s\n' "${product[@]}" | grep -v '^lib/sql')
forbid 'libmariadb belongs to lib/sql*' '\bmysql_|<(mysql|mariadb)' "${files[@]}"

mapfile -t files < <(printf '%s\n' "${product[@]}" | grep -v '^lib/http')
forbid 'libcurl belongs to lib/http*' '\bcurl_|<curl' "${files[@]}"

# Comments may name a shipped model as an example; code may not.
for file in "${product[@]}"; do
    found=$(gcc -w -std=c11 -fpreprocessed -dD -E -P "$file" | grep -niE 'product|customer|pictureid|comment_?id|/comments')
    if [[ -n $found ]]; then
        printf 'C knows no model, but %s has:\n%s\n' "$file" "$found"
        faults=$((faults + 1))
    fi
done

((faults == 0)) && echo 'layers: kept'
exit $((faults > 0))
