import { expect, test } from "vitest";
import { WheelSteps, wheelZoom } from "./wheel-steps";

const move = (deltaY: number, timeStamp: number, deltaMode = 0) => ({
  deltaX: 0,
  deltaY,
  deltaMode,
  timeStamp,
});

test("a notch is one step, whatever unit the browser counts in", () => {
  const wheel = new WheelSteps();
  expect(wheel.add(move(120, 0))).toBe(1);
  expect(wheel.add(move(-53, 20))).toBe(-1);
  expect(wheel.add(move(3, 40, 1))).toBe(1);
  expect(wheel.add({ deltaX: 100, deltaY: 0, deltaMode: 0, timeStamp: 60 })).toBe(1);
});

test("small touchpad moves add up; a turn or a pause starts afresh", () => {
  const wheel = new WheelSteps();
  const steps = Array.from({ length: 12 }, (_, i) => wheel.add(move(8, 10 * i)));
  expect(steps.reduce((sum, step) => sum + step)).toBe(4);
  expect(wheel.add(move(20, 130))).toBe(0);
  expect(wheel.add(move(-20, 140))).toBe(0);
  expect(wheel.add(move(-20, 150))).toBe(-1);
  const paused = new WheelSteps();
  expect(paused.add(move(20, 0))).toBe(0);
  expect(paused.add(move(20, 1000))).toBe(0);
});

test("the wheel zooms in upwards and back by the same factor", () => {
  expect(wheelZoom(move(-100, 0))).toBeGreaterThan(1);
  expect(wheelZoom(move(-100, 0)) * wheelZoom(move(100, 0))).toBeCloseTo(1, 12);
  expect(wheelZoom(move(-4, 0)) * wheelZoom(move(4, 0))).toBeCloseTo(1, 12);
});
