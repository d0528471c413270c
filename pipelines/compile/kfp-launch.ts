/**
 * The script that runs a task's program in its container: `sh -c LAUNCH launch WORD…`. POSIX sh with mkdir, rm, sleep and
 * expr: it must run in any image.
 *
 * What it does is what neither platform does alike, or at all: it makes the folders of inputs and outputs (an object
 * store has no empty ones, and platforms make none for outputs), runs the program again after exit code 75, in fresh
 * folders, ends it after its timeout (exit code 124), hands SIGTERM on to it, leaves no outputs of a program that failed,
 * and passes on its exit code.
 *
 * MLOPS_RETRIES  how often the program is run again after exit code 75
 * MLOPS_PAUSE    seconds before it is run again: 1, then 5, then 25 each time; 0 for none at all
 * MLOPS_TIMEOUT  seconds that each try may take; then SIGTERM and, after MLOPS_GRACE, SIGKILL
 * MLOPS_GRACE    default 30
 *
 * Whoever keeps the time is killed outright when the program has ended: a signal that a shell may handle can be lost
 * while it begins to wait. So it sleeps for seconds, which is how long a last sleep may outlive it.
 *
 * Kubernetes reads `$(NAME)` in a command line, and two dollars as one: neither may stand in here, so that it counts by
 * `expr` and appends to texts. The words come last: see kfp-command.ts.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
 */
export const LAUNCH = `set -u
child=''
signals=''
retries=\${MLOPS_RETRIES:-0}
pause=\${MLOPS_PAUSE:-1}

terminate() {
  signals=\${signals}x
  if [ -n "$child" ]; then kill -TERM "$child" 2>/dev/null; fi
}

folders() {
  how=$1
  shift
  flag=''
  for word do
    case $flag in
      --in.*) if [ ! -d "$word" ]; then mkdir -p "$word"; fi ;;
      --out.*)
        rm -rf "$word"
        if [ "$how" = make ]; then mkdir -p "$word"; fi
        ;;
      --param.*) break ;;
    esac
    flag=$word
  done
}

become() {
  trap - TERM
  if [ -n "$signals" ]; then exit 143; fi
  words=$#
  for word do
    case $word in '{text}'*)
      word=\${word#'{text}'}
      word=\`printf '%b.' "$word"\`
      word=\${word%.}
      ;;
    esac
    set -- "$@" "$word"
  done
  shift "$words"
  exec "$@"
}

wait_for() {
  seen=$signals$late
  wait "$1"
  code=$?
  while [ "$seen" != "$signals$late" ]; do
    seen=$signals$late
    wait "$1"
    again=$?
    if [ "$again" != 127 ]; then code=$again; fi
  done
}

attend() {
  child=$1
  if [ -n "$signals" ]; then kill -TERM "$child" 2>/dev/null; fi
  wait_for "$child"
  child=''
}

idle() {
  left=$1
  while [ "$left" -gt 5 ]; do
    sleep 5
    left=\`expr "$left" - 5\`
  done
  sleep "$left"
}

guard() {
  idle "$MLOPS_TIMEOUT"
  kill -USR1 "$me"
  idle "\${MLOPS_GRACE:-30}"
  kill -KILL "$1"
}

expire() {
  late=x
  echo "took longer than $MLOPS_TIMEOUT s, its timeout, and is ended"
  kill -TERM "$child" 2>/dev/null
}

me=\`exec sh -c 'echo "$PPID"'\`
late=''
trap terminate TERM
trap expire USR1
while :; do
  folders make "$@"
  become "$@" &
  program=$!
  guard "$program" >/dev/null 2>&1 &
  watch=$!
  attend "$program"
  ended=$code
  { kill -KILL "$watch"; wait "$watch"; } 2>/dev/null
  if [ -n "$late" ]; then ended=124; fi
  if [ "$ended" != 75 ] || [ "$retries" = 0 ] || [ -n "$signals" ]; then break; fi
  retries=\`expr "$retries" - 1\`
  echo "the program asked to be run again; waiting $pause s"
  sleep "$pause" >/dev/null 2>&1 &
  attend $!
  if [ -n "$signals" ]; then
    ended=143
    break
  fi
  case $pause in 0) ;; 1) pause=5 ;; *) pause=25 ;; esac
done
if [ "$ended" != 0 ]; then folders remove "$@"; fi
exit "$ended"`;
