# ---- driver: mongodb --------------------------------------------------------------------------------------------------

# mongosh, or the old mongo, without files of its own. Who logs in does it by the defaults file, a piece of JavaScript that connects
# (db = connect("mongodb://USER:PASSWORD@127.0.0.1/admin")): it is root's, and no password is an argument.
mongodb_client() {
  shell=mongosh
  command -v mongosh >/dev/null || shell=mongo
  address=mongodb://127.0.0.1:27017/admin
  [ -z "$socket" ] || address=mongodb://$(say "$socket" | sed 's,/,%2F,g;s,@,%40,g;s,:,%3A,g')/admin
  [ -z "$defaults_file" ] || address=--nodb
  say "env HOME=/dev/null $shell --quiet --norc $address"
}

# A shell that reads a pipe shows a prompt all the same, so whatever is to be read begins a line of its own. Each line is a statement.
# An fsync lock belongs to nobody: what tells ours, while it is waited for, is the comment; who holds it when it is had, only the count.
MONGODB_JS='function run_command(c) { var r = db.adminCommand(c); if (r.ok != 1) { var e = new Error(r.errmsg); e.code = r.code; throw e; } return r; }
function tell(text) { print("\n" + text); }
function fail(e) { tell("ERROR " + (e.code || 0) + " " + String(e.message).split("\n")[0]); }
function die(e) { fail(e); quit(1); }
function word(x) { return String(x).replace(/[^!-~]/g, "?"); }
function hello() { try { return run_command({hello: 1}); } catch (e) { return run_command({isMaster: 1}); } }
function process_of(h) { return String(h.topologyVersion.processId).match(/[0-9a-f]{24}/)[0]; }
function stamp(t) { return t.t === undefined ? t.getHighBits() + ":" + t.getLowBitsUnsigned() : t.t + ":" + t.i; }
function at() { var h = hello(); return process_of(h) + (h.lastWrite ? " optime=" + stamp(h.lastWrite.opTime.ts) : ""); }
function role(h) { return h.msg == "isdbgrid" ? "router" : !h.setName ? "standalone" : h.isWritablePrimary || h.ismaster ? "primary" : h.secondary ? "secondary" : "neither"; }
function members() { var s = run_command({replSetGetStatus: 1}).members, r = {healthy: 0, lag: "unknown"}, me, first; for (var i = 0; i < s.length; i++) { if (s[i].health == 1 && (s[i].state == 1 || s[i].state == 2)) r.healthy += 1; if (s[i].health == 1 && s[i].state == 1) first = s[i]; if (s[i].self) me = s[i]; } if (me && first) r.lag = Math.max(0, first.optimeDate - me.optimeDate); return r; }
function pending(c, name) { return c.inprog.filter(function (o) { return o.command && o.command.fsync && o.command.comment == name; }); }'

mongodb_js() {
  say "$MONGODB_JS"
  # What went wrong in the file is not told: the message may quote it.
  [ -z "$defaults_file" ] || say "try { load(\"$defaults_file\"); } catch (e) { tell(\"ERROR 18 the defaults file does not connect\"); }"
}

MONGODB_PREFLIGHT='try { tell("version " + word(run_command({buildInfo: 1}).version)); } catch (e) { fail(e); }
try { var o = run_command({getCmdLineOpts: 1}).parsed.storage || {}; tell("dbpath " + word(o.dbPath || "/data/db")); if (o.journal && o.journal.enabled === false) tell("journal off"); } catch (e) { fail(e); }
try { var s = run_command({serverStatus: 1}); tell("engine " + word(s.storageEngine.name)); tell("pid " + Number(s.pid)); } catch (e) { fail(e); }
try { var h = hello(); if (h.topologyVersion) tell("process " + process_of(h)); tell("role " + role(h)); if (h.setName) { var m = members(); tell("members " + m.healthy); tell("lag " + m.lag); } } catch (e) { fail(e); }
try { var c = run_command({currentOp: 1}); if (c.fsyncLock) tell("locked yes"); c.inprog.forEach(function (o) { var l = o.locks && String(o.locks.Global).toLowerCase() == "w", ms = Number(o.transaction ? o.transaction.timeOpenMicros : o.microsecs_running || 0) / 1000; if (l && !o.waitingForLock && ms >= most) tell("long " + word(o.opid || o.type) + " " + Math.floor(ms / 1000) + " s"); }); } catch (e) { fail(e); }
try { var a = run_command({connectionStatus: 1, showPrivileges: true}).authInfo; if (a.authenticatedUsers.length) { var may = {}; a.authenticatedUserPrivileges.forEach(function (p) { if (p.resource.cluster || p.resource.anyResource) p.actions.forEach(function (x) { may[x] = 1; }); }); var lacks = ["fsync", "unlock", "killop", "inprog"].filter(function (x) { return !may[x]; }); if (lacks.length) tell("lacks " + lacks.join(",")); } } catch (e) { fail(e); }
tell("end");'

