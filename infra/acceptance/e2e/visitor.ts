import { existsSync } from 'node:fs';
import { kidOf } from '@keyturn/acceptance';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A Chromium of this machine, or the one of `npx playwright-core install chromium`; undefined: there is none. */
export const chromiumPath = (): string | undefined => [...PLACES, chromium.executablePath()].find(existsSync);

const TIMEOUT_MS = 60_000;

/** Somebody with a browser at the platform's address. */
export class Visitor {
  /** What pages said that they should not: errors of scripts, and what their policy refused. */
  readonly complaints: string[] = [];
  /** Keys that signed the tokens which the page has sent. */
  readonly kids = new Set<string>();

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
  ) {
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('console', (message) => {
      if (/Content Security Policy|Hydration/i.test(message.text())) this.complaints.push(message.text());
    });
    page.on('request', (request) => {
      const [, token] = /^Bearer (.+)$/.exec(request.headers()['authorization'] ?? '') ?? [];
      if (token !== undefined) this.kids.add(kidOf(token));
    });
  }

  static async open(baseURL: string): Promise<Visitor> {
    const browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox'] });
    const context = await browser.newContext({ baseURL, locale: 'en-GB' });
    context.setDefaultTimeout(TIMEOUT_MS);
    return new Visitor(browser, await context.newPage());
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  /** Goes to a page and waits until it answers to clicks. */
  async go(path: string): Promise<void> {
    await this.page.goto(path);
    await this.ready();
  }

  async signUp(name: string, email: string, password: string): Promise<void> {
    await this.go('/en/sign-up');
    await this.page.getByLabel('Name').fill(name);
    await this.page.getByLabel('E-mail address').fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Create account' }).click();
    await this.page.waitForURL('**/en/tasks');
    await this.ready();
  }

  async addTask(title: string): Promise<void> {
    await this.page.getByLabel('New task').fill(title);
    await this.page.getByRole('button', { name: 'Add', exact: true }).click();
    await this.task(title).waitFor();
  }

  task(title: string): Locator {
    return this.page.getByRole('listitem').filter({ hasText: title });
  }

  private ready(): Promise<void> {
    return this.page.locator('html[data-ready]').waitFor();
  }
}
