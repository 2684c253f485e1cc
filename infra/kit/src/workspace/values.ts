import { isDeepStrictEqual } from 'node:util';
import { isMap, isPair, isScalar, isSeq, parse, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml';

export const VALUES = 'charts/keyturn/values.yaml';

/** A block of `services:`, as far as the kit looks at others. */
export interface Block {
  readonly routes?: readonly { readonly path: string }[];
  readonly calls?: readonly string[];
}

interface Values {
  readonly auth?: { readonly tokenRing?: string };
  readonly rings?: Readonly<Record<string, { readonly type?: string }>>;
  readonly services?: Readonly<Record<string, Block | null>> | null;
  readonly test?: { readonly service?: string };
}

export interface TokenRing {
  readonly ring: string;
  /** A verifier of a shared secret has the secret itself. */
  readonly role: 'verifier' | 'holder';
}

/** The ring that signs access tokens. */
export const tokenRingIn = (text: string): TokenRing => {
  const { auth, rings } = parse(text) as Values;
  const ring = auth?.tokenRing ?? 'access-tokens';
  return { ring, role: rings?.[ring]?.type === 'SharedSecret' ? 'holder' : 'verifier' };
};

export const blocksIn = (text: string): Readonly<Record<string, Block | null>> =>
  (parse(text) as Values).services ?? {};

/** The service that `helm test` calls. */
export const testedServiceIn = (text: string): string | undefined => (parse(text) as Values).test?.service;

const services = (text: string): YAMLMap => {
  const map = parseDocument(text).get('services', true);
  if (isMap(map)) return map;
  throw new Error(`${VALUES}: services: must be a map of services`);
};

/** Where a node's own text ends. */
const endOf = (node: unknown): number => {
  if (isPair(node)) return endOf(node.value ?? node.key);
  const last = (isMap(node) || isSeq(node)) && !node.flow ? node.items.at(-1) : undefined;
  return last === undefined ? ((node as Node).range?.[1] ?? 0) : endOf(last);
};

/** The beginning of the line after a position. */
const nextLine = (text: string, at: number): number => {
  if (text[at - 1] === '\n') return at;
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
};

const indented = (block: string): string =>
  block
    .split('\n')
    .map((line) => `  ${line}\n`)
    .join('');

/** Holds an edit of the text to what it should have changed. */
const checked = (text: string, edited: string, expected: Readonly<Record<string, unknown>>): string => {
  const { services: _, ...rest } = parse(text) as Values;
  const document = parseDocument(edited);
  const { services: found, ...restFound } = (document.errors.length > 0 ? {} : document.toJS()) as Values;
  if (isDeepStrictEqual(rest, restFound) && isDeepStrictEqual(found ?? {}, expected)) return edited;
  throw new Error(
    `${VALUES}: services: is written in a way that cannot be edited here; add or remove the block by hand`,
  );
};

/** The text with one more block at the end of `services:`; everything else stays as it is, byte for byte. */
export const withBlock = (text: string, block: string): string => {
  const map = services(text);
  const expected = { ...blocksIn(text), ...(parse(block) as object) };
  if (map.items.length === 0) {
    const [start, end] = map.range ?? [0, 0];
    return checked(text, `${text.slice(0, start).trimEnd()}\n${indented(block).trimEnd()}${text.slice(end)}`, expected);
  }
  const at = nextLine(text, endOf(map));
  const before = text.slice(0, at);
  const separator = before.endsWith('\n') ? '' : '\n';
  return checked(text, `${before}${separator}${indented(block)}${text.slice(at)}`, expected);
};

/** The text without a service's block, nor the comment right above it. The service must have one. */
export const withoutBlock = (text: string, name: string): string => {
  const map = services(text);
  const { [name]: _, ...expected } = blocksIn(text);
  const pair = map.items.find(({ key }) => isScalar(key) && key.value === name) as Pair<Node>;
  const end = nextLine(text, endOf(pair));
  const lines = text.slice(0, pair.key.range?.[0]).split('\n').slice(0, -1);
  if (map.items.length === 1) {
    const kept = lines.findLastIndex((line) => line.startsWith('services:'));
    return checked(text, [...lines.slice(0, kept), 'services: {}', text.slice(end)].join('\n'), expected);
  }
  while (/^ +#/.test(lines.at(-1) ?? '')) lines.pop();
  return checked(text, [...lines, text.slice(end)].join('\n'), expected);
};
