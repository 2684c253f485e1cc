/** Which tab this is, for as long as its page lives. */
const TAB = typeof window === 'undefined' ? '' : crypto.randomUUID();

interface Heard<T> {
  readonly from: string;
  readonly event: T;
}

/** What tabs of one browser tell each other, by the name of a channel. Nobody hears what they said themselves. */
export const tabs = <T>(name: string) => ({
  tell: (event: T): void => {
    const channel = new BroadcastChannel(name);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- such a channel reaches this origin only
    channel.postMessage({ from: TAB, event } satisfies Heard<T>);
    channel.close();
  },
  /** Returns the end of it. */
  listen: (heard: (event: T) => void): (() => void) => {
    const channel = new BroadcastChannel(name);
    channel.addEventListener('message', ({ data }: MessageEvent<Heard<T>>) => {
      if (data.from !== TAB) heard(data.event);
    });
    return () => channel.close();
  },
});
