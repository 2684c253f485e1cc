import {
  type CrowdPlan,
  type Crowd,
  inWords,
  judge,
  Ledger,
  type Lives,
  type Revocation,
  startCrowd,
  type Verdict,
} from '@keyturn/proof';

/** Lives that values/short-lives.yaml gives to what users hold, milliseconds. */
export const LIVES: Lives = { tokenMs: 60_000, sessionMs: 90_000, mailLinkMs: 60_000, trustedDeviceMs: 90_000 };

/** Every kind of user that needs no mail; they share two cores with the whole cluster. */
const CROWD: CrowdPlan = {
  workers: 6,
  workerThinkMs: 80,
  members: 3,
  bearerMembers: 2,
  memberThinkMs: 200,
  passersBy: 2,
  sleepers: 3,
  bearerSleepers: 1,
  openSleepers: 1,
  readers: 2,
  newcomers: 0,
  careful: 2,
};

/** Users at work, and what they met. */
export class Users {
  readonly ledger = new Ledger(1 << 16);
  readonly revocations: Revocation[] = [];
  private readonly crowd: Crowd;

  constructor(readonly origin: string) {
    this.crowd = startCrowd({ origin, mailUrl: origin, lives: LIVES, plan: CROWD }, this.ledger);
  }

  get requests(): number {
    return this.crowd.requests;
  }

  /** The verdict on everything that was sent from `from` on, epoch milliseconds. No fault excuses anything here. */
  async verdict(from = 0): Promise<Verdict> {
    await this.crowd.collect();
    const entries = [...this.ledger.entries()].filter(({ at }) => at >= from);
    return judge(entries, [], this.revocations);
  }

  stop(): Promise<void> {
    return this.crowd.stop();
  }
}

/** What counts against the platform, in words; empty is the promise. */
export const complaints = ({ logouts, unexplained, accepted }: Verdict): string[] =>
  [...logouts, ...unexplained, ...accepted].slice(0, 20).map(inWords);
