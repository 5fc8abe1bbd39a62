# ---- what earlier attempts have left ------------------------------------------------------------------------------------------

# Both processes of an attempt may have been killed at once, by the end of a control group or for want of memory. Whoever comes next
# and can have the host lock lets go of what they have journalled, by a process of its own, which keeps the lock until a second phase
# is over as well.
recover() { # waits for it a little
  set -- "$RUN"/*/request
  [ -e "$1" ] || return 0
  exec 9>>"$RUN/host.lock"
  if ! window_is_open && flock -w 1 9; then
    { for request in "$RUN"/*/request; do ( let_go_of_earlier "${request%/request}" ); done; } </dev/null >/dev/null 2>&1 &
    recovering=$! polls=0
    while kill -0 "$recovering" 2>/dev/null && [ "$polls" -lt 60 ]; do sleep 0.05; polls=$((polls + 1)); done
  fi
  exec 9>&-
}

let_go_of_earlier() { # DIR
  DIR=$1 attempt=${1##*/} TIMER='' STAGE=over VERB=dead-man
  BY=nothing driver=none method=none service='' defaults_file='' socket='' program='' volumes='' cluster=''
  read_request <"$DIR/request"
  exec 8<>"$DIR/inbox" 6<>"$DIR/dead-man"
  claim
  rm -f "$DIR/killer"
  if needs_second_phase && is_well; then rm -f "$DIR/start" "$DIR/desync" "$DIR/member"; fi
  let_go
  finish_with broken 'both of its processes had died'
  ! needs_second_phase || second_phase
  tidy
}

