export const THEME_COOKIE = 'keyturn-theme';
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const asTheme = (text: string | undefined): Theme => THEMES.find((theme) => theme === text) ?? 'system';
