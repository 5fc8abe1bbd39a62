// A stand-in for mongosh, since Debian has none: it runs the JavaScript that it reads, a line a statement, against the stand-in for
// mongod. As the shell does, it shows a prompt also to a pipe, prints what a statement comes to, and goes on after an error. Where the
// shell goes to 127.0.0.1:27017, it goes to the Unix socket that MONGOD_STAND_IN names below.
'use strict';
const fs = require('fs');
const vm = require('vm');
const util = require('util');
const { Worker } = require('worker_threads');

const MONGOD_STAND_IN = '/run/mongod.sock';

// A connection that answers before it returns, as statements of the shell do: another thread talks, and this one waits for it.
const TALKER = `
const { parentPort, workerData } = require('worker_threads');
const flag = new Int32Array(workerData.flag), room = new Uint8Array(workerData.room);
const answer = (text) => { flag[1] = Buffer.from(room.buffer).write(text); Atomics.store(flag, 0, 1); Atomics.notify(flag, 0); };
let rest = '';
const socket = require('net').connect(workerData.path);
socket.on('connect', () => answer('{"ok":1}'));
socket.on('error', (e) => answer(JSON.stringify({ ok: 0, errmsg: 'connect ' + e.code + ' ' + workerData.path, code: 6 })));
const broken = () => answer(JSON.stringify({ ok: 0, errmsg: 'connection closed', code: 6 }));
socket.on('close', (failed) => failed || broken()); // an error has been answered: its text must not be overwritten
socket.on('data', (more) => {
  rest += more;
  const end = rest.indexOf('\\n');
  if (end >= 0) { const line = rest.slice(0, end); rest = rest.slice(end + 1); answer(line); }
});
parentPort.on('message', (line) => (socket.destroyed ? broken() : socket.write(line + '\\n')));`;

class MongoError extends Error {
  constructor(answer) {
    super(answer.errmsg);
    this.code = answer.code;
  }
}

class Connection {
  constructor(path) {
    this.flag = new Int32Array(new SharedArrayBuffer(8));
    this.room = new SharedArrayBuffer(1 << 20);
    this.talker = new Worker(TALKER, { eval: true, workerData: { flag: this.flag.buffer, room: this.room, path } });
    this.answer();
  }
  answer() {
    Atomics.wait(this.flag, 0, 0);
    const text = Buffer.from(this.room).toString('utf8', 0, this.flag[1]);
    Atomics.store(this.flag, 0, 0);
    const answer = JSON.parse(text, (_, value) => typed(value));
    if (answer.ok !== 1) throw new MongoError(answer);
    return answer;
  }
  send(document) {
    this.talker.postMessage(JSON.stringify(document));
    return this.answer();
  }
}

class Long { constructor(text) { this.text = text; } toString() { return this.text; } }
class ObjectId { constructor(hex) { this.hex = hex; } toString() { return this.hex; } }
class Timestamp {
  constructor(t, i) { this.high = t; this.low = i; }
  getHighBits() { return this.high; }
  getLowBitsUnsigned() { return this.low; }
}
function typed(value) {
  if (value === null || typeof value !== 'object') return value;
  if ('$numberLong' in value) return new Long(value.$numberLong);
  if ('$oid' in value) return new ObjectId(value.$oid);
  if ('$date' in value) return new Date(value.$date);
  if ('$timestamp' in value) return new Timestamp(value.$timestamp.t, value.$timestamp.i);
  return value;
}

function connect(uri) {
  const found = /^mongodb:\/\/(?:([^:@/]+):([^@/]*)@)?([^/?]+)(\/[^?]*)?(\?.*)?$/.exec(uri);
  if (!found) throw new Error('Invalid URI');
  const host = decodeURIComponent(found[3]);
  const connection = new Connection(host.startsWith('/') ? host : MONGOD_STAND_IN);
  if (found[1]) connection.send({ authenticate: decodeURIComponent(found[1]), password: decodeURIComponent(found[2]) });
  return { adminCommand: (document) => connection.send(document) };
}

function out(text) { fs.writeSync(1, text); }
function leave(code) { process.exit(code); }

const globals = vm.createContext({
  print: (...words) => out(words.map(String).join(' ') + '\n'),
  load: (file) => vm.runInContext(fs.readFileSync(file, 'utf8'), globals, { filename: file }),
  quit: (code) => leave(code || 0),
  connect,
});

const words = process.argv.slice(2);
for (const word of words) {
  if (word.startsWith('-') && !['--quiet', '--norc', '--nodb'].includes(word)) {
    out(`Error parsing command line: unrecognized option: ${word}\n`);
    leave(1);
  }
}
if (!words.includes('--nodb')) {
  try {
    globals.db = connect(words.find((word) => word.startsWith('mongodb://')) || 'mongodb://127.0.0.1:27017/test');
  } catch (e) {
    fs.writeSync(2, `MongoNetworkError: ${e.message}\n`);
    leave(1);
  }
}

const buffer = Buffer.alloc(65536);
let rest = '';
out('> ');
for (let count; (count = fs.readSync(0, buffer)) > 0;) {
  rest += buffer.toString('utf8', 0, count);
  for (let end; (end = rest.indexOf('\n')) >= 0; rest = rest.slice(end + 1)) {
    try {
      const value = vm.runInContext(rest.slice(0, end), globals);
      out(value === undefined ? '\n' : util.inspect(value) + '\n');
    } catch (e) {
      out(`Uncaught ${e.name}: ${e.message}\n`);
    }
    out('> ');
  }
}
leave(0); // the end of the input ends the shell; what the server has locked stays locked
