#!/bin/sh
# One night: what is new in tonight.ndjson is sent, and kept.ndjson becomes what the vendor then holds.
#
#     nightly.sh FOLDER MAPPING [OPTION of `custmap diff` and `custmap apply` …]
#
# GUARD are limits of `diff --guard`; ALLOW is the digest of a run that a guard has stopped, and that may go on.
# Each step makes its file whole or not at all. Started again, whatever stopped it, the job goes on from there.
# Exit code: 0 done, or nothing to do · 3 done, with something to look at · anything else: stopped on the way.
set -eu
umask 077
records="--absent keep --nulls clear" # how records are meant, the same for all three commands
home=$(cd "$(dirname "$0")" && pwd)
cd "$1"
mapping=$2
shift 2

exec 9> lock # held by all that this job starts, until the last of it has ended
flock --nonblock 9 || { echo "a night is still running" >&2; exit 75; }

# findings CODE COMMAND …: with this exit code a command has done its work, and found something
findings() {
  expected=$1 code=0
  shift
  "$@" || code=$?
  if [ $code -eq "$expected" ]; then touch findings; elif [ $code -ne 0 ]; then exit $code; fi
}

# The end of a night. The last run may have been stopped right before it.
finish() {
  mv last/next.ndjson kept.ndjson
  if [ -e last/findings ]; then exit 3; else exit 0; fi
}
if [ -e last/next.ndjson ]; then finish; fi
if [ ! -e kept.ndjson ]; then echo "no kept.ndjson: before the first night, make it" >&2; exit 2; fi

# 1. The night begins: its file does not change any more.
if [ ! -e night/after.ndjson ]; then
  [ -e tonight.ndjson ] || exit 0
  mkdir -p night
  mv tonight.ndjson night/after.ndjson
fi
cd night

# 2. What has to be sent: changes of known customers, everything of new ones.
if [ ! -e plans.ndjson ]; then
  findings 1 custmap diff "$mapping" ../kept.ndjson after.ndjson --key id $records --format json "$@" \
    ${GUARD:+--guard "$GUARD"} ${ALLOW:+--allow "$ALLOW"} \
    -o changes.ndjson --only-in alone.ndjson --rejects rejects.ndjson
  python3 -c '
import json, sys
for one in map(json.loads, sys.stdin.buffer):
    if one["side"] == "after":
        print(json.dumps(one["record"]))
' < alone.ndjson > new.ndjson
  findings 1 custmap apply "$mapping" new.ndjson --key id $records --on-rejected drop "$@" \
    -o requests.ndjson --rejects rejects-new.ndjson
  cat changes.ndjson requests.ndjson > plans.part
  sync plans.part
  mv plans.part plans.ndjson
fi

# 3. Send it.
findings 3 python3 "$home/send.py" "$mapping" plans.ndjson sent.ndjson answers.ndjson

# 4. What the vendor holds now, as far as anybody knows.
if [ ! -e next.ndjson ]; then
  custmap settle "$mapping" plans.ndjson answers.ndjson --key id $records \
    --before ../kept.ndjson --after after.ndjson -o next.ndjson
fi

# 5. With this rename the night is over.
cd ..
rm -rf last
mv night last
finish
