import { once } from 'node:events';
import http from 'node:http';

/** Serves an express app on a free loopback port. `stop` cuts every connection, hanging ones too. */
export async function listen(app) {
  const server = http.createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    server,
    async stop() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}
