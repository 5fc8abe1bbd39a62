# ---- verdict and main -----------------------------------------------------------------------------------------------------------

verdict() {
  is_attempt "$attempt" || refuse bad-request "no attempt"
  recover
  # Held is what has begun and has no verdict, which whoever lets go of it writes. Its own dead-man has the host lock then, or, if its
  # processes were all killed, somebody else has it, and nobody could let go of it since. Without either no verdict could be written.
  if [ -s "$DIR/verdict" ]; then
    read -r kind milliseconds REASON <"$DIR/verdict"
    say "VERDICT $kind $milliseconds${REASON:+ $REASON}"
  elif [ -s "$DIR/begun" ] && ! lock_is_free; then
    say "VERDICT held"
  else
    say "VERDICT unknown"
  fi
}

main() {
  VERB=${1:-}
  case $VERB in
    probe | hold | verdict)
      say "STILLPOINT 1 $VERSION"
      read_request
      case $VERB in probe) probe ;; hold) hold ;; *) verdict ;; esac
      ;;
    dead-man)
      is_attempt "${2:-}" || exit 2
      DIR=$RUN/$2
      read_request <"$DIR/request"
      dead_man
      ;;
    *) say "usage: stillpoint-hold probe|hold|verdict" >&2 && exit 2 ;;
  esac
  exit 0
}

main "$@"
