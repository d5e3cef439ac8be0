// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeAll, expect, it } from "vitest";
import type { Particle } from "../../core/particles/particle-list";
import type { ParticleSort } from "../../state/particle-order";
import { ParticleTable } from "./particle-table";

const MANY = 10_000;
/** Far fewer than there are: what is drawn must not grow with the list. */
const MOST_ROWS = 60;

const PARTICLES: readonly Particle[] = Array.from({ length: MANY }, (_, index) => ({
  id: index + 1,
  label: 1 + (index % 2),
  x: index,
  y: 1,
  z: 2,
  sizeVoxels: (index * 7919) % 1000,
  score: index / MANY,
  rotation: null,
}));
const CLASSES = [
  { label: 1, name: "ribosome" },
  { label: 2, name: "proteasome" },
];

let chosen: number[] = [];

function Table() {
  const [sort, setSort] = useState<ParticleSort>({ column: "id", descending: false });
  const [selected, setSelected] = useState<number | null>(null);
  return (
    <ParticleTable
      particles={PARTICLES}
      classes={CLASSES}
      selected={selected}
      sort={sort}
      onSort={setSort}
      onSelect={({ id }) => {
        chosen.push(id);
        setSelected(id);
      }}
    />
  );
}

beforeAll(() => {
  // No layout in this environment: a viewport of the size that the table would have.
  Object.defineProperty(HTMLElement.prototype, "clientHeight", { value: 400 });
  Object.defineProperty(HTMLElement.prototype, "clientWidth", { value: 360 });
});

afterEach(() => {
  cleanup();
  chosen = [];
});

const firstRow = () => screen.getAllByRole("row")[1];
const firstCell = () => firstRow().querySelector("td")?.textContent;

it("draws a screenful of ten thousand", () => {
  render(<Table />);
  expect(screen.getByRole("table", { name: "Particles" }).getAttribute("aria-rowcount")).toBe(
    String(MANY + 1),
  );
  expect(screen.getAllByRole("row").length).toBeLessThan(MOST_ROWS);
});

it("sorts by a column, and the other way on a second click", () => {
  render(<Table />);
  const header = () => screen.getByRole("columnheader", { name: "Score" });
  fireEvent.click(screen.getByRole("button", { name: "Score" }));
  expect(header().getAttribute("aria-sort")).toBe("descending");
  expect(firstCell()).toBe(String(MANY));
  fireEvent.click(screen.getByRole("button", { name: "Score" }));
  expect(header().getAttribute("aria-sort")).toBe("ascending");
  expect(firstCell()).toBe("1");
});

it("selects by click and goes on with the keys", () => {
  render(<Table />);
  fireEvent.click(firstRow());
  const list = screen.getByLabelText("Particle list");
  fireEvent.keyDown(list, { key: "ArrowDown" });
  fireEvent.keyDown(list, { key: "PageDown" });
  fireEvent.keyDown(list, { key: "ArrowUp" });
  expect(chosen).toEqual([1, 2, 12, 11]);
});
