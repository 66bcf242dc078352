#!/bin/bash
# A page that is cited is there: each NAME.md that a file of ours names, each link of a page with
# its anchor, and the words in quotes right behind a page's name.
#
#     a/b.md          from the citing file's folder, or from the root
#     b.md            in the citing file's folder, or at the root, or the only page of that name
#     README.md       in the citing file's folder, or the next one above that has one
#     b.md "Words"    what is in quotes on the same line is said there, mostly in a heading
#     [x](b.md#c)     from the citing file's folder; c is a heading's name in small letters, as
#                     GitHub makes it
#
# URLs and absolute paths (a place on some machine) are let through, and so is this file, for the
# examples above.
set -u
cd "$(dirname "$0")/.." || exit 1
faults=0
fence=$'\x60\x60\x60' # of code in a page
declare -A tracked=() folder=() count=() only=() slugs=() words=()

fault()
{
    printf '%s\n' "$1"
    faults=$((faults + 1))
}

# normal PATH: `.` and `..` are taken out; into $path, empty when it leads out of the checkout.
normal()
{
    local part parts=()
    IFS=/ read -ra given <<<"$1"
    path=
    for part in "${given[@]}"; do
        case $part in
        '' | .) ;;
        ..)
            ((${#parts[@]} > 0)) || return
            unset 'parts[-1]'
            ;;
        *) parts+=("$part") ;;
        esac
    done
    path=$(IFS=/ && printf '%s' "${parts[*]}")
}

folder_of()
{
    case $1 in
    */*) printf '%s' "${1%/*}" ;;
    *) printf . ;;
    esac
}

# find_page FILE TOKEN: the page that is meant, into $path; empty: none.
find_page()
{
    local file=$1 token=$2 here
    here=$(folder_of "$file")
    while :; do
        normal "$here/$token"
        [[ -n $path && -n ${tracked[$path]:-} ]] && return
        [[ $token == README.md && $here != . ]] || break
        here=$(folder_of "$here")
    done
    normal "$token"
    [[ -n $path && -n ${tracked[$path]:-} ]] && return
    path=
    [[ $token != */* && ${count[$token]:-0} == 1 ]] && path=${only[$token]}
}

# slugs_of PAGE: names of its headings, one a line, into $names.
slugs_of()
{
    if [[ -z ${slugs[$1]:-} ]]; then
        slugs[$1]=$(sed -n "/^$fence/,/^$fence/d; s/^##* *//p" "$1" |
            sed -E 's/\[([^]]*)\]\([^)]*\)/\1/g; s/ +$//' |
            tr '[:upper:] ' '[:lower:]-' | tr -d '!"#$%&'\''()*+,./:;<=>?@[\\]^`{|}~' |
            awk '{ print seen[$0]++ ? $0 "-" (seen[$0] - 1) : $0 }')
    fi
    names=${slugs[$1]}
}

plain()
{
    tr -d '*`' | tr -s '[:space:]' ' '
}

# check_words AT PAGE WORDS
check_words()
{
    [[ -n ${words[$2]:-} ]] || words[$2]=$(plain <"$2")
    [[ ${words[$2]} == *"$(plain <<<"$3" | sed 's/ $//')"* ]] || fault "$1: $2 does not say \"$3\""
}

check_token()
{
    local file=$1 line=$2 text=$3 token quoted
    [[ $text != http://* && $text != https://* && $text != /* ]] || return
    token=${text%%.md*}.md
    find_page "$file" "$token"
    if [[ -z $path ]]; then
        fault "$file:$line: $token is not a page of ours"
        return
    fi
    if [[ $text == *'"'* ]]; then
        quoted=${text#*\"}
        check_words "$file:$line" "$path" "${quoted%\"}"
    fi
}

# check_link PAGE LINE TARGET
check_link()
{
    local page=$1 line=$2 target=$3 anchor='' names
    [[ $target != *://* && $target != mailto:* && -n $target ]] || return
    [[ $target == *'#'* ]] && anchor=${target#*#}
    target=${target%%#*}
    if [[ -z $target ]]; then
        path=$page
    elif [[ $target == /* ]]; then
        normal "$target"
    else
        normal "$(folder_of "$page")/$target"
    fi
    if [[ -z $path || -z ${tracked[$path]:-}${folder[$path]:-} ]]; then
        fault "$page:$line: the link $3 leads nowhere"
    elif [[ -n $anchor && $path == *.md ]]; then
        slugs_of "$path"
        grep -qxF -- "$anchor" <<<"$names" || fault "$page:$line: $path has no heading #$anchor"
    fi
}

while IFS= read -r file; do
    tracked[$file]=1
    name=${file##*/}
    count[$name]=$((${count[$name]:-0} + 1))
    only[$name]=$file
    while [[ $file == */* ]]; do
        file=${file%/*}
        folder[$file]=1
    done
done < <(git ls-files)

# What was moved or removed and not yet told to git is not there to be read.
mapfile -t all < <(git ls-files -co --exclude-standard | while IFS= read -r file; do
    [[ -f $file && $file != tests/citations.sh ]] && printf '%s\n' "$file"
done)
mapfile -t pages < <(printf '%s\n' "${all[@]}" | grep '\.md$')

token='https?://[^\s)>"]+|[A-Za-z0-9_./-]+\.md(?![A-Za-z0-9_-])(`?[,:]? "[^"]+")?'
while IFS=: read -r file line text; do
    check_token "$file" "$line" "$text"
done < <(grep -nIoP "$token" "${all[@]}" /dev/null)

while IFS=: read -r page line target; do
    check_link "$page" "$line" "$target"
done < <(awk '
    FNR == 1 { code = 0 }
    /^```/ { code = !code }
    code || /^    / { next }
    {
        text = $0
        gsub(/`[^`]*`/, "", text)
        while (match(text, /\]\([^) ]*\)/)) {
            print FILENAME ":" FNR ":" substr(text, RSTART + 2, RLENGTH - 3)
            text = substr(text, RSTART + RLENGTH)
        }
    }' "${pages[@]}")

((faults == 0)) && echo 'citations: kept'
exit $((faults > 0))
