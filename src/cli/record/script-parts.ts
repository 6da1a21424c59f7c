// SPDX-License-Identifier: MIT
// The parts of the recording script that are the same for every kernel, as bash.

export const SETUP = String.raw`
die() { echo "record.sh: $*" >&2; exit 1; }

seconds=10
folder=lazymm-$(uname -r)-$(date +%Y%m%d-%H%M%S)
while getopts t:o: option; do
  case $option in
    t) seconds=$OPTARG ;;
    o) folder=$OPTARG ;;
    *) die "usage: record.sh [-t SECONDS] [-o FOLDER] [-- COMMAND ...]" ;;
  esac
done
shift $((OPTIND - 1))

tracefs=\${TRACEFS:-/sys/kernel/tracing}
[ -d "$tracefs/events" ] || tracefs=/sys/kernel/debug/tracing
[ -d "$tracefs/events" ] || die "no tracefs: mount -t tracefs tracefs /sys/kernel/tracing"
[ -w "$tracefs/trace" ] || die "must be root"
mkdir -p "$folder" || exit 1

# Every setting is remembered when it is changed, and put back in reverse order.
undo=()
set_to() { # FILE VALUE
  local old
  [ -e "$tracefs/$1" ] || return 1
  old=$(head -n 1 "$tracefs/$1")
  case $old in
    # trace_clock lists every choice, and puts the current one in brackets.
    *\[*\]*) old=\${old#*\[}; old=\${old%%\]*} ;;
    # buffer_size_kb of a ring that nobody has used yet: "7 (expanded: 1408)".
    *expanded:*) old=\${old#*expanded: }; old=\${old%)} ;;
  esac
  echo "$2" 2> /dev/null > "$tracefs/$1" || return 1
  undo+=("$1=$old")
}
filter() { echo "$2" > "$tracefs/events/lz/$1/filter"; } # EVENT CONDITION
restore() {
  echo 0 > "$tracefs/tracing_on"
  remove_probes
  local i
  for ((i = \${#undo[@]} - 1; i >= 0; i--)); do
    echo "\${undo[i]#*=}" 2> /dev/null > "$tracefs/\${undo[i]%%=*}"
  done
}
remove_probes() {
  [ -e "$tracefs/events/lz/enable" ] && echo 0 > "$tracefs/events/lz/enable"
  local name
  for name in $(sed -n 's,^[pr][0-9]*:lz/\([^ ]*\) .*,\1,p' "$tracefs/kprobe_events" 2> /dev/null); do
    echo "-:lz/$name" >> "$tracefs/kprobe_events"
  done
}
trap restore EXIT
trap 'exit 130' INT TERM

cpus=$(cd "$tracefs/per_cpu" && ls -d cpu[0-9]* | sed 's/cpu//' | sort -n)
skipped=()

set_to tracing_on 0
remove_probes
set_to current_tracer nop
set_to trace_clock mono || set_to trace_clock global
set_to buffer_size_kb 20000 || set_to buffer_size_kb 4000
set_to saved_cmdlines_size 8192
set_to options/record-cmd 1
set_to options/record-tgid 1
set_to options/irq-info 1
set_to options/latency-format 0
set_to options/overwrite 0
: > "$tracefs/trace"

enable_events() {
  local event
  for event in $events; do
    set_to "events/\${event/:/\/}/enable" 1 || skipped+=("$event")
  done
}
`.replaceAll("\\${", "${");

export const NEEDED = String.raw`for name in NAMES; do
  [ -n "\${!name}" ] || die "fill in $name first: see NEEDED in this script"
done`.replaceAll("\\${", "${");

