// Makes one gRPC call with @grpc/grpc-js over mutual TLS and prints how it went as one line of JSON.
//
//   node call.mjs --address HOST:PORT --authority CA.pem [--certificate C.pem --key K.pem] [--server-name NAME]
//                 --protos FOLDER --proto FILE.proto --method package.Service/Method [--path /other/Path]
//                 [--request JSON]... [--metadata key=value]... [--deadline MS]
//                 [--lockstep] [--cancel-after MESSAGES] [--cancel-after-ms MS] [--max-receive BYTES] [--max-send BYTES]
//
// A request may be @FILE. Bytes are base64 in requests and replies. --path sends the request to another path than the method's own. --lockstep
// sends each further request only after a reply. The output: { code, details, messages, headers, trailers }; a call is
// judged by its status, so that the exit code is 0 whenever there is one.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const { values: args } = parseArgs({
  options: {
    address: { type: 'string' },
    authority: { type: 'string' },
    certificate: { type: 'string' },
    key: { type: 'string' },
    'server-name': { type: 'string', default: 'localhost' },
    protos: { type: 'string' },
    proto: { type: 'string' },
    method: { type: 'string' },
    path: { type: 'string' },
    request: { type: 'string', multiple: true, default: [] },
    metadata: { type: 'string', multiple: true, default: [] },
    deadline: { type: 'string' },
    lockstep: { type: 'boolean', default: false },
    'cancel-after': { type: 'string' },
    'cancel-after-ms': { type: 'string' },
    'max-receive': { type: 'string' },
    'max-send': { type: 'string' },
  },
});

const [service, name] = args.method.split('/');
const definition = loader.loadSync(args.proto, {
  includeDirs: [args.protos], keepCase: true, longs: String, enums: String, bytes: String, defaults: true,
})[service];
const method = Object.values(definition ?? {}).find((m) => m.path.endsWith('/' + name));
if (!method) throw new Error(`${args.proto} has no method ${args.method}`);

const file = (path) => (path ? readFileSync(path) : null);
const limit = (value) => (value === undefined ? undefined : Number(value));
const client = new grpc.Client(
  args.address,
  grpc.credentials.createSsl(file(args.authority), file(args.key), file(args.certificate)),
  {
    'grpc.ssl_target_name_override': args['server-name'],
    'grpc.default_authority': args['server-name'],
    'grpc.enable_retries': 0,
    ...(args['max-receive'] && { 'grpc.max_receive_message_length': limit(args['max-receive']) }),
    ...(args['max-send'] && { 'grpc.max_send_message_length': limit(args['max-send']) }),
  },
);

const metadata = new grpc.Metadata();
for (const pair of args.metadata) {
  const [key, value] = pair.split(/=(.*)/s);
  metadata.add(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
}

const options = args.deadline ? { deadline: new Date(Date.now() + Number(args.deadline)) } : {};
const requests = args.request.map((text) => JSON.parse(text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text));
const result = { code: null, details: '', messages: [], headers: {}, trailers: {} };
const plain = (m) => Object.fromEntries(Object.keys(m.getMap()).map((key) =>
  [key, m.get(key).map((value) => (Buffer.isBuffer(value) ? value.toString('base64') : value))]));

let call;
let sent = 0;
const path = args.path ?? method.path;
const codecs = [path, method.requestSerialize, method.responseDeserialize];
const received = (message) => {
  result.messages.push(message);
  if (result.messages.length === Number(args['cancel-after'])) call.cancel();
  else if (args.lockstep) sendNext();
};
const finished = new Promise((resolve) => {
  const unary = (_error, message) => { if (message) result.messages.push(message); };
  if (method.requestStream && method.responseStream) call = client.makeBidiStreamRequest(...codecs, metadata, options);
  else if (method.responseStream) call = client.makeServerStreamRequest(...codecs, requests[0], metadata, options);
  else if (method.requestStream) call = client.makeClientStreamRequest(...codecs, metadata, options, unary);
  else call = client.makeUnaryRequest(...codecs, requests[0], metadata, options, unary);
  if (method.responseStream) {
    call.on('data', received);
    call.on('error', () => {}); // the status says the same
  }
  call.on('metadata', (headers) => { result.headers = plain(headers); });
  call.on('status', (status) => {
    result.code = status.code;
    result.details = status.details;
    result.trailers = plain(status.metadata);
    setImmediate(resolve);
  });
});
function sendNext() {
  if (sent < requests.length) call.write(requests[sent++]);
  else call.end();
}

if (method.requestStream) {
  if (args.lockstep) sendNext();
  else {
    for (const request of requests) call.write(request);
    if (!args['cancel-after'] && !args['cancel-after-ms']) call.end();
  }
}
if (args['cancel-after-ms']) setTimeout(() => call.cancel(), Number(args['cancel-after-ms']));

await finished;
console.log(JSON.stringify(result));
client.close();
