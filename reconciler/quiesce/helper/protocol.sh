# ---- protocol ------------------------------------------------------------------------------------------------------

attempt='' point='' window='' window_wait=120000 driver=none method=none freeze=no max_hold=20000 lock_timeout=0 stop_timeout=60000 start_timeout=60000
service='' defaults_file='' socket='' max_lag=10000 program='' volumes='' cluster='' min_healthy=0 allow_writer=no writer=no
BY=nothing # what is held by beside the freeze: nothing, session, service or script
DIR='' PUMP='' TIMER='' TIMER_WORD='' STAGE=request QUIET='' MOUNTS='' FROZEN=0 DEADMAN='' BEGUN='' ENDED='' DUE='' AFTER=no SECOND=no STARTER='' STOOD_IN='' DATA_PATHS='' DATA_TREES='' DATA_DIR='' REASON=''

say() { printf '%s\n' "$*"; }
fact() { [ -n "$QUIET" ] || say "FACT $*"; }

# Ends the run with a refusal; whatever this attempt holds is let go before that is said, and a service that it has stopped is
# spoken of after it.
refuse() { # CODE MESSAGE...
  refusal=$*
  [ "$STAGE" != armed ] || surrender "$1"
  say "REFUSED $refusal"
  tell_service
  case $1 in bad-request) leave 2 ;; *) leave 1 ;; esac
}

is_number() { case $1 in '' | *[!0-9]* | 0?* | ?????????*) return 1 ;; esac; }
is_time() { is_number "$1" && [ "$1" -ge 100 ] && [ "$1" -le "$2" ]; } # no more than a policy may ask for, whoever asks
is_id() { case $1 in '' | *[!0-9a-f]*) return 1 ;; *) [ ${#1} -le 24 ] ;; esac; } # of a connection or a process of the server, never counted with
is_path() { case $1 in *..* | *[!A-Za-z0-9/_.@+:-]*) return 1 ;; /*) [ ${#1} -le 250 ] ;; *) return 1 ;; esac; }
is_word() { case $1 in '' | [!A-Za-z0-9]* | *[!A-Za-z0-9@_.-]*) return 1 ;; *) [ ${#1} -le 64 ] ;; esac; }
is_attempt() { case $1 in *[!0-9a-f]*) return 1 ;; *) [ ${#1} -ge 8 ] && [ ${#1} -le 64 ] ;; esac; }
is_volume() { case $1 in [!0-9a-f]* | *[!0-9a-f-]*) return 1 ;; *) [ ${#1} -ge 8 ] && [ ${#1} -le 64 ] ;; esac; }
is_flag() { case $1 in yes | no) ;; *) return 1 ;; esac; }

set_key() { # KEY VALUE; false if either is not exactly what it should be
  case $1 in
    attempt) is_attempt "$2" && attempt=$2 ;;
    point) is_attempt "$2" && point=$2 ;;
    window) is_attempt "$2" && window=$2 ;;
    window-wait-ms) is_number "$2" && [ "$2" -le 2400000 ] && window_wait=$2 ;;
    driver) case $2 in none | filesystem | mariadb | mysql | postgresql | mongodb | script) driver=$2 ;; *) return 1 ;; esac ;;
    method)
      case $2 in
        none | filesystem | backupStage | readLock | instanceLock | stopService | checkpoint | backupMode | journal | fsyncLock | script) method=$2 ;;
        *) return 1 ;;
      esac ;;
    freeze) is_flag "$2" && freeze=$2 ;;
    max-hold-ms) is_time "$2" 600000 && max_hold=$2 ;;
    lock-timeout-ms) is_time "$2" 600000 && lock_timeout=$2 ;;
    stop-timeout-ms) is_time "$2" 900000 && stop_timeout=$2 ;;
    start-timeout-ms) is_time "$2" 900000 && start_timeout=$2 ;;
    max-lag-ms) is_number "$2" && max_lag=$2 ;;
    service) is_word "$2" && service=$2 ;;
    defaults-file) is_path "$2" && defaults_file=$2 ;;
    socket) is_path "$2" && socket=$2 ;;
    command) is_path "$2" && program=$2 ;;
    volume) is_volume "$2" && volumes="$volumes $2" ;;
    cluster) case $2 in '' | -* | *[!a-z0-9-]*) return 1 ;; *) [ ${#2} -le 64 ] && cluster=$2 ;; esac ;;
    min-healthy) is_number "$2" && min_healthy=$2 ;;
    allow-writer) is_flag "$2" && allow_writer=$2 ;;
    writer) is_flag "$2" && writer=$2 ;;
    *) return 1 ;;
  esac
}

read_request() { # SET lines up to GO
  lines=0
  while read -r word key value; do
    lines=$((lines + 1))
    [ "$lines" -le 256 ] || refuse bad-request "too many lines"
    case $word in
      GO) [ -z "$key" ] || refuse bad-request "line $lines: GO stands alone" && break ;;
      SET) set_key "$key" "$value" || refuse bad-request "line $lines: a key or a value that is not allowed" ;;
      *) refuse bad-request "line $lines: expected SET or GO" ;;
    esac
    word=''
  done
  [ "$word" = GO ] || leave 2 # the input ended: nobody is there to be told
  [ -z "$attempt" ] || DIR=$RUN/$attempt
  case $method:$driver in
    none:* | checkpoint:postgresql | journal:mongodb) ;;
    filesystem:none | filesystem:script) refuse bad-request "method filesystem needs a driver that knows the data" ;;
    filesystem:*) ;;
    backupStage:mariadb | readLock:mariadb | readLock:mysql | instanceLock:mysql | backupMode:postgresql | fsyncLock:mongodb) BY=session ;;
    stopService:script) refuse bad-request "a script holds by itself" ;;
    stopService:*) BY=service ;;
    script:script) BY=script ;;
    *) refuse bad-request "method $method does not go with driver $driver" ;;
  esac
  [ "$method" != filesystem ] || freeze=yes
  [ "$method" != none ] || freeze=no
  [ "$BY" != script ] || [ -n "$program" ] || refuse bad-request "a script needs a command"
  [ "$method" != stopService ] || [ -n "$service" ] || refuse bad-request "stopService needs a service"
  [ "$method" = none ] || [ -n "$volumes" ] || [ "$VERB" = verdict ] || refuse bad-request "no volume is named"
}

