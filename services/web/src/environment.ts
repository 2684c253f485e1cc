/** The only place where the front end reads its environment. */
export interface Environment {
  /** Where this server reaches the auth service; the browser reaches it under the page's own origin. */
  readonly authUrl: string;
  /** The public origin; decides about cookies and upgrades to https. */
  readonly baseUrl: string;
}

const DEFAULT = 'http://localhost:8080';

/** Throws an Error that names the variable and its rule. */
export const readEnvironment = (variables: Readonly<Record<string, string | undefined>> = process.env): Environment => {
  const origin = (name: string, fallback: string): string => {
    const value = variables[name] || fallback;
    if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
      throw new Error(`${name}: must be an http or https address`);
    }
    return new URL(value).origin;
  };
  const baseUrl = origin('KEYTURN_BASE_URL', DEFAULT);
  return { baseUrl, authUrl: origin('KEYTURN_AUTH_URL', baseUrl) };
};
