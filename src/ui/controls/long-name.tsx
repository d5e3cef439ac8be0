/** So many letters at the end of a name stay: those of one session differ there, in number and binning. */
const KEPT_AT_END = 12;

interface LongNameProps {
  readonly name: string;
  /** What is shown of the name; all of it by default. */
  readonly shown?: string;
}

/** The name of a file, which is shortened in its middle where there is no room for all of it. */
export function LongName({ name, shown = name }: LongNameProps) {
  return (
    <span className="long-name" title={name}>
      <span className="name">{shown.slice(0, -KEPT_AT_END)}</span>
      <span className="name end">{shown.slice(-KEPT_AT_END)}</span>
    </span>
  );
}
