#!/bin/sh
# Runs a task's program in a SageMaker job: launch.sh WORD…, where the words are those of sagemaker-command.ts beside
# this file. POSIX sh with tee, tail and mkfifo: it must run in any image.
#
# MLOPS_RETRIES  how often the program is run again after exit code 75; default 0
# MLOPS_PAUSE    seconds before it is run again, five times as many each time, up to 25; default 1
# MLOPS_LINGER   seconds that the end of the output is waited for, where another process holds it open; default 5
# MLOPS_ROOT     where SageMaker's folders are; default /opt/ml
set -u

root=${MLOPS_ROOT:-/opt/ml}
scratch=${TMPDIR:-/tmp}/mlops-launch-$$
child=''
signals=0

# SageMaker shows the first kilobyte of the file as the reason of the failure.
# https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-signal-success-failure.html
# A job that failed or was stopped leaves no outputs that could be taken for whole ones.
fail() {
  mkdir -p "$root/output"
  cat >"$root/output/failure"
  rm -rf "$scratch" "$root/model"/*
  exit "$1"
}

refuse() {
  echo "launch.sh: $1"
  fail 1 <<END
launch.sh: $1
END
}

# Sets text: the values of $1_0, $1_1, … joined. The name is checked because eval reads it.
join_chunks() {
  text=''
  chunk=0
  case $1 in '' | *[!A-Z0-9_]*) refuse "$1 is no name of a value" ;; esac
  while eval "[ -n \"\${$1_$chunk+set}\" ]"; do
    eval "text=\$text\$$1_$chunk"
    chunk=$((chunk + 1))
  done
  if [ "$chunk" = 0 ]; then refuse "the environment variable $1_0 is missing"; fi
}

# An object store has no empty folders: an input that did not come is an output that was left empty.
make_folders() {
  mkdir -p "$root/model"
  rm -rf "$root/model"/*
  flag=''
  for word do
    case $flag in
      --in.*) case $word in "$root"/input/data/*) [ -d "$word" ] || mkdir -p "$word" ;; esac ;;
      --out.*) case $word in "$root"/model/*) mkdir -p "$word" ;; esac ;;
    esac
    flag=$word
  done
}

terminate() {
  signals=$((signals + 1))
  echo >"$scratch/stopped"
  if [ -n "$child" ]; then kill -TERM "$child" 2>/dev/null; fi
}

# In the background: becomes a program. A signal that finds the new process before it has put the trap aside is lost;
# the file stands in for it.
become() {
  trap - TERM
  if [ -e "$scratch/stopped" ]; then exit 143; fi
  exec "$@"
}

# Waits for what became a program, hands SIGTERM on to it, and sets code to its exit code.
attend() {
  child=$1
  if [ "$signals" != 0 ]; then kill -TERM "$child" 2>/dev/null; fi
  wait_for "$child"
  child=''
}

# A signal ends a wait, and not what is waited for. That may have ended just before: then the second wait does not know
# it any more (127).
wait_for() {
  seen=$signals
  wait "$1"
  code=$?
  while [ "$seen" != "$signals" ]; do
    seen=$signals
    wait "$1"
    again=$?
    if [ "$again" != 127 ]; then code=$again; fi
  done
}

# Sets code; the end of what the program printed is in $scratch/last.
run_program() {
  try=$scratch/$1
  shift
  mkdir "$try" || refuse "$try cannot be made"
  mkfifo "$try/printed" "$try/copy" || refuse "$try takes no pipes"
  tail -c 1000 <"$try/copy" >"$scratch/last" &
  keeper=$!
  tee "$try/copy" <"$try/printed" &
  printer=$!
  become "$@" >"$try/printed" 2>&1 &
  attend $!
  ended=$code
  (sleep "${MLOPS_LINGER:-5}" && [ -d "$try" ] && kill "$printer") >/dev/null 2>&1 &
  wait_for "$keeper"
  code=$ended
  rm -rf "$try"
}

for tool in mkfifo tail tee; do
  command -v "$tool" >/dev/null || refuse "the image has no $tool"
done
mkdir -p "$scratch" || refuse "$scratch cannot be made"
trap terminate TERM

words=$#
for word do
  case $word in
    '{empty}') text='' ;;
    '{env.'*)
      name=${word#'{env.'}
      join_chunks "${name%'}'}"
      ;;
    *) text=$word ;;
  esac
  set -- "$@" "$text"
done
shift "$words"

retries=${MLOPS_RETRIES:-0}
pause=${MLOPS_PAUSE:-1}
while :; do
  make_folders "$@"
  run_program "$retries" "$@"
  if [ "$code" != 75 ] || [ "$retries" = 0 ] || [ "$signals" != 0 ]; then break; fi
  retries=$((retries - 1))
  echo "launch.sh: the program asked to be run again; waiting $pause s"
  become sleep "$pause" >/dev/null 2>&1 &
  attend $!
  if [ "$signals" != 0 ]; then
    code=143
    break
  fi
  if [ "$pause" -lt 25 ]; then pause=$((pause * 5)); fi
done

if [ "$code" != 0 ]; then
  if [ ! -s "$scratch/last" ]; then echo "ended with exit code $code and printed nothing" >"$scratch/last"; fi
  fail "$code" <"$scratch/last"
fi
# A folder without an object is no input for the next job.
echo whole >"$root/model/_SUCCESS"
rm -rf "$scratch"
