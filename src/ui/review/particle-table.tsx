import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import type { ClassInfo, Particle } from "../../core/particles/particle-list";
import { orderParticles, type ParticleColumn, type ParticleSort } from "../../state/particle-order";

const ROW_HEIGHT = 24;
const PAGE_ROWS = 10;
const COLUMNS: readonly { readonly column: ParticleColumn; readonly title: string }[] = [
  { column: "id", title: "#" },
  { column: "label", title: "Class" },
  { column: "sizeVoxels", title: "Size" },
  { column: "score", title: "Score" },
  { column: "x", title: "x" },
  { column: "y", title: "y" },
  { column: "z", title: "z" },
];

interface ParticleTableProps {
  readonly particles: readonly Particle[];
  readonly classes: readonly ClassInfo[];
  readonly selected: number | null;
  readonly sort: ParticleSort;
  onSort(sort: ParticleSort): void;
  onSelect(particle: Particle): void;
}

const text = (value: number | null, digits: number) => (value === null ? "–" : value.toFixed(digits));

/** How many rows a key moves, or where it goes. */
function rowAfter(key: string, at: number, count: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: PAGE_ROWS,
    PageUp: -PAGE_ROWS,
    Home: -count,
    End: count,
  };
  return key in steps ? Math.min(count - 1, Math.max(0, at + steps[key])) : null;
}

/**
 * The particles as a table that sorts by any column and draws only the rows in view, so that ten thousand scroll freely.
 * A click or the arrow keys select a particle.
 */
export function ParticleTable({ particles, classes, selected, sort, onSort, onSelect }: ParticleTableProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const ordered = useMemo(() => orderParticles(particles, sort), [particles, sort]);
  const styles = useMemo(() => new Map(classes.map((info) => [info.label, info])), [classes]);
  const rows = useVirtualizer({
    count: ordered.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    initialRect: { width: 360, height: 400 },
  });
  const selectedRow = useMemo(() => ordered.findIndex(({ id }) => id === selected), [ordered, selected]);
  useEffect(() => {
    if (selectedRow >= 0) rows.scrollToIndex(selectedRow, { align: "auto" });
  }, [rows, selectedRow]);

  const onKeyDown = (event: KeyboardEvent) => {
    const next = rowAfter(event.key, selectedRow, ordered.length);
    if (next === null || ordered.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(ordered[next]);
  };
  const sortBy = (column: ParticleColumn) =>
    onSort({ column, descending: sort.column === column ? !sort.descending : column === "score" });

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div ref={scroll} className="particle-scroll" tabIndex={0} role="group" aria-label="Particles, scrolling" onKeyDown={onKeyDown}>
      {/* biome-ignore lint/a11y/useSemanticElements: rows out of view are not in the document, so this is laid out by hand */}
      <div className="particle-table" role="table" aria-label="Particles" aria-rowcount={ordered.length + 1}>
        <div role="rowgroup" className="particle-head">
          <div role="row" className="particle-row" aria-rowindex={1}>
            {COLUMNS.map(({ column, title }) => (
              <div
                key={column}
                role="columnheader"
                className={`cell-${column}`}
                aria-sort={sort.column !== column ? "none" : sort.descending ? "descending" : "ascending"}
              >
                <button type="button" onClick={() => sortBy(column)}>
                  {title}
                  {sort.column === column &&
                    (sort.descending ? <ArrowDown size={10} aria-hidden /> : <ArrowUp size={10} aria-hidden />)}
                </button>
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="particle-body" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const particle = ordered[index];
            const style = styles.get(particle.label);
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the scrolling group handles the keys of all rows
              <div
                key={particle.id}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={particle.id === selected}
                className="particle-row"
                style={{ transform: `translateY(${start}px)` }}
                onClick={() => onSelect(particle)}
              >
                <div role="cell" className="cell-id">
                  {particle.id}
                </div>
                <div role="cell" className="cell-label" title={style?.name}>
                  <span className="swatch" style={{ background: style?.color }} />
                  {style?.name ?? `class ${particle.label}`}
                </div>
                <div role="cell">{particle.sizeVoxels ?? "–"}</div>
                <div role="cell">{text(particle.score, 2)}</div>
                <div role="cell">{text(particle.x, 1)}</div>
                <div role="cell">{text(particle.y, 1)}</div>
                <div role="cell">{text(particle.z, 1)}</div>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
