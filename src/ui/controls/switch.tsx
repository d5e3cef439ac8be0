import { Switch as RadixSwitch } from "radix-ui";

interface SwitchProps {
  readonly id?: string;
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly describedBy?: string;
  onChange(checked: boolean): void;
}

/** On or off. */
export function Switch({ id, label, checked, disabled, describedBy, onChange }: SwitchProps) {
  return (
    <RadixSwitch.Root
      id={id}
      className="switch"
      aria-label={label}
      aria-describedby={describedBy}
      checked={checked}
      disabled={disabled}
      onCheckedChange={onChange}
    >
      <RadixSwitch.Thumb className="switch-thumb" />
    </RadixSwitch.Root>
  );
}
