import { type ReactNode, useState } from "react";
import { LongName } from "../controls/long-name";
import { type EntryAction, EntryMenu } from "./entry-menu";

interface TreeRowProps {
  readonly name: string;
  /** What is shown of the name; all of it by default. */
  readonly shownName?: string;
  /** A word or two after the name. */
  readonly note?: string;
  readonly icon: ReactNode;
  readonly current: boolean;
  readonly child?: boolean;
  readonly actions: readonly EntryAction[];
  readonly buttons?: ReactNode;
  onShow(): void;
  onRename(name: string): void;
}

/** One line of the data tree: click to show, double-click or the menu to rename, right click for the menu. */
export function TreeRow(props: TreeRowProps) {
  const { name, shownName = name, note, icon, current, child, actions, buttons, onShow, onRename } = props;
  const [menu, setMenu] = useState(false);
  const [draft, setDraft] = useState<string | null>(null);
  const commit = () => {
    if (draft?.trim()) onRename(draft.trim());
    setDraft(null);
  };
  const allActions: readonly EntryAction[] = [
    ...actions.slice(0, -1),
    // After the menu has given the focus back, or it would take it from the field.
    { label: "Rename…", run: () => setTimeout(() => setDraft(name)) },
    ...actions.slice(-1),
  ];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the same menu has a button of its own in the row
    <div
      className={`tree-row ${current ? "current" : ""} ${child ? "child" : ""}`}
      onContextMenu={(event) => {
        event.preventDefault();
        setMenu(true);
      }}
    >
      {draft === null ? (
        <button
          type="button"
          className="tree-name"
          aria-pressed={current}
          onClick={onShow}
          onDoubleClick={() => setDraft(name)}
        >
          {icon}
          <LongName name={name} shown={shownName} />
          {note && <span className="unit">{note}</span>}
        </button>
      ) : (
        <input
          className="text-input"
          aria-label={`New name of ${name}`}
          // biome-ignore lint/a11y/noAutofocus: the user asked to type here
          autoFocus
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === "Enter") commit();
            if (event.key === "Escape") setDraft(null);
          }}
        />
      )}
      {buttons}
      <EntryMenu name={name} actions={allActions} open={menu} onOpenChange={setMenu} />
    </div>
  );
}
