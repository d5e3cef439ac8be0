import { Ellipsis } from "lucide-react";
import { DropdownMenu } from "radix-ui";

export interface EntryAction {
  readonly label: string;
  readonly disabled?: boolean;
  run(): void;
}

interface EntryMenuProps {
  /** What the menu is of, for its name. */
  readonly name: string;
  readonly actions: readonly EntryAction[];
  readonly open: boolean;
  onOpenChange(open: boolean): void;
}

/** The menu of a row in the data tree; a right click on the row opens it too. */
export function EntryMenu({ name, actions, open, onOpenChange }: EntryMenuProps) {
  return (
    <DropdownMenu.Root modal={false} open={open} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger className="icon-button small" aria-label={`Actions of ${name}`}>
        <Ellipsis size={14} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={2} collisionPadding={8}>
          {actions.map(({ label, disabled, run }) => (
            <DropdownMenu.Item key={label} className="menu-item" disabled={disabled} onSelect={run}>
              {label}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
