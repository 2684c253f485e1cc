import { dictionary } from '@zxcvbn-ts/language-common';

let passwords: ReadonlySet<string> | undefined;

/** Whether a password, in lower case, is one of the about 50,000 most common ones. The list is read at the first call. */
export const isCommonPassword = (password: string): boolean => {
  passwords ??= new Set(dictionary['passwords-common'].map((common) => common.toLowerCase()));
  return passwords.has(password);
};
