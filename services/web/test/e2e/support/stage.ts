import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { AxeBuilder } from '@axe-core/playwright';
import { type Platform, type PlatformOptions, startPlatform } from '@keyturn/local';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { build } from '../../../build.mjs';
import { chromiumPath } from './chromium';

export const PASSWORD = 'correct horse battery staple';
/** More than any page has. */
const TAB_STOPS = 60;
const DIALOG = '[role=dialog], [role=alertdialog]';
const SHOTS = fileURLToPath(new URL('../../../screenshots/', import.meta.url));

export interface Person {
  readonly name: string;
  readonly email: string;
}

/** What a browser is like. */
export interface Looks {
  readonly colorScheme?: 'light' | 'dark';
  readonly mobile?: boolean;
  /** Of its clock; that of the servers by default. */
  readonly timezoneId?: string;
}

/** A running platform with its front end, and a browser in front of it. */
export interface Stage {
  readonly platform: Platform;
  readonly browser: Browser;
  /** What pages said that they should not: errors of scripts, and what their policy refused. Every test ends without. */
  readonly complaints: string[];
  /** A browser of its own: no cookie in common with any other. */
  open(options?: Looks): Promise<Visit>;
  close(): Promise<void>;
}

export const openStage = async (options: PlatformOptions = {}): Promise<Stage> => {
  await build();
  const env = { ...options.env, auth: { KEYTURN_RATE_LIMIT: 'false', ...options.env?.auth } };
  const platform = await startPlatform({ services: ['tasks'], ...options, web: true, env });
  const browser = await chromium
    .launch({ executablePath: chromiumPath()!, args: ['--no-sandbox'] })
    .catch(async (error: unknown) => {
      await platform.stop();
      throw error;
    });
  const complaints: string[] = [];
  return {
    platform,
    browser,
    complaints,
    open: async ({ colorScheme = 'light', mobile = false, timezoneId } = {}) => {
      const viewport = mobile ? { width: 390, height: 844 } : { width: 1280, height: 860 };
      const looks = { colorScheme, viewport, reducedMotion: 'reduce', hasTouch: mobile, locale: 'en-GB' } as const;
      const zone = timezoneId === undefined ? {} : { timezoneId };
      const context = await browser.newContext({ baseURL: platform.url, ...looks, ...zone });
      context.setDefaultTimeout(30_000);
      watch(context, complaints);
      return new Visit(context, await context.newPage(), platform.url);
    },
    close: () => browser.close().finally(() => platform.stop()),
  };
};

/**
 * Said of every answer that is no success, and (React's 441) of a page that the server could not make: what pages deal with, and
 * what tests look for in the page itself.
 */
const EXPECTED = /^Failed to load resource|React error #441/;

const watch = (context: BrowserContext, complaints: string[]): void => {
  context.on('weberror', (failure) => {
    complaints.push(`${failure.page()?.url()}: ${failure.error().message}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) {
      complaints.push(`${message.page()?.url()}: ${message.text()}`);
    }
  });
};

/** One tab of a browser, and what a person does in it. */
export class Visit {
  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly origin: string,
  ) {}

  /** Another tab of the same browser. */
  async tab(path: string): Promise<Visit> {
    const other = new Visit(this.context, await this.context.newPage(), this.origin);
    await other.go(path);
    return other;
  }

  /** Goes to a page and waits until it answers to clicks. */
  async go(path: string): Promise<void> {
    await this.page.goto(path);
    await this.ready();
  }

  async ready(): Promise<void> {
    await this.page.locator('html[data-ready]').waitFor().catch(this.told);
  }

  async arrive(path: RegExp | string): Promise<void> {
    await this.page.waitForURL(path).catch(this.told);
    await this.ready();
  }

  /** Takes a picture of where it ended instead, and throws an Error that says where; not its query, which may hold a token. */
  private readonly told = async (error: unknown): Promise<never> => {
    await this.picture('failed');
    const { origin, pathname } = new URL(this.page.url());
    throw new Error(`at ${origin}${pathname}`, { cause: error });
  };

  async signUp(person: Person): Promise<void> {
    await this.go('/en/sign-up');
    await this.fillSignUp(person);
    await this.arrive('**/en/tasks');
  }

  async fillSignUp({ name, email }: Person, password = PASSWORD): Promise<void> {
    await this.page.getByLabel('Name').fill(name);
    await this.page.getByLabel('E-mail address').fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.press('Create account');
  }

  /** Signs up without the pages. */
  async join({ name, email }: Person): Promise<void> {
    await this.post('/api/auth/sign-up/email', { name, email, password: PASSWORD });
  }

  /** A request with the cookies of this browser. Throws an Error with the answer unless it is a success. */
  async post(path: string, data: object, headers: Record<string, string> = {}): Promise<void> {
    const answer = await this.context.request.post(path, { data, headers: { origin: this.origin, ...headers } });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  }

  /** What a program needs to ask for this person: their id, and the headers that carry an access token. */
  async credentials(): Promise<{ readonly userId: string; readonly headers: { readonly authorization: string } }> {
    const { token } = (await (await this.context.request.get('/api/auth/token')).json()) as { token: string };
    const { sub } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sub: string };
    return { userId: sub, headers: { authorization: `Bearer ${token}` } };
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

  /** Presses Tab until it is the one, as somebody without a mouse does. Throws an Error when it is never reached. */
  async tabTo(wanted: Locator): Promise<void> {
    for (let stop = 0; stop < TAB_STOPS; stop += 1) {
      await this.page.keyboard.press('Tab');
      if (await wanted.evaluate((one) => one === document.activeElement)) return;
    }
    throw new Error(`the Tab key does not lead to ${wanted.toString()}`);
  }

  /** Until it has the focus. */
  async focused(wanted: Locator): Promise<void> {
    await wanted.and(this.page.locator(':focus')).waitFor({ state: 'attached' });
  }

  /** Until everything is there and nothing moves; what never ends by itself, as a spinner, is not waited for. */
  async still(): Promise<void> {
    await this.page.locator('.skeleton').first().waitFor({ state: 'detached' });
    await this.page.evaluate(async () => {
      const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(ending.map(({ finished }) => finished));
    });
  }

  private dialogs() {
    return this.page.locator(DIALOG);
  }

  /** What an assistive technology would stumble over, as sentences; none is as it should be. */
  async barriers(): Promise<string[]> {
    await this.still();
    // What the component library reads out is there for a moment only, and refers to what may be gone.
    const all = new AxeBuilder({ page: this.page }).exclude('[data-live-announcer]');
    // All but an open dialog is hidden: looked at as a page, it would miss its main part and its heading.
    const { violations } = await ((await this.dialogs().count()) > 0 ? all.include(DIALOG) : all).analyze();
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    return [
      ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`),
      ...(wide ? ['the page is wider than the window'] : []),
    ];
  }

  /** A picture of the page as it is, to be looked at; of the whole of it, unless something lies over it. */
  async picture(name: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true });
    const fullPage = (await this.dialogs().count()) === 0;
    await this.page.screenshot({ path: `${SHOTS}${name}.png`, animations: 'disabled', fullPage });
  }
}
