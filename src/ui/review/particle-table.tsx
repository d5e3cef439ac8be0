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

interface ParticleRowProps {
  readonly particle: Particle;
  readonly rowIndex: number;
  readonly info: ClassInfo | undefined;
  readonly selected: boolean;
  onSelect(particle: Particle): void;
}

function ParticleRow({ particle, rowIndex, info, selected, onSelect }: ParticleRowProps) {
  const name = info?.name ?? `class ${particle.label}`;
  return (
    <tr aria-rowindex={rowIndex} aria-current={selected} onClick={() => onSelect(particle)}>
      <td>{particle.id}</td>
      <td className="column-label" title={name}>
        <span className="swatch" style={{ background: info?.color }} />
        {name}
      </td>
      <td>{particle.sizeVoxels ?? "–"}</td>
      <td>{text(particle.score, 2)}</td>
      <td>{text(particle.x, 1)}</td>
      <td>{text(particle.y, 1)}</td>
      <td>{text(particle.z, 1)}</td>
    </tr>
  );
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

  const items = rows.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <section
      ref={scroll}
      className="particle-scroll"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label="Particle list"
      onKeyDown={onKeyDown}
    >
      <table className="particle-table" aria-label="Particles" aria-rowcount={ordered.length + 1}>
        <thead>
          <tr>
            {COLUMNS.map(({ column, title }) => (
              <th
                key={column}
                scope="col"
                className={`column-${column}`}
                aria-sort={sort.column !== column ? "none" : sort.descending ? "descending" : "ascending"}
              >
                <button type="button" onClick={() => sortBy(column)}>
                  {title}
                  {sort.column === column &&
                    (sort.descending ? (
                      <ArrowDown size={10} aria-hidden />
                    ) : (
                      <ArrowUp size={10} aria-hidden />
                    ))}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr style={{ height: above }} />}
          {items.map(({ index }) => (
            <ParticleRow
              key={ordered[index].id}
              particle={ordered[index]}
              rowIndex={index + 2}
              info={styles.get(ordered[index].label)}
              selected={ordered[index].id === selected}
              onSelect={onSelect}
            />
          ))}
          {below > 0 && <tr style={{ height: below }} />}
        </tbody>
      </table>
    </section>
  );
}
