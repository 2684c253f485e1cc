/** As much of an OpenAPI document as the tests look at. */
export interface Schema {
  readonly type?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly nullable?: boolean;
}

export interface Operation {
  readonly security?: readonly object[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
  >;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** The places where a value is not what its schema says: members that lack, that are unknown, and other types. */
export const misfits = (value: unknown, schema: Schema, at = ''): string[] => {
  if (value === null) return schema.nullable ? [] : [`${at} is null`];
  if (schema.items) return Array.isArray(value) ? value.flatMap((one) => misfits(one, schema.items!, `${at}[]`)) : [at];
  if (!schema.properties) {
    const type = schema.type === 'integer' ? 'number' : schema.type;
    return typeof value === type ? [] : [`${at} is no ${schema.type}`];
  }
  const members = value as Readonly<Record<string, unknown>>;
  const lacking = (schema.required ?? []).filter((name) => !(name in members)).map((name) => `${at}.${name} lacks`);
  const others = Object.entries(members).flatMap(([name, member]) => {
    const known = schema.properties?.[name];
    return known ? misfits(member, known, `${at}.${name}`) : [`${at}.${name} is unknown`];
  });
  return [...lacking, ...others];
};
