#!/bin/bash
# A line has at most 100 columns: of C, Lua, SQL, shell, Python and the Makefile, comments and
# tables too. clang-format breaks code, but neither comments, nor strings, nor what is fenced off
# from it.
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C.UTF-8 # columns are characters
MAX=100

# Files with a line that is one literal and cannot be broken, each with the reason. None today.
exempt=()

mapfile -t files < <({
    git ls-files -co --exclude-standard '*.c' '*.h' '*.lua' '*.sql' '*.sh' '*.py' Makefile
    git ls-files -co --exclude-standard conf/local tests loadtest hooks .ci |
        while IFS= read -r file; do
            [[ ${file##*/} != *.* && -f $file ]] && grep -lsE -m1 '^#!' "$file"
        done
} | while IFS= read -r file; do
    [[ -f $file ]] || continue
    for one in "${exempt[@]}"; do
        [[ $file != "$one" ]] || continue 2
    done
    printf '%s\n' "$file"
done | sort -u)

mapfile -t faulty < <(grep -lE "^.{$((MAX + 1)),}" "${files[@]}" /dev/null)
if ((${#faulty[@]} > 0)); then
    echo "longer than $MAX columns:"
    grep -nE "^.{$((MAX + 1)),}" "${faulty[@]}" /dev/null | cut -c1-160 | sed 's/^/    /'
    exit 1
fi
echo "columns: ${#files[@]} files, at most $MAX"