mongodb_check() { # -> DATA_PATHS DATA_DIR, and refusals
  command -v mongosh >/dev/null || command -v mongo >/dev/null || need mongosh
  check_defaults_file
  mongodb_check_readers
  rows=$(ask "$(mongodb_js; say "var most = $max_hold;"; say "$MONGODB_PREFLIGHT")") || mongodb_refuse_rows "$rows"
  version='' dbpath='' journal=on engine='' pid='' process='' role='' members=0 lag=unknown locked=no long='' lacks='' end=no
  while read -r key value; do
    case $key in
      ERROR) refuse_mongodb "$value" ;;
      version) version=$value ;;
      dbpath) dbpath=$value ;;
      journal) journal=$value ;;
      engine) engine=$value ;;
      pid) pid=$value ;;
      process) process=$value ;;
      role) role=$value ;;
      members) members=$value ;;
      lag) lag=$value ;;
      locked) locked=$value ;;
      long) long=$value ;;
      lacks) lacks=$value ;;
      end) end=yes ;;
    esac
  done <<ROWS
$rows
ROWS
  [ "$end" = yes ] || mongodb_refuse_rows "$rows"
  mongodb_check_version
  mongodb_check_paths
  mongodb_check_role
  [ "$locked" = no ] || refuse database "somebody has locked it already (fsyncLock); ask who, and db.fsyncUnlock()"
  [ "$method" = fsyncLock ] || return 0
  [ -z "$lacks" ] || refuse privileges "the account lacks on the cluster: $lacks; the roles hostManager and clusterMonitor have them"
  [ -z "$long" ] || refuse long-query "an operation or transaction has been writing for long (operation, seconds): $long"
}

mongodb_check_readers() { # of a file that nearly always has a password in it
  [ -z "$defaults_file" ] || [ -z "$(find "$defaults_file" -maxdepth 0 \( -perm -004 -o -perm -040 ! -group 0 \))" ] ||
    refuse database "the defaults file is not safe: others may read it"
}

mongodb_refuse_rows() { refuse_rows "$(say "$1" | sed -n '/^ERROR/p;/Mongo/p')"; } # the shell also complains of having no home

refuse_mongodb() { # CODE MESSAGE
  case $1 in
    '13 '* | '18 '*) refuse privileges "the database says: $(say "${1#* }" | sed 's/[^ -~]/?/g')" ;;
    *) refuse_rows "ERROR ${1#* }" ;;
  esac
}

