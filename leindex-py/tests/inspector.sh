#!/bin/sh
# The MCP Inspector's command line, a client that nobody here wrote, against the server: it checks the schemas of the
# tools, lists and calls every tool, and reads an overview, over stdio and over HTTP, in both eras of the protocol.
#
#     tests/inspector.sh [PROJECT]        the project that is asked about; this repository by default
#
# PYTHON names the interpreter that has leindex. npm fetches the Inspector, and a Node that is new enough for it, into
# INSPECTOR (a folder beside other temporary files by default).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "${1:-$here/../..}" && pwd)
python=${PYTHON:-python3}
folder=${INSPECTOR:-${TMPDIR:-/tmp}/leindex-inspector}
out=$(mktemp)
log=$(mktemp)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -f "$out" "$log"' EXIT

if [ ! -e "$folder/node_modules/.bin/mcp-inspector" ]; then
    mkdir -p "$folder"
    npm --prefix "$folder" install --no-audit --no-fund --loglevel=error node@22 @modelcontextprotocol/inspector@2 >"$log" 2>&1 ||
        { cat "$log"; exit 1; }
fi

# inspect TARGET... : the Inspector with some arguments; what it prints is in $out.
inspect() {
    if ! "$folder/node_modules/.bin/node" "$folder/node_modules/.bin/mcp-inspector" --cli "$@" >"$out" 2>"$log"; then
        echo "the Inspector failed: $*"
        cat "$out" "$log"
        exit 1
    fi
}

# call TOOL JSON : one call of a tool, which has to answer without an error.
call() {
    tool=$1 arguments=$2
    shift 2
    inspect "$@" --method tools/call --tool-name "$tool" --tool-args-json "$arguments"
    if grep -q '"isError": true' "$out" || ! grep -q '"structuredContent"' "$out"; then
        echo "$tool answered with an error:"
        cat "$out"
        exit 1
    fi
    echo "    $tool: $(wc -c <"$out" | tr -d ' ') bytes"
}

# all TARGET... : everything, about the most intricate function of the project.
all() {
    inspect "$@" --method tools/list --strict
    [ "$(grep -c '"name": "leindex_' "$out")" = 7 ] || { echo "not seven tools"; cat "$out"; exit 1; }
    echo "    tools/list --strict: seven tools"
    query="select path, start_line, symbol from nodes where kind in ('function', 'method') and not is_test and cognitive > 0 order by cognitive desc, symbol limit 1"
    inspect "$@" --method tools/call --tool-name leindex_sql --tool-args-json "{\"query\": \"$query\"}"
    read -r path line symbol <<EOF
$("$python" -c '
import json, sys
path, line, symbol = json.load(open(sys.argv[1]))["structuredContent"]["results"][0]["rows"][0]
print(path, line, symbol)' "$out")
EOF
    call leindex_sql "{\"query\": \"$query\"}" "$@"
    call leindex_deep_analyze '{"query": "Where does it all begin?", "budget": 1500}' "$@"
    call leindex_search '{"query": "parse", "limit": 5}' "$@"
    call leindex_symbol "{\"name\": \"$symbol\", \"include\": [\"source\", \"callers\", \"tests\"]}" "$@"
    call leindex_symbol "{\"name\": \"$path\"}" "$@"
    call leindex_impact "{\"symbols\": [\"$symbol\"], \"limit\": 5}" "$@"
    call leindex_slice "{\"path\": \"$path\", \"line\": $line, \"direction\": \"forward\", \"limit\": 20}" "$@"
    call leindex_status '{}' "$@"
    inspect "$@" --method resources/list
    uri=$(sed -n 's/.*"uri": "\(.*\)".*/\1/p' "$out" | head -1)
    inspect "$@" --method resources/read --uri "$uri"
    grep -q 'Hotspots' "$out" || { echo "no overview at $uri"; cat "$out"; exit 1; }
    echo "    resources/read $uri: $(wc -c <"$out" | tr -d ' ') bytes"
}

echo "stdio"
# The Inspector starts servers with hardly any environment.
all env ${PYTHONPATH+"PYTHONPATH=$PYTHONPATH"} ${LEINDEX_HOME+"LEINDEX_HOME=$LEINDEX_HOME"} "$python" -m leindex mcp "$project"
"$python" -m leindex mcp --http --port 0 "$project" 2>"$log.http" &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    url=$(sed -n 's/.*\(http:[^ ]*\/mcp\).*/\1/p' "$log.http" | head -1)
    [ -z "$url" ] || break
    sleep 0.5
done
[ -n "$url" ] || { echo "the server did not say where it listens"; cat "$log.http"; exit 1; }
for era in legacy modern; do
    echo "HTTP, $era"
    all "$url" --protocol-era "$era"
done
rm -f "$log.http"
echo "all well"
