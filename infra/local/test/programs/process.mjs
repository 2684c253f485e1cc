// A process for the pods' tests: answers on its management port, says who it is, and obeys a few commands.
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';

const { MANAGEMENT_PORT, POD_UID, POD_DIR, CRASH } = process.env;
if (CRASH) {
  console.log('cannot start: the reason is in the log');
  process.exit(3);
}
let ready = true;
createServer((request, response) => {
  if (request.url === '/not-ready') ready = false;
  const body = JSON.stringify({ pid: process.pid, uid: POD_UID });
  response.writeHead(request.url === '/readyz' && !ready ? 503 : 200).end(body);
}).listen(Number(MANAGEMENT_PORT), '127.0.0.1');
writeFileSync(`${POD_DIR}/own`, String(process.pid), { flag: 'a' });
