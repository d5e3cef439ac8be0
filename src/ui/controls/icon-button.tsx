import { Tooltip } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { keyLabel, keysOf } from "../../commands/key-map";
import { useCommand, useShell } from "../workbench-context";

interface IconButtonProps extends Omit<ComponentProps<"button">, "type" | "aria-label"> {
  /** What it does: its accessible name and its tooltip. */
  readonly label: string;
  /** The key that does the same. */
  readonly hint?: string;
  readonly pressed?: boolean;
  readonly children: ReactNode;
}

/** A button with an icon, a name for screen readers and a tooltip. */
export function IconButton({ label, hint, pressed, children, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button
          type="button"
          aria-label={label}
          aria-pressed={pressed}
          className={`icon-button ${className ?? ""}`}
          {...rest}
        >
          {children}
        </button>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tooltip" sideOffset={4} collisionPadding={8}>
          {label} {hint ? <kbd>{hint}</kbd> : null}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

/** An icon button that runs a command. */
export function CommandButton({
  id,
  pressed,
  children,
}: {
  readonly id: string;
  readonly pressed?: boolean;
  readonly children: ReactNode;
}) {
  const { command, enabled, run } = useCommand(id);
  const preset = useShell((shell) => shell.keyPreset);
  const [key] = keysOf(command, preset);
  return (
    <IconButton
      label={command.label}
      hint={key ? keyLabel(key) : undefined}
      pressed={pressed}
      disabled={!enabled}
      onClick={run}
    >
      {children}
    </IconButton>
  );
}
