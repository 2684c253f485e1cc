import { isMap, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml';

/** Services that are in the values as they were shipped; a workspace adds its own. */
export const SHIPPED: readonly string[] = ['tasks', 'reports'];

const MARKS = /(<!-- values:[^\n]*-->\n)[\s\S]*?(<!-- end of values -->)/;

/** The text after `--` in the comment above a key. */
const descriptionOf = (comment: string | null | undefined): string =>
  (comment ?? '')
    .split(/^ -- /m)
    .slice(1)
    .join(' ')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();

const inline = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim();

const rowsOf = (map: YAMLMap, prefix: string): string[] =>
  map.items.flatMap((item, index) => {
    const { key, value } = item as Pair;
    if (!isScalar(key)) return [];
    const path = `${prefix}${String(key.value)}`;
    const description = descriptionOf(key.commentBefore ?? (index === 0 ? map.commentBefore : undefined));
    if (isMap(value) && !value.flow) {
      const own = description ? [`| \`${path}\` | | ${description} |`] : [];
      return [...own, ...rowsOf(value, `${path}.`)];
    }
    return [`| \`${path}\` | \`${inline(isScalar(value) ? value.value : value)}\` | ${description} |`];
  });

/** The README with the table of all values, from the comments in values.yaml. */
export const withReference = (readme: string, values: string): string => {
  const document = parseDocument(values);
  const { contents } = document;
  const services = document.get('services', true);
  // Blocks that were added are all alike.
  if (isMap(services)) services.items = services.items.filter(({ key }) => SHIPPED.includes(String(key)));
  if (!isMap(contents)) throw new Error('values.yaml is no map');
  const rows = ['| key | default | what |', '| --- | --- | --- |', ...rowsOf(contents, '')];
  if (!MARKS.test(readme)) throw new Error('the README has no place for the values');
  return readme.replace(MARKS, (_, begin: string, end: string) => `${begin}${rows.join('\n')}\n${end}`);
};
