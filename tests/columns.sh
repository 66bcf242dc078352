#!/bin/bash
# A line has at most 100 columns: of C, Lua, SQL, shell, Python and the Makefile, comments and
# tables too. clang-format breaks code, but neither comments, nor strings, nor what is fenced off
# from it.
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C.UTF-8 # columns are characters
MAX=100

# Models are their users' texts. A case of a test in C is one row, however long its texts are: to
# break it would hide what it tests.
models='^conf/models/'
cases='^tests/(unit|servers)/[^:]*:[0-9]+: *[{"]'

mapfile -t files < <({
    git ls-files -co --exclude-standard '*.c' '*.h' '*.lua' '*.sql' '*.sh' '*.py' Makefile
    git ls-files -co --exclude-standard conf/local tests loadtest hooks .ci |
        while IFS= read -r file; do
            [[ ${file##*/} != *.* && -f $file ]] && grep -lsE -m1 '^#!' "$file"
        done
} | while IFS= read -r file; do
    [[ -f $file ]] && printf '%s\n' "$file"
done | sort -u)

long=$(grep -nE "^.{$((MAX + 1)),}" "${files[@]}" /dev/null | grep -vE "$models|$cases")
if [[ -n $long ]]; then
    printf 'longer than %d columns:\n%s\n' "$MAX" "$(cut -c1-160 <<<"$long" | sed 's/^/    /')"
    exit 1
fi
echo "columns: ${#files[@]} files, at most $MAX"
