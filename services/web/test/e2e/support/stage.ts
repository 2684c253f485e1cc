import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { AxeBuilder } from '@axe-core/playwright';
import { type Platform, type PlatformOptions, startPlatform } from '@keyturn/local';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from '../../../build.mjs';
import { chromiumPath } from './chromium';

export const PASSWORD = 'correct horse battery staple';
const SHOTS = fileURLToPath(new URL('../../../screenshots/', import.meta.url));

export interface Person {
  readonly name: string;
  readonly email: string;
}

/** A running platform with its front end, and a browser in front of it. */
export interface Stage {
  readonly platform: Platform;
  readonly browser: Browser;
  /** What pages said that they should not: errors of scripts, and what their policy refused. */
  readonly complaints: string[];
  /** A browser of its own: no cookie in common with any other. */
  open(options?: { readonly colorScheme?: 'light' | 'dark'; readonly mobile?: boolean }): Promise<Visit>;
  close(): Promise<void>;
}

export const openStage = async (options: PlatformOptions = {}): Promise<Stage> => {
  await build();
  const env = { ...options.env, auth: { KEYTURN_RATE_LIMIT: 'false', ...options.env?.auth } };
  const platform = await startPlatform({ services: ['tasks'], ...options, web: true, env });
  const browser = await chromium.launch({ executablePath: chromiumPath()!, args: ['--no-sandbox'] });
  const complaints: string[] = [];
  return {
    platform,
    browser,
    complaints,
    open: async ({ colorScheme = 'light', mobile = false } = {}) => {
      const viewport = mobile ? { width: 390, height: 844 } : { width: 1280, height: 860 };
      const context = await browser.newContext({ baseURL: platform.url, colorScheme, viewport, locale: 'en-GB' });
      context.setDefaultTimeout(15_000);
      return new Visit(context, await watched(context, complaints));
    },
    close: async () => {
      await browser.close();
      await platform.stop();
    },
  };
};

const watched = async (context: BrowserContext, complaints: string[]): Promise<Page> => {
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    if (/Content Security Policy|Hydration|Minified React/i.test(message.text())) {
      complaints.push(`${page.url()}: ${message.text()}`);
    }
  });
  return page;
};

/** One browser window, and what a person does in it. */
export class Visit {
  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  /** Goes to a page and waits until it answers to clicks. */
  async go(path: string): Promise<void> {
    await this.page.goto(path);
    await this.ready();
  }

  async ready(): Promise<void> {
    await this.page.locator('html[data-ready]').waitFor();
  }

  async arrive(path: RegExp | string): Promise<void> {
    await this.page.waitForURL(path).catch(async (error: unknown) => {
      await this.picture('failed');
      throw error;
    });
    await this.ready();
  }

  async signUp(person: Person): Promise<void> {
    await this.go('/en/sign-up');
    await this.fillSignUp(person);
    await this.arrive('**/en/tasks');
  }

  async fillSignUp({ name, email }: Person): Promise<void> {
    await this.page.getByLabel('Name').fill(name);
    await this.page.getByLabel('E-mail address').fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await this.press('Create account');
  }

  async fillSignIn(email: string, password = PASSWORD): Promise<void> {
    await this.page.getByLabel('E-mail address').fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.press('Sign in');
  }

  async press(name: string | RegExp, exact = true): Promise<void> {
    const inMain = this.page.locator('main, [role=dialog], [role=alertdialog]');
    await inMain.getByRole('button', { name, exact }).last().click();
  }

  async addTask(title: string): Promise<void> {
    await this.page.getByLabel('New task').fill(title);
    await this.press('Add');
    await this.task(title).waitFor();
  }

  task(title: string) {
    return this.page.getByRole('listitem').filter({ hasText: title });
  }

  async signOut(): Promise<void> {
    await this.page.getByRole('button', { name: /Account of/ }).click();
    await this.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await this.page.getByRole('banner').getByRole('link', { name: 'Sign in' }).waitFor();
    await this.ready();
    expect(new URL(this.page.url()).pathname).toBe('/en');
  }

  /** Until everything is there and nothing moves; what never ends by itself, as a spinner, is not waited for. */
  async still(): Promise<void> {
    await this.page.locator('.skeleton').first().waitFor({ state: 'detached' });
    await this.page.evaluate(async () => {
      const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(ending.map(({ finished }) => finished));
    });
  }

  /** What an assistive technology would stumble over, as sentences; none is as it should be. */
  async barriers(): Promise<string[]> {
    await this.still();
    // What the component library reads out is there for a moment only, and refers to what may be gone.
    const { violations } = await new AxeBuilder({ page: this.page }).exclude('[data-live-announcer]').analyze();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
  }

  /** A picture of the page as it is, to be looked at. */
  async picture(name: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({ path: `${SHOTS}${name}.png`, animations: 'disabled' });
  }
}
