import { Check, ChevronDown } from "lucide-react";
import { Select as RadixSelect } from "radix-ui";

interface SelectProps<Value extends string> {
  readonly id?: string;
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly describedBy?: string;
  onChange(value: Value): void;
}

/**
 * Text that no key begins: letters are commands wherever the focus is, and must not also choose an option by its first letter,
 * as a select does even while it is closed.
 */
const NOT_TYPED = "\u200b";

/** A choice of one among a few. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { id, label, value, options, describedBy, onChange } = props;
  return (
    <RadixSelect.Root value={value} onValueChange={(next) => onChange(next as Value)}>
      <RadixSelect.Trigger id={id} className="select" aria-label={label} aria-describedby={describedBy}>
        <RadixSelect.Value />
        <RadixSelect.Icon asChild>
          <ChevronDown size={14} aria-hidden />
        </RadixSelect.Icon>
      </RadixSelect.Trigger>
      <RadixSelect.Portal>
        <RadixSelect.Content className="menu" position="popper" sideOffset={4} collisionPadding={8}>
          <RadixSelect.Viewport>
            {options.map((option) => (
              <RadixSelect.Item
                key={option.value}
                value={option.value}
                textValue={NOT_TYPED}
                className="menu-item"
              >
                <RadixSelect.ItemText>{option.label}</RadixSelect.ItemText>
                <RadixSelect.ItemIndicator className="menu-check">
                  <Check size={14} aria-hidden />
                </RadixSelect.ItemIndicator>
              </RadixSelect.Item>
            ))}
          </RadixSelect.Viewport>
        </RadixSelect.Content>
      </RadixSelect.Portal>
    </RadixSelect.Root>
  );
}
