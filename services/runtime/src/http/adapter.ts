import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_JSON, ProblemException } from '@keyturn/guard';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest, RawServerDefault } from 'fastify';
import { requestIdFrom } from '../logging/request-context.js';

export interface HttpOptions {
  readonly bodyLimitBytes: number;
  /** Addresses of proxies whose `x-forwarded-*` are believed; default none. */
  readonly trustProxy?: boolean | string | readonly string[];
}

const CLIENT_ERRORS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const problemText = (status: number): string => JSON.stringify(new ProblemException({ status }).problem);

/** What is no HTTP gets its answer straight on the socket. */
const answerClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = CLIENT_ERRORS[error.code ?? ''] ?? 400;
  const body = problemText(status);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_JSON}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
};

/** Fastify for Nest. During its close it goes on answering: who shuts down decides when connections end. */
export const createHttpAdapter = ({ bodyLimitBytes, trustProxy }: HttpOptions): FastifyAdapter<RawServerDefault> =>
  new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
    trustProxy: trustProxy === undefined ? false : typeof trustProxy === 'object' ? [...trustProxy] : trustProxy,
    genReqId: (request) => requestIdFrom(request.headers['x-request-id']),
    frameworkErrors: (error: { statusCode?: number }, _request: FastifyRequest, reply: FastifyReply) => {
      const status = error.statusCode ?? 400;
      void reply.code(status).type(PROBLEM_JSON).send(problemText(status));
    },
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) => answerClientError(error, socket),
    routerOptions: { maxParamLength: 512 },
  } as ConstructorParameters<typeof FastifyAdapter>[0]) as FastifyAdapter<RawServerDefault>;
