import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DOCKERFILE = fileURLToPath(new URL('../../../infra/images/operator.Dockerfile', import.meta.url));

/** The variables that the operator's image sets: what V8 and the C library keep of memory. */
export function imageVariables(): Record<string, string> {
  const lines = readFileSync(DOCKERFILE, 'utf8').matchAll(/^ENV (.*)$/gm);
  const pairs = [...lines].flatMap(([, text = '']) => [...text.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)]);
  return Object.fromEntries(pairs.map(([, name = '', quoted, plain]) => [name, quoted ?? plain ?? '']));
}

/** The environment of a process that runs as in the operator's image. */
export const operatorEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, ...imageVariables() });