mongodb_check_version() { # -> VERSION_NUMBER
  number=${version%%-*}
  fact "engine mongodb $number"
  major=${number%%.*} minor=${number#*.}
  patch=${minor#*.} minor=${minor%%.*}
  { is_number "$major" && is_number "$minor" && is_number "$patch"; } || refuse unsupported "unknown version"
  VERSION_NUMBER=$((major * 10000 + minor * 100 + patch))
  [ "$VERSION_NUMBER" -ge 40400 ] || refuse unsupported "MongoDB $number is older than 4.4"
  [ "$role" != router ] || refuse unsupported "this is a mongos, which has no data: hold the members of the shards"
  is_id "$process" || refuse unsupported "it does not tell which process it is"
  [ "$engine" = wiredTiger ] || refuse unsupported "the storage engine is $engine and not wiredTiger"
  [ "$journal" = on ] || refuse unsupported "it keeps no journal: a copy could lose the last minute"
}

# The journal, and folders of databases and of indexes, may be links to other volumes.
mongodb_check_paths() {
  add_data_dir "$dbpath"
  [ -e "$DATA_DIR/WiredTiger" ] || refuse volume-mismatch "$DATA_DIR has no data of MongoDB: does it run in a container?"
  mongodb_check_process
  add_path "$DATA_DIR/journal"
  add_links "$DATA_DIR" 3
}

# The file that logs in, or a port that is forwarded, may lead to another machine, which has a folder of the same name. What the
# server holds open all its life is mongod.lock.
mongodb_check_process() {
  if is_number "$pid"; then
    for file in "/proc/$pid/fd"/*; do
      # shellcheck disable=SC3013 # all three shells have it, and POSIX since 2024
      [ ! "$file" -ef "$DATA_DIR/mongod.lock" ] || return 0
    done
  fi
  refuse volume-mismatch "the server that answers is no process of this machine that has $DATA_DIR open: is it another, or in a container?"
}

mongodb_check_role() {
  fact "role $role"
  case $role in
    standalone)
      check_member no no
      refuse_to_count "only a member of a replica set knows how many are healthy, and this is none"
      return ;;
    primary) check_member yes yes ;;
    secondary) check_member yes no ;;
    *) refuse cluster "this member is neither primary nor secondary now" ;;
  esac
  fact "cluster-size $members"
  fact "lag-ms $lag"
  [ "$members" -ge "$min_healthy" ] || refuse cluster "$members members are healthy, $min_healthy are wanted"
  is_number "$lag" || refuse cluster "no primary is seen: how far this member is behind cannot be told"
  [ "$lag" -le "$max_lag" ] || refuse cluster "this member is $lag ms behind its primary; $max_lag are allowed"
}

mongodb_text() { # WHAT [ID]
  name="stillpoint $attempt"
  case $1 in
    open)
      mongodb_js
      # A name of several servers may lead to another than the one that was looked at.
      say "try { var p = process_of(hello()); if (p != \"$process\") throw new Error(\"another server answers than before\"); tell(\"db ready \" + p); } catch (e) { die(e); }" ;;
    start) say 'tell("db started");' ;;
    lock)
      bound='' # older ones are given up by the helper
      [ "${VERSION_NUMBER:-0}" -lt 70002 ] || bound=", fsyncLockAcquisitionTimeoutMillis: $(lock_seconds)000"
      say "try { var l = run_command({fsync: 1, lock: true, comment: \"$name\"$bound}); if (Number(l.lockCount) != 1) throw new Error(\"somebody else has locked it, too\"); tell(\"db position \" + at()); } catch (e) { die(e); }" ;;
    unlock) say 'try { var was = at(); if (!run_command({currentOp: 1}).fsyncLock) { tell("db broken it was not locked any more"); } else { tell("db position " + was); if (Number(run_command({fsyncUnlock: 1}).lockCount) != 0) tell("db broken somebody else has locked it, too"); } tell("db unlocked"); } catch (e) { die(e); }' ;;
    second) mongodb_js; say 'try { run_command({currentOp: 1}); tell("db ready"); } catch (e) { die(e); }' ;;
    kill) say "try { pending(run_command({currentOp: 1}), \"$name\").forEach(function (o) { run_command({killOp: 1, op: o.opid}); }); } catch (e) { fail(e); }" ;;
    # One lock is taken back: by this process of the server, after it has come or was given up.
    gone) say "try { var c = run_command({currentOp: 1}), left = 0; if (process_of(hello()) == \"$2\") { left = pending(c, \"$name\").length; if (!left && c.fsyncLock) run_command({fsyncUnlock: 1}); } tell(\"db left \" + left); } catch (e) { fail(e); tell(\"db left 1\"); }" ;;
  esac
}

# A member that was locked has to catch up before another of its cluster may be held.
mongodb_before() {
  [ -n "$cluster" ] || return 0
  true >"$DIR/member"
  [ -e "$DIR/member" ] || refuse no-space "/run is full"
  AFTER=yes SECOND=yes
}

mongodb_is_well() {
  # shellcheck disable=SC2046 # split on purpose
  set -- $(ask "$(mongodb_js; say 'try { var h = hello(); tell("up " + role(h) + " " + (h.setName ? members().lag : 0) + " " + (run_command({currentOp: 1}).fsyncLock ? "locked" : "open")); } catch (e) { fail(e); }')" 2>/dev/null |
    sed -n '/^up /p')
  [ "${1:-}" = up ] || return 1
  case $2 in standalone | primary | secondary) ;; *) return 1 ;; esac
  [ ! -e "$DIR/member" ] || { [ "$4" = open ] && is_number "$3" && [ "$3" -le "$max_lag" ]; }
}

