import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DrawSchedule } from "./draw-schedule";

const FRAME_MS = 16;

/** A schedule whose frames are recorded; `cost` is what the 3D view is said to take. */
function recorded(cost: number) {
  const frames: { slices: boolean; scene3d: boolean }[] = [];
  const schedule: DrawSchedule = new DrawSchedule(
    () => frames.push(schedule.begin()),
    () => cost,
  );
  schedule.begin(); // the first frame draws everything
  return { schedule, frames };
}

describe("draw schedule", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("window", globalThis);
    vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, FRAME_MS));
    vi.stubGlobal("cancelAnimationFrame", (frame: NodeJS.Timeout) => clearTimeout(frame));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  test("many changes make one frame; without a change there is none", () => {
    const { schedule, frames } = recorded(5);
    for (let i = 0; i < 20; i++) schedule.request("all");
    vi.advanceTimersByTime(1000);
    expect(frames).toEqual([{ slices: true, scene3d: true }]);
  });

  test("each change draws only its part", () => {
    const { schedule, frames } = recorded(5);
    schedule.request("slices");
    vi.advanceTimersByTime(FRAME_MS);
    schedule.request("3d-now");
    vi.advanceTimersByTime(FRAME_MS);
    expect(frames).toEqual([
      { slices: true, scene3d: false },
      { slices: false, scene3d: true },
    ]);
  });

  test("a costly 3D view waits until the slices rest, but not for the user's own turning of it", () => {
    const { schedule, frames } = recorded(400);
    for (let i = 0; i < 50; i++) {
      schedule.request("all");
      vi.advanceTimersByTime(FRAME_MS);
    }
    expect(frames).toHaveLength(50);
    expect(frames.filter(({ scene3d }) => scene3d)).toHaveLength(0);
    vi.advanceTimersByTime(700);
    expect(frames.slice(50)).toEqual([{ slices: false, scene3d: true }]);
    schedule.request("3d-now");
    vi.advanceTimersByTime(FRAME_MS);
    expect(frames.at(-1)).toEqual({ slices: false, scene3d: true });
  });

  test("nothing is drawn after the end", () => {
    const { schedule, frames } = recorded(400);
    schedule.request("all");
    schedule.dispose();
    vi.advanceTimersByTime(5000);
    expect(frames).toEqual([]);
  });
});
