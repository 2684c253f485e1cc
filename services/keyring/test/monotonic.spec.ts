import { describe, expect, it } from '@jest/globals';
import { monotonicClock } from '../src/monotonic.js';

describe('the monotonic clock', () => {
  const machine = () => {
    const time = { running: 5_000, wall: 1_000_000, uptime: 90_000, asked: 0 };
    const clock = monotonicClock({
      running: () => time.running,
      wall: () => time.wall,
      uptime: () => {
        time.asked += 1;
        return time.uptime;
      },
    });
    const pass = (ms: number, suspended = 0): void => {
      time.running += ms;
      time.wall += ms + suspended;
      time.uptime += ms + suspended;
    };
    return { time, clock, pass };
  };

  it('goes on over a suspension, as a lease must', () => {
    const { clock, pass } = machine();
    const before = clock();
    pass(10, 3_600_000);
    expect(clock() - before).toBe(3_600_010);
    pass(10, 1_000);
    expect(clock() - before).toBe(3_601_020);
  });

  it('does not follow a wall clock that is set, in either direction', () => {
    const { time, clock, pass } = machine();
    const before = clock();
    time.wall += 3_600_000;
    pass(10);
    expect(clock() - before).toBe(10);
    time.wall -= 7_200_000;
    pass(10);
    expect(clock() - before).toBe(20);
  });

  it('notices short suspensions once they add up, and asks for the uptime only then', () => {
    const { time, clock, pass } = machine();
    const before = clock();
    const asked = time.asked;
    for (let index = 0; index < 10; index += 1) {
      pass(1_000, 5);
      clock();
    }
    expect(time.asked).toBe(asked);
    pass(1_000, 60);
    expect(clock() - before).toBe(11_110);
    expect(time.asked).toBe(asked + 1);
  });
});
