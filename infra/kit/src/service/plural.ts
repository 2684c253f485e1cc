/** English as far as the names of tables go. Whoever wants another plural renames the service or gives the entity. */

/** `orders` → `order`, `categories` → `category`, `boxes` → `box`; a word that is no plural stays. */
export const singularOf = (word: string): string => {
  if (/[^aeiou]ies$/.test(word)) return word.replace(/ies$/, 'y');
  if (/(ss|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return /[^sui]s$/.test(word) ? word.slice(0, -1) : word;
};

export const pluralOf = (word: string): string => {
  if (/[^aeiou]y$/.test(word)) return word.replace(/y$/, 'ies');
  return /(s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
};