export const PERCPU = String.raw`
# A per-CPU variable of CPU n is at its symbol's address + __per_cpu_offset[n]; the probe reads that array itself.
symbol() { # NAME: its address
  awk -v name="$1" '$3 == name { print "0x" $1; exit }' "\${KALLSYMS:-/proc/kallsyms}"
}
at() { # BASE OFFSET CPU: the fetch argument
  local n=$(($1 + $2)) sign=+
  if ((n < 0)); then n=$((-n)) sign=-; fi
  printf '%s0x%x(@__per_cpu_offset+%d)' $sign $n $((8 * $3))
}

tlbstate=$(symbol cpu_tlbstate)
lazystate=$(symbol $lazy_symbol)
runqueues=$(symbol runqueues)
current=$(symbol pcpu_hot)
[ -n "$current" ] || current=$(symbol current_task)
hot_current=\${hot_current:-0}
for name in tlbstate lazystate runqueues current; do
  [ -n "\${!name}" ] || die "/proc/kallsyms has no per-CPU $name: needs CONFIG_KALLSYMS_ALL"
done
# Zero-based kernels (before 6.15) have small per-CPU addresses, but runqueues is never the very first.
[ $((runqueues)) != 0 ] || die "/proc/kallsyms hides addresses: sysctl kernel.kptr_restrict=1, and be root"

# loaded_mm (m) and is_lazy (z) of every CPU. Beyond 16 CPUs the event would be too long, and is recorded without.
every_cpu=
if [ "$(echo "$cpus" | wc -l)" -le 16 ]; then
  for cpu in $cpus; do
    every_cpu+=" m$cpu=$(at "$tlbstate" "$state_mm" "$cpu"):x64 z$cpu=$(at "$lazystate" "$state_is_lazy" "$cpu"):u8"
  done
else
  skipped+=("m0 z0 ... (more than 16 CPUs)")
fi

: > "$folder/kprobe_defs"
declare -A found=()
find_function() { # NAME: found[NAME] is the function itself, else its first clone (finish_task_switch.isra.0)
  [ -z "\${found[$1]+known}" ] || return 0
  found[$1]=$(awk -v name="$1" '
    $3 == name { print name; done = 1; exit }
    clone == "" && index($3, name ".") == 1 && $3 !~ /\.cold/ { clone = $3 }
    END { if (!done) print clone }' "\${KALLSYMS:-/proc/kallsyms}")
}
probe() { # KIND NAME FUNCTION FIELD...
  local kind=$1 name=$2 func=$3 definition
  shift 3
  find_function "$func"
  # A clone may take its arguments elsewhere, so it will do only where none is read.
  if [ "\${found[$func]}" != "$func" ] && [[ "$*" == *'$arg'* ]]; then func=; else func=\${found[$func]}; fi
  definition=$(echo "$kind:lz/$name $func $*" | tr -s ' ' | sed 's/ $//')
  if [ -n "$func" ] && echo "$definition" 2> /dev/null >> "$tracefs/kprobe_events"; then
    echo "$definition" >> "$folder/kprobe_defs"
  else
    skipped+=("lz/$name")
    return 1
  fi
}
enable_probes() {
  local event
  for event in "$tracefs"/events/lz/*/enable; do
    # snap<cpu> fires only when the script asks for it.
    case $event in */snap[0-9]*) ;; *) echo 1 > "$event" ;; esac
  done
}
`.replaceAll("\\${", "${");

export const SNAPSHOTS = String.raw`
# What a trace cannot say: what was there before it began.
snapshot() { # SUFFIX
  cat /proc/interrupts > "$folder/interrupts.$1"
}
uname -a > "$folder/uname"
cat /proc/cpuinfo > "$folder/cpuinfo"
ps -e -o pid,user,args > "$folder/ps.before"
# Every thread: "tid (comm) ppid flags" (kernel threads have flag 0x200000), and which thread group it is of.
: > "$folder/saved_tgids"
for task in /proc/[0-9]*/task/[0-9]*; do
  { read -r line < "$task/stat"; } 2> /dev/null || continue
  read -r _ ppid _ _ _ _ flags _ <<< "\${line##*) }"
  echo "\${line%)*}) $ppid $flags"
  tgid=\${task#/proc/}
  echo "\${task##*/} \${tgid%%/*}" >> "$folder/saved_tgids"
done > "$folder/proc-snapshot.txt"
snapshot before

mark() { # START or END, and the state of each CPU beside it
  [ "$1" = START ] && echo "START \${2:-}" > "$tracefs/trace_marker"
  local event
  for event in "$tracefs"/events/lz/snap*/enable; do [ -e "$event" ] && echo 1 > "$event"; done
  umask > /dev/null
  umask > /dev/null
  for event in "$tracefs"/events/lz/snap*/enable; do [ -e "$event" ] && echo 0 > "$event"; done
  [ "$1" = END ] && echo "END \${2:-}" > "$tracefs/trace_marker"
  return 0
}
`.replaceAll("\\${", "${");

export const FINISH = String.raw`
echo 1 > "$tracefs/tracing_on"
mark START "$*"
if [ $# -gt 0 ]; then "$@"; else sleep "$seconds"; fi
mark END "$*"
echo 0 > "$tracefs/tracing_on"

cat "$tracefs/trace" > "$folder/trace.txt"
for file in saved_tgids saved_cmdlines kprobe_profile; do
  [ -r "$tracefs/$file" ] && cat "$tracefs/$file" >> "$folder/$file"
done
for cpu in $cpus; do
  echo "cpu$cpu"
  cat "$tracefs/per_cpu/cpu$cpu/stats"
done > "$folder/buffer_stats"
snapshot after
if command -v zstd > /dev/null; then zstd -q --rm "$folder/trace.txt"; else gzip "$folder/trace.txt"; fi

[ \${#skipped[@]} -eq 0 ] || printf 'record.sh: not recorded on this kernel: %s\n' "\${skipped[*]}" >&2
lost=$(awk '/^(overrun|dropped events):/ { n += $NF } END { print n + 0 }' "$folder/buffer_stats")
[ "$lost" = 0 ] || echo "record.sh: $lost events did not fit: record for a shorter time (-t)" >&2
echo "record.sh: wrote $folder; next: lazymm compare $folder" >&2
`.replaceAll("\\${", "${");
